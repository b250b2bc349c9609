// How a Node session runs a cell: as a script in the global scope, so that what it declares is there for the next one.
import { PassThrough } from 'node:stream';
import { type REPLServer, start } from 'node:repl';
import { constants, Script } from 'node:vm';
import { tellOf } from './node-output.mjs';

let repl: REPLServer | undefined;
let fail: (error: unknown) => void = () => undefined;
/** What nobody caught, and no cell waits for. */
let uncaught: { readonly error: unknown } | undefined;

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
    fail = reject;
    evaluate.call(server, `${code}\n`, context, filename, (error: Error | null, value: unknown) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

function startRepl(): REPLServer {
  const server = start({
    prompt: '',
    input: new PassThrough(),
    output: new PassThrough().resume(),
    useGlobal: true,
    terminal: false,
  });
  const inner = server as unknown as ReplInside;
  // Up to Node 24 it has a domain, in which errors would be printed and not handed on; later ones have this method for that.
  if (inner._domain) inner._domain.enter = inner._domain.exit = () => undefined;
  process.on('uncaughtExceptionMonitor', (error) => {
    uncaught = { error };
  });
  inner._handleError = (error) => {
    if (uncaught?.error === error) tellOf(error);
    else fail(error);
    uncaught = undefined;
  };
  return server;
}

/** What is not in its documentation. */
interface ReplInside {
  readonly _domain?: { enter: () => void; exit: () => void };
  _handleError: (error: unknown) => void;
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
