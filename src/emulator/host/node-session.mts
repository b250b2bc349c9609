// The program of a Node session: one cell after the other, in one global scope. Requests come on descriptor 3, answers go out
// on 4.
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { awaits, evaluateAwaiting, evaluateAtOnce } from './node-cells.mjs';
import { closeOutput, openOutput, tellOf, writeAll } from './node-output.mjs';
import { describe, describeError, safely } from './node-values.mjs';

const REQUESTS = 3;
const REPLIES = 4;
// For code that has left nothing of the language as it was.
const UNDESCRIBED = '{"status":"error","error":{"traceback":"Uncaught an error that cannot be shown\\n"},"value":{}}';

// Taken before code can put its own in their place.
const { parse, stringify } = JSON;

interface Cell {
  readonly id: number;
  readonly mark: string;
  readonly code: string;
}

let interrupt: (() => void) | undefined;
let interrupted = false;

Object.defineProperty(globalThis, 'require', {
  value: createRequire(`${process.cwd()}/`),
  writable: true,
  configurable: true,
});
// A timer or a promise that fails beside the cells is told of, and ends nothing.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, tellOf);
process.on('SIGINT', () => {
  interrupted = true;
  interrupt?.();
});
// No stream of a file: a read that waits there for the next cell would keep the process from its end when code asks for that.
const requests = new Socket({ fd: REQUESTS, readable: true, writable: false });
requests.on('close', () => process.exit());
createInterface({ input: requests }).on('line', (line) => void run(parse(line) as Cell));
reply('{"id":0}');

async function run({ id, mark, code }: Cell): Promise<void> {
  interrupted = false;
  openOutput();
  const outcome = await outcomeOf(code, `<cell ${id}>`);
  const described = safely(() => stringify(outcome), UNDESCRIBED);
  // Only now Node tells of promises that were rejected and that nobody waits for.
  await nextTurn();
  await closeOutput(mark);
  reply(`{"id":${id},"timedOut":${interrupted},"outcome":${described}}`);
}

async function outcomeOf(code: string, file: string): Promise<object> {
  try {
    return { status: 'ok', value: describe(await evaluate(code, file)) };
  } catch (error) {
    if (isInterruption(error)) interrupted = true;
    return { status: 'error', error: describeError(error), value: { type: 'none' } };
  }
}

// A promise that is the value of a cell which awaits nothing is shown, not waited for.
async function evaluate(code: string, file: string): Promise<{ value: unknown }> {
  if (!awaits(code)) return { value: evaluateAtOnce(code, file) };
  const tooLong = new Promise<never>((_, reject) => {
    interrupt = () => reject(new Error('The cell was interrupted by SIGINT'));
  });
  return { value: await Promise.race([evaluateAwaiting(code, file), tooLong]) };
}

function isInterruption(error: unknown): boolean {
  return safely(
    () => error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED',
    false,
  );
}

function reply(message: string): void {
  writeAll(REPLIES, `${message}\n`);
}
