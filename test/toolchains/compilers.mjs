// Every way in which the cases are compiled: a name, a mode, and how to get a program that Node runs.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transform, version as swcVersion } from '@swc/core';
import { runProgram } from './run-program.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const require = createRequire(import.meta.url);
const CASES = readdirSync(`${HERE}cases`).filter((name) => name.endsWith('.ts'));
const ONLY = { legacy: ['main-legacy.ts', 'legacy.ts', 'colour.ts'], standard: ['main-standard.ts', 'standard.ts'] };

/** The compilers of TypeScript, by the packages that hold them. */
export const TYPESCRIPTS = ['typescript-5.9', 'typescript-6.0', 'typescript'].map((name) => {
  const manifest = require.resolve(`${name}/package.json`);
  return { version: versionOf(manifest), bin: manifest.replace(/package\.json$/, 'bin/tsc') };
});

const TSX = versionOf(require.resolve('tsx/package.json'));

/** What is compared. `records`: whether the compiler writes down the types of parameters. */
export const COMPILATIONS = [
  ...TYPESCRIPTS.flatMap((typescript) => [
    { name: `TypeScript ${typescript.version}`, mode: 'legacy', records: true, prepare: throughTypeScript(typescript) },
    {
      name: `TypeScript ${typescript.version}, no metadata`,
      mode: 'legacy',
      records: false,
      prepare: throughTypeScript(typescript),
    },
    {
      name: `TypeScript ${typescript.version}`,
      mode: 'standard',
      records: false,
      prepare: throughTypeScript(typescript),
    },
  ]),
  { name: `tsx ${TSX} (esbuild)`, mode: 'legacy', records: false, prepare: throughTsx },
  { name: `tsx ${TSX} (esbuild)`, mode: 'standard', records: false, prepare: throughTsx },
  { name: `swc ${swcVersion}`, mode: 'legacy', records: true, prepare: throughSwc() },
  { name: `swc ${swcVersion}, no metadata`, mode: 'legacy', records: false, prepare: throughSwc() },
  { name: `swc ${swcVersion}, 2022-03`, mode: 'standard', records: false, prepare: throughSwc('2022-03') },
  { name: `swc ${swcVersion}, 2023-11`, mode: 'standard', records: false, prepare: throughSwc('2023-11') },
];

/** The cases that a mode compiles. */
function casesOf(mode) {
  const others = mode === 'legacy' ? ONLY.standard : ONLY.legacy;
  return CASES.filter((name) => !others.includes(name));
}

function throughTypeScript({ bin }) {
  return async (compilation) => {
    const folder = folderOf(compilation);
    const config = writeConfig(folder, compilation);
    const { exitCode, output } = await runProgram([bin, '-p', config]);
    if (exitCode !== 0) throw new Error(output);
    return { program: `${folder}/main-${compilation.mode}.js`, flags: [], environment: {} };
  };
}

async function throughTsx(compilation) {
  const config = writeConfig(folderOf(compilation), compilation);
  return {
    program: `${HERE}cases/main-${compilation.mode}.ts`,
    flags: ['--import=tsx'],
    environment: { TSX_TSCONFIG_PATH: config },
  };
}

function throughSwc(decoratorVersion) {
  return async (compilation) => {
    const folder = folderOf(compilation);
    const decorators = decoratorVersion
      ? { decoratorVersion }
      : { legacyDecorator: true, decoratorMetadata: compilation.records };
    for (const name of casesOf(compilation.mode)) {
      const { code } = await transform(readFileSync(`${HERE}cases/${name}`, 'utf8'), {
        filename: name,
        swcrc: false,
        configFile: false,
        module: { type: 'es6' },
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: decorators },
      });
      writeFileSync(`${folder}/${name.replace(/\.ts$/, '.js')}`, code);
    }
    return { program: `${folder}/main-${compilation.mode}.js`, flags: [], environment: {} };
  };
}

function writeConfig(folder, { mode, records }) {
  const path = `${folder}/tsconfig.json`;
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'ESNext.Disposable'],
    module: 'NodeNext',
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: '../../cases',
    outDir: '.',
    ...(mode === 'legacy' && { experimentalDecorators: true, emitDecoratorMetadata: records }),
  };
  const files = casesOf(mode).map((name) => `../../cases/${name}`);
  writeFileSync(path, JSON.stringify({ compilerOptions, files }, null, 2));
  return path;
}

function folderOf({ name, mode }) {
  const folder = `${HERE}out/${name.replace(/[^\w.]+/g, '-')}-${mode}`;
  mkdirSync(folder, { recursive: true });
  return folder;
}

function versionOf(manifest) {
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
