// Every name of ./emulator.
import { SessionsClient, SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';
import type {
  AccessToken,
  AnswerVariants,
  AuthCallback,
  AuthContext,
  CellScript,
  EmulatorConnection,
  EmulatorDetails,
  EmulatorHttpOptions,
  FailureRule,
  JournalEntry,
  ScriptedOutcome,
  SessionPoolEmulatorOptions,
} from 'dynamic-sessions-kernel/emulator';
import { same } from './same.js';

const script: CellScript = async (code, { directory }): Promise<ScriptedOutcome> => ({
  value: code.length,
  stdout: directory,
});
const variants: AnswerVariants = { fullPoolStatus: 404, objectIds: true };
const http: EmulatorHttpOptions = {
  issuer: { url: 'https://issuer.example' },
  apiVersionCheck: 'loose',
  variants,
  onRequest: ({ operation, durationMs }: JournalEntry) => void [operation, durationMs],
};
const options: SessionPoolEmulatorOptions = { engine: 'scripted', script, maxSessions: 2, now: () => 0, ...http };
export const ofThisMachine: readonly SessionPoolEmulatorOptions[] = [
  { engine: 'python', pythonPath: '/usr/bin/python3', isolate: 'bwrap' },
  { poolKind: 'NodeLTS', isolate: 'auto' },
  { poolKind: 'Shell', isolate: 'none' },
];
const rule: FailureRule = { operation: 'execute', status: 429, headers: { 'Retry-After': '1' }, times: 2 };

export async function useEmulator(): Promise<void> {
  const emulator = await SessionPoolEmulator.start(options);
  same<typeof emulator.connection, EmulatorConnection>();
  same<typeof emulator.requests, readonly JournalEntry[]>();
  same<typeof emulator.details, EmulatorDetails>();
  const callback: AuthCallback = emulator.authCallback;
  const context: AuthContext = { scope: 'scope', forceRefresh: false };
  const token: string | AccessToken = await callback(context);
  void [token, new SessionsPythonTool(emulator.connection), new SessionsClient({ ...emulator.connection })];
  emulator.failNext(rule);
  await emulator.advance(1_000);
  await emulator.reset();
  await emulator.stop();
}
