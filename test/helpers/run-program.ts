import { spawn } from 'node:child_process';

/** What a program printed and how it ended. */
export interface ProgramOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** Options of {@link runProgram}. */
export interface RunProgramOptions {
  /** What it reads from standard input, which is not a terminal. @default '' */
  readonly input?: string | Uint8Array;
  /** Replaces variables of the environment; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

// A developer's own settings do not reach the programs under test.
const CLEARED = [
  'ACA_POOL_MANAGEMENT_ENDPOINT',
  'ACA_TOKEN_ENDPOINT',
  'AZURE_OPENAI_ENDPOINT',
  'AZURE_POOL_MANAGEMENT_ENDPOINT',
  'DYNAMIC_SESSIONS_EMULATOR_TOKEN',
  'DYNAMIC_SESSIONS_SESSION',
  'NODE_OPTIONS',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'OPENAI_MODEL',
];

const LONGEST_RUN_MS = 25_000;

/** Runs a Node program to its end; one that does not come to it is killed, and its exit code is null. */
export async function runProgram(args: readonly string[], options: RunProgramOptions = {}): Promise<ProgramOutcome> {
  const env = { ...process.env, ...Object.fromEntries(CLEARED.map((name) => [name, undefined])), ...options.env };
  const child = spawn(process.execPath, args, { env, ...(options.cwd && { cwd: options.cwd }) });
  const chunks: { stdout: string; stderr: string } = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text));
  child.stdin.on('error', () => {}); // It may end without reading.
  child.stdin.end(options.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN_MS);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  return { ...chunks, exitCode };
}
