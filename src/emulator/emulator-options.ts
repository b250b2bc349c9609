import { SessionsError } from '../errors.js';
import { optionsProblem } from '../options-problem.js';
import type { HostEngineChoice } from './host/find-engine.js';
import {
  type EmulatorHttpOptions,
  HTTP_OPTION_NAMES,
  type ResolvedHttpOptions,
  resolveHttpOptions,
} from './http-options.js';
import { invalidOption } from './invalid-option.js';
import { resolvePackages } from './package-options.js';
import type { PackageSource } from './pyodide-packages.js';
import type { PoolKind } from './pool-kind.js';
import type { CellScript } from './scripted-engine.js';

/** How the emulator is to be. What it does not support yet, it refuses. */
export interface SessionPoolEmulatorOptions extends EmulatorHttpOptions {
  /** @default 0, a free one */
  port?: number | undefined;
  /** A loopback address: 127.0.0.1, ::1 or localhost. @default '127.0.0.1' */
  host?: string | undefined;
  /**
   * What runs the Python: Pyodide, this machine's `python3` with its packages, or a script of yours in its place. The pools
   * that run no Python take their program from this machine. @default 'pyodide'
   */
  engine?: 'pyodide' | 'python' | 'scripted' | undefined;
  /** For the scripted engine, and only for it: what the code does. */
  script?: CellScript | undefined;
  /** The Python of the engine 'python'. @default 'python3' */
  pythonPath?: string | undefined;
  /**
   * What stands around programs of this machine: bubblewrap, without which they are refused ('auto' and 'bwrap'), or nothing
   * ('none': the code runs as you). Pyodide has an isolation of its own. @default 'auto'
   */
  isolate?: 'auto' | 'bwrap' | 'none' | undefined;
  /** What the pool runs: Python, JavaScript with this machine's Node, or commands with its bash. @default 'PythonLTS' */
  poolKind?: 'PythonLTS' | 'NodeLTS' | 'Shell' | undefined;
  /** @default 20 */
  maxSessions?: number | undefined;
  /** How long a session lives without a request, in seconds; `Number.MAX_SAFE_INTEGER` is for ever. @default 300 */
  cooldownSeconds?: number | undefined;
  /** The longest that code may run, in seconds, whatever a request asks for. @default 220 */
  timeoutInSeconds?: number | undefined;
  /** What one interpreter may use, in MiB. @default 1024 */
  memoryMb?: number | undefined;
  /** How many interpreters wait in reserve. @default 1 */
  warm?: number | undefined;
  /** Where the sessions' folders are made; it is kept at the end. @default a temporary folder, removed at the end */
  dataDirectory?: string | undefined;
  /**
   * The packages of Pyodide that code may import, such as numpy: none, those that were downloaded before, or all; these are
   * downloaded when a cell imports them, checked against Pyodide's lock file, and kept for the next time. @default 'off'
   */
  packages?: 'off' | 'cache' | 'online' | undefined;
  /** A mirror of Pyodide's packages. @default Pyodide's own place at jsDelivr */
  packagesBaseUrl?: string | undefined;
  /** The time by which sessions expire, in milliseconds since 1970. @default Date.now */
  now?: (() => number) | undefined;
}

/** The options with nothing left open. */
export interface ResolvedOptions extends ResolvedHttpOptions {
  readonly port: number;
  readonly host: string;
  readonly engine:
    | { readonly type: 'pyodide' }
    | { readonly type: 'scripted'; readonly script: CellScript }
    | HostEngineChoice;
  readonly poolKind: PoolKind;
  /** For Pyodide; none for the others. */
  readonly packages: PackageSource;
  readonly maxSessions: number;
  readonly cooldownMs: number;
  readonly timeoutInSeconds: number;
  readonly memoryMb: number;
  readonly warm: number;
  readonly dataDirectory: string | undefined;
  readonly now: () => number;
}

/** The defaults of `SessionPoolEmulatorOptions`. */
export const EMULATOR_DEFAULTS = Object.freeze({
  port: 0,
  host: '127.0.0.1',
  engine: 'pyodide',
  isolate: 'auto',
  poolKind: 'PythonLTS',
  maxSessions: 20,
  cooldownSeconds: 300,
  timeoutInSeconds: 220,
  memoryMb: 1024,
  warm: 1,
  packages: 'off',
});

const KNOWN: readonly string[] = [
  ...Object.keys(EMULATOR_DEFAULTS),
  'script',
  'pythonPath',
  ...HTTP_OPTION_NAMES,
  'dataDirectory',
  'packagesBaseUrl',
  'now',
];
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Throws `invalid_options`, naming the option. */
export function resolveEmulatorOptions(options: SessionPoolEmulatorOptions): ResolvedOptions {
  const problem = optionsProblem('The emulator', options, KNOWN);
  if (problem !== undefined) throw new SessionsError('invalid_options', problem);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: typeof EMULATOR_DEFAULTS & SessionPoolEmulatorOptions = { ...EMULATOR_DEFAULTS, ...given };
  refuseUnknown(all);
  refuseMistyped(all);
  if (!LOOPBACK.has(all.host))
    throw invalidOption('host', 'must be a loopback address: the emulator runs code for whoever asks');
  return {
    ...resolveHttpOptions(all),
    port: number(all, 'port', 0, 65_535),
    host: all.host,
    engine: engineOf(all, options.engine !== undefined),
    poolKind: all.poolKind,
    packages: resolvePackages(all),
    maxSessions: number(all, 'maxSessions', 1, 10_000),
    cooldownMs: number(all, 'cooldownSeconds', 1) * 1000,
    timeoutInSeconds: number(all, 'timeoutInSeconds', 1, 86_400),
    memoryMb: number(all, 'memoryMb', 64, 4095),
    warm: number(all, 'warm', 0, 100),
    dataDirectory: all.dataDirectory,
    now: all.now ?? Date.now,
  };
}

function engineOf(options: SessionPoolEmulatorOptions, named: boolean): ResolvedOptions['engine'] {
  const { engine, script, pythonPath, isolate = 'auto', poolKind } = options;
  if (script && engine !== 'scripted') throw invalidOption('script', "belongs to the engine 'scripted'");
  if (pythonPath !== undefined && engine !== 'python')
    throw invalidOption('pythonPath', "belongs to the engine 'python'");
  if (engine === 'scripted') {
    if (!script)
      throw invalidOption('script', "is needed by the engine 'scripted': a function from code to its outcome");
    return { type: 'scripted', script };
  }
  if (named && poolKind !== 'PythonLTS') {
    throw invalidOption('engine', `must be left out, or be 'scripted', for a pool of the kind '${poolKind}'`);
  }
  if (poolKind === 'NodeLTS') return { type: 'node', isolate, pythonPath };
  if (poolKind === 'Shell') return { type: 'bash', isolate, pythonPath };
  if (engine === 'python') return { type: 'python', isolate, pythonPath };
  if (engine !== 'pyodide') throw invalidOption('engine', "must be 'pyodide', 'python' or 'scripted'");
  if (isolate !== 'auto') {
    throw invalidOption(
      'isolate',
      "must be 'auto' for Pyodide, which has an isolation of its own; the others are for the engine 'python' and for Node and Shell pools",
    );
  }
  return { type: 'pyodide' };
}

function refuseUnknown({ isolate, poolKind }: SessionPoolEmulatorOptions): void {
  if (isolate !== 'auto' && isolate !== 'bwrap' && isolate !== 'none') {
    throw invalidOption('isolate', "must be 'auto', 'bwrap' or 'none'");
  }
  if (poolKind !== 'PythonLTS' && poolKind !== 'NodeLTS' && poolKind !== 'Shell') {
    throw invalidOption('poolKind', "must be 'PythonLTS', 'NodeLTS' or 'Shell'");
  }
}

function refuseMistyped(options: SessionPoolEmulatorOptions): void {
  for (const name of ['token', 'pythonPath', 'dataDirectory', 'packagesBaseUrl'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw invalidOption(name, 'must be a text that is not empty');
  }
  for (const name of ['script', 'now'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'function') throw invalidOption(name, 'must be a function');
  }
}

type NumericOption = 'port' | 'maxSessions' | 'cooldownSeconds' | 'timeoutInSeconds' | 'memoryMb' | 'warm';

function number(
  options: SessionPoolEmulatorOptions,
  name: NumericOption,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = options[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalidOption(name, `must be a whole number from ${least} to ${most}`);
}
