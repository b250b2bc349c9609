import { SessionsError } from '../errors.js';
import {
  type EmulatorHttpOptions,
  HTTP_OPTION_NAMES,
  type ResolvedHttpOptions,
  resolveHttpOptions,
} from './http-options.js';
import { resolvePackages } from './package-options.js';
import type { PackageSource } from './pyodide-packages.js';
import type { CellScript } from './scripted-engine.js';

/** How the emulator is to be. What it does not support yet, it refuses. */
export interface SessionPoolEmulatorOptions extends EmulatorHttpOptions {
  /** @default 0, a free one */
  port?: number;
  /** A loopback address: 127.0.0.1, ::1 or localhost. @default '127.0.0.1' */
  host?: string;
  /** @default 'pyodide' */
  engine?: 'pyodide' | 'python' | 'scripted';
  /** For the scripted engine, and only for it: what the code does. */
  script?: CellScript;
  /** @default 'auto' */
  isolate?: 'auto' | 'bwrap' | 'none';
  /** @default 'PythonLTS' */
  poolKind?: 'PythonLTS' | 'NodeLTS' | 'Shell';
  /** @default 20 */
  maxSessions?: number;
  /** How long a session lives without a request, in seconds. @default 300 */
  cooldownSeconds?: number;
  /** The longest that code may run, in seconds, whatever a request asks for. @default 220 */
  timeoutInSeconds?: number;
  /** What one interpreter may use, in MiB. @default 1024 */
  memoryMb?: number;
  /** How many interpreters wait in reserve. @default 1 */
  warm?: number;
  /** Where the sessions' folders are made; it is kept at the end. @default a temporary folder, removed at the end */
  dataDirectory?: string;
  /**
   * The packages of Pyodide that code may import, such as numpy: none, those that were downloaded before, or all; these are
   * downloaded when a cell imports them, checked against Pyodide's lock file, and kept for the next time. @default 'off'
   */
  packages?: 'off' | 'cache' | 'online';
  /** A mirror of Pyodide's packages. @default Pyodide's own place at jsDelivr */
  packagesBaseUrl?: string;
  /** The time by which sessions expire, in milliseconds since 1970. @default Date.now */
  now?: () => number;
}

/** The options with nothing left open. */
export interface ResolvedOptions extends ResolvedHttpOptions {
  readonly port: number;
  readonly host: string;
  readonly engine: { readonly type: 'pyodide' } | { readonly type: 'scripted'; readonly script: CellScript };
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

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(EMULATOR_DEFAULTS),
  'script',
  ...HTTP_OPTION_NAMES,
  'dataDirectory',
  'packagesBaseUrl',
  'now',
]);
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Throws `invalid_options`, naming the option. */
export function resolveEmulatorOptions(options: SessionPoolEmulatorOptions): ResolvedOptions {
  for (const name of Object.keys(options))
    if (!KNOWN.has(name)) throw invalid(name, 'is not an option of the emulator');
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: typeof EMULATOR_DEFAULTS & SessionPoolEmulatorOptions = { ...EMULATOR_DEFAULTS, ...given };
  refuseUnsupported(all);
  if (!LOOPBACK.has(all.host))
    throw invalid('host', 'must be a loopback address: the emulator runs code for whoever asks');
  return {
    ...resolveHttpOptions(all),
    port: number(all, 'port', 0, 65_535),
    host: all.host,
    engine: engineOf(all),
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

function engineOf({ engine, script }: SessionPoolEmulatorOptions): ResolvedOptions['engine'] {
  if (engine === 'pyodide') {
    if (script) throw invalid('script', "belongs to the engine 'scripted'");
    return { type: 'pyodide' };
  }
  if (engine !== 'scripted') throw invalid('engine', "must be 'pyodide' or 'scripted'");
  if (!script) throw invalid('script', "is needed by the engine 'scripted': a function from code to its outcome");
  return { type: 'scripted', script };
}

function refuseUnsupported({ engine, isolate, poolKind }: SessionPoolEmulatorOptions): void {
  if (engine === 'python') throw unsupported('engine', 'python', "'pyodide' or 'scripted'");
  if (isolate !== 'auto') throw unsupported('isolate', isolate, "'auto'");
  if (poolKind !== 'PythonLTS') throw unsupported('poolKind', poolKind, "'PythonLTS'");
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
  throw invalid(name, `must be a whole number from ${least} to ${most}`);
}

function unsupported(name: string, value: unknown, supported: string): SessionsError {
  return invalid(name, `does not support ${JSON.stringify(value)} yet; use ${supported}`);
}

function invalid(name: string, problem: string): SessionsError {
  return new SessionsError('invalid_options', `The emulator's option \`${name}\` ${problem}.`);
}
