import { expect } from 'chai';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Interpreter } from '../../src/emulator/engine.js';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { PyodideEngine } from '../../src/emulator/pyodide-engine.js';
import type { PackageSource } from '../../src/emulator/pyodide-packages.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { type Answer, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';
import { greeting, LOCK_FILE, serveWheels } from '../helpers/test-wheels.js';

const LIMITS = { memoryMb: 512, maxDataBytes: 3_000_000, maxDataFiles: 50 };
const RUN = { timeoutMs: 5000, maxOutputCharacters: 1000 };

describe('PyodideEngine with packages', function () {
  this.timeout(60_000);
  const guard = { watch: () => () => undefined, release: () => Promise.resolve() };
  const engines: PyodideEngine[] = [];
  let folder: string;
  const anEngine = (source: PackageSource): PyodideEngine => {
    const packages = { lockFile: LOCK_FILE, cacheFolders: [join(folder, 'cache')], ...source };
    const engine = new PyodideEngine(guard, { packages });
    engines.push(engine);
    return engine;
  };
  const online = async (answer: Answer = serveWheels): Promise<PyodideEngine> =>
    anEngine({ mode: 'online', baseUrl: `${(await startLoopback(answer)).origin}/full/` });
  const start = (engine: PyodideEngine, directory = mkdtempSync(join(folder, 'data-'))): Promise<Interpreter> =>
    engine.start(realpathSync(directory), LIMITS);
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'packages-')));
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
    await stopLoopbacks();
    rmSync(folder, { recursive: true });
  });

  it('has what a cell imports in place before it runs, and lists it as installed', async () => {
    const interpreter = await start(await online());
    const first = await interpreter.run('%matplotlib inline\nimport politeness\npoliteness.please()', RUN);
    expect(first.value).to.include({ value: 'hello, please' });
    const listing = 'from importlib.metadata import distributions, version\nsorted(d.name for d in distributions()), ';
    const listed = await interpreter.run(`${listing}version("greeting")`, RUN);
    expect(listed.value).to.include({ text: "(['greeting', 'polite-ness'], '1.0')" });
    // The cell that awaits, and the one that imports what is there.
    const later = await interpreter.run('import asyncio, greeting\nawait asyncio.sleep(0)\ngreeting.hello()', RUN);
    expect(later.value).to.include({ value: 'hello' });
  });

  it('says what to do about a module that is not there, and lets code do without it', async () => {
    const interpreter = await start(anEngine({ mode: 'off' }));
    const { error } = await interpreter.run('import greeting.inner', RUN);
    expect(error?.name).to.equal('ModuleNotFoundError');
    expect(error?.message).to.match(
      /^No module named 'greeting' \(the emulator was started without packages; .*--packages online.*--engine python\)/,
    );
    const tried = 'try:\n    import greeting\n    found = True\nexcept ModuleNotFoundError:\n    found = False\nfound';
    expect((await interpreter.run(tried, RUN)).value).to.include({ value: false });
    const computed = await interpreter.run('import importlib\nimportlib.import_module("greeting_" + "two")', RUN);
    expect(computed.error?.message).to.equal(
      "No module named 'greeting_two' (the emulator's Pyodide has nothing of that name)",
    );
  });

  it('loads what is compiled, and says which of it would have to generate code', async () => {
    const interpreter = await start(await online());
    expect((await interpreter.run('import native\nnative.twice(21)', RUN)).value).to.include({ value: 42 });
    const { error, stderr } = await interpreter.run('import scripted', RUN);
    expect(error?.name).to.equal('ImportError');
    expect(stderr, stderr).to.match(
      /^The emulator could not load a package\. scripted: it generates code.*--engine python/,
    );
  });

  it('loads packages again when the interpreter was lost', async () => {
    const engine = await online();
    const directory = mkdtempSync(join(folder, 'data-'));
    const first = await start(engine, directory);
    await first.run('import greeting', RUN);
    expect((await first.run('import os\nos._exit(3)', RUN)).status).to.equal('died');
    const second = await start(engine, directory);
    expect((await second.run('import greeting\ngreeting.hello()', RUN)).value).to.include({ value: 'hello' });
  });

  it('does not count the time that packages take, and still ends what runs too long', async () => {
    const other = await start(anEngine({ mode: 'off' }));
    const short = { ...RUN, timeoutMs: 300 };
    const engine = await online(async (request, response) => {
      // More than the cell has passes before the package comes.
      expect((await other.run('while True: pass', short)).status).to.equal('timeout');
      await serveWheels(request, response);
    });
    const interpreter = await start(engine);
    expect((await interpreter.run('import greeting\ngreeting.hello()', short)).value).to.include({ value: 'hello' });
    const endless = 'try:\n    import nowhere\nexcept ImportError:\n    pass\nwhile True: pass';
    expect((await interpreter.run(endless, short)).status).to.equal('timeout');
    expect((await interpreter.run('greeting.hello()', RUN)).value).to.include({ value: 'hello' });
  });

  it('gives code no more of the host than it had, and a cap on its own files that packages do not touch', async () => {
    const engine = await online();
    const interpreter = await start(engine);
    const spy = `
import pyodide._package_loader as loader
seen = []
original = loader.unpack_buffer
def unpack_buffer(buffer, **rest):
    seen.append(buffer.constructor.name)
    return original(buffer, **rest)
loader.unpack_buffer = unpack_buffer
`;
    await interpreter.run(spy, RUN);
    expect((await interpreter.run('import greeting\nseen', RUN)).value).to.include({ text: "['Uint8Array']" });
    const [version = ''] = readdirSync(join(folder, 'cache', 'packages'));
    const path = JSON.stringify(join(folder, 'cache', 'packages', version, greeting.fileName));
    expect((await interpreter.run(`open(${path}, "rb").read()`, RUN)).error?.name).to.equal('FileNotFoundError');
    const { error } = await interpreter.run('open("/tmp/big", "wb").write(bytes(300 * 1024 * 1024))', RUN);
    expect(error?.message).to.contain('No space left on device');
  });
});

describe('SessionPoolEmulator with packages', () => {
  after(stopLoopbacks);

  it('tells the caller of a pool what became of a package', async () => {
    const mirror = await startLoopback(text(503, 'no'));
    const emulator = await SessionPoolEmulator.start({ packages: 'online', packagesBaseUrl: mirror.origin });
    try {
      const { stderr } = await requestsTo(emulator).execute('import numpy');
      expect(stderr).to.match(
        /ModuleNotFoundError: No module named 'numpy' \(the package numpy could not be had from 127\.0\.0\.1:\d+: the server answered 503; .*--engine python\); the cloud's Python pools have numpy\)/,
      );
    } finally {
      await emulator.stop();
    }
  });
});
