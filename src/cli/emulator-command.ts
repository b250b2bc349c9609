import { type Command, InvalidArgumentError, Option } from 'commander';
import { isSessionsError } from '../errors.js';
import type { SessionPoolEmulator, SessionPoolEmulatorOptions } from '../emulator/index.js';
import { CommandError } from './command-error.js';
import { banner, machineLine, variablesFor } from './emulator-banner.js';
import { createRequestLog, type LogFlags } from './emulator-log.js';
import { runCommand } from './emulator-run.js';
import { inEmulatorFlags } from './flag-names.js';

const FAILED = 1;
// The third one, which runs a function instead of code, is for programs.
const ENGINES = ['pyodide', 'python'];

/** What the command line gives; commander has turned the numbers into numbers. */
interface EmulatorFlags extends LogFlags {
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
  readonly packagesBaseUrl?: string;
  readonly token?: string;
  readonly auth?: boolean;
  readonly issuer?: string;
  readonly audience?: string;
  readonly apiVersionCheck?: string;
  readonly latency?: number;
  readonly json?: boolean;
}

const DESCRIPTION = 'run a session pool on this machine, with real Python in it, until Ctrl+C';
const RUN_DESCRIPTION = `run a command with a session pool beside it, and exit as the command does

The command finds the pool in ACA_POOL_MANAGEMENT_ENDPOINT and its token in DYNAMIC_SESSIONS_EMULATOR_TOKEN:
  dynamic-sessions emulator run -- npm test`;

/** Adds `emulator` to a program: a session pool on this machine, until Ctrl+C or for as long as a command runs. */
export function registerEmulatorCommand(program: Command): Command {
  // What follows a command's name belongs to that command.
  program.enablePositionalOptions();
  const emulator = withFlags(program.command('emulator')).enablePositionalOptions().description(DESCRIPTION);
  const serve = (_flags: unknown, command: Command): Promise<void> => startAndServe(command);
  const run = (words: string[], _flags: unknown, command: Command): Promise<void> => startAndRun(words, command);
  emulator.action(serve);
  withFlags(emulator.command('start')).description(`${DESCRIPTION} (the default)`).action(serve);
  withFlags(emulator.command('run'))
    .argument('<command...>', 'what to run, after --')
    .passThroughOptions()
    .description(RUN_DESCRIPTION)
    .action(run);
  return emulator;
}

function withFlags(command: Command): Command {
  return command
    .option('--port <number>', 'port to listen on; 0 is a free one (default: 0)', wholeNumber)
    .option('--host <address>', 'loopback address to listen on (default: 127.0.0.1)')
    .option('--pool-kind <kind>', 'what the pool runs: PythonLTS, NodeLTS or Shell (default: PythonLTS)')
    .addOption(
      new Option('--engine <name>', "what runs Python; python is this machine's own (default: pyodide)").choices(
        ENGINES,
      ),
    )
    .option('--python <path>', 'the Python of --engine python (default: python3)')
    .option('--isolate <how>', 'around python, Node and Shell: auto, bwrap, or none at all (default: auto)')
    .option('--max-sessions <number>', 'sessions at a time; one more is answered 429 (default: 20)', wholeNumber)
    .option('--cooldown <seconds>', 'a session without requests lives so long (default: 300)', wholeNumber)
    .option('--timeout <seconds>', 'the longest that code may run (default: 220)', wholeNumber)
    .option('--memory <megabytes>', 'what one interpreter may use (default: 1024)', wholeNumber)
    .option('--warm <number>', 'interpreters in reserve (default: 1)', wholeNumber)
    .option('--data <folder>', "where the sessions' files lie; kept at the end (default: a temporary folder)")
    .option('--packages <mode>', 'packages such as numpy: off, cache (downloaded before) or online (default: off)')
    .option('--packages-base-url <url>', "a mirror of Pyodide's packages (default: its own place at jsDelivr)")
    .option('--token <text>', 'bearer token to ask for (default: a random one)')
    .option('--no-auth', 'let in whoever reaches the port, without a token')
    .option('--issuer <url>', "accept this issuer's tokens instead: signature, audience and times are checked")
    .option('--audience <text>', 'the audience that they must be for (default: those of the service)')
    .option('--api-version-check <how>', 'strict, or loose for any version and none (default: strict)')
    .option('--latency <milliseconds>', 'keep back every answer so long (default: 0)', wholeNumber)
    .option('--json', 'print one line of JSON with endpoint and token on standard output, or of run on standard error')
    .option('--silent', 'print no banner on standard error')
    .option('--verbose', 'print a line for each request on standard error')
    .option('--log <format>', 'print these lines as text or json')
    .option('--debug <file>', 'append a line of JSON for each request to a file');
}

async function startAndServe(command: Command): Promise<void> {
  const flags = flagsOf(command);
  const emulator = await start(flags, command);
  // Before it says where it is: whoever reads that may stop it at once.
  stopOnSignals(emulator);
  if (flags.json) console.log(machineLine(emulator));
  if (!flags.silent) console.error(banner(emulator, flags));
}

// Standard output is the command's alone, and so is standard error unless more is asked for.
async function startAndRun(words: readonly string[], command: Command): Promise<void> {
  const flags = flagsOf(command);
  const emulator = await start(flags, command);
  try {
    if (flags.json) console.error(machineLine(emulator));
    if (flags.verbose) console.error(banner(emulator, flags));
    // Other people's clients read the second name.
    const AZURE_POOL_MANAGEMENT_ENDPOINT = emulator.poolManagementEndpoint;
    process.exitCode = await runCommand(words, { ...variablesFor(emulator, flags), AZURE_POOL_MANAGEMENT_ENDPOINT });
  } finally {
    await emulator.stop();
  }
}

// What was typed, before and after `start` or `run`; the later one counts.
function flagsOf(command: Command): EmulatorFlags {
  const levels = command.parent?.name() === 'emulator' ? [command.parent, command] : [command];
  return Object.assign({}, ...levels.map(typed));
}

function typed(command: Command): Readonly<Record<string, unknown>> {
  const entries = Object.entries(command.opts<Record<string, unknown>>());
  return Object.fromEntries(entries.filter(([name]) => command.getOptionValueSource(name) === 'cli'));
}

async function start(flags: EmulatorFlags, command: Command): Promise<SessionPoolEmulator> {
  const { SessionPoolEmulator } = await import('../emulator/index.js');
  try {
    return await SessionPoolEmulator.start(optionsOf(flags));
  } catch (error) {
    if (!isSessionsError(error) && !(error instanceof CommandError)) throw error;
    return command.error(`error: ${inEmulatorFlags(error.message)}`, { exitCode: FAILED });
  }
}

function optionsOf(flags: EmulatorFlags): SessionPoolEmulatorOptions {
  const { port, host, maxSessions, warm, token, engine, isolate, poolKind, packages, packagesBaseUrl } = flags;
  const options = { port, host, maxSessions, warm, token, engine, isolate, poolKind, packages, packagesBaseUrl };
  const renamed = {
    pythonPath: flags.python,
    cooldownSeconds: flags.cooldown,
    timeoutInSeconds: flags.timeout,
    memoryMb: flags.memory,
    dataDirectory: flags.data,
    ...httpOptionsOf(flags),
  };
  const given = Object.entries({ ...options, ...renamed }).filter(([, value]) => value !== undefined);
  // The emulator checks them, words like the engine's name included.
  return Object.fromEntries(given);
}

function httpOptionsOf(flags: EmulatorFlags): object {
  const { auth, issuer, audience, apiVersionCheck, latency } = flags;
  if (audience !== undefined && issuer === undefined) throw new CommandError('--audience goes with --issuer.');
  return {
    ...(auth === false && { dangerouslyAllowAnonymous: true }),
    ...(issuer !== undefined && { issuer: { url: issuer, audience } }),
    apiVersionCheck,
    latencyMs: latency,
    onRequest: createRequestLog(flags),
  };
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
