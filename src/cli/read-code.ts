import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buffer as readAll } from 'node:stream/consumers';
import { CommandError } from './command-error.js';

/** Where code may come from. */
export interface CodeSource {
  readonly words: readonly string[];
  /** A path; `-` is standard input. */
  readonly file?: string | undefined;
}

/**
 * The code to run: the argument, a file, or standard input.
 *
 * @throws CommandError when there is none, or more than one
 */
export async function readCode({ words, file }: CodeSource): Promise<string> {
  if (file !== undefined && words.length > 0)
    throw new CommandError('There is code in the arguments and in --file; give one of them.');
  const code = await (words.length > 0 && words.join(' ') !== '-' ? fromWords(words) : fromStream(file));
  if (code.trim() === '') throw new CommandError('There is no code to run: it is empty.');
  return code.replace(/^\uFEFF/, ''); // Which Python takes for a character of the program.
}

/** All of standard input. @throws CommandError when it cannot be read */
export async function readStandardInput(): Promise<string> {
  const what = 'Standard input';
  const bytes = await readAll(process.stdin).catch((error: unknown) => {
    throw unreadable(what, error);
  });
  return decode(bytes, what);
}

async function fromWords(words: readonly string[]): Promise<string> {
  const [first = '', ...others] = words;
  if (others.length > 0 || !/^\S+\.(py|js|mjs|cjs|sh|bash|txt)$/.test(first) || !existsSync(first))
    return words.join(' ');
  throw new CommandError(`${JSON.stringify(first)} is a file; to run what is in it: --file ${first}`);
}

async function fromStream(file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') {
    const what = `The file ${JSON.stringify(file)}`;
    const bytes = await readFile(file).catch((error: unknown) => {
      throw unreadable(what, error);
    });
    return decode(bytes, what);
  }
  if (file === undefined && process.stdin.isTTY) {
    throw new CommandError(
      'There is no code to run. Give it as an argument, with --file PATH, or in a pipe: dynamic-sessions exec "6 * 7"',
    );
  }
  return readStandardInput();
}

/** Other characters in the place of those that cannot be read would make it another program. */
function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandError(`${what} is no text in UTF-8; save it in that encoding.`, { cause });
  }
}

function unreadable(what: string, cause: unknown): CommandError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code ?? 'unknown failure')})`;
  return new CommandError(`${what} ${reason}.`, { cause });
}
