// Everything else that Node puts on the global object goes: Pyodide looks for Node there, and Python could find it there.
const ECMASCRIPT_NAMES: ReadonlySet<string> = new Set(
  `AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date
  DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array
  Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp
  Set SharedArrayBuffer String SuppressedError Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array
  Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly decodeURI decodeURIComponent encodeURI encodeURIComponent escape
  globalThis isFinite isNaN parseFloat parseInt undefined unescape`.split(/\s+/),
);

/**
 * Leaves the plain language on the global object, and in place of Node's and the web's objects a few of our own that hold
 * no authority. `readFile` serves the two files that Pyodide asks for by name.
 */
export function hideNode(readFile: (path: string) => ArrayBuffer): void {
  const kept = {
    TextDecoder,
    TextEncoder,
    performance: plainPerformance(),
    crypto: plainCrypto(),
    ...plainTimers(),
    console: silentConsole(),
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!ECMASCRIPT_NAMES.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  Object.assign(globalThis, kept, {
    MessageChannel: PlainMessageChannel,
    // Without a worker's scope Emscripten takes us for a JavaScript shell and Python does not start.
    WorkerGlobalScope: PlainWorkerGlobalScope,
    read: () => refuse('read'),
    load: () => refuse('load'),
    readbuffer: readFile,
  });
}

/** What only the start needs; Python never sees it. */
export function hideStartUpGlobals(): void {
  for (const name of ['read', 'load', 'readbuffer', 'WorkerGlobalScope']) Reflect.deleteProperty(globalThis, name);
}

function refuse(name: string): never {
  throw new Error(`${name} is not available`);
}

function plainPerformance(): object {
  const { timeOrigin } = performance;
  const now = performance.now.bind(performance);
  return Object.freeze({ timeOrigin, now: () => now() });
}

function plainCrypto(): object {
  const fill = crypto.getRandomValues.bind(crypto);
  return Object.freeze({ getRandomValues: (view: Uint8Array) => fill(view) });
}

function ignore(): void {}

function silentConsole(): object {
  return Object.freeze({ log: ignore, info: ignore, warn: ignore, error: ignore, debug: ignore, trace: ignore });
}

// Node's timers are objects that are linked to all others; numbers are not.
function plainTimers(): object {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  const timers = new Map<number, NodeJS.Timeout>();
  let last = 0;
  const setPlainTimeout = (callback: () => void, delay = 0): number => {
    const id = ++last;
    timers.set(
      id,
      start(() => {
        timers.delete(id);
        callback();
      }, delay),
    );
    return id;
  };
  const clearPlainTimeout = (id: number): void => {
    stop(timers.get(id));
    timers.delete(id);
  };
  return { setTimeout: setPlainTimeout, clearTimeout: clearPlainTimeout };
}

const { setImmediate: soon } = globalThis;

class PlainWorkerGlobalScope {}

class PlainMessageChannel {
  readonly port1: { onmessage?: (event: object) => void } = {};
  readonly port2 = {
    postMessage: (data: unknown): void => {
      soon(() => this.port1.onmessage?.({ data }));
    },
  };
}
