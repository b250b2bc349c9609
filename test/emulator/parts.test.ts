import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { frameHeader } from '../../src/emulator/child/frames.mjs';
import { childFlags } from '../../src/emulator/child-flags.js';
import type { Engine } from '../../src/emulator/engine.js';
import { createFrameReader } from '../../src/emulator/frame-reader.js';
import { createInterpreterSupply } from '../../src/emulator/interpreter-supply.js';
import { readCellReport } from '../../src/emulator/outcome-reader.js';
import { createOutputCollector, cutBytes, cutText } from '../../src/emulator/output-collector.js';
import { findPyodide } from '../../src/emulator/pyodide-package.js';
import { RunningCell } from '../../src/emulator/running-cell.js';
import { ScriptedEngine } from '../../src/emulator/scripted-engine.js';
import { createSnapshotCache } from '../../src/emulator/snapshot-cache.js';
import { createStartQueue } from '../../src/emulator/start-queue.js';
import { wireTime } from '../../src/emulator/wire.js';
import { runProgram } from '../helpers/run-program.js';

describe('createFrameReader', () => {
  const frame = (text: string): Buffer =>
    Buffer.concat([frameHeader('stdout', Buffer.byteLength(text)), Buffer.from(text)]);

  it('finds the frames however the bytes are cut', () => {
    const bytes = Buffer.concat([frame('one'), frame(''), frame('three')]);
    for (const size of [1, 2, 7, bytes.length]) {
      const texts: string[] = [];
      const read = createFrameReader((_kind, payload) => texts.push(payload.toString()));
      for (let start = 0; start < bytes.length; start += size) read(bytes.subarray(start, start + size));
      expect(texts).to.deep.equal(['one', '', 'three']);
    }
  });

  it('refuses bytes that are no frame and frames above the limit', () => {
    const read = (bytes: Uint8Array) => (): void => createFrameReader(() => undefined)(Buffer.from(bytes));
    expect(read(Buffer.from('hello world'))).to.throw('not a frame');
    expect(read(frameHeader('stdout', 2 ** 31))).to.throw('above the limit');
  });
});

describe('readCellReport', () => {
  it('takes nothing of a forged report on trust', () => {
    const report = readCellReport(
      '{"id":1,"outcome":{"status":"error","error":{"name":7},"value":{"type":"scalar","value":{}}}}',
    );
    expect(report).to.deep.equal({
      id: 1,
      status: 'error',
      value: { type: 'scalar', value: null, text: '' },
      error: { name: '', message: '', traceback: '' },
      cut: false,
    });
    expect(() => readCellReport('{"outcome":{}}')).to.throw('without its number');
    expect(() => readCellReport('nonsense')).to.throw();
    expect(readCellReport('{"id":1,"outcome":{"__proto__":{"polluted":1}}}').status).to.equal('ok');
    expect('polluted' in {}).to.equal(false);
  });
});

describe('createOutputCollector', () => {
  it('keeps characters whole, at the seams and at the limit', () => {
    const bytes = Buffer.from('aé😀b');
    const collector = createOutputCollector(10);
    for (const byte of bytes) collector.add(Uint8Array.of(byte));
    expect([collector.text, collector.cut]).to.deep.equal(['aé😀b', false]);
    const short = createOutputCollector(3);
    short.add(bytes);
    expect([short.text, short.cut]).to.deep.equal(['aé', true]);
    expect(cutText('abc', 0)).to.equal('');
  });

  it('keeps a byte order mark, and shows that there was the beginning of a character', () => {
    const collector = createOutputCollector(10);
    collector.add(Buffer.from('\ufeffid'));
    collector.add(Buffer.from('é').subarray(0, 1));
    expect(collector.text).to.equal('\ufeffid\ufffd');
    expect(collector.text).to.equal('\ufeffid\ufffd');
    const full = createOutputCollector(1);
    full.add(Buffer.from('aé').subarray(0, 2));
    expect([full.text, full.cut]).to.deep.equal(['a', true]);
  });
});

describe('cutBytes', () => {
  it('keeps as many whole characters as fit into so many bytes', () => {
    const kept = Array.from({ length: 9 }, (_, bytes) => cutBytes('aé😀b', bytes));
    expect(kept).to.deep.equal(['', 'a', 'a', 'aé', 'aé', 'aé', 'aé', 'aé😀', 'aé😀b']);
    expect(cutBytes('é', -5)).to.equal('');
  });
});

describe('wireTime', () => {
  for (const [what, milliseconds, expected] of [
    ['seven digits of a second', 1_731_315_902_486, '2024-11-11T09:05:02.4860000Z'],
    ['the last time where it is later', 9e18, '9999-12-31T23:59:59.9990000Z'],
    ['the first time where it is earlier', -9e18, '0001-01-01T00:00:00.0000000Z'],
    ['the last time where a file has none that a Date can hold', Number.NaN, '9999-12-31T23:59:59.9990000Z'],
  ] as const) {
    it(`writes ${what}`, () => {
      expect(wireTime(milliseconds)).to.equal(expected);
    });
  }
});

describe('createStartQueue', () => {
  it('runs as many at a time as it has places, the others in order, also after failures', async () => {
    const queue = createStartQueue(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const task = (number: number) => (): Promise<void> => {
      begun.push(number);
      return new Promise((resolve, reject) => {
        ends.push(number === 0 ? () => reject(new Error('failed')) : resolve);
      });
    };
    const all = [0, 1, 2, 3].map((number) => queue.run(task(number)).catch(() => 'failed'));
    expect([begun, queue.busy]).to.deep.equal([[0, 1], true]);
    ends[0]?.();
    await all[0];
    expect(begun).to.deep.equal([0, 1, 2]);
    ends[1]?.();
    ends[2]?.();
    await all[2];
    await all[1];
    ends[3]?.();
    await Promise.all(all);
    expect([begun, queue.busy]).to.deep.equal([[0, 1, 2, 3], false]);
  });
});

describe('RunningCell', () => {
  const done = { status: 'ok', value: { type: 'none' }, cut: false } as const;
  // Its limit is this and the two seconds of grace.
  const options = { timeoutMs: -1999, maxOutputCharacters: 10 };

  it('does not count the time in which it is held, and can be held once', async () => {
    const overdue: string[] = [];
    const held = new RunningCell(1, options, () => overdue.push('held'));
    expect([held.hold(), held.hold()]).to.deep.equal([true, false]);
    const other = new RunningCell(2, options, () => overdue.push('other'));
    expect((await other.ended).status).to.equal('killed');
    const again = new RunningCell(3, options, () => overdue.push('again'));
    expect((await again.ended).status).to.equal('killed');
    held.finish(done);
    expect((await held.ended).status).to.equal('ok');
    expect(overdue).to.deep.equal(['other', 'again']);
  });

  it('is over once', async () => {
    const overdue: string[] = [];
    const cell = new RunningCell(1, options, () => overdue.push('late'));
    cell.finish(done);
    cell.begin();
    await new RunningCell(2, options, () => undefined).ended;
    expect([overdue, (await cell.ended).status]).to.deep.equal([[], 'ok']);
  });
});

describe('createInterpreterSupply', () => {
  it('lets a first cell run before it makes the next interpreter', async () => {
    const scripted = new ScriptedEngine(() => ({}));
    const { description, isolation, runtime } = scripted;
    const starts: string[] = [];
    const start: Engine['start'] = (directory) => {
      starts.push(directory);
      return scripted.start(directory);
    };
    const engine = { description, isolation, runtime, start, close: () => scripted.close() };
    const late: (() => void)[] = [];
    const workspaces = { root: '/', temporary: true, create: () => `folder-${starts.length}`, remove: async () => {} };
    const limits = { memoryMb: 1, maxDataBytes: 1, maxDataFiles: 1 };
    const supply = createInterpreterSupply({
      engine,
      limits,
      workspaces,
      warm: 1,
      later: (task) => void late.push(task),
    });
    supply.warmUp();
    const { interpreter } = supply.take();
    await (await interpreter)?.run('1', { timeoutMs: 1000, maxOutputCharacters: 10 });
    expect([starts.length, late.length, supply.isWarm()]).to.deep.equal([1, 1, false]);
    late[0]?.();
    expect(starts).to.have.length(2);
  });
});

describe('createSnapshotCache', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'snapshots-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('finds what was stored under the same key only, and leaves no drafts', () => {
    const cache = createSnapshotCache('key-a', [join(folder, 'new')]);
    expect(cache.find()).to.equal(undefined);
    const path = cache.store(Buffer.from('memory')) ?? '';
    expect(readFileSync(path, 'utf8')).to.equal('memory');
    expect(cache.find()).to.equal(path);
    expect(createSnapshotCache('key-b', [join(folder, 'new')]).find()).to.equal(undefined);
    expect(readdirSync(join(folder, 'new'))).to.have.length(1);
    cache.discard(path);
    expect(cache.find()).to.equal(undefined);
    expect(readdirSync(join(folder, 'new'))).to.deep.equal([]);
  });

  it('knows a file that is not as it was written', async () => {
    const path = createSnapshotCache('key', [folder]).store(Buffer.from('memory')) ?? '';
    expect(await createSnapshotCache('key', [folder]).isSound(path)).to.equal(true);
    writeFileSync(path, 'memorx');
    expect(await createSnapshotCache('key', [folder]).isSound(path)).to.equal(false);
    expect(await createSnapshotCache('key', [folder]).isSound(join(folder, 'none'))).to.equal(false);
  });

  it('does not find again what was discarded and cannot be removed', () => {
    const cache = createSnapshotCache('key', [folder]);
    const path = cache.store(Buffer.from('memory')) ?? '';
    rmSync(path);
    mkdirSync(path);
    cache.discard(path);
    rmSync(path, { recursive: true });
    writeFileSync(path, 'memory');
    expect(cache.find()).to.equal(undefined);
  });

  it('removes what nobody used for a month, and nothing else', () => {
    const twoMonthsAgo = Date.now() / 1000 - 60 * 24 * 60 * 60;
    for (const name of ['other.snapshot', 'killed.draft', 'notes.txt']) {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), twoMonthsAgo, twoMonthsAgo);
    }
    const path = createSnapshotCache('key', [folder]).store(Buffer.from('memory')) ?? '';
    expect(readdirSync(folder)).to.have.members(['notes.txt', basename(path)]);
  });

  it('is safe with other programs that write and discard at the same time', async () => {
    const program = fileURLToPath(new URL('../helpers/store-snapshots.js', import.meta.url));
    const runs = await Promise.all([1, 2, 3].map((n) => runProgram([program, folder, String(n)], {})));
    expect(runs.map(({ stdout }) => stdout)).to.deep.equal(['sound\n', 'sound\n', 'sound\n']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.draft'))).to.deep.equal([]);
  });

  it('goes to the next folder when one cannot be written to, and gives up softly', () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, '');
    chmodSync(blocked, 0o400);
    const cache = createSnapshotCache('key', [blocked, join(folder, 'second')]);
    expect(cache.store(Buffer.from('x'))).to.match(/second[/\\]key\.[0-9a-f]{32}\.snapshot$/);
    expect(createSnapshotCache('key', [blocked]).store(Buffer.from('x'))).to.equal(undefined);
  });

  it('makes no home that is not there', () => {
    const home = join(folder, 'nobody');
    expect(createSnapshotCache('key', [join(home, '.cache', 'ours')]).store(Buffer.from('x'))).to.equal(undefined);
    expect(existsSync(home)).to.equal(false);
  });

  it('gives up on a home in which no folder can be made, and takes no relative one', async () => {
    const module = JSON.stringify(new URL('../../src/emulator/snapshot-cache.js', import.meta.url));
    const program = `import { createSnapshotCache } from ${module};
      process.stdout.write(createSnapshotCache('key').store(Buffer.from('x')));`;
    for (const HOME of ['/proc', '']) {
      const env = { HOME, USERPROFILE: HOME, TMPDIR: folder, TEMP: folder };
      const { stdout } = await runProgram(['--input-type=module', '--eval', program], { env, cwd: folder });
      expect(stdout).to.contain(folder).and.not.to.contain('.cache');
    }
    expect(existsSync(join(folder, '.cache'))).to.equal(false);
  });
});

describe('findPyodide', () => {
  it('gives another key for another version of Pyodide, and one that names the major version of Node', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pyodide-'));
    const keyOf = (version: string): string => {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
      writeFileSync(join(folder, 'pyodide-lock.json'), '{"info":{"python":"3.14.2"},"packages":{}}');
      return findPyodide(() => join(folder, 'package.json')).snapshotKey;
    };
    try {
      expect(keyOf('1.0.0')).not.to.equal(keyOf('1.0.1'));
      expect(keyOf('1.0.0')).to.match(/^pyodide-1\.0\.0-node-\d+-/);
      expect(keyOf('1.0.0')).to.contain(`-node-${Number.parseInt(process.versions.node, 10)}-`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('childFlags', () => {
  const access = { readable: ['/r/'], writable: ['/w/'], memoryMb: 128 };

  it('names the permissions as each Node does', () => {
    expect(childFlags(access, 20)).to.include('--experimental-permission').and.not.to.include('--permission');
    expect(childFlags(access, 22)).to.include('--permission');
  });

  it('lets files be read in two places and written in one, and code never be made of text', () => {
    const flags = childFlags(access, 24);
    expect(flags.filter((flag) => flag.startsWith('--allow'))).to.deep.equal([
      '--allow-fs-read=/r/',
      '--allow-fs-read=/w/',
      '--allow-fs-write=/w/',
    ]);
    expect(flags).to.include('--disallow-code-generation-from-strings');
    expect(flags).to.include('--wasm-max-mem-pages=2048');
  });
});
