// The program of a Node session: one cell after the other, in one global scope. Requests come on descriptor 3, answers go out
// on 4.
import { createReadStream, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { awaits, evaluateAwaiting, evaluateAtOnce } from './node-cells.mjs';
import { describe, describeError } from './node-values.mjs';

const REQUESTS = 3;
const REPLIES = 4;

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
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => writeAll(2, describeError(error).traceback));
}
process.on('SIGINT', () => {
  interrupted = true;
  interrupt?.();
});
createInterface({ input: createReadStream('', { fd: REQUESTS }) })
  .on('line', (line) => void run(JSON.parse(line) as Cell))
  .on('close', () => process.exit());
reply({ id: 0 });

async function run({ id, mark, code }: Cell): Promise<void> {
  interrupted = false;
  const outcome = await outcomeOf(code, `<cell ${id}>`);
  for (const [descriptor, stream] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
    writeAll(descriptor, mark);
  }
  reply({ id, timedOut: interrupted, outcome });
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
    interrupt = () => reject(new Error('The time of the cell is over'));
  });
  return { value: await Promise.race([evaluateAwaiting(code, file), tooLong]) };
}

function isInterruption(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}

function reply(message: object): void {
  writeAll(REPLIES, `${JSON.stringify(message)}\n`);
}

function writeAll(descriptor: number, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      // Node has set the pipe to not wait, and it is full.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
    }
  }
}
