import { fileURLToPath } from 'node:url';
import type { SessionPoolEmulator } from '../../src/emulator/index.js';
import { runProgram, type ProgramOutcome, type RunProgramOptions } from './run-program.js';

/** The program of the command, as it is compiled for the tests. */
export const COMMAND = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** The environment of somebody who has started this emulator. */
export function environmentOf(
  emulator: Pick<SessionPoolEmulator, 'poolManagementEndpoint' | 'token'>,
): Record<string, string> {
  return {
    ACA_POOL_MANAGEMENT_ENDPOINT: emulator.poolManagementEndpoint,
    DYNAMIC_SESSIONS_EMULATOR_TOKEN: emulator.token,
  };
}

/** Runs `dynamic-sessions`. */
export function runCommand(words: readonly string[], options: RunProgramOptions = {}): Promise<ProgramOutcome> {
  return runProgram([COMMAND, ...words], options);
}

/** The only JSON document on standard output. */
export function documentOf({ stdout }: ProgramOutcome): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}
