const MAX_DEPTH = 50;
const SAFE_FILE = /^[A-Za-z0-9][\w.+-]*$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** One package of Pyodide's lock file. */
export interface LockedPackage {
  readonly name: string;
  readonly fileName: string;
  readonly sha256: string;
  /** `dynlib` for a library that others are linked against. */
  readonly installDirectory: 'site' | 'dynlib';
}

/** What Pyodide's lock file says there is. */
export interface PackageIndex {
  /** The package that a module belongs to, after all that it depends on; empty if there is none. */
  closureOf(moduleName: string): readonly LockedPackage[];
}

interface Entry extends LockedPackage {
  readonly depends: readonly string[];
  readonly imports: readonly string[];
}

/** Throws if the text is not a lock file. */
export function createPackageIndex(lockFile: string): PackageIndex {
  const entries = new Map<string, Entry>();
  const { packages } = JSON.parse(lockFile) as { packages: Record<string, unknown> };
  for (const [name, value] of Object.entries(packages)) entries.set(canonical(name), readEntry(value));
  const byModule = new Map<string, Entry>();
  for (const entry of entries.values()) for (const name of entry.imports) byModule.set(name, entry);

  const collect = (entry: Entry | undefined, found: Map<string, Entry>, depth: number): void => {
    if (!entry || found.has(entry.name) || depth > MAX_DEPTH) return;
    for (const name of entry.depends) collect(entries.get(canonical(name)), found, depth + 1);
    found.set(entry.name, entry);
  };
  return {
    closureOf: (moduleName) => {
      const found = new Map<string, Entry>();
      collect(byModule.get(moduleName), found, 0);
      return [...found.values()];
    },
  };
}

// The names become paths, so nothing in them is taken on trust.
function readEntry(value: unknown): Entry {
  const { name, file_name: fileName, sha256, install_dir: place, depends, imports } = value as Record<string, unknown>;
  if (typeof name !== 'string' || typeof fileName !== 'string' || typeof sha256 !== 'string') throw unreadable();
  if (!SAFE_FILE.test(fileName) || !SHA256.test(sha256)) throw unreadable();
  const installDirectory = place === 'dynlib' ? 'dynlib' : 'site';
  return { name, fileName, sha256, installDirectory, depends: strings(depends), imports: strings(imports) };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function unreadable(): Error {
  return new Error('A package of the lock file has no name, file or hash as they should be.');
}

function canonical(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}
