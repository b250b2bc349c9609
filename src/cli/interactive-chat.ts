import { createInterface } from 'node:readline/promises';
import type { Conversation } from './conversation.js';
import { CommandError } from './command-error.js';
import { errorLine } from './error-line.js';
import { Interruption } from './interruption.js';
import { printableOn } from './printable.js';

// The service has no way to stop code short of deleting the session, and the variables with it.
const INTERRUPTED =
  'Interrupted. Code that was running goes on in its session until it ends; the next line waits for it.';

/** Where lines come from, where they are answered, and where they are asked for. */
export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Asks for lines on the terminal and answers each, until Ctrl-D, or Ctrl-C at the prompt; Ctrl-C while a line is being
 * answered stops that answer only.
 *
 * @param signal ends the conversation, in the middle of an answer too
 * @returns the exit code: whether the last line went wrong
 * @throws the signal's reason
 */
export async function converse(
  conversation: Conversation,
  streams: TerminalStreams = process,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  signal.throwIfAborted();
  const terminal = createInterface({ input: streams.stdin, output: streams.stderr, prompt: '> ' });
  let closed = false;
  terminal.once('close', () => (closed = true));
  let running: AbortController | undefined;
  let exitCode = 0;
  signal.addEventListener('abort', () => {
    running?.abort(signal.reason);
    terminal.close();
  });
  terminal.on('SIGINT', () => {
    if (running === undefined) terminal.close();
    else running.abort(new CommandError(INTERRUPTED));
  });
  terminal.prompt();
  for await (const line of terminal) {
    if (signal.aborted) break; // Lines that were typed ahead are still handed out.
    if (line.trim() !== '') {
      running = new AbortController();
      exitCode = await answer({ conversation, streams, line, signal: running.signal });
      running = undefined;
    }
    if (!closed) terminal.prompt(); // After Ctrl-D during an answer it would wait for input again.
  }
  signal.throwIfAborted();
  return exitCode;
}

interface Question {
  readonly conversation: Conversation;
  readonly streams: TerminalStreams;
  readonly line: string;
  readonly signal: AbortSignal;
}

async function answer({ conversation, streams, line, signal }: Question): Promise<number> {
  try {
    const { text, failed } = await conversation.ask(line, signal);
    streams.stdout.write(`${printableOn(streams.stdout, text)}\n`);
    return failed ? 1 : 0;
  } catch (error) {
    if (error instanceof Interruption) throw error;
    streams.stderr.write(`${errorLine(error)}\n`);
    return 1;
  }
}
