// Compiles programs that use every exported name, under each TypeScript and with the options that users have.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TYPESCRIPTS } from './compilers.mjs';
import { runProgram } from './run-program.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = `${HERE}../../`;
// What needs a framework to compile is compiled where the frameworks are.
const PROGRAMS = [`${HERE}types`, `${ROOT}test/peers/adapters/types`];
const MODES = { legacy: { experimentalDecorators: true, emitDecoratorMetadata: true }, standard: {} };
const MODULES = {
  nodenext: { module: 'nodenext', lib: ['ES2022'] },
  // With the types of browsers beside those of Node, as many front ends have them.
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

// Every two of the options meet. `exact` is `exactOptionalPropertyTypes`.
const PAIRS = [
  { module: 'nodenext', mode: 'legacy', exact: true },
  { module: 'nodenext', mode: 'standard', exact: false },
  { module: 'bundler', mode: 'legacy', exact: false },
  { module: 'bundler', mode: 'standard', exact: true },
];

/** The names that are used, then one check per compiler and set of options. */
export const TYPE_CHECKS = [
  { name: 'Every exported name is used by a program in types/', run: checkNames },
  ...TYPESCRIPTS.flatMap((typescript) =>
    PAIRS.map(({ module, mode, exact }) => ({
      name: `TypeScript ${typescript.version}, ${module}, ${mode}${exact ? ', exact' : ''}`,
      run: () => compile(typescript, { module, mode, exact }),
    })),
  ),
];

async function checkNames() {
  const { name, exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const programs = PROGRAMS.flatMap((folder) =>
    readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8')),
  );
  const unused = [];
  let count = 0;
  for (const [entry, { types }] of Object.entries(exports).filter(([path]) => path !== './package.json')) {
    const names = exportedNames(readFileSync(`${ROOT}${types}`, 'utf8'));
    if (names.length === 0) throw new Error(`${entry}: no exported name found in ${types}.`);
    count += names.length;
    const module = entry.replace('.', name);
    unused.push(
      ...names.filter((each) => !programs.some((text) => uses(text, each, module))).map((each) => `${module}: ${each}`),
    );
  }
  if (unused.length > 0) throw new Error(`Not used in types/:\n${unused.join('\n')}`);
  return `${count} names`;
}

/** The entries are explicit lists, `export { A, B as C } from` and `export type { D } from`, or one file each. */
function exportedNames(declarations) {
  const code = declarations.replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  const lists = [...code.matchAll(/export (?:type )?\{([^}]*)\}/g)];
  const declared = [...code.matchAll(/export (?:declare function|interface|type) (\w+)/g)];
  if (lists.length + declared.length !== code.match(/\bexport\b/g)?.length) {
    throw new Error('An entry exports more than lists of names, functions and types.');
  }
  return lists.flatMap(([, list]) => list.split(',').map((each) => each.trim().split(' as ').at(-1))).filter(Boolean);
}

/** Whether a program imports a name from a module and then does something with it. */
function uses(text, name, module) {
  const imports = [...text.matchAll(/import (?:type )?\{([^}]*)\} from '([^']*)'/g)];
  const isImported = imports.some(([, list, from]) => from === module && new RegExp(`\\b${name}\\b`).test(list));
  const rest = imports.reduce((left, [statement]) => left.replace(statement, ''), text).replace(/\/\/.*/g, '');
  return isImported && new RegExp(`\\b${name}\\b`).test(rest);
}

async function compile({ version, bin }, { module, mode, exact }) {
  // The declarations of all libraries take the older compilers half a minute: once is enough.
  const checksLibraries = exact && (module === 'nodenext' || Number.parseInt(version, 10) >= 7);
  const compilerOptions = {
    target: 'ES2022',
    ...MODULES[module],
    ...MODES[mode],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: exact,
    skipLibCheck: !checksLibraries,
    types: ['node'],
    noEmit: true,
  };
  const others = [mode === 'legacy' ? 'standard.ts' : 'legacy.ts', ...(module === 'bundler' ? ['commonjs.cts'] : [])];
  const files = readdirSync(`${HERE}types`).filter((name) => !others.includes(name));
  const folder = `${HERE}out/types-${version}-${module}-${mode}-${exact ? 'exact' : 'loose'}`;
  mkdirSync(folder, { recursive: true });
  const config = { compilerOptions, files: files.map((name) => `../../types/${name}`) };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config, null, 2));
  const { exitCode, output } = await runProgram([bin, '-p', folder]);
  if (exitCode !== 0) throw new Error(output);
  return `${files.length} programs${checksLibraries ? ', libraries too' : ''}`;
}
