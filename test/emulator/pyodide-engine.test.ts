import { expect } from 'chai';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Interpreter } from '../../src/emulator/engine.js';
import { PyodideEngine } from '../../src/emulator/pyodide-engine.js';
import { createSnapshotCache } from '../../src/emulator/snapshot-cache.js';

const LIMITS = { memoryMb: 512, maxDataBytes: 3_000_000, maxDataFiles: 5 };
const RUN = { timeoutMs: 5000, maxOutputCharacters: 1000 };

describe('PyodideEngine', function () {
  this.timeout(60_000);
  const guard = { watch: () => () => undefined, release: () => Promise.resolve() };
  let folder: string;
  let engine: PyodideEngine;
  const start = (name: string): Promise<Interpreter> => {
    const directory = join(folder, name);
    mkdirSync(directory);
    return engine.start(directory, LIMITS);
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')));
  });
  afterEach(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });

  it('starts cold from a broken snapshot, and puts a good one in its place', async () => {
    const cache = createSnapshotCache('key', [join(folder, 'cache')]);
    const path = cache.store(Buffer.from('not a snapshot')) ?? '';
    engine = new PyodideEngine(guard, { cache });
    const first = await start('one');
    expect((await first.run('6 * 7', RUN)).value).to.include({ value: 42 });
    expect(statSync(path).size).to.be.greaterThan(10_000_000);
    const begun = performance.now();
    const second = await start('two');
    expect((await second.run('6 * 7', RUN)).value).to.include({ value: 42 });
    expect(performance.now() - begun).to.be.lessThan(5000);
  });

  it('starts without any cache, gives each session its own randomness, and holds it to its quota', async () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, '');
    engine = new PyodideEngine(guard, { cache: createSnapshotCache('key', [blocked]) });
    const [one, two] = await Promise.all([start('one'), start('two')]);
    const draws = await Promise.all([one, two].map((each) => each.run('import random\nrandom.random()', RUN)));
    expect(draws[0]?.value).not.to.deep.equal(draws[1]?.value);
    const large = await one.run('open("/mnt/data/big", "wb").write(b"x" * 4_000_000)', RUN);
    expect(large.error?.message).to.contain('No space left on device');
    const many = await two.run('for n in range(6): open(f"/mnt/data/{n}", "w").close()', RUN);
    expect(many.error?.message).to.contain('No space left on device');
    const heard: string[] = [];
    await two.run('print("as it is printed")', { ...RUN, onOutput: (stream, text) => heard.push(stream + text) });
    expect(heard.join('')).to.contain('stdoutas it is printed');
  });

  it('rejects a start, and starts nothing more, once it is closed', async () => {
    engine = new PyodideEngine(guard);
    await engine.close();
    const failure: unknown = await start('one').catch((error: unknown) => error);
    expect(failure).to.have.property('name', 'InterpreterStartError');
  });
});
