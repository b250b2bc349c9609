import { invalidOption } from './invalid-option.js';
import type { PackageSource } from './pyodide-packages.js';

/** Those of the emulator's options that packages depend on, as the caller gave them. */
export interface PackageOptions {
  readonly engine?: string;
  readonly packages?: string;
  readonly packagesBaseUrl?: string;
}

/** Throws `invalid_options`, naming the option, also for one that would have no effect. */
export function resolvePackages({ engine, packages: mode, packagesBaseUrl }: PackageOptions): PackageSource {
  if (mode !== 'off' && mode !== 'cache' && mode !== 'online') {
    throw invalidOption('packages', "must be 'off', 'cache' or 'online'");
  }
  if (mode !== 'off' && engine !== 'pyodide') throw invalidOption('packages', "belongs to the engine 'pyodide'");
  if (packagesBaseUrl === undefined) return { mode };
  if (mode !== 'online') throw invalidOption('packagesBaseUrl', "belongs to packages 'online'");
  const url = URL.canParse(packagesBaseUrl) ? new URL(packagesBaseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw invalidOption('packagesBaseUrl', 'must be an http or https address without credentials');
  }
  return { mode, baseUrl: packagesBaseUrl };
}
