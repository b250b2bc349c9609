// Left out on purpose: the engine interface and the parts of the server. They may change in any version.
export { SessionPoolEmulator } from './session-pool-emulator.js';
export type { EmulatorConnection, EmulatorDetails } from './session-pool-emulator.js';
export type { SessionPoolEmulatorOptions } from './emulator-options.js';
export type { EmulatorHttpOptions } from './http-options.js';
export type { AnswerVariants } from './wire.js';
export type { AccessToken, AuthCallback, AuthContext } from './emulator-auth.js';
export type { FailureRule } from './failure-rules.js';
export type { JournalEntry } from './request-journal.js';
export type { CellScript, ScriptedOutcome } from './scripted-engine.js';
