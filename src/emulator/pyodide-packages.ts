import { createPackageCache } from './package-cache.js';
import { createPackageIndex } from './package-index.js';
import { createPackageSupply, type PackageMode, type PackageSupply } from './package-supply.js';
import type { PyodidePackage } from './pyodide-package.js';

/** Which packages there are, and where from. */
export interface PackageSource {
  readonly mode: PackageMode;
  /** @default Pyodide's own place for exactly this version */
  readonly baseUrl?: string;
  /** The text of it. @default the one of the installed Pyodide */
  readonly lockFile?: string;
  /** Where the cache may lie. @default the user's folders for such things */
  readonly cacheFolders?: readonly string[];
}

/** Throws `invalid_options` if packages are wanted and cannot be kept anywhere. */
export function createPyodidePackages(
  pyodide: Pick<PyodidePackage, 'version' | 'lockFile'>,
  source: PackageSource = { mode: 'off' },
): PackageSupply {
  const { mode, baseUrl, lockFile = pyodide.lockFile, cacheFolders } = source;
  const index = createPackageIndex(lockFile);
  if (mode === 'off') return createPackageSupply({ index });
  const cache = createPackageCache(pyodide.version, cacheFolders);
  if (mode === 'cache') return createPackageSupply({ index, cache });
  const official = `https://cdn.jsdelivr.net/pyodide/v${pyodide.version}/full/`;
  return createPackageSupply({ index, cache, baseUrl: baseUrl ?? official });
}
