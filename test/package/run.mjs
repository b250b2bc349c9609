// Looks at the package as its users get it: one line for each check, exit code 1 if one fails.
import { checkEsbuild, checkEsbuildEmulator, checkVite } from './check-bundles.mjs';
import { checkFiles, checkPublint, checkTypesResolve } from './check-contents.mjs';
import { checkAudit, checkDirectDependencies, checkInstallScripts, checkLicences } from './check-dependencies.mjs';
import * as programs from './check-programs.mjs';
import { installedPackages, makeFolder, packInto, removeFolder, settleStranger } from './stranger.mjs';

const NODES = [20, 22, 24, 26];
const TYPES = [
  { name: 'nodenext', source: 'types.mts', options: { module: 'nodenext' } },
  { name: 'nodenext-commonjs', source: 'types.cts', options: { module: 'nodenext' } },
  { name: 'bundler', source: 'types.ts', options: { module: 'esnext', moduleResolution: 'bundler' } },
];

const counts = { passed: 0, failed: 0, skipped: 0 };
const folder = makeFolder();
try {
  const { tarball, report } = await packInto(folder);
  await check('The tarball has the files it should have', () => checkFiles(report));
  await check('Types resolve (attw, ESM only)', () => checkTypesResolve(tarball));
  let home;
  await check('It installs into an empty folder', async () => {
    home = await settleStranger(tarball, folder);
    return `${installedPackages(home).length} packages`;
  });
  if (home !== undefined) await checkInstalled(home);
} finally {
  removeFolder(folder);
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function checkInstalled(home) {
  await check('publint has nothing to say', () => checkPublint(home));
  await check('Direct dependencies', () => checkDirectDependencies(home));
  await check('No install scripts', () => checkInstallScripts(home));
  await check('Licences are permissive', () => checkLicences(home));
  await check('No known vulnerabilities', () => checkAudit(home));
  await check('Every entry loads', () => programs.checkEntries(home));
  for (const version of NODES) {
    let node;
    await check(`Node ${version}: import, the kernel and the emulator`, async () => {
      node = await programs.findNode(version);
      return programs.checkImport(home, node);
    });
    if (node === undefined) continue;
    await check(`Node ${version}: require`, () => programs.checkRequire(home, node));
    await check(`Node ${version}: the command`, () => programs.checkCommand(home, node));
  }
  await check('Without the optional Pyodide', () => programs.checkWithoutPyodide(home));
  for (const types of TYPES) await check(`Strict types: ${types.name}`, () => programs.checkTypes(home, types));
  await check('esbuild, experimental decorators', () => checkEsbuild(home, folder, { experimentalDecorators: true }));
  await check('esbuild, standard decorators', () => checkEsbuild(home, folder, { experimentalDecorators: false }));
  await check('esbuild, the emulator', () => checkEsbuildEmulator(home, folder));
  await check('Vite', () => checkVite(home, folder));
}

async function check(name, run) {
  const start = performance.now();
  let mark = 'ok     ';
  let detail;
  try {
    detail = await run();
    if (detail?.skipped !== undefined) [mark, detail] = ['skipped', detail.skipped];
  } catch (error) {
    mark = 'FAILED ';
    detail = `\n${String(error.message).replace(/^/gm, '      ')}`;
  }
  counts[{ 'ok     ': 'passed', 'FAILED ': 'failed', skipped: 'skipped' }[mark]] += 1;
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  console.log(`  ${mark}  ${name.padEnd(52)} ${seconds.padStart(7)}  ${detail}`.trimEnd());
}
