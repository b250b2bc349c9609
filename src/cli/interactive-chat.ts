import { createInterface } from 'node:readline/promises';
import type { Interface } from 'node:readline/promises';
import type { Conversation } from './conversation.js';
import { CommandError } from './command-error.js';
import { errorLine } from './error-line.js';

// The service has no way to stop code short of deleting the session, and the variables with it.
const INTERRUPTED =
  'Interrupted. Code that was running goes on in its session until it ends; the next line waits for it.';

/**
 * Asks for lines on the terminal and answers each, until Ctrl-D, or Ctrl-C at the prompt; Ctrl-C while a line is being
 * answered stops that answer only.
 *
 * @returns the exit code: whether the last line went wrong
 */
export async function converse(conversation: Conversation): Promise<number> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr, prompt: '> ' });
  let running: AbortController | undefined;
  let exitCode = 0;
  terminal.on('SIGINT', () => {
    if (running === undefined) terminal.close();
    else running.abort(new CommandError(INTERRUPTED));
  });
  terminal.prompt();
  for await (const line of terminal) {
    if (line.trim() !== '') {
      running = new AbortController();
      exitCode = await answer(conversation, line, running.signal);
      running = undefined;
    }
    promptAgain(terminal);
  }
  return exitCode;
}

async function answer(conversation: Conversation, line: string, signal: AbortSignal): Promise<number> {
  try {
    const { text, failed } = await conversation.ask(line, signal);
    console.log(text);
    return failed ? 1 : 0;
  } catch (error) {
    console.error(errorLine(error));
    return 1;
  }
}

// Ctrl-D during an answer closes the terminal, and prompting then throws.
function promptAgain(terminal: Interface): void {
  try {
    terminal.prompt();
  } catch {
    terminal.close();
  }
}
