import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Interpreter } from '../../src/emulator/engine.js';
import { PyodideEngine } from '../../src/emulator/pyodide-engine.js';
import { findPyodide } from '../../src/emulator/pyodide-package.js';
import { createSnapshotCache } from '../../src/emulator/snapshot-cache.js';

// Where a snapshot says which build of Pyodide it belongs to.
const BUILD_ID_AT = 16;
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

  it('starts cold when every snapshot is broken in its own way, and puts a good one in their place', async () => {
    const usual = createSnapshotCache(findPyodide().snapshotKey);
    engine = new PyodideEngine(guard, { cache: usual });
    await start('to have one');
    await engine.close();
    const good = readFileSync(usual.find() ?? '');

    const cache = createSnapshotCache('key', [join(folder, 'cache')]);
    cache.store(Buffer.from('not a snapshot'));
    cache.store(good.subarray(0, good.length / 2));
    cache.store(Buffer.from(good).fill(1, BUILD_ID_AT, BUILD_ID_AT + 32));
    // Nothing but its content tells that this one is not as it was written.
    writeFileSync(cache.store(good) ?? '', Buffer.from(good).fill(1, good.length - 1));
    const broken = readdirSync(join(folder, 'cache'));
    expect(broken).to.have.length(4);

    engine = new PyodideEngine(guard, { cache: createSnapshotCache('key', [join(folder, 'cache')]) });
    const interpreters = await Promise.all([start('one'), start('two')]);
    for (const each of interpreters) expect((await each.run('6 * 7', RUN)).value).to.include({ value: 42 });
    const [replacement = '', ...others] = readdirSync(join(folder, 'cache'));
    expect(others).to.deep.equal([]);
    expect(broken).not.to.include(replacement);
    expect((await (await start('three')).run('6 * 7', RUN)).value).to.include({ value: 42 });
    expect(readdirSync(join(folder, 'cache'))).to.deep.equal([replacement]);
  });

  it('does not grow in a thousand executions', async function () {
    if (process.platform !== 'linux') return this.skip();
    engine = new PyodideEngine(guard);
    const interpreter = await start('one');
    const { processId } = interpreter.stats();
    const resident = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]) / 1024;
    const cells = [
      '1 + 1',
      'x = list(range(1000))\nlen(x)',
      'print("x" * 50)',
      'import asyncio\nawait asyncio.sleep(0)',
      '1 / 0',
    ];
    const runMany = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) await interpreter.run(cells[n % cells.length] ?? '', RUN);
    };
    await runMany(200);
    const before = resident();
    await runMany(1000);
    expect(resident() - before, 'MiB').to.be.lessThan(16);
    expect(before).to.be.lessThan(250);
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

  it('counts what is uploaded, before a cell and while it runs', async () => {
    engine = new PyodideEngine(guard);
    const interpreter = await start('one');
    const upload = (name: string, bytes: number): void => writeFileSync(join(folder, 'one', name), 'x'.repeat(bytes));
    await interpreter.run('open("/mnt/data/own", "w").write("x")', RUN);
    upload('before', 2_500_000);
    const after = await interpreter.run('open("/mnt/data/own", "a").write("x" * 600_000)', RUN);
    expect(after.error?.message).to.contain('No space left on device');

    const writing = `
import os, time
own = open("/mnt/data/own", "ab", buffering=0)
own.write(b"x")
print("begun", flush=True)
while not os.path.exists("/mnt/data/during"): time.sleep(0.01)
end = time.monotonic() + 2
while time.monotonic() < end: own.write(b"x")`;
    const options = { ...RUN, onOutput: () => upload('during', 500_000) };
    expect((await interpreter.run(writing, options)).error?.message).to.contain('No space left on device');
  });

  it('rejects a start, and starts nothing more, once it is closed', async () => {
    engine = new PyodideEngine(guard);
    await engine.close();
    const failure: unknown = await start('one').catch((error: unknown) => error);
    expect(failure).to.have.property('name', 'InterpreterStartError');
  });
});
