// How a Node session runs a cell: as a script in the global scope, so that what it declares is there for the next one.
import { PassThrough } from 'node:stream';
import { type REPLServer, start } from 'node:repl';
import { constants, Script } from 'node:vm';
import { ReplComplaint } from './node-values.mjs';

let repl: REPLServer | undefined;
let complain: (text: string) => void = () => undefined;

/**
 * Whether there is an `await` outside of any function. In a class's static block the word is reserved, as it is at the top of
 * a module, and everything else may stand there.
 */
export function awaits(code: string): boolean {
  return (
    /\bawait\b/.test(code) && !compiles(`class A { static {\n${code}\n} }`) && compiles(`(async () => {\n${code}\n})`)
  );
}

/** The value of the last statement; SIGINT ends it. */
export function evaluateAtOnce(code: string, filename: string): unknown {
  const script = compile(asExpression(code), filename) ?? new Script(code, options(filename));
  return script.runInThisContext({ breakOnSigint: true, displayErrors: false });
}

/** Node's REPL knows how to keep the declarations of a cell that awaits. */
export function evaluateAwaiting(code: string, filename: string): Promise<unknown> {
  const server = (repl ??= startRepl());
  const { context, eval: evaluate } = server;
  return new Promise((resolve, reject) => {
    complain = (text) => reject(new ReplComplaint(text));
    evaluate.call(server, `${code}\n`, context, filename, (error: Error | null, value: unknown) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

function startRepl(): REPLServer {
  // What it would say to the person at the terminal.
  const output = new PassThrough().on('data', (chunk: Buffer) => complain(chunk.toString()));
  const server = start({ prompt: '', input: new PassThrough(), output, useGlobal: true, terminal: false });
  // Where it has a domain, errors would be printed in place of being handed on, and those of timers with them.
  const { _domain: domain } = server as unknown as { _domain?: { enter: () => void; exit: () => void } };
  if (domain) domain.enter = domain.exit = () => undefined;
  return server;
}

// `{ a: 1 }` is meant as an object, as in the REPL.
function asExpression(code: string): string {
  return /^\s*\{/.test(code) && !/;\s*$/.test(code) ? `(${code.trim()}\n)` : code;
}

function compiles(code: string): boolean {
  return compile(code, 'look') !== undefined;
}

function compile(code: string, filename: string): Script | undefined {
  try {
    return new Script(code, options(filename));
  } catch {
    return undefined;
  }
}

function options(filename: string): ConstructorParameters<typeof Script>[1] {
  return { filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
}
