import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Engine, Interpreter } from '../../src/emulator/engine.js';
import { findHostEngine } from '../../src/emulator/host/find-engine.js';
import type { ProcessGuard } from '../../src/emulator/process-guard.js';
import { createMarkedStream } from '../../src/emulator/host/marked-stream.js';
import { descendants, readProcesses } from '../../src/emulator/host/process-table.js';
import { hasBubblewrap, pythonWith } from '../helpers/host-tools.js';

const COMMAND = fileURLToPath(new URL('../helpers/command-program.js', import.meta.url));
const LIMITS = { memoryMb: 512, maxDataBytes: 3 * 1024 * 1024, maxDataFiles: 20 };
const RUN = { timeoutMs: 20_000, maxOutputCharacters: 1000 };

describe('HostEngine (needs bwrap and Python 3.11)', function () {
  this.timeout(60_000);
  const controlGroups: string[] = [];
  const guard: ProcessGuard = {
    watch: (_processId, controlGroup) => {
      if (controlGroup !== undefined) controlGroups.push(controlGroup);
      return () => undefined;
    },
    release: () => Promise.resolve(),
  };
  let folder: string;
  let engine: Engine;
  const start = (name: string): Promise<Interpreter> => {
    const directory = join(folder, name);
    mkdirSync(directory);
    return engine.start(directory, LIMITS);
  };
  beforeEach(async function () {
    const pythonPath = pythonWith();
    if (!hasBubblewrap || pythonPath === undefined) return this.skip();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'host-engine-')));
    engine = await findHostEngine({ type: 'python', isolate: 'auto', pythonPath }, guard);
  });
  afterEach(async () => {
    await engine?.close();
    expect(controlGroups.filter((path) => existsSync(path))).to.deep.equal([]);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('ends a session that fills its folder with bytes or with files, says so, and lets it clean up', async () => {
    for (const [code, why] of [
      [
        'import time\nfor n in range(15): open(f"/mnt/data/{n}", "wb").write(b"x" * 300_000)\ntime.sleep(1000)',
        /filled \/mnt\/data with more than 3 MB/,
      ],
      [
        'import time\nfor n in range(1000): open(f"/mnt/data/{n}", "w").close()\ntime.sleep(1000)',
        /more than 20 files/,
      ],
    ] as const) {
      const outcome = await (await start(`flood-${code.length}`)).run(code, RUN);
      expect(outcome.status).to.equal('died');
      expect(outcome.stderr).to.match(why);
      const next = await engine.start(join(folder, `flood-${code.length}`), LIMITS);
      const cleaned = await next.run(
        'import os, time\ntime.sleep(0.6)\nfor f in os.listdir("/mnt/data"): os.remove(f"/mnt/data/{f}")\nlen(os.listdir("/mnt/data"))',
        RUN,
      );
      expect(cleaned.value).to.include({ value: 0 });
    }
  });

  it('keeps sessions apart, tells of output as it comes, and of a kill', async () => {
    const [one, two] = await Promise.all([start('one'), start('two')]);
    await Promise.all([one.run('mine = 1\nopen("/tmp/mine", "w").close()', RUN), two.run('mine = 2', RUN)]);
    expect((await two.run('import os\nmine, os.path.exists("/tmp/mine")', RUN)).value).to.include({
      text: '(2, False)',
    });
    const heard: string[] = [];
    const running = one.run('import sys, time\nsys.stdout.write("as it is printed\\n")\ntime.sleep(1000)', {
      ...RUN,
      onOutput: (stream, part) => {
        heard.push(`${stream}: ${part}`);
        void one.kill();
      },
    });
    expect(await running).to.include({ status: 'died', stdout: 'as it is printed\n' });
    expect(heard.join('')).to.equal('stdout: as it is printed\n');
    expect([one.alive, two.alive]).to.deep.equal([false, true]);
    expect((await one.run('1', RUN)).status).to.equal('died');
  });

  it('is not led astray by code that writes where the answers go', async () => {
    const interpreter = await start('forging');
    const forged = await interpreter.run(
      'import os\nfor fd in range(3, 1000):\n    try: os.write(fd, b"nonsense\\n")\n    except OSError: pass',
      RUN,
    );
    expect(forged.status).to.equal('died');
    expect(forged.stderr).to.contain('broke its own protocol');
  });

  it('rejects a start, and starts nothing more, once it is closed', async () => {
    await engine.close();
    const failure: unknown = await start('late').catch((error: unknown) => error);
    expect(failure).to.have.property('name', 'InterpreterStartError');
  });
});

describe('the emulator command for programs of this machine', function () {
  this.timeout(60_000);

  for (const [what, flags] of [
    ['Python', ['--engine', 'python']],
    ['Node', ['--pool-kind', 'NodeLTS']],
    ['a shell', ['--pool-kind', 'Shell', '--isolate', 'bwrap']],
  ] as const) {
    it(`refuses ${what} where there is no bubblewrap, and says what to install or to type`, async function () {
      if (process.platform === 'win32') return this.skip();
      const program = spawn(process.execPath, [COMMAND, 'emulator', ...flags], {
        // Of programs, there is only this Node.
        env: { PATH: dirname(process.execPath) === '/usr/bin' ? '/nowhere' : dirname(process.execPath) },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const said = await text(program.stderr);
      expect(said).to.contain('bubblewrap').and.to.contain('apt-get install').and.to.contain('--isolate none');
      expect(said.trim().split('\n')).to.have.length(1);
    });
  }

  it('takes the flags for a pool that runs as the user, and warns', async function () {
    if (process.platform === 'win32') return this.skip();
    const flags = ['emulator', '--json', '--silent', '--warm', '0', '--pool-kind', 'NodeLTS', '--isolate', 'none'];
    const program = spawn(process.execPath, [COMMAND, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    const warned = text(program.stderr);
    const [line] = (
      await new Promise<Buffer[]>((resolve) => program.stdout.once('data', (chunk: Buffer) => resolve([chunk])))
    ).map(String);
    const facts = JSON.parse(line ?? '') as Record<string, string>;
    expect(facts['engine']).to.match(/^node \d+/);
    expect(facts['isolation']).to.match(/^NONE/);
    program.kill('SIGINT');
    expect(await warned).to.contain('No isolation');
  });
});

describe('createMarkedStream', () => {
  it('hands on what comes before the mark, however the mark is cut, and drops what comes in between', async () => {
    const mark = '\u001eabc\u001e';
    for (const cut of [1, 2, 3, 4, 5]) {
      const stream = new PassThrough();
      const marked = createMarkedStream(stream);
      const parts: string[] = [];
      const done = marked.readUntil(mark, (bytes) => parts.push(Buffer.from(bytes).toString()));
      stream.write(`text\u001eab${mark.slice(0, cut)}`);
      stream.write(`${mark.slice(cut)}between`);
      await done;
      expect(parts.join('')).to.equal('text\u001eab');
      const rest = marked.readUntil('\u001exyz\u001e', (bytes) => parts.push(Buffer.from(bytes).toString()));
      stream.write('more\u001exy');
      stream.destroy();
      await rest;
      expect(parts.slice(-2).join('')).to.contain('more');
      expect(parts.join('')).to.equal('text\u001eabmore\u001exy');
      await marked.readUntil(mark, () => undefined);
    }
  });
});

describe('descendants', () => {
  it('finds children and theirs, and nobody else', () => {
    const entry = (id: number, parentId: number) => ({ id, parentId, groupId: id, residentBytes: 0 });
    const found = descendants([entry(2, 1), entry(3, 2), entry(4, 3), entry(5, 1), entry(6, 3)], 2);
    expect(found.map(({ id }) => id).sort()).to.deep.equal([3, 4, 6]);
  });

  it('knows this process and its memory (needs /proc)', function () {
    if (process.platform !== 'linux') return this.skip();
    const own = readProcesses().find(({ id }) => id === process.pid);
    expect(own).to.include({ parentId: process.ppid });
    expect(own?.residentBytes).to.be.greaterThan(10_000_000);
  });
});
