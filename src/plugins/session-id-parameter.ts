/** The hidden parameter of every function: which session is meant comes from the application, never from the model. */
export const SESSION_ID_PARAMETER = { type: 'string', required: false, hidden: true } as const;

/** The key of `exclusive`: calls of one session run one after the other, those of different sessions do not wait. */
export function sessionKey(args: Readonly<Record<string, unknown>>): string {
  const { sessionId } = args;
  return typeof sessionId === 'string' ? `session ${sessionId}` : 'own session';
}
