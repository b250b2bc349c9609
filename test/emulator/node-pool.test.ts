import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsNodeTool } from '../../src/plugins/sessions-node-tool.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { hasBubblewrap } from '../helpers/host-tools.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { until } from '../helpers/until.js';

const TIMED_OUT = 'Request timed out waiting for code execution to complete';

describe('a NodeLTS pool (needs bwrap)', function () {
  this.timeout(60_000);
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async function () {
    if (!hasBubblewrap) return this.skip();
    emulator = await SessionPoolEmulator.start({ poolKind: 'NodeLTS', memoryMb: 512 });
    pool = requestsTo(emulator);
  });
  after(() => emulator?.stop());

  it('says in the metadata of the pool and in the details what it runs', async () => {
    const { runtimes } = (await pool.call('GET', 'metadata')).json as { runtimes: object[] };
    expect(runtimes).to.deep.equal([{ name: 'node', version: process.versions.node }]);
    expect(emulator.details.engine).to.contain(`node ${process.versions.node}`);
  });

  for (const [code, value] of [
    ['1 + 1', 2],
    ['"text"', 'text'],
    ['true', true],
    ['NaN', null],
    ['undefined', ''],
    ['null', ''],
    ['const x = 1', ''],
    ['{ a: 1 }', '{ a: 1 }'],
    ['if (true) { 7 }', 7],
    ['[1, "a"]', "[ 1, 'a' ]"],
    ['10n ** 20n', '100000000000000000000n'],
    ['new Map([[1, { b: 2 }]])', 'Map(1) { 1 => { b: 2 } }'],
    ['await 5', 5],
    ['await (6)', 6],
    ['(async () => { return await 1 })() instanceof Promise', true],
    ['const { sep } = await import("node:path"); sep', '/'],
    ['require("node:fs").readdirSync("/mnt/data").length', 0],
    ['require("node:child_process").execSync("echo sub").toString()', 'sub\n'],
    ['process.cwd() === "/mnt/data"', false],
    ['Object.keys(process.env).sort().join()', 'HOME,LANG,LC_ALL,LOGNAME,PATH,PWD,TERM,USER'],
  ] as const) {
    it(`has of ${JSON.stringify(code)} the value ${JSON.stringify(value)}`, async () => {
      const answer = await pool.execute(code, { identifier: 'values-1' });
      expect(answer).to.deep.equal({ status: 'Succeeded', value, stdout: '', stderr: '' });
    });
  }

  it('keeps what a cell declares for the next one, awaiting cells included; a const is not declared twice', async () => {
    const identifier = 'state-1';
    await pool.execute('const kept = 20; let changed = 1; function twice(n) { return n * 2 }', { identifier });
    await pool.execute('const awaited = await Promise.resolve(1); changed += 1', { identifier });
    expect((await pool.execute('twice(kept) + awaited + changed', { identifier })).value).to.equal(43);
    const again = await pool.execute('const kept = 21', { identifier });
    expect(again.stderr).to.equal("Uncaught SyntaxError: Identifier 'kept' has already been declared\n");
    expect((await pool.execute('kept', { identifier })).value).to.equal(20);
  });

  it('has what is printed apart, and cut where it is too long', async () => {
    const { stdout, stderr } = await pool.execute(
      'console.log("out"); console.error("err"); process.stdout.write("end")',
    );
    expect([stdout, stderr]).to.deep.equal(['out\nend', 'err\n']);
    expect((await pool.execute('console.log("é".repeat(5_000_000))')).stdout).to.equal('é'.repeat(4096));
  });

  for (const [code, stderr] of [
    ['throw new RangeError("boom")', /^Uncaught RangeError: boom\n {4}at <cell \d+>:1:7\n$/],
    ['await Promise.reject(new TypeError("late"))', /^Uncaught TypeError: late\n/],
    ['nowhere', /^Uncaught ReferenceError: nowhere is not defined\n/],
    ['function (', /SyntaxError/],
    ['throw 5', /^Uncaught 5\n$/],
    ['await Promise.reject(6)', /^Uncaught 6\n$/],
    ['({ get a() { throw new Error("not now") } }).a', /^Uncaught Error: not now\n/],
  ] as const) {
    it(`fails at ${JSON.stringify(code)} with what the REPL says, and goes on`, async () => {
      const identifier = 'failing-1';
      const answer = await pool.execute(code, { identifier });
      expect([answer.status, answer.stdout]).to.deep.equal(['Failed', '']);
      expect(answer.stderr).to.match(stderr).and.not.to.contain('node:');
      expect((await pool.execute('1', { identifier })).value).to.equal(1);
    });
  }

  it('tells the running cell of a timer that failed, and lives', async () => {
    const { status, stderr } = await pool.execute(
      'setTimeout(() => { throw new Error("beside") }); await new Promise((done) => setTimeout(done, 50)); 3',
    );
    expect(status).to.equal('Succeeded');
    expect(stderr).to.match(/^Uncaught Error: beside\n/);
  });

  it('tells the cell of a promise that was rejected, and that nobody waited for', async () => {
    const { status, value, stderr } = await pool.execute('Promise.reject(new Error("unheard")); 1');
    expect([status, value]).to.deep.equal(['Succeeded', 1]);
    expect(stderr).to.match(/^Uncaught Error: unheard\n {4}at <cell \d+>:1:16\n$/);
  });

  it('tells the next cell of what failed between the two', async () => {
    const identifier = 'between-1';
    const fail = 'require("node:fs").writeFileSync("/mnt/data/failed", ""); throw new Error("between")';
    expect((await pool.execute(`setTimeout(() => { ${fail} }, 20); 1`, { identifier })).stderr).to.equal('');
    await until(async () => (await pool.call('GET', 'files', { identifier })).text.includes('failed'));
    const next = await pool.execute('console.error("own"); 2', { identifier });
    expect(next.value).to.equal(2);
    expect(next.stderr).to.match(/^Uncaught Error: between\n(?: {4}at .*\n)+own\n$/);
    expect((await pool.execute('3', { identifier })).stderr).to.equal('');
  });

  for (const [what, code, stderr] of [
    ['prints to nowhere', 'process.stdout.write = () => true; process.stderr.write = () => true; 1', /^$/],
    ['prints to something that never writes', 'process.stdout._write = () => undefined; console.log(1)', /^$/],
    ['ends its output', 'process.stdout.end(); 1', /^$/],
    ['breaks JSON', 'JSON.stringify = JSON.parse = () => { throw 1 }', /^$/],
    ['breaks what is sent', 'Object.prototype.toJSON = () => { throw 1 }; ({})', /^Uncaught an error that/],
    [
      'throws an error without a name',
      'const e = new Error("x"); e.name = Object.create(null); throw e',
      /^Uncaught .*Error/,
    ],
    ['throws an error with another stack', 'const f = new Error("x"); f.stack = 5; throw f', /^Uncaught Error: x\n$/],
    [
      'throws what throws',
      'throw new Proxy(new Error("p"), { get() { throw 1 } })',
      /^Uncaught .*Error: p\n {4}at <cell 2>:1:17\n$/,
    ],
    ['throws what is nothing at all', 'throw new Proxy({}, { getPrototypeOf() { throw 1 } })', /^Uncaught .*\{\}/],
    ['throws more than can be sent', 'throw new Error("x".repeat(80_000_000))', /^Uncaught Error: x/],
  ] as const) {
    it(`answers, and keeps its state, when the code ${what}`, async () => {
      const identifier = 'exotic-1';
      await pool.call('DELETE', 'session', { identifier });
      await pool.execute('var state = "kept"', { identifier });
      const answer = await pool.execute(code, { identifier, timeoutInSeconds: 10 });
      expect(answer.status).to.equal(stderr.test('') ? 'Succeeded' : 'Failed');
      expect(answer.stderr).to.match(stderr);
      const next = await pool.execute('delete Object.prototype.toJSON; state', { identifier });
      expect([next.value, next.stderr]).to.deep.equal(['kept', '']);
    });
  }

  for (const [what, code, stateKept] of [
    ['an endless loop', 'while (true) {}', true],
    ['a promise that never settles', 'await new Promise(() => {})', true],
    ['a regular expression', ';/^(a+)+$/.test("a".repeat(40) + "b")', true],
    ['a program that it waits for', 'require("node:child_process").execSync("sleep 1000")', false],
    ['a loop after an await', 'await 1; while (true) {}', false],
  ] as const) {
    it(`ends ${what} at the time limit${stateKept ? ' and keeps the state' : ''}`, async () => {
      const identifier = 'limited-1';
      await pool.execute('var state = "kept"', { identifier });
      const answer = await pool.execute(`console.log("begun")\n${code}`, { identifier, timeoutInSeconds: 1 });
      expect(answer).to.deep.equal({ status: 'Failed', value: '', stdout: 'begun\n', stderr: TIMED_OUT });
      expect((await pool.execute('typeof state', { identifier })).value).to.equal(stateKept ? 'string' : 'undefined');
    });
  }

  it('goes on with its files after code that ended the process or filled the memory', async () => {
    const identifier = 'aborted-1';
    await pool.execute('require("node:fs").writeFileSync("/mnt/data/kept.txt", "kept")', { identifier });
    for (const code of [
      'process.exit(3)',
      'await 1; process.exit(3)',
      'setTimeout(() => process.exit(), 20); await new Promise(() => {})',
      'process.abort()',
      'const hoard = []; while (true) hoard.push({})',
      'const blocks = []; while (true) blocks.push(Buffer.alloc(5e7, 1))',
    ]) {
      const answer = await pool.execute(code, { identifier, timeoutInSeconds: 30 });
      expect([code, answer.status, answer.stderr.split('\n').at(-1)]).to.deep.equal([
        code,
        'Failed',
        'Execution aborted',
      ]);
      const { value } = await pool.execute('require("node:fs").readFileSync("/mnt/data/kept.txt", "utf8")', {
        identifier,
      });
      expect(value).to.equal('kept');
    }
  });

  it('serves SessionsNodeTool from end to end', async () => {
    const tool = new SessionsNodeTool(emulator.connection);
    try {
      await tool.uploadFile(Buffer.from('a,b\n1,2\n'), 'in.csv');
      const result = await tool.executeCode(
        '```js\nconst fs = require("fs"); fs.readFileSync("/mnt/data/in.csv", "utf8").split("\\n")[1]\n```',
      );
      expect([result.status, result.value]).to.deep.equal(['Succeeded', '1,2']);
      const failed = await tool.executeCode('throw new Error("no")');
      expect(failed.status).to.equal('Failed');
      expect(failed.stderr).to.contain('Error: no');
      expect((await tool.listFiles()).map(({ name }) => name)).to.deep.equal(['in.csv']);
    } finally {
      await tool.close();
    }
  });

  it('refuses shell commands', async () => {
    const answer = await pool.call('POST', 'executions', { body: JSON.stringify({ shellCommand: 'ls' }) });
    expect(answer.status).to.equal(400);
    expect(answer.text).to.contain('SessionPropertiesMissing');
  });
});

describe('a NodeLTS pool without isolation', () => {
  it('runs in the data folder, and says that there is none', async function () {
    if (process.platform === 'win32') {
      expect(await rejectionOf(SessionPoolEmulator.start({ poolKind: 'NodeLTS', isolate: 'none' })))
        .to.have.property('message')
        .that.contains('Windows');
      return;
    }
    const emulator = await SessionPoolEmulator.start({ poolKind: 'NodeLTS', isolate: 'none' });
    try {
      const { execute, upload } = requestsTo(emulator);
      await upload('a.txt', 'here');
      expect((await execute('require("fs").readFileSync("a.txt", "utf8")')).value).to.equal('here');
      expect(emulator.details.isolation).to.contain('NONE');
    } finally {
      await emulator.stop();
    }
  });
});
