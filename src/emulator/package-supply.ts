import type { PackageCache } from './package-cache.js';
import { download, downloadProblem, type DownloadSource } from './package-download.js';
import type { LockedPackage, PackageIndex } from './package-index.js';

/** `off`: none. `cache`: those that were downloaded before. `online`: what is missing is downloaded. */
export type PackageMode = 'off' | 'cache' | 'online';

/** What a cell's imports need. */
export interface PackageProvision {
  /** In the order in which they are to be loaded. */
  readonly packages: readonly LockedPackage[];
  /** By module: why there is no package for it, and what to do. */
  readonly missing: Readonly<Record<string, string>>;
}

/** Where interpreters get packages from. */
export interface PackageSupply {
  /** The folder that an interpreter has to read for them, if any. */
  readonly directory: string | undefined;
  /** Never rejects. */
  provide(moduleNames: readonly string[]): Promise<PackageProvision>;
  /** Ends downloads; what they were for counts as missing. */
  close(): void;
}

export interface PackageSupplyOptions {
  readonly index: PackageIndex;
  /** None for `off`. */
  readonly cache?: PackageCache | undefined;
  /** Only for `online`: where the files of the lock file lie. */
  readonly baseUrl?: string | undefined;
}

export function createPackageSupply({ index, cache, baseUrl }: PackageSupplyOptions): PackageSupply {
  const closing = new AbortController();
  const source = baseUrl === undefined ? undefined : { baseUrl, signal: closing.signal };
  const asked = new Map<string, Promise<string | undefined>>();
  /** Says why the package is not there, or nothing. However many sessions ask at a time, a file is fetched once. */
  const problemOf = (wanted: LockedPackage): Promise<string | undefined> => {
    const known = asked.get(wanted.fileName);
    if (known) return known;
    const answer = fetchProblem(wanted, cache, source).finally(() => asked.delete(wanted.fileName));
    asked.set(wanted.fileName, answer);
    return answer;
  };
  return {
    directory: cache?.directory,
    close: () => closing.abort(),
    provide: async (moduleNames) => {
      const packages = new Map<string, LockedPackage>();
      const missing: Record<string, string> = {};
      for (const moduleName of moduleNames) {
        const closure = index.closureOf(moduleName);
        const problems = closure.length === 0 ? [unknownModule(moduleName)] : await Promise.all(closure.map(problemOf));
        const problem = problems.find((each) => each !== undefined);
        if (problem !== undefined) missing[moduleName] = problem;
        else for (const each of closure) packages.set(each.name, each);
      }
      return { packages: [...packages.values()], missing };
    },
  };
}

async function fetchProblem(
  wanted: LockedPackage,
  cache: PackageCache | undefined,
  source: DownloadSource | undefined,
): Promise<string | undefined> {
  if (!cache) return notWanted();
  try {
    if (await cache.has(wanted)) return undefined;
    if (source === undefined) return notCached(wanted);
    await cache.store(wanted, download(source, wanted.fileName));
    return undefined;
  } catch (error) {
    return notFetched(wanted, source?.baseUrl, error);
  }
}

const OWN_PACKAGES = "this machine's own packages: engine 'python' (--engine python)";

function notWanted(): string {
  return `the emulator was started without packages; those of Pyodide: packages 'online' (--packages online); ${OWN_PACKAGES}`;
}

function notCached({ name }: LockedPackage): string {
  return `the package ${name} is not in the emulator's cache; to fetch it: packages 'online' (--packages online); ${OWN_PACKAGES}`;
}

function notFetched({ name }: LockedPackage, baseUrl: string | undefined, error: unknown): string {
  const from = baseUrl === undefined ? 'the cache' : new URL(baseUrl).host;
  return `the package ${name} could not be had from ${from}: ${downloadProblem(error)}; ${OWN_PACKAGES}`;
}

function unknownModule(moduleName: string): string {
  if (moduleName === 'pkg_resources') return 'this Python has importlib.metadata in its place';
  return `Pyodide has no package with it; ${OWN_PACKAGES}`;
}
