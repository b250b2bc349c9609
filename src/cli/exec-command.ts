import { type Command, Option } from 'commander';
import type { ExecutionResult } from '../sessions/execution-result.js';
import { startActivity } from './activity.js';
import { exitCodeOfResult, printFigures, printJson, printResult, resultDocument } from './command-result.js';
import { EXIT_CODES, EXIT_CODES_HELP } from './exit-codes.js';
import { wrapped } from './help-text.js';
import { interruptible } from './interruption.js';
import { isEmbedded, openPool, type OpenPool } from './open-pool.js';
import {
  addEmulatorOption,
  addPoolOptions,
  addSessionOption,
  namedSession,
  type PoolFlags,
  positiveNumber,
} from './pool-options.js';
import { outputCutAt } from './output-cut.js';
import { readCode } from './read-code.js';
import { saveFigures } from './save-figures.js';

interface ExecFlags extends PoolFlags {
  readonly file?: string;
  readonly timeout?: number;
  readonly maxOutput?: number;
  readonly node?: boolean;
  readonly shell?: boolean;
  readonly figures: string;
}

const DESCRIPTION = `Runs code and prints what it printed and the value of its last expression.

The code is the argument, the content of --file, or standard input. It runs in the pool that --endpoint or
ACA_POOL_MANAGEMENT_ENDPOINT names; with none, in an emulator that is started for it.
Without --session it gets a session of its own, which is deleted afterwards. With it, variables and files stay for the
next run; whoever knows the name and has a token is in the session, so choose one that cannot be guessed.`;

const EXAMPLES = `
Examples:
  $ dynamic-sessions exec "sum(range(101))"
  $ dynamic-sessions exec --file report.py --timeout 200
  $ cat report.py | dynamic-sessions exec
  $ dynamic-sessions exec --session "$NAME" "x = 41"; dynamic-sessions exec --session "$NAME" "x + 1"
  $ dynamic-sessions exec --shell -- ls -l /mnt/data
  $ dynamic-sessions exec --json "1 / 0" | jq .error.name
${EXIT_CODES_HELP}`;

/** Adds `exec`: code in, its output out. */
export function addExecCommand(program: Command): void {
  const command = program
    .command('exec')
    .argument('[code...]', 'the code; after "--" it may begin with a minus')
    .summary('run code and print its output')
    .description(wrapped(DESCRIPTION))
    .showHelpAfterError('(--help shows what there is; code that begins with a minus comes after "--")')
    .option('-f, --file <path>', 'run what is in this file; "-" is standard input');
  addSessionOption(command, 'the session to run in; it is kept (default: a new one, deleted at the end)');
  command
    .option('--timeout <seconds>', 'how long the code may run; the service stops at 220 (default: 100)', positiveNumber)
    .option(
      '--max-output <characters>',
      'how much of each output stream is kept, of a shell in bytes (default: 100000)',
      positiveNumber,
    )
    .addOption(new Option('--node', 'the code is JavaScript, for a Node pool').conflicts('shell'))
    .addOption(new Option('--shell', 'the code is a command line, for a Shell pool').conflicts('node'))
    .option('--figures <folder>', 'where figures are saved', '.');
  addEmulatorOption(addPoolOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], flags: ExecFlags) => {
      process.exitCode = await exec(words, flags);
    });
}

/** @returns the exit code */
async function exec(words: readonly string[], flags: ExecFlags): Promise<number> {
  const code = await readCode({ words, file: flags.file });
  const consequence =
    namedSession(flags) === undefined || isEmbedded(flags)
      ? 'The session is deleted, and the code with it.'
      : 'The code goes on in its session until it ends; the next run waits for it.';
  const result = await interruptible(consequence, async (signal) => {
    const poolKind = flags.shell ? 'Shell' : flags.node ? 'NodeLTS' : 'PythonLTS';
    const pool = await openPool({ ...flags, poolKind });
    if (pool.embedded && !flags.json) console.error(pool.note);
    try {
      return await run(pool, code, { flags, signal });
    } finally {
      await pool.close();
    }
  });
  const cutAt = outputCutAt(result, flags);
  if (!flags.json) printResult(result, cutAt);
  const figures = await saveFigures(result, flags.figures);
  if (flags.json)
    printJson({ ...resultDocument(result, figures), ...(cutAt === undefined ? {} : { outputCutAt: cutAt }) });
  else printFigures(figures);
  return figures.failure === undefined ? exitCodeOfResult(result) : EXIT_CODES.notDone;
}

async function run(
  { python }: OpenPool,
  code: string,
  { flags, signal }: { flags: ExecFlags; signal: AbortSignal },
): Promise<ExecutionResult> {
  const activity = startActivity('Running', { quiet: flags.json });
  const options = { signal, timeoutInSeconds: flags.timeout, outputStreamsMaxLength: flags.maxOutput };
  try {
    return flags.shell ? await python.client.executeShell(code, options) : await python.client.execute(code, options);
  } finally {
    activity.end();
  }
}
