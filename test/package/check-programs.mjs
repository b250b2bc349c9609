// The package in use: on every Node, with `import` and `require`, from the command line, and under strict TypeScript.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow, runTool } from './run-tool.mjs';
import { installedManifest, PACKAGE, ROOT } from './stranger.mjs';

// Entries that are adapters over another package: without it they do not load, and the message names it.
const NEEDS_A_PEER = new Map([
  ['./langchain', '@langchain/core'],
  ['./mcp', '@modelcontextprotocol/server'],
]);
const STRICT = {
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'ES2022',
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  types: ['node'],
};

/** Where npx keeps a version of Node. */
export async function findNode(version) {
  const { stdout } = await runOrThrow('npx', ['-y', `node@${version}`, '-p', 'process.execPath']);
  return stdout.trim().split('\n').at(-1);
}

export async function checkImport(home, node) {
  return expectOutput(await runOrThrow(node, ['use.mjs'], { cwd: home }), 'Status: Succeeded Result: 5050 function');
}

export async function checkRequire(home, node) {
  const outcome = await runOrThrow(node, ['use.cjs'], { cwd: home });
  // Node 20 calls it an experiment.
  const warnings = outcome.stderr
    .split('\n')
    .filter((line) => line !== '' && !/ExperimentalWarning|--trace-warnings/.test(line));
  if (warnings.length > 0) throw new Error(outcome.stderr);
  return expectOutput(outcome, '42 function');
}

export async function checkCommand(home, node) {
  const program = join(home, 'node_modules/.bin/dynamic-sessions');
  const environment = { ACA_POOL_MANAGEMENT_ENDPOINT: '' };
  const { stdout } = await runOrThrow(node, [program, 'exec', '6 * 7'], { cwd: home, env: environment });
  return expectOutput({ stdout }, '42');
}

/** Without the optional dependency everything loads, and the emulator says what to install. */
export async function checkWithoutPyodide(home) {
  const [place, aside] = [join(home, 'node_modules/pyodide'), join(home, 'pyodide-set-aside')];
  renameSync(place, aside);
  try {
    await checkRequire(home, process.execPath);
    const { exitCode, stderr } = await runTool(process.execPath, ['node_modules/.bin/dynamic-sessions', 'exec', '1'], {
      cwd: home,
      env: { ACA_POOL_MANAGEMENT_ENDPOINT: '' },
    });
    if (exitCode === 0 || !/npm install pyodide@/.test(stderr)) throw new Error(`It ended with ${exitCode}: ${stderr}`);
    return 'the command names it';
  } finally {
    renameSync(aside, place);
  }
}

/** Every entry loads with nothing but what was installed, or names what it is an adapter for. */
export async function checkEntries(home) {
  const entries = entriesOf(home);
  for (const entry of entries) {
    const { exitCode, stderr } = await runTool(
      process.execPath,
      ['--input-type=module', '-e', `await import('${nameOf(entry)}')`],
      {
        cwd: home,
      },
    );
    const peer = NEEDS_A_PEER.get(entry);
    const asExpected = peer === undefined ? exitCode === 0 : exitCode !== 0 && stderr.includes(peer);
    if (!asExpected) throw new Error(`${nameOf(entry)}: ${stderr.slice(0, 2000)}`);
  }
  return `${entries.length} entries`;
}

/** Compiles a program that names every entry; the declarations of the package are checked too. */
export async function checkTypes(home, { name, options, source }) {
  await installTypes(home);
  const entries = entriesOf(home).filter((entry) => !NEEDS_A_PEER.has(entry));
  const lines = entries.map((entry, index) =>
    source.endsWith('.cts')
      ? `import entry${index} = require('${nameOf(entry)}');`
      : `import * as entry${index} from '${nameOf(entry)}';`,
  );
  const use = entries.map((_, index) => `entry${index}`).join(', ');
  writeFileSync(join(home, source), `${lines.join('\n')}\nconsole.log([${use}].length);\n`);
  const config = join(home, `tsconfig.${name}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files: [source] }));
  await runOrThrow(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], { cwd: home });
  return `${entries.length} entries`;
}

async function installTypes(home) {
  if (existsSync(join(home, 'node_modules/@types/node'))) return;
  const install = ['install', '--no-fund', '--no-audit', '--prefer-offline', '--save-dev', '@types/node@20'];
  await runOrThrow('npm', install, { cwd: home });
}

function entriesOf(home) {
  return Object.keys(installedManifest(home).exports).filter((entry) => entry !== './package.json');
}

function nameOf(entry) {
  return entry.replace('.', PACKAGE);
}

function expectOutput({ stdout }, expected) {
  if (stdout.trim() !== expected)
    throw new Error(`It printed ${JSON.stringify(stdout)} instead of ${JSON.stringify(expected)}.`);
  return expected;
}
