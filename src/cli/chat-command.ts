import type { Command } from 'commander';
import { chooseModel } from './chat-model.js';
import { CommandError } from './command-error.js';
import { printJson } from './command-result.js';
import { Conversation } from './conversation.js';
import { EXIT_CODES, EXIT_CODES_HELP } from './exit-codes.js';
import { wrapped } from './help-text.js';
import { converse } from './interactive-chat.js';
import { interruptible } from './interruption.js';
import { openPool } from './open-pool.js';
import { addEmulatorOption, addPoolOptions, addSessionOption, type PoolFlags } from './pool-options.js';
import { printable, printableOn } from './printable.js';
import { readStandardInput } from './read-code.js';
import { typedOptions } from './typed-options.js';

const DESCRIPTION = `Asks a model that may run Python, and prints its answer.

With a line, or with input from a pipe, it answers that and exits; on a terminal it asks for lines until Ctrl-D.
The model is the one that OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT configures (and OPENAI_MODEL or
AZURE_OPENAI_DEPLOYMENT names). With none, a stand-in passes the line on as Python.
Python runs in the session pool that --endpoint or ACA_POOL_MANAGEMENT_ENDPOINT names. With none, in an embedded emulator.

The answer goes to standard output, everything else to standard error.`;

const EXAMPLES = `
Examples:
  $ dynamic-sessions chat "sum(range(101))"
  $ OPENAI_API_KEY=… dynamic-sessions chat "What is the 50th Fibonacci number?"
  $ OPENAI_BASE_URL=http://localhost:11434/v1 OPENAI_MODEL=qwen3 dynamic-sessions chat
${EXIT_CODES_HELP}`;

/** What nobody begins a line with; taken for one, a mistyped `--session=NAME` would be told to the model. */
const OPTION = /^--[a-z][\w-]*(?:=|$)/i;

/** Adds `chat`, the main job. */
export function addChatCommand(program: Command): void {
  const command = program
    .command('chat')
    .argument('[line...]', 'a question; with the stand-in, Python')
    .summary('ask a model that may run Python; the main job')
    .description(wrapped(DESCRIPTION))
    .showHelpAfterError('(--help shows what there is; a line that begins like an option comes after "--")')
    .allowUnknownOption(); // "-1 + 2" is a line.
  addSessionOption(command, 'the session to run in; it is kept (default: a new one, deleted at the end)');
  addEmulatorOption(addPoolOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], flags: PoolFlags) => {
      const mistyped = words.find((word) => OPTION.test(word) && typedOptions().includes(word));
      if (mistyped !== undefined) command.error(`error: unknown option '${mistyped}'`);
      process.exitCode = await chat(words, flags);
    });
}

/** @returns the exit code */
async function chat(words: readonly string[], flags: PoolFlags): Promise<number> {
  const line = await lineFrom(words);
  if (line === undefined && flags.json) throw new CommandError('--json is for one line; give it as an argument.');
  const model = await chooseModel(process.env);
  if (!flags.json) console.error(printable(model.note));
  return interruptible('', async (signal) => {
    const pool = await openPool(flags);
    if (!flags.json) console.error(pool.note);
    try {
      const conversation = new Conversation(model.service, pool.python);
      if (line === undefined) return await converse(conversation, process, signal);
      const { text, failed } = await conversation.ask(line, signal);
      if (flags.json) printJson({ text, failed });
      else console.log(printableOn(process.stdout, text));
      return failed ? EXIT_CODES.codeFailed : EXIT_CODES.done;
    } finally {
      await pool.close();
    }
  });
}

/** The argument wins over the pipe; on a terminal without either there is no line yet. */
async function lineFrom(words: readonly string[]): Promise<string | undefined> {
  if (words.length === 0 && process.stdin.isTTY) return undefined;
  const line = words.length > 0 ? words.join(' ') : await readStandardInput();
  if (line.trim() !== '') return line;
  throw new CommandError(
    'There is nothing to answer: the line is empty. Try: dynamic-sessions chat "sum(range(101))" (in a clone: npm start -- "sum(range(101))")',
  );
}
