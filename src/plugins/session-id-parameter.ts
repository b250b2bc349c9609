/**
 * The hidden parameter of every function: which session is meant comes from the application, never from the model. It lets null
 * through, which would count as left out and mean the session of all: the client refuses it.
 */
export const SESSION_ID_PARAMETER = { schema: { type: ['string', 'null'] }, required: false, hidden: true } as const;

/** The key of `exclusive`: calls of one session run one after the other, those of different sessions do not wait. */
export function sessionKey(args: Readonly<Record<string, unknown>>): string {
  const { sessionId } = args;
  return typeof sessionId === 'string' ? `session ${sessionId}` : 'own session';
}
