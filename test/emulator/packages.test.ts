import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { PackageSupply } from '../../src/emulator/package-supply.js';
import { createPyodidePackages, type PackageSource } from '../../src/emulator/pyodide-packages.js';
import { makeLockFile } from '../helpers/make-wheel.js';
import {
  type Answer,
  cutOff,
  hangUp,
  type Loopback,
  stall,
  startLoopback,
  stopLoopbacks,
  text,
} from '../helpers/start-loopback.js';
import { greeting, LOCK_FILE, politeness, serveWheels, WHEELS } from '../helpers/test-wheels.js';

const VERSION = '1.2.3';
const STORE_TWICE = fileURLToPath(new URL('../helpers/store-repeatedly.js', import.meta.url));

describe('createPyodidePackages', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'packages-')));
  });
  afterEach(async () => {
    await stopLoopbacks();
    rmSync(folder, { recursive: true });
  });
  const supply = (source: PackageSource): PackageSupply =>
    createPyodidePackages(
      { version: VERSION, lockFile: LOCK_FILE },
      { cacheFolders: [join(folder, 'cache')], ...source },
    );
  const online = (mirror: Loopback): PackageSupply => supply({ mode: 'online', baseUrl: `${mirror.origin}/full` });
  const cached = (): string[] => readdirSync(join(folder, 'cache', 'packages', VERSION)).sort();
  const loaded = async (from: PackageSupply, ...modules: string[]): Promise<string[]> =>
    (await from.provide(modules)).packages.map(({ name }) => name);

  it('downloads a package and what it depends on, in the order in which they are to be loaded', async () => {
    const mirror = await startLoopback(serveWheels);
    const packages = online(mirror);
    expect(await packages.provide(['politeness'])).to.deep.include({ missing: {} });
    expect(await loaded(packages, 'politeness', 'greeting')).to.deep.equal(['greeting', 'polite-ness']);
    expect(mirror.requests).to.have.length(2);
    expect(cached()).to.deep.equal(WHEELS.map(({ fileName }) => fileName).sort());
    expect(readFileSync(join(packages.directory ?? '', greeting.fileName))).to.deep.equal(greeting.content);
  });

  it('needs no server for what is in the cache', async () => {
    const mirror = await startLoopback(serveWheels);
    await online(mirror).provide(['politeness']);
    expect(await loaded(supply({ mode: 'cache' }), 'politeness')).to.deep.equal(['greeting', 'polite-ness']);
    expect(await loaded(online(mirror), 'politeness')).to.deep.equal(['greeting', 'polite-ness']);
    expect(mirror.requests).to.have.length(2);
  });

  it('downloads once what is asked for many times at a time', async () => {
    const mirror = await startLoopback(serveWheels);
    const packages = online(mirror);
    const provisions = await Promise.all(
      ['greeting', 'politeness', 'greeting'].map((name) => packages.provide([name])),
    );
    expect(provisions.map(({ missing }) => missing)).to.deep.equal([{}, {}, {}]);
    expect(mirror.requests).to.have.length(2);
  });

  it('follows a redirect', async () => {
    const mirror = await startLoopback(
      (_request, response) => void response.writeHead(302, { location: '/elsewhere/x' }).end(),
      (_request, response) => void response.end(greeting.content),
    );
    expect(await loaded(online(mirror), 'greeting')).to.deep.equal(['greeting']);
  });

  const failures: readonly (readonly [string, Answer, RegExp])[] = [
    ['has another hash', text(200, 'not the wheel'), /: what came does not have the hash of the lock file/],
    ['is cut off', cutOff('PK'), /: the connection failed/],
    ['is refused', text(500, 'no'), /: the server answered 500;/],
    ['is not there', text(404, 'no'), /: the server answered 404;/],
    ['never comes', hangUp, /: the connection failed \(/],
  ];
  for (const [what, answer, reason] of failures) {
    it(`says why, keeps nothing, and asks again the next time, when a package ${what}`, async () => {
      const packages = online(await startLoopback(answer, serveWheels));
      const { missing, packages: none } = await packages.provide(['greeting']);
      expect(none).to.deep.equal([]);
      expect(missing['greeting']).to.match(/^the package greeting could not be had from 127\.0\.0\.1:\d+: /);
      expect(missing['greeting']).to.match(reason);
      expect(cached()).to.deep.equal([]);
      expect(await loaded(packages, 'greeting')).to.deep.equal(['greeting']);
    });
  }

  it('provides no package without all that it depends on, and the others all the same', async () => {
    const mirror = await startLoopback((request, response) =>
      request.url.pathname.includes('polite') ? text(500, 'no')(request, response) : serveWheels(request, response),
    );
    const { packages, missing } = await online(mirror).provide(['politeness', 'greeting']);
    expect(packages.map(({ name }) => name)).to.deep.equal(['greeting']);
    expect(missing['politeness']).to.match(/^the package polite-ness could not be had/);
  });

  it('does not use a file of the cache that is not what the lock file says', async () => {
    await online(await startLoopback(serveWheels)).provide(['greeting']);
    const path = join(folder, 'cache', 'packages', VERSION, greeting.fileName);
    writeFileSync(path, 'something else');
    const { missing } = await supply({ mode: 'cache' }).provide(['greeting']);
    expect(missing['greeting']).to.match(/^the package greeting is not in the emulator's cache; .*--packages online/);
    expect(await loaded(online(await startLoopback(serveWheels)), 'greeting')).to.deep.equal(['greeting']);
    expect(readFileSync(path)).to.deep.equal(greeting.content);
  });

  it('says what to do about a module when it is off, and makes no folder', async () => {
    const { packages, missing } = await supply({ mode: 'off' }).provide(['greeting', 'nowhere', 'pkg_resources']);
    expect(packages).to.deep.equal([]);
    expect(missing['greeting']).to.match(
      /^the emulator was started without packages; .*--packages online.*--engine python/,
    );
    expect(missing['nowhere']).to.match(/^Pyodide has no package with it; .*--engine python/);
    expect(missing['pkg_resources']).to.contain('importlib.metadata');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('refuses to be without a place, and takes the next one where the first will not do', async () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, '');
    expect(() => supply({ mode: 'cache', cacheFolders: [blocked] }))
      .to.throw(/No folder for the emulator's packages/)
      .with.property('code', 'invalid_options');
    const { directory } = supply({ mode: 'cache', cacheFolders: [blocked, join(folder, 'second')] });
    expect(directory).to.equal(join(folder, 'second', 'packages', VERSION) + '/');
  });

  it('removes what a download that was killed has left behind, after a day', () => {
    supply({ mode: 'cache' });
    const place = join(folder, 'cache', 'packages', VERSION);
    for (const name of ['old.draft', 'new.draft', 'old.whl']) writeFileSync(join(place, name), '');
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    for (const name of ['old.draft', 'old.whl']) utimesSync(join(place, name), twoDaysAgo, twoDaysAgo);
    supply({ mode: 'cache' });
    expect(cached()).to.deep.equal(['new.draft', 'old.whl']);
  });

  it('refuses a lock file whose names would lead elsewhere', () => {
    for (const wrong of [{ file_name: '../greeting.whl' }, { file_name: 'a/b.whl' }, { sha256: '' }, { name: 1 }]) {
      const lockFile = makeLockFile([{ ...greeting, lockEntry: { ...greeting.lockEntry, ...wrong } }]);
      expect(() => supply({ mode: 'cache', lockFile }), JSON.stringify(wrong)).to.throw(/lock file/);
    }
  });

  it('finds its packages in the lock file of the installed Pyodide', async () => {
    const { findPyodide } = await import('../../src/emulator/pyodide-package.js');
    const asked: string[] = [];
    const mirror = await startLoopback(({ url }, response) => {
      asked.push(url.pathname.slice(1));
      response.writeHead(500).end();
    });
    const source = { mode: 'online', baseUrl: mirror.origin, cacheFolders: [join(folder, 'cache')] } as const;
    const { missing } = await createPyodidePackages(findPyodide(), source).provide(['pandas', 'sklearn', 'PIL']);
    expect(Object.keys(missing)).to.deep.equal(['pandas', 'sklearn', 'PIL']);
    expect(asked.map((name) => name.split('-')[0])).to.include.members(['numpy', 'pandas', 'scikit_learn', 'pillow']);
  });

  it('waits no longer for what it downloads once it is closed, and leaves nothing of it', async () => {
    const arrived: (() => void)[] = [];
    const mirror = await startLoopback((request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('PK');
      arrived.forEach((call) => call());
      return stall(request, response);
    });
    const packages = online(mirror);
    const provision = packages.provide(['greeting']);
    await new Promise<void>((resolve) => arrived.push(resolve));
    packages.close();
    expect((await provision).missing['greeting']).to.contain('the emulator was stopped');
    expect(cached()).to.deep.equal([]);
  });

  it('is safe with other programs that download the same at the same time', async () => {
    const mirror = await startLoopback(serveWheels);
    const program = (): Promise<string> => {
      const args = [STORE_TWICE, join(folder, 'cache'), `${mirror.origin}/full`];
      return readText(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout);
    };
    expect(await Promise.all([program(), program(), program()])).to.deep.equal(['whole\n', 'whole\n', 'whole\n']);
    expect(cached()).to.deep.equal(WHEELS.map(({ fileName }) => fileName).sort());
    expect(politeness.content).to.deep.equal(
      readFileSync(join(folder, 'cache', 'packages', VERSION, politeness.fileName)),
    );
  });
});
