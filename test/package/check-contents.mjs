// What is in the tarball, and whether its manifest leads everywhere it should.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { installedManifest, PACKAGE, ROOT } from './stranger.mjs';

const BESIDE_DIST = ['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json'];
// ESM only, on purpose: Node requires it too (20.19 and newer). Resolvers that know no `exports` get the root alone.
const ACCEPTED_PROBLEMS = new Set(['CJSResolvesToESM']);
const LARGEST_TARBALL_BYTES = 1_050_000;

/** The files are those that the sources make, and no others. */
export function checkFiles(report) {
  const packed = report.files.map(({ path }) => path).sort();
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  // The README leads to them.
  const samples = readdirSync(join(ROOT, 'samples'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  const expected = [
    ...BESIDE_DIST,
    ...samples.map((name) => `samples/${name.replaceAll('\\', '/')}`),
    ...pages.map((name) => `docs/${name}`),
    ...readdirSync(join(ROOT, 'src'), { recursive: true }).flatMap(filesFrom),
  ].sort();
  const surplus = packed.filter((path) => !expected.includes(path));
  const missing = expected.filter((path) => !packed.includes(path));
  if (surplus.length + missing.length > 0)
    throw new Error(`not expected: ${surplus.join(', ') || 'none'}\nmissing: ${missing.join(', ') || 'none'}`);
  if (report.size > LARGEST_TARBALL_BYTES) throw new Error(`The tarball has ${report.size} bytes.`);
  return `${packed.length} files, ${Math.round(report.size / 1000)} kB packed`;
}

function filesFrom(path) {
  const file = `dist/${path.replaceAll('\\', '/')}`;
  if (/\.d\.m?ts$/.test(file)) return [];
  if (file.endsWith('.py')) return [file];
  // What a sandbox is given as it is has no extension; nor have folders.
  if (extname(file) === '') return statSync(join(ROOT, 'src', path)).isFile() ? [file] : [];
  const source = /^(.*)\.(m?)ts$/.exec(file);
  if (source === null) return [];
  const [, stem, m] = source;
  return [`${stem}.${m}js`, `${stem}.${m}js.map`, `${stem}.d.${m}ts`];
}

export async function checkPublint(home) {
  const { messages } = await publint({ pkgDir: join(home, 'node_modules', PACKAGE), strict: true, pack: false });
  const manifest = installedManifest(home);
  if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, manifest)).join('\n'));
  return 'no message';
}

export async function checkTypesResolve(tarball) {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  const problems = analysis.problems.filter(
    (problem) => !ACCEPTED_PROBLEMS.has(problem.kind) && !isOldResolver(problem),
  );
  if (problems.length > 0) throw new Error(problems.map((problem) => JSON.stringify(problem)).join('\n'));
  return `${Object.keys(analysis.entrypoints).length} entries`;
}

/** Before TypeScript 4.7, and without `exports`. */
function isOldResolver({ resolutionKind, resolutionOption }) {
  return resolutionKind === 'node10' || resolutionOption === 'node10';
}
