import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { type CellAnswer, type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { limitsProcesses } from '../helpers/limits-processes.js';
import { hasBubblewrap, pythonOptions, pythonWith } from '../helpers/host-tools.js';
import { isRunning } from '../helpers/is-running.js';
import { countColour, readPng } from '../helpers/read-png.js';

const TIMED_OUT = 'Request timed out waiting for code execution to complete';
const ABORTED = 'Execution aborted';

describe('the engine of this machine’s Python (needs bwrap and Python 3.11)', function () {
  this.timeout(60_000);
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async function () {
    if (!hasBubblewrap || pythonWith() === undefined) return this.skip();
    emulator = await SessionPoolEmulator.start({ ...pythonOptions(), isolate: 'bwrap', memoryMb: 512 });
    pool = requestsTo(emulator);
  });
  after(() => emulator?.stop());

  it('says what runs the code and behind what, in the details and in the metadata of the pool', async () => {
    expect(emulator.details.engine).to.match(/^python 3\.\d+\.\d+ of this machine/);
    expect(emulator.details.isolation).to.contain('bubblewrap');
    const { runtimes, preInstalledPackages } = (await pool.call('GET', 'metadata')).json as {
      runtimes: { name: string; version: string }[];
      preInstalledPackages: { name: string; version: string }[];
    };
    expect(runtimes[0]?.name).to.equal('python');
    const listed = await pool.execute(
      'import importlib.metadata as m\n{d.metadata["Name"]: d.version for d in m.distributions()} and sum(1 for _ in m.distributions()) > 0',
    );
    expect(listed.value).to.equal(preInstalledPackages.length > 0);
  });

  describe('a cell', () => {
    for (const [code, value] of [
      ['1 + 1', 2],
      ['"text"', 'text'],
      ['float("nan")', null],
      ['{"b": [1], "a": (2,)}', "{'b': [1], 'a': (2,)}"],
      ['import asyncio\nawait asyncio.sleep(0.01, "slept")', 'slept'],
      ['import asyncio\nasyncio.create_task(asyncio.sleep(0, "later")); 1', 1],
      ['import os\nos.getcwd() == "/mnt/data"', false],
      ['import os\nos.listdir("/mnt/data")', '[]'],
      ['import sys\nsys.modules["__main__"].__dict__ is globals()', true],
      ['import threading\nt = threading.Thread(target=print, args=("from a thread",)); t.start(); t.join()', ''],
      ['!true', ''],
      ['%matplotlib inline\n8', 8],
    ] as const) {
      it(`has of ${JSON.stringify(code)} the value ${JSON.stringify(value)}`, async () => {
        const answer = await pool.execute(code, { identifier: 'values-1' });
        expect([answer.status, answer.value, answer.stderr]).to.deep.equal(['Succeeded', value, '']);
      });
    }

    it('finds nothing of the emulator among its names', async () => {
      const { value } = await pool.execute('[n for n in globals() if not n.startswith("_")]', { identifier: 'new-1' });
      expect(value).to.equal('[]');
    });

    it('keeps its variables for the next, and the last value in _', async () => {
      await pool.execute('kept = 20\nkept + 1');
      expect((await pool.execute('_ + kept')).value).to.equal(41);
    });

    it('shows the frames of the user and nobody else', async () => {
      const { status, stderr } = await pool.execute('def f(n):\n    return 1 / n\n\nf(0)', { identifier: 'frames-1' });
      expect(status).to.equal('Failed');
      expect(stderr).to.match(/^Traceback \(most recent call last\):\n {2}File "<cell 1>", line 4, in <module>\n/);
      expect(stderr).to.match(/ZeroDivisionError: division by zero\n$/);
      expect(stderr).not.to.contain('emulator');
    });

    it('has its output apart, programs that it starts included, and cut where it is too long', async () => {
      const code =
        'import subprocess, sys\nprint("out")\nprint("err", file=sys.stderr)\nsubprocess.run(["sh", "-c", "echo sub; echo suberr >&2"])\nNone';
      const { stdout, stderr } = await pool.execute(code);
      expect([stdout, stderr]).to.deep.equal(['out\nsub\n', 'err\nsuberr\n']);
      expect((await pool.execute('print("é" * 10_000_000)')).stdout).to.equal('é'.repeat(4096));
      const script = await pool.execute('%%bash\nfor n in 1 2; do echo line $n; done');
      expect(script.stdout).to.equal('line 1\nline 2\n');
    });

    it('can be run after one that closed the streams and the descriptors below them', async () => {
      await pool.execute('import os, sys\nsys.stdout.close()\nos.close(1)\nos.close(2)', { identifier: 'closing-1' });
      const { stdout, stderr } = await pool.execute('import sys\nprint("back")\nprint("too", file=sys.stderr)', {
        identifier: 'closing-1',
      });
      expect([stdout, stderr]).to.deep.equal(['back\n', 'too\n']);
    });

    it('is interrupted by a signal of its own, which is no end of its time', async () => {
      for (const code of ['os.kill(os.getpid(), signal.SIGINT)', 'import time\nsignal.raise_signal(signal.SIGINT)']) {
        const { status, stderr } = await pool.execute(`import os, signal\n${code}`);
        expect([status, stderr.trimEnd().split('\n').at(-1)]).to.deep.equal(['Failed', 'KeyboardInterrupt']);
      }
    });

    for (const [what, code] of [
      ['closes all descriptors', 'import os\nos.closerange(3, 1000)'],
      ['breaks what the answer is made with', 'import json\njson.dumps = None'],
      ['does so while it awaits', 'import os, asyncio\nawait asyncio.sleep(0)\nos.closerange(3, 1000)'],
    ] as const) {
      it(`is answered at once when it ${what}`, async () => {
        const identifier = 'unanswered-1';
        const { status, stderr } = await pool.execute(code, { identifier, timeoutInSeconds: 10 });
        expect([status, stderr]).to.deep.equal(['Failed', ABORTED]);
        expect((await pool.execute('1', { identifier })).value).to.equal(1);
      });
    }

    it('is answered once when it forks', async () => {
      const answer = await pool.execute('import os\nchild = os.fork()\nif child: os.waitpid(child, 0)\n"once"');
      expect([answer.status, answer.value]).to.deep.equal(['Succeeded', 'once']);
      expect((await pool.execute('"next"')).value).to.equal('next');
    });
  });

  it('has the same files as the HTTP side, at /mnt/data', async () => {
    const identifier = 'files-1';
    await pool.upload('in.txt', 'from outside', { identifier });
    expect((await pool.execute('open("/mnt/data/in.txt").read()', { identifier })).value).to.equal('from outside');
    await pool.execute('open("/mnt/data/out.txt", "w").write("from inside")', { identifier });
    expect((await pool.call('GET', 'files/out.txt/content', { identifier })).text).to.equal('from inside');
  });

  // Section by section what runaway code does to the cell, the state and the files.
  describe('runaway code', () => {
    type End = 'timeout' | 'aborted' | RegExp;
    const cases: readonly { what: string; code: string; end: End; stateKept: boolean; seconds?: number }[] = [
      { what: 'an endless loop', code: 'while True: pass', end: 'timeout', stateKept: true },
      {
        what: 'a loop that catches exceptions',
        code: 'while True:\n    try:\n        while True: pass\n    except Exception: pass',
        end: 'timeout',
        stateKept: true,
      },
      {
        what: 'a wait that catches everything',
        code: 'import time\nwhile True:\n    try: time.sleep(1e6)\n    except BaseException: pass',
        end: 'timeout',
        stateKept: false,
      },
      {
        what: 'a regular expression',
        code: 'import re\nre.match("(a+)+$", "a" * 40 + "b")',
        end: 'timeout',
        stateKept: true,
      },
      { what: 'a sleep', code: 'import time\ntime.sleep(1e6)', end: 'timeout', stateKept: true },
      { what: 'an awaited sleep', code: 'import asyncio\nawait asyncio.sleep(1e6)', end: 'timeout', stateKept: true },
      {
        what: 'a loop beside an awaited sleep',
        code: 'import asyncio\nasync def spin():\n    while True: pass\ntask = asyncio.create_task(spin())\nawait asyncio.sleep(1e6)',
        end: 'timeout',
        stateKept: true,
      },
      {
        what: 'a program that it waits for',
        code: 'import subprocess\nsubprocess.run(["sleep", "1000"])',
        end: 'timeout',
        stateKept: true,
      },
      { what: 'a loop in C', code: 'sum(range(10**12))', end: 'timeout', stateKept: false },
      { what: 'a recursion', code: 'def f(): f()\nf()', end: /RecursionError/, stateKept: true },
      {
        what: 'a growing list',
        code: 'hoard = []\nwhile True: hoard.append(bytearray(10_000_000))',
        end: /MemoryError/,
        stateKept: true,
        seconds: 20,
      },
      { what: 'one large block', code: 'bytearray(8 << 30)', end: /MemoryError/, stateKept: true },
      {
        what: 'memory that is shared',
        code: 'import mmap\nm = mmap.mmap(-1, 2 << 30)\nfor n in range(0, 2 << 30, 4096): m[n] = 1',
        end: 'aborted',
        stateKept: false,
        seconds: 20,
      },
      {
        what: 'a fork bomb',
        code: 'import os\nwhile True: os.fork()',
        end: /the code (had more than 256 processes|used more memory than 512 MB)\.\nExecution aborted$/,
        stateKept: false,
        seconds: 20,
      },
      {
        what: 'a file that is too large',
        code: 'with open("/mnt/data/large", "wb") as f:\n    f.seek(2 << 30); f.write(b"x")',
        end: /File too large/,
        stateKept: true,
      },
      {
        what: 'a file outside of /mnt/data',
        code: 'with open("/tmp/large", "wb") as f:\n    while True: f.write(bytes(1 << 20))',
        end: /No space left on device/,
        stateKept: true,
        seconds: 20,
      },
      { what: 'endless output', code: 'while True: print("x" * 1000)', end: 'timeout', stateKept: true },
      { what: 'sys.exit', code: 'import sys\nsys.exit(3)', end: /SystemExit: 3/, stateKept: true },
      { what: 'exit()', code: 'exit()', end: /SystemExit/, stateKept: true },
      { what: 'os._exit', code: 'import os\nos._exit(3)', end: 'aborted', stateKept: false },
      { what: 'os.abort', code: 'import os\nos.abort()', end: 'aborted', stateKept: false },
      { what: 'a signal to itself', code: 'import os\nos.kill(os.getpid(), 9)', end: 'aborted', stateKept: false },
      { what: 'a bad address', code: 'import ctypes\nctypes.string_at(1)', end: 'aborted', stateKept: false },
    ];
    for (const [place, { what, code, end, stateKept, seconds = 1 }] of cases.entries()) {
      it(`like ${what} ends, ${stateKept ? 'and the state is kept' : 'the state is gone'}; the files are kept`, async function () {
        if (what === 'a fork bomb' && !limitsProcesses()) this.skip();
        const identifier = `runaway-${place}`;
        await pool.execute('state = "kept"\nopen("/mnt/data/kept.txt", "w").write("kept")', { identifier });
        const answer = await pool.execute(`print("begun")\n${code}`, { identifier, timeoutInSeconds: seconds });
        expect(answer.status).to.equal('Failed');
        expect(answer.stdout).to.match(/^begun\n/);
        expectEnd(answer, end);
        const after = await pool.execute('"state" in globals(), open("/mnt/data/kept.txt").read()', { identifier });
        expect(after.value).to.equal(`(${stateKept ? 'True' : 'False'}, 'kept')`);
        await pool.call('DELETE', 'session', { identifier });
      });
    }

    function expectEnd({ stderr }: CellAnswer, end: End): void {
      if (end === 'timeout') expect(stderr).to.equal(TIMED_OUT);
      else if (end === 'aborted') expect(stderr.split('\n').at(-1)).to.equal(ABORTED);
      else expect(stderr).to.match(end);
    }
  });

  it('lists packages with pkg_resources where the Python has it', async function () {
    if (pythonWith('pkg_resources') === undefined) return this.skip();
    const { value } = await pool.execute(
      'import warnings; warnings.simplefilter("ignore")\nimport pkg_resources\nisinstance([d.project_name for d in pkg_resources.working_set], list)',
    );
    expect(value).to.equal(true);
  });
});

describe('a figure of matplotlib (needs bwrap, numpy and matplotlib)', function () {
  this.timeout(120_000);
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async function () {
    if (!hasBubblewrap || pythonWith('numpy', 'matplotlib') === undefined) return this.skip();
    emulator = await SessionPoolEmulator.start(pythonOptions('numpy', 'matplotlib'));
    pool = requestsTo(emulator);
  });
  after(() => emulator?.stop());

  for (const [what, ending] of [
    ['shown', 'plt.show()'],
    ['left open beside a value', '5'],
    ['the value itself', 'figure'],
  ] as const) {
    it(`arrives as a PNG of the plot when it is ${what}`, async () => {
      const code = `
import matplotlib.pyplot as plt, numpy as np
figure, axes = plt.subplots(figsize=(4, 3))
axes.fill_between(np.linspace(0, 1, 50), 0, 1, color="#12ab34")
axes.set_title("A plot")
${ending}`;
      const { value, stderr, stdout } = await pool.execute(code);
      expect([stderr, stdout]).to.deep.equal(['', '']);
      expect(value).to.include({ type: 'image', format: 'png' });
      const picture = readPng(Buffer.from((value as { base64_data: string }).base64_data, 'base64'));
      const all = picture.width * picture.height;
      expect(picture.width).to.be.greaterThan(200);
      // The filled area is most of the axes, the margins are white, and the title has some black.
      expect(countColour(picture, [0x12, 0xab, 0x34]) / all).to.be.within(0.3, 0.9);
      expect(countColour(picture, [255, 255, 255]) / all).to.be.within(0.05, 0.7);
      expect(countColour(picture, [0, 0, 0])).to.be.greaterThan(20);
      expect((await pool.execute('plt.get_fignums()')).value).to.equal('[]');
    });
  }

  it('arrives with its own format when an object draws itself as SVG', async () => {
    const { value } = await pool.execute(
      'class Drawing:\n    def _repr_svg_(self): return "<svg xmlns=\'http://www.w3.org/2000/svg\'/>"\nDrawing()',
    );
    const { format, base64_data: data } = value as { format: string; base64_data: string };
    expect(format).to.equal('svg');
    expect(Buffer.from(data, 'base64').toString()).to.match(/^<svg/);
  });
});

describe('the engine of this machine’s Python without isolation (needs Python 3.11)', function () {
  this.timeout(60_000);
  it('runs in the data folder, in an environment that is not ours, and ends what it started', async function () {
    if (pythonWith() === undefined) return this.skip();
    const emulator = await SessionPoolEmulator.start({ ...pythonOptions(), isolate: 'none' });
    try {
      const { execute, upload } = requestsTo(emulator);
      expect(emulator.details.isolation).to.contain('NONE').and.to.contain('no /mnt/data');
      await upload('a.txt', 'here');
      process.env['EMULATOR_TEST_SECRET'] = 'secret';
      expect((await execute('open("a.txt").read()')).value).to.equal('here');
      expect((await execute('import os\n"EMULATOR_TEST_SECRET" in os.environ')).value).to.equal(false);
      const timed = await execute('while True: pass', { timeoutInSeconds: 1 });
      expect(timed.stderr).to.equal(TIMED_OUT);
      const child = await execute('import subprocess\nsubprocess.Popen(["sleep", "1000"]).pid');
      expect(isRunning(Number(child.value))).to.equal(true);
      await emulator.stop();
      expect(isRunning(Number(child.value))).to.equal(false);
    } finally {
      delete process.env['EMULATOR_TEST_SECRET'];
      await emulator.stop();
    }
  });
});
