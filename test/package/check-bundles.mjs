// Programs in one file, made by esbuild and by Vite, and run where there is no node_modules.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as buildWithEsbuild } from 'esbuild';
import { build as buildWithVite } from 'vite';
import { runOrThrow } from './run-tool.mjs';

// Packages of CommonJS in an ES module ask for `require`; every guide to bundling for Node has this line.
const REQUIRE = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

export async function checkEsbuild(home, folder, { experimentalDecorators }) {
  const outfile = join(emptyFolder(folder, `esbuild-${experimentalDecorators ? 'legacy' : 'standard'}`), 'program.mjs');
  await esbuild(home, 'bundled.ts', { outfile, experimentalDecorators });
  return runBundle(outfile);
}

export async function checkEsbuildEmulator(home, folder) {
  const outfile = join(emptyFolder(folder, 'esbuild-emulator'), 'program.mjs');
  await esbuild(home, 'bundled-emulator.mjs', { outfile });
  const { stdout } = await runOrThrow(process.execPath, [outfile], { cwd: folder });
  if (!/^invalid_options .*bundle/.test(stdout)) throw new Error(`It printed: ${stdout}`);
  return 'it says that it cannot be bundled';
}

export async function checkVite(home, folder) {
  const outDir = emptyFolder(folder, 'vite');
  // Vite 8 leaves standard decorators as they are, which no Node understands.
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions: { experimentalDecorators: true } }));
  await buildWithVite({
    root: home,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: join(home, 'bundled.ts'), outDir, target: 'node20', emptyOutDir: true },
  });
  return runBundle(join(outDir, 'bundled.js'));
}

async function esbuild(home, entry, { outfile, experimentalDecorators = false }) {
  await buildWithEsbuild({
    absWorkingDir: home,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    banner: { js: REQUIRE },
    external: ['pyodide', 'openai'],
    tsconfigRaw: { compilerOptions: { experimentalDecorators } },
  });
}

function emptyFolder(folder, name) {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

async function runBundle(file) {
  const environment = { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' };
  const { stdout } = await runOrThrow(process.execPath, [file], { cwd: '/', env: environment });
  if (stdout.trim() !== '42 network auth_failed true') throw new Error(`It printed ${JSON.stringify(stdout)}.`);
  return stdout.trim();
}
