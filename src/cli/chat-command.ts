import { constants } from 'node:os';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { chooseModel } from './chat-model.js';
import { CommandError } from './command-error.js';
import { Conversation } from './conversation.js';
import { errorLine } from './error-line.js';
import { converse } from './interactive-chat.js';
import { openPool } from './open-pool.js';

const DESCRIPTION = `Asks a model that may run Python, and prints its answer.

With a line, or with input from a pipe, it answers that and exits; on a terminal it asks for lines until Ctrl-D.
The model is the one that OPENAI_API_KEY, OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT configures (and OPENAI_MODEL or
AZURE_OPENAI_DEPLOYMENT names). With none, a stand-in passes the line on as Python.
Python runs in the session pool that ACA_POOL_MANAGEMENT_ENDPOINT names. With none, in an embedded emulator.

The answer goes to standard output, everything else to standard error. A failed cell exits with 1.`;

/** Adds `chat`, the main job. */
export function addChatCommand(program: Command): void {
  program
    .command('chat')
    .argument('[line...]', 'a question; with the stand-in, Python')
    .description(DESCRIPTION)
    .allowUnknownOption() // "-1 + 2" is a line.
    .action(async (words: readonly string[]) => {
      process.exitCode = await chat(words);
    });
}

/** @returns the exit code */
async function chat(words: readonly string[]): Promise<number> {
  const line = await lineFrom(words);
  const model = await chooseModel(process.env);
  console.error(model.note);
  const pool = await openPool();
  console.error(pool.note);
  try {
    const conversation = new Conversation(model.service, pool.python);
    return line === undefined ? await converse(conversation) : await answerOnce(conversation, line);
  } finally {
    await pool.close();
  }
}

/** The argument wins over the pipe; on a terminal without either there is no line yet. */
async function lineFrom(words: readonly string[]): Promise<string | undefined> {
  if (words.length === 0 && process.stdin.isTTY) return undefined;
  const line = words.length > 0 ? words.join(' ') : await readAll(process.stdin);
  if (line.trim() !== '') return line;
  throw new CommandError('There is nothing to answer: the line is empty. Try: npm start -- "sum(range(101))"');
}

async function answerOnce(conversation: Conversation, line: string): Promise<number> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    exitCode = 128 + constants.signals[signal]; // As a shell reports it.
    controller.abort(new Error('Interrupted.'));
  };
  let exitCode = 1;
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const { text, failed } = await conversation.ask(line, controller.signal);
    console.log(text);
    return failed ? 1 : 0;
  } catch (error) {
    console.error(errorLine(error));
    return exitCode;
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}
