// What comes along with the package.
import { installedPackages, PACKAGE } from './stranger.mjs';
import { runTool } from './run-tool.mjs';

const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);
// Copyleft of files, used unmodified, and optional: the README says so.
const NAMED = new Map([['pyodide', 'MPL-2.0']]);

export function checkInstallScripts(home) {
  const installed = installedPackages(home);
  const withScripts = installed.filter(({ noted, manifest }) => {
    const { preinstall, install, postinstall } = manifest.scripts ?? {};
    return noted.hasInstallScript === true || preinstall || install || postinstall;
  });
  if (withScripts.length > 0) throw new Error(withScripts.map(({ path }) => path).join('\n'));
  return `none among ${installed.length} packages`;
}

export function checkLicences(home) {
  const counts = new Map();
  const wrong = [];
  for (const { path, manifest } of installedPackages(home)) {
    const licence = typeof manifest.license === 'string' ? manifest.license : String(manifest.license?.type);
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
    if (!isPermissive(licence) && NAMED.get(manifest.name) !== licence) wrong.push(`${path}: ${licence}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return [...counts].map(([licence, count]) => `${count} ${licence}`).join(', ');
}

function isPermissive(licence) {
  const choices = licence.replace(/^\(|\)$/g, '').split(/ OR /);
  return choices.some((choice) => choice.split(/ AND /).every((part) => PERMISSIVE.has(part)));
}

/** @returns a reason to skip it, or what was found */
export async function checkAudit(home) {
  const { stdout, output } = await runTool('npm', ['audit', '--omit=dev', '--json'], { cwd: home });
  const answer = parse(stdout);
  if (answer?.metadata?.vulnerabilities === undefined)
    return { skipped: `the registry has no audit: ${firstLine(answer?.message ?? output).replace(/ - .*/, '')}` };
  const { total } = answer.metadata.vulnerabilities;
  if (total > 0) throw new Error(Object.keys(answer.vulnerabilities).join(', '));
  return 'no vulnerability';
}

/** Optional parts may be left out: the root does not miss them. */
export function checkDirectDependencies(home) {
  const own = installedPackages(home).find(({ manifest }) => manifest.name === PACKAGE);
  const names = Object.keys(own?.manifest.dependencies ?? {});
  return `${names.length} direct: ${names.join(', ')}`;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstLine(text) {
  return (
    String(text)
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.slice(0, 120) ?? 'no answer'
  );
}
