// A folder that knows nothing of this checkout, with the package installed as its users install it.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOrThrow } from './run-tool.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PACKAGE = 'dynamic-sessions-kernel';

/** Packs what has been built. */
export async function packInto(folder) {
  const { stdout } = await runOrThrow('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const parsed = JSON.parse(stdout);
  const [report] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  return { tarball: join(folder, report.filename), report };
}

/** An empty folder with the tarball installed, and the programs beside it. */
export async function settleStranger(tarball, folder) {
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'stranger', version: '1.0.0', type: 'module' }));
  await runOrThrow('npm', ['install', '--no-fund', '--no-audit', '--prefer-offline', tarball], { cwd: home });
  cpSync(new URL('programs', import.meta.url), home, { recursive: true });
  return home;
}

export function makeFolder() {
  return mkdtempSync(join(tmpdir(), 'package-'));
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
}

/** The manifest of the package as it was installed. */
export function installedManifest(home) {
  return JSON.parse(readFileSync(join(home, 'node_modules', PACKAGE, 'package.json'), 'utf8'));
}

/** Every package that is installed beside it: where, its manifest, and what npm noted. */
export function installedPackages(home) {
  const { packages } = JSON.parse(readFileSync(join(home, 'node_modules/.package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => existsSync(join(home, path, 'package.json')))
    .map(([path, noted]) => ({
      path,
      noted,
      manifest: JSON.parse(readFileSync(join(home, path, 'package.json'), 'utf8')),
    }));
}
