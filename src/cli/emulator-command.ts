import { type Command, InvalidArgumentError } from 'commander';
import { isSessionsError } from '../errors.js';
import type { SessionPoolEmulator, SessionPoolEmulatorOptions } from '../emulator/index.js';

const FAILED = 1;

/** What the command line gives; commander has turned the numbers into numbers. */
interface EmulatorFlags {
  readonly port?: number;
  readonly host?: string;
  readonly engine?: string;
  readonly python?: string;
  readonly isolate?: string;
  readonly poolKind?: string;
  readonly maxSessions?: number;
  readonly cooldown?: number;
  readonly timeout?: number;
  readonly memory?: number;
  readonly warm?: number;
  readonly data?: string;
  readonly packages?: string;
  readonly token?: string;
  readonly json?: boolean;
  readonly silent?: boolean;
}

/** Adds `emulator` to a program: a session pool on this machine, until Ctrl+C. */
export function registerEmulatorCommand(program: Command): Command {
  return program
    .command('emulator')
    .description('run a session pool on this machine, with real Python in it, until Ctrl+C')
    .option('--port <number>', 'port to listen on; 0 is a free one (default: 0)', wholeNumber)
    .option('--host <address>', 'loopback address to listen on (default: 127.0.0.1)')
    .option('--pool-kind <kind>', 'what the pool runs: PythonLTS, NodeLTS or Shell (default: PythonLTS)')
    .option('--engine <name>', "what runs Python: pyodide, or python for this machine's own (default: pyodide)")
    .option('--python <path>', 'the Python of --engine python (default: python3)')
    .option('--isolate <how>', 'around python, Node and Shell: auto, bwrap, or none at all (default: auto)')
    .option('--max-sessions <number>', 'sessions at a time; one more is answered 429 (default: 20)', wholeNumber)
    .option('--cooldown <seconds>', 'a session without requests lives so long (default: 300)', wholeNumber)
    .option('--timeout <seconds>', 'the longest that code may run (default: 220)', wholeNumber)
    .option('--memory <megabytes>', 'what one interpreter may use (default: 1024)', wholeNumber)
    .option('--warm <number>', 'interpreters in reserve (default: 1)', wholeNumber)
    .option('--data <folder>', "where the sessions' files lie; kept at the end (default: a temporary folder)")
    .option('--packages <mode>', 'packages beyond the standard library: off (default: off)')
    .option('--token <text>', 'bearer token to ask for (default: a random one)')
    .option('--json', 'print one line of JSON with endpoint and token on standard output')
    .option('--silent', 'print no banner on standard error')
    .action(async (flags: EmulatorFlags, command: Command) => {
      const emulator = await start(flags, command);
      if (flags.json) console.log(JSON.stringify(machineLine(emulator)));
      if (!flags.silent) console.error(banner(emulator));
      stopOnSignals(emulator);
    });
}

async function start(flags: EmulatorFlags, command: Command): Promise<SessionPoolEmulator> {
  const { SessionPoolEmulator } = await import('../emulator/index.js');
  try {
    return await SessionPoolEmulator.start(optionsOf(flags));
  } catch (error) {
    if (!isSessionsError(error)) throw error;
    return command.error(`error: ${error.message}`, { exitCode: FAILED, code: error.code });
  }
}

function optionsOf(flags: EmulatorFlags): SessionPoolEmulatorOptions {
  const {
    python,
    cooldown,
    timeout,
    memory,
    data,
    port,
    host,
    maxSessions,
    warm,
    token,
    engine,
    isolate,
    poolKind,
    packages,
  } = flags;
  const options = { port, host, maxSessions, warm, token, engine, isolate, poolKind, packages };
  const renamed = {
    pythonPath: python,
    cooldownSeconds: cooldown,
    timeoutInSeconds: timeout,
    memoryMb: memory,
    dataDirectory: data,
  };
  const given = Object.entries({ ...options, ...renamed }).filter(([, value]) => value !== undefined);
  // The emulator checks them, words like the engine's name included.
  return Object.fromEntries(given);
}

function machineLine(emulator: SessionPoolEmulator): object {
  const { poolManagementEndpoint, token, details } = emulator;
  return { poolManagementEndpoint, token, ...details };
}

function banner({ poolManagementEndpoint, token, details }: SessionPoolEmulator): string {
  return `The session pool emulator listens. Ctrl+C stops it.

  endpoint   ${poolManagementEndpoint}
  token      ${token}
  engine     ${details.engine}
  isolation  ${details.isolation}
  data       ${details.dataDirectory}

  export ACA_POOL_MANAGEMENT_ENDPOINT='${poolManagementEndpoint}'
  export DYNAMIC_SESSIONS_EMULATOR_TOKEN='${token}'
`;
}

// The first signal stops it in order, and the program ends by itself with 0; a second one does not wait.
function stopOnSignals(emulator: SessionPoolEmulator): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(FAILED);
    stopping = true;
    void emulator.stop().catch((error: unknown) => {
      console.error(`The emulator did not stop in order: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(FAILED);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number.');
}
