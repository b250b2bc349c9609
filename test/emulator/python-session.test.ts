import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';

const TIMED_OUT = 'Request timed out waiting for code execution to complete';

const PNG_CLASS = `
import struct, zlib
class Picture:
    def _repr_png_(self):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        rows = b"".join(b"\\0" + bytes([y * 8 % 256] * 32) for y in range(32))
        header = struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0)
        return b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
`;

describe('a Python session', () => {
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async () => {
    emulator = await SessionPoolEmulator.start();
    pool = requestsTo(emulator);
  });
  after(() => emulator.stop());

  describe('the value of the last expression', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['1 + 1', 2],
      ['True', true],
      ['"text"', 'text'],
      ['2.5', 2.5],
      ['float("nan")', null],
      ['float("inf")', null],
      ['None', ''],
      ['x = 1', ''],
      ['1;', ''],
      ['1; # quiet', ''],
      ['"a;"', 'a;'],
      ['2**53', '9007199254740992'],
      ['-(2**53) + 1', -9007199254740991],
      ['[1, "a"]', "[1, 'a']"],
      ['{"a": (1,)}', "{'a': (1,)}"],
      ['{2, 1}', '{1, 2}'],
      ['b"x"', "b'x'"],
      ['int', 'int'],
      ['ValueError("x")', "ValueError('x')"],
      ['list(range(30))', `[${Array.from({ length: 30 }, (_, place) => place).join(',\n ')}]`],
      ['# only a comment', ''],
      ['import json\njson.dumps({"é": 1}, ensure_ascii=False)', '{"é": 1}'],
      ['"\\ud83d\\ude00".encode("utf-16", "surrogatepass").decode("utf-16")', '😀'],
      ['if True:\n    7', ''],
    ];
    for (const [code, value] of cases) {
      it(`of ${JSON.stringify(code)} is ${JSON.stringify(value).slice(0, 40)}`, async () => {
        const answer = await pool.execute(code);
        expect(answer).to.deep.equal({ status: 'Succeeded', value, stdout: '', stderr: '' });
      });
    }

    it('is the last one in _', async () => {
      await pool.execute('6 * 7');
      expect((await pool.execute('_ + 1')).value).to.equal(43);
      await pool.execute('None');
      expect((await pool.execute('_')).value).to.equal(43);
    });

    it('is an image where the object draws itself', async () => {
      const { value } = await pool.execute(`${PNG_CLASS}\nPicture()`);
      expect(value).to.include({ type: 'image', format: 'png' });
      const bytes = Buffer.from((value as { base64_data: string }).base64_data, 'base64');
      expect(bytes.subarray(1, 4).toString()).to.equal('PNG');
      expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).to.deep.equal([32, 32]);
    });

    it('is refused, in words, when it is too large to be sent', async () => {
      const answer = await pool.execute('"x" * 9_000_000');
      expect(answer.status).to.equal('Failed');
      expect(answer.stderr).to.contain('write it to a file in /mnt/data');
    });
  });

  describe('failing code', () => {
    it('shows the frames of the user and nobody else, with source lines', async () => {
      const { status, stderr } = await pool.execute('def f(n):\n    return 1 / n\n\nf(0)', { identifier: 'frames-1' });
      expect(status).to.equal('Failed');
      expect(stderr).to.equal(
        [
          'Traceback (most recent call last):',
          '  File "<cell 1>", line 4, in <module>',
          '    f(0)',
          '    ~^^^',
          '  File "<cell 1>", line 2, in f',
          '    return 1 / n',
          '           ~~^~~',
          'ZeroDivisionError: division by zero',
          '',
        ].join('\n'),
      );
    });

    const cases: readonly (readonly [string, string])[] = [
      ['def', 'SyntaxError: invalid syntax'],
      ['  1\n 2', 'IndentationError: unexpected indent'],
      ['class E(Exception):\n    def __str__(self): raise ValueError\nraise E()', 'E: <exception str() failed>'],
      ['input("?")', 'EOFError: EOF when reading a line'],
      ['exit(3)', 'SystemExit: 3'],
      ['raise KeyboardInterrupt', 'KeyboardInterrupt'],
      ['class B:\n    def __repr__(self): return 1 / 0\nB()', 'ZeroDivisionError: division by zero'],
      ['import asyncio\nasyncio.run(asyncio.sleep(0))', 'RuntimeError: asyncio.run() cannot be called from a running'],
      ['import threading\nthreading.Thread(target=print).start()', "RuntimeError: can't start new thread"],
      ['import time\ntime.sleep(-1)', 'ValueError: sleep length must be non-negative'],
      ['def f(): f()\nf()', 'RecursionError: maximum recursion depth exceeded'],
    ];
    for (const [code, last] of cases) {
      it(`of ${JSON.stringify(code.slice(0, 40))} ends with ${last.slice(0, 40)}`, async () => {
        const { status, stderr } = await pool.execute(code);
        expect(status).to.equal('Failed');
        expect(stderr.trimEnd().split('\n').at(-1)).to.contain(last);
        expect(stderr).not.to.contain('emulator_');
      });
    }

    it('says in one line that a package is missing here and present in the cloud', async () => {
      const { stderr } = await pool.execute('import pandas as pd');
      const line = stderr.trimEnd().split('\n').at(-1);
      expect(line).to.match(
        /^ModuleNotFoundError: No module named 'pandas' \(.*the cloud's Python pools have pandas\)$/,
      );
    });

    it('leaves state and later cells intact', async () => {
      await pool.execute('kept = 5\n1 / 0');
      expect((await pool.execute('kept')).value).to.equal(5);
    });
  });

  describe('what is printed', () => {
    it('arrives apart for stdout and stderr, also without a final newline', async () => {
      const { stdout, stderr } = await pool.execute(
        'import sys\nprint("out", end="")\nprint("err", file=sys.stderr, end="")',
      );
      expect([stdout, stderr]).to.deep.equal(['out', 'err']);
    });

    it('is cut at 4096 characters, ten megabytes of it just as quickly', async () => {
      expect((await pool.execute('print("é" * 10_000_000)')).stdout).to.equal('é'.repeat(4096));
      const long = await pool.execute('print("é" * 5000, end="")', { outputStreamsMaxLength: 10_000 });
      expect(long.stdout).to.equal('é'.repeat(5000));
    });

    it('arrives again after user code closed or replaced the streams', async () => {
      await pool.execute('import sys\nsys.stdout.close()\nsys.stderr = None');
      const { stdout, stderr } = await pool.execute('import sys\nprint("back")\nprint("too", file=sys.stderr)');
      expect([stdout, stderr]).to.deep.equal(['back\n', 'too\n']);
    });

    it('is all there is after exit(), also of what can be read', async () => {
      for (const code of ['exit()', 'import sys\nsys.stdin = object()', 'del sys.stdin']) {
        await pool.execute(code);
        expect((await pool.execute('input("n")')).stderr, code).to.contain('EOFError: EOF when reading a line');
      }
    });
  });

  describe('awaiting', () => {
    it('works at the top level', async () => {
      expect((await pool.execute('import asyncio\nawait asyncio.sleep(0.01, "slept")')).value).to.equal('slept');
      await pool.execute('async def later():\n    return 8\ntask = asyncio.create_task(later())');
      expect((await pool.execute('await task')).value).to.equal(8);
    });

    it('fails with what the awaited raises, SystemExit included', async () => {
      const failed = await pool.execute('async def f():\n    raise SystemExit(1)\nawait f()');
      expect(failed.stderr).to.contain('SystemExit: 1');
      expect((await pool.execute('1')).value).to.equal(1);
    });
  });

  describe('the time limit', () => {
    for (const [what, code] of [
      ['a loop', 'while True: pass'],
      ['a loop that catches exceptions', 'while True:\n    try:\n        while True: pass\n    except Exception: pass'],
      ['sleep', 'import time\ntime.sleep(100)'],
      ['an awaited sleep', 'import asyncio\nawait asyncio.sleep(100)'],
      ['a regular expression', 'import re\nre.match("(a+)+$", "a" * 40 + "b")'],
    ] as const) {
      it(`ends ${what} and keeps the state`, async () => {
        await pool.execute('state = "kept"', { identifier: 'limited-1' });
        const answer = await pool.execute(`print("begun")\n${code}`, { identifier: 'limited-1', timeoutInSeconds: 1 });
        expect(answer).to.deep.equal({ status: 'Failed', value: '', stdout: 'begun\n', stderr: TIMED_OUT });
        expect((await pool.execute('state', { identifier: 'limited-1' })).value).to.equal('kept');
      });
    }

    it('kills what does not react; then the state is gone and the files are not', async () => {
      const identifier = 'killed-1';
      await pool.execute('state = 1\nopen("/mnt/data/kept.txt", "w").write("kept")', { identifier });
      const answer = await pool.execute('print("begun")\nsum(range(10**10))', { identifier, timeoutInSeconds: 1 });
      expect(answer).to.deep.equal({ status: 'Failed', value: '', stdout: 'begun\n', stderr: TIMED_OUT });
      const after = await pool.execute('open("/mnt/data/kept.txt").read(), "state" in globals()', { identifier });
      expect(after.value).to.equal("('kept', False)");
    });
  });

  for (const [what, code] of [
    ['aborts', 'import os\nos.abort()'],
    ['exits hard', 'import os\nos._exit(3)'],
    ['reads a bad address', 'import ctypes\nctypes.string_at(2**31)'],
    ['overflows the stack of C', 'import json\njson.loads("[" * 100_000 + "]" * 100_000)'],
  ] as const) {
    it(`is aborted when the code ${what}, and goes on with its files`, async () => {
      const identifier = 'aborted-1';
      await pool.execute('open("/mnt/data/a.txt", "w").write("x")', { identifier });
      const answer = await pool.execute(code, { identifier });
      expect(answer).to.deep.equal({ status: 'Failed', value: '', stdout: '', stderr: 'Execution aborted' });
      expect((await pool.execute('open("/mnt/data/a.txt").read()', { identifier })).value).to.equal('x');
    });
  }

  it('gets a MemoryError at its limit, and lives', async () => {
    const answer = await pool.execute('hoard = []\nwhile True: hoard.append(bytearray(50_000_000))', {
      identifier: 'memory-1',
    });
    expect(answer.stderr).to.contain('MemoryError');
    expect((await pool.execute('len(hoard) > 10', { identifier: 'memory-1' })).value).to.equal(true);
  });

  it('cannot fill the memory with files outside /mnt/data', async () => {
    const code = 'with open("/tmp/big", "wb") as f:\n    for _ in range(400): f.write(b"x" * 1_000_000)';
    expect((await pool.execute(code, { identifier: 'memory-1' })).stderr).to.contain('No space left on device');
  });

  it('skips IPython lines that are not Python, and says so', async () => {
    const { status, stderr, value } = await pool.execute('%matplotlib inline\n!pip install numpy\n%time 40 + 2');
    expect([status, value]).to.deep.equal(['Succeeded', 42]);
    expect(stderr).to.contain('a ! or % line was skipped');
    for (const code of ['!ls', '1\n%pip install numpy', '%%bash\nls']) {
      const answer = await pool.execute(code);
      expect([answer.status, answer.value], code).to.deep.equal(['Succeeded', '']);
    }
    for (const quotes of ['"""', "f'''"]) {
      const code = `!pip install numpy\ntext = ${quotes}\n!important\n%time flies\n${quotes.slice(-3)}\n!ls\ntext`;
      expect((await pool.execute(code)).value).to.equal('\n!important\n%time flies\n');
    }
    const formula = await pool.execute('config = 7\n!ls\n(40\n  %config)');
    expect(formula.value).to.equal(5);
    expect((await pool.execute('a = 7\n%d = 1', {})).stderr).to.contain('SyntaxError');
  });

  it('defines things that pickle and show their source', async () => {
    const code =
      'import dataclasses, inspect, pickle\n@dataclasses.dataclass\nclass P:\n    x: int\n\ndef f():\n    return 1\n';
    await pool.execute(code);
    expect((await pool.execute('pickle.loads(pickle.dumps(P(3))).x, inspect.getsource(f)')).value).to.equal(
      "(3, 'def f():\\n    return 1\\n')",
    );
  });

  describe('/mnt/data', () => {
    it('is where uploads are, and what code writes can be downloaded at once', async () => {
      await pool.upload('in.csv', 'a,b\n1,2\n');
      const read = await pool.execute('import csv\nlist(csv.DictReader(open("/mnt/data/in.csv")))');
      expect(read.value).to.equal("[{'a': '1', 'b': '2'}]");
      await pool.execute(
        'import os\nos.makedirs("/mnt/data/out/deep")\nopen("/mnt/data/out/deep/ünï.txt", "w").write("wörld")',
      );
      const path = `files/${encodeURIComponent('ünï.txt')}/content`;
      expect((await pool.call('GET', path, { query: { path: 'out/deep' } })).text).to.equal('wörld');
    });

    it('is not the working directory', async () => {
      expect((await pool.execute('import os\nos.getcwd() == "/mnt/data"')).value).to.equal(false);
    });

    it('behaves as a filesystem does', async () => {
      const code = `
import os, pathlib, shutil, sqlite3, tempfile, zipfile
root = pathlib.Path("/mnt/data/fs")
root.mkdir()
path = root / "a.txt"
path.write_text("hello")
with open(path, "a") as f: f.write(" world")
with open(path, "r+") as f:
    f.seek(6); f.write("W"); f.truncate(9)
assert path.read_text() == "hello Wor", path.read_text()
os.utime(path, (1_000_000_000, 1_000_000_001)); assert path.stat().st_mtime == 1_000_000_001
path.rename(root / "b.txt"); assert not path.exists()
(root / "c.txt").write_text("old"); os.replace(root / "b.txt", root / "c.txt")
assert (root / "c.txt").read_text() == "hello Wor"
with zipfile.ZipFile(root / "z.zip", "w") as z: z.writestr("in", "x" * 1000)
assert zipfile.ZipFile(root / "z.zip").read("in") == b"x" * 1000
db = sqlite3.connect(root / "d.db"); db.execute("create table t (n)"); db.execute("insert into t values (5)"); db.commit()
assert db.execute("select n from t").fetchone() == (5,); db.close()
assert sorted(p.name for p in root.iterdir()) == ["c.txt", "d.db", "z.zip"]
for bad in (lambda: os.symlink("/etc", root / "l"), lambda: os.mkdir(root), lambda: (root / "none").read_text()):
    try: bad()
    except OSError: pass
    else: raise AssertionError("no error")
shutil.rmtree(root); root.exists()`;
      const answer = await pool.execute(code);
      expect(answer.stderr).to.equal('');
      expect(answer.value).to.equal(false);
    });
  });

  it('is apart from other sessions, twenty of them at once', async function () {
    this.timeout(60_000);
    const many = await SessionPoolEmulator.start({ warm: 0 });
    try {
      const { execute, call } = requestsTo(many);
      const numbers = Array.from({ length: 20 }, (_, number) => number);
      const answers = await Promise.all(
        numbers.map(async (number) => {
          const identifier = `many-${number}`;
          await execute(`mine = ${number}\nopen("/mnt/data/mine.txt", "w").write(str(mine))`, { identifier });
          const { text } = await call('GET', 'files/mine.txt/content', { identifier });
          return `${(await execute('mine', { identifier })).value}/${text}`;
        }),
      );
      expect(answers).to.deep.equal(numbers.map((number) => `${number}/${number}`));
    } finally {
      await many.stop();
    }
  });
});
