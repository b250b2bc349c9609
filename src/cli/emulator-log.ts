import { openSync, writeSync } from 'node:fs';
import type { JournalEntry } from '../emulator/index.js';
import { messageOf } from '../errors.js';
import { CommandError } from './command-error.js';

/** The flags that say what is told of requests. */
export interface LogFlags {
  readonly silent?: boolean;
  readonly verbose?: boolean;
  readonly log?: string;
  readonly debug?: string;
}

const POOL = /^.*\/sessionPools\/[^/]+\//;

type Line = (entry: JournalEntry) => string;

/** Tells of requests where the flags say: on standard error, in a file, or not at all. Throws if there can be no file. */
export function createRequestLog(flags: LogFlags): ((entry: JournalEntry) => void) | undefined {
  const { silent, verbose, log, debug } = flags;
  if (log !== undefined && log !== 'text' && log !== 'json') throw new CommandError('--log takes text or json.');
  if (silent && (verbose || log !== undefined)) throw new CommandError('--silent contradicts --verbose and --log.');
  const sinks: ((entry: JournalEntry) => void)[] = [];
  const line: Line = log === 'json' ? jsonLine : textLine;
  if (verbose || log !== undefined) sinks.push((entry) => console.error(line(entry)));
  if (debug !== undefined) sinks.push(fileSink(debug));
  if (sinks.length === 0) return undefined;
  return (entry) => sinks.forEach((sink) => sink(entry));
}

function fileSink(path: string): (entry: JournalEntry) => void {
  const file = openForAppending(path);
  return (entry) => void writeSync(file, `${jsonLine(entry)}\n`);
}

function openForAppending(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new CommandError(`--debug cannot write to ${path}: ${messageOf(cause)}`, { cause });
  }
}

// The identifier is left out of both: whoever knows it can enter the session.
function textLine({ at, method, path, status, durationMs, operation }: JournalEntry): string {
  const outcome = status === 0 ? 'broken' : status;
  return `${at.toISOString()} ${method} ${shown(path.replace(POOL, ''))} ${outcome} ${durationMs ?? 0} ms${operation ? ` (${operation})` : ''}`;
}

function jsonLine({ at, method, path, status, durationMs, operation }: JournalEntry): string {
  return JSON.stringify({ at: at.toISOString(), method, path: shown(path), operation, status, durationMs });
}

// A request line may hold bytes that a terminal obeys.
function shown(path: string): string {
  return path.replace(/[^\x20-\x7e]/g, '?');
}
