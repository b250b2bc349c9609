import { readFileSync } from 'node:fs';
import type { PackageFile } from './frames.mjs';
import type { Pyodide } from './pyodide-types.mjs';

/** Puts packages into the running interpreter. */
export interface PackageLoader {
  /** Resolves to what could not be loaded and why; what was loaded before is not loaded again. */
  load(packages: readonly PackageFile[]): Promise<readonly string[]>;
}

type Install = (content: Uint8Array, fileName: string, folder: unknown, metadata: Map<string, string>) => unknown;

const FORBIDDEN = /Code generation from strings|eval is not defined/;

/** Takes Pyodide's installer before Python can put another in its place. `directory` is where the files are read. */
export function createPackageLoader(pyodide: Pyodide, directory: string | undefined): PackageLoader {
  const install = pyodide._api['install'] as Install | undefined;
  const loaded = new Set<string>();
  const loadOne = async ({ name, fileName, installDirectory }: PackageFile): Promise<void> => {
    if (install === undefined || directory === undefined) throw new Error('this interpreter takes no packages');
    if (loaded.has(name)) return;
    const folder = pyodide.pyimport('pyodide._package_loader')['get_install_dir']?.(installDirectory);
    // A copy, because Python may get to see it: a buffer of Node's has more to it.
    const content = new Uint8Array(readFileSync(directory + fileName));
    const metadata = new Map([
      ['INSTALLER', 'pyodide.loadPackage'],
      ['PYODIDE_SOURCE', 'pyodide'],
    ]);
    await install(content, fileName, folder, metadata);
    loaded.add(name);
  };
  return {
    load: async (packages) => {
      const problems: string[] = [];
      for (const each of packages) {
        try {
          await loadOne(each);
        } catch (error) {
          problems.push(`${each.name}: ${problemOf(error)}`);
        }
      }
      pyodide.pyimport('importlib')['invalidate_caches']?.();
      return problems;
    },
  };
}

function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!FORBIDDEN.test(message)) return message;
  return "it generates code while it is loaded, which this engine forbids; use engine 'python' (--engine python)";
}
