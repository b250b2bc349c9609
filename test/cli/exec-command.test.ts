import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { documentOf, COMMAND, environmentOf, runCommand } from '../helpers/run-command.js';
import type { ProgramOutcome, RunProgramOptions } from '../helpers/run-program.js';
import { json, stall, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

const FIGURE = `
class Figure:
    def _repr_png_(self):
        import base64
        return base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')
print('drawn')
Figure()`;

describe('dynamic-sessions exec', () => {
  let emulator: SessionPoolEmulator;
  let folder: string;

  before(async () => {
    emulator = await SessionPoolEmulator.start();
    folder = mkdtempSync(join(tmpdir(), 'exec-'));
  });

  after(async () => {
    rmSync(folder, { recursive: true });
    await emulator.stop();
  });

  afterEach(stopLoopbacks);

  function exec(words: readonly string[], options: RunProgramOptions = {}): Promise<ProgramOutcome> {
    return runCommand(['exec', ...words], {
      cwd: folder,
      ...options,
      env: { ...environmentOf(emulator), ...options.env },
    });
  }

  it('prints what the code printed and the value of its last expression, and deletes the session', async () => {
    await emulator.reset();
    const { stdout, stderr, exitCode } = await exec(['print("six")\n6 * 7']);
    expect([stdout, stderr, exitCode]).to.deep.equal(['six\n42\n', '', 0]);
    expect(emulator.requests.map(({ method }) => method)).to.deep.equal(['POST', 'DELETE']);
  });

  it('takes the code from a pipe, and from a file with a byte order mark', async () => {
    expect((await exec([], { input: 'print(1)\n' })).stdout).to.equal('1\n');
    expect((await exec(['-'], { input: '2' })).stdout).to.equal('2\n');
    writeFileSync(join(folder, 'three.py'), '\uFEFFprint(3)\n');
    expect((await exec(['--file', 'three.py'])).stdout).to.equal('3\n');
    expect((await exec(['--', '-1 + 5'])).stdout).to.equal('4\n');
  });

  it('says so when the service has cut the output, and asks for more of it with --max-output', async () => {
    const cut = await exec(['print("x" * 200_000)']);
    expect(cut.stdout.trimEnd()).to.have.length(100_000);
    expect(cut.stderr).to.contain('cut the output at 100000 characters').and.to.contain('--max-output');
    expect(documentOf(await exec(['--json', '--max-output', '5', 'print("123456")']))).to.include({ outputCutAt: 5 });
    const whole = await exec(['--max-output', '300000', 'print("x" * 200_000)']);
    expect([whole.stdout.trimEnd().length, whole.stderr]).to.deep.equal([200_000, '']);
  });

  it('begins a new line for the path of a figure', async () => {
    const { stdout } = await exec([FIGURE.replace("print('drawn')", "print('drawn', end='')")]);
    expect(stdout).to.match(/^drawn\nfigure-[\w-]+\.png\n$/);
  });

  it('leaves a Markdown fence to Python: what a person gives is run as it is', async () => {
    expect((await exec(['```python\n1\n```'])).stderr).to.contain('SyntaxError');
  });

  it('keeps a session that was named, for the next run', async () => {
    await emulator.reset();
    await exec(['--session', 'kept-session', 'x = 41']);
    const env = { DYNAMIC_SESSIONS_SESSION: 'kept-session' };
    expect((await exec(['x + 1'], { env })).stdout).to.equal('42\n');
    expect(emulator.requests.map(({ method }) => method)).to.deep.equal(['POST', 'POST']);
  });

  it('counts a blank variable for the session as none', async () => {
    await emulator.reset();
    expect((await exec(['7'], { env: { DYNAMIC_SESSIONS_SESSION: ' ' } })).stdout).to.equal('7\n');
    expect(emulator.requests.at(-1)).to.include({ method: 'DELETE' });
  });

  it('exits with 1 when the code fails, with its traceback on standard error', async () => {
    const { stdout, stderr, exitCode } = await exec(['print("before")\n1 / 0']);
    expect([stdout, exitCode]).to.deep.equal(['before\n', 1]);
    expect(stderr).to.match(/^Traceback[\s\S]*ZeroDivisionError: division by zero\n$/);
  });

  it('says which option to raise when the code takes too long', async () => {
    const { stderr, exitCode } = await exec(['--timeout', '1', 'while True: pass']);
    expect(stderr).to.contain('raise --timeout');
    expect(exitCode).to.equal(1);
    const document = documentOf(await exec(['--json', '--timeout', '1', 'while True: pass']));
    expect(Reflect.get(Object(document['error']), 'message')).to.contain('raise --timeout (220 at most)');
  });

  it('saves figures and prints their paths', async () => {
    const { stdout } = await exec(['--figures', 'pictures', FIGURE]);
    const [drawn, path = ''] = stdout.split('\n');
    expect(drawn).to.equal('drawn');
    expect(path).to.match(/^pictures\/figure-[\w-]+\.png$/);
    expect(readFileSync(join(folder, path)).subarray(1, 4).toString()).to.equal('PNG');
  });

  it('loses nothing of the output when a figure cannot be saved, and exits with 3', async () => {
    writeFileSync(join(folder, 'no-folder'), '');
    const plain = await exec(['--figures', 'no-folder', FIGURE]);
    expect([plain.stdout, plain.exitCode]).to.deep.equal(['drawn\n', 3]);
    expect(plain.stderr).to.contain('no-folder');
    const document = documentOf(await exec(['--json', '--figures', 'no-folder', FIGURE]));
    expect(document).to.include({ status: 'Succeeded', stdout: 'drawn\n' });
    expect(document['imagesError']).to.contain('no-folder');
  });

  it('prints one JSON document with --json, for results, for failures, and for a wrong command line', async () => {
    expect(documentOf(await exec(['--json', '[1, 2][0]']))).to.deep.include({
      status: 'Succeeded',
      value: 1,
      images: [],
    });
    const failed = await exec(['--json', '1 / 0']);
    expect(documentOf(failed)['error']).to.deep.include({ name: 'ZeroDivisionError', message: 'division by zero' });
    expect([failed.stderr, failed.exitCode]).to.deep.equal(['', 1]);
    emulator.failNext({ operation: 'execute', status: 403 });
    const refused = await exec(['--json', '1']);
    expect(documentOf(refused)['error']).to.deep.include({ code: 'forbidden', status: 403 });
    expect(refused.exitCode).to.equal(3);
    const mistyped = await exec(['--json', '--sesion=secret-name', '1']);
    expect(documentOf(mistyped)['error']).to.deep.equal({ code: 'usage', message: "unknown option '--sesion=…'" });
    expect(mistyped.exitCode).to.equal(2);
  });

  it('shows neither the session nor the token in an error', async () => {
    for (const words of [['--session', 'ab'], ['--sesion=secret-name'], ['--session', 'sécret-name', '--json']]) {
      const { stdout, stderr, exitCode } = await exec([...words, '1']);
      expect(exitCode).to.equal(2);
      expect(stdout + stderr).to.not.match(/secret-name|sécret|'ab'|"ab"/);
    }
    emulator.failNext({
      operation: 'execute',
      status: 403,
      body: { error: { code: 'Forbidden', message: 'secret-name' } },
    });
    const { stderr, exitCode } = await exec(['--session', 'secret-name', '1']);
    expect(stderr).to.contain('role').and.not.to.contain('secret-name').and.not.to.contain(emulator.token);
    expect(exitCode).to.equal(3);
  });

  it('exits with 2 and says what to type for every misuse', async () => {
    const misuses: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /no code to run/],
      [['--file', 'none.py'], /none\.py" does not exist/],
      [['--file', '.'], /EISDIR/],
      [['--file', 'three.py', '1'], /one of them/],
      [['--file', 'latin.py'], /latin\.py" is no text in UTF-8/],
      [['three.py'], /--file three\.py/],
      [['--timeout', '0', '1'], /1 or more/],
      [['--shell', '--api-version', '2024-02-02-preview', 'ls'], /set --api-version to/],
      [['--node', '--shell', '1'], /cannot be used/],
      [['-1 + 2'], /after "--"/],
      [['--endpoint', 'http://pool.example.com/x', '1'], /https/],
    ];
    writeFileSync(join(folder, 'three.py'), '3');
    writeFileSync(join(folder, 'latin.py'), Buffer.from("'caf\u00e9'", 'latin1'));
    const check = async ([words, advice]: (typeof misuses)[number]): Promise<void> => {
      const { stdout, stderr, exitCode } = await exec(words);
      expect([stdout, exitCode], words.join(' ')).to.deep.equal(['', 2]);
      expect(stderr).to.match(advice);
    };
    await Promise.all(misuses.map(check));
  });

  it('runs a command line in a Shell pool', async () => {
    const answer = { status: '3', result: { stdout: 'out', stderr: 'err' } };
    const pool = await startLoopback(json(200, answer), json(204, ''));
    const env = { ACA_POOL_MANAGEMENT_ENDPOINT: pool.endpoint, DYNAMIC_SESSIONS_EMULATOR_TOKEN: 'a-token-of-ours' };
    const { stdout, stderr, exitCode } = await exec(['--shell', '--', 'ls', '-l'], { env });
    expect(JSON.parse(String(pool.requests[0]?.body))).to.include({ shellCommand: 'ls -l' });
    expect([stdout, exitCode]).to.deep.equal(['out', 1]);
    expect(stderr).to.equal('err\nThe command ended with exit code 3.\n');
  });

  it('asks a Shell pool for as much of the output as --max-output says', async () => {
    const answer = { status: '0', result: { stdout: 'out', stderr: '' } };
    const pool = await startLoopback(json(200, answer), json(204, ''));
    const env = { ACA_POOL_MANAGEMENT_ENDPOINT: pool.endpoint, DYNAMIC_SESSIONS_EMULATOR_TOKEN: 'a-token-of-ours' };
    await exec(['--shell', '--max-output', '300000', '--', 'ls'], { env });
    expect(JSON.parse(String(pool.requests[0]?.body))).to.include({ outputStreamsMaxLength: 300_000 });
  });

  it('starts an emulator where there is no pool, and with --emulator where there is one', async () => {
    const without = await exec(['6 * 7'], { env: { ACA_POOL_MANAGEMENT_ENDPOINT: '' } });
    expect([without.stdout, without.exitCode]).to.deep.equal(['42\n', 0]);
    expect(without.stderr).to.contain('embedded emulator');
    const env = { ACA_POOL_MANAGEMENT_ENDPOINT: 'https://pool.example.com/x' };
    expect((await exec(['--emulator', '--json', '6 * 7'], { env })).stdout).to.contain('"value":42');
  });

  it('ends quietly when its reader has seen enough', async () => {
    const env = { ...process.env, ...environmentOf(emulator) };
    const program = spawn(process.execPath, [COMMAND, 'exec', 'for i in range(10000): print(i)'], { env });
    let stderr = '';
    program.stderr.on('data', (text: Buffer) => (stderr += String(text)));
    program.stdout.destroy();
    expect(await once(program, 'exit')).to.deep.equal([0, null]);
    expect(stderr).to.equal('');
  });

  it('says so when standard output cannot be written', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const env = { ...process.env, ...environmentOf(emulator) };
    const line = `"${process.execPath}" "${COMMAND}" exec 1 > /dev/full`;
    const program = spawn('sh', ['-c', line], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    program.stderr.on('data', (text: Buffer) => (stderr += String(text)));
    expect(await once(program, 'close')).to.deep.equal([3, null]);
    expect(stderr).to.equal('Error: standard output cannot be written (ENOSPC).\n');
  });

  describe('on Ctrl-C', () => {
    async function interrupted(
      words: readonly string[],
      begun: string,
    ): Promise<{ exitCode: unknown; stderr: string }> {
      await emulator.reset();
      const env = { ...process.env, ...environmentOf(emulator) };
      const program = spawn(process.execPath, [COMMAND, 'exec', ...words], { env });
      let stderr = '';
      program.stderr.on('data', (text: Buffer) => (stderr += String(text)));
      const ended = once(program, 'close');
      while (!existsSync(emulator.details.dataDirectory) || !hasFile(emulator, begun)) await new Promise(setImmediate);
      program.kill('SIGINT');
      return { exitCode: (await ended)[0], stderr };
    }

    it('deletes the session that it made, and exits with 130', async () => {
      const { exitCode, stderr } = await interrupted(['open("/mnt/data/one", "w").close()\nwhile True: pass'], 'one');
      expect(exitCode).to.equal(130);
      expect(stderr).to.equal('Interrupted. The session is deleted, and the code with it.\n');
      expect(emulator.requests.at(-1)).to.include({ method: 'DELETE', status: 204 });
    });

    it('does not wait for anything after a second one', async () => {
      const pool = await startLoopback(stall);
      const env = {
        ...process.env,
        ...environmentOf({ poolManagementEndpoint: pool.endpoint, token: 'a-token-of-ours' }),
      };
      const program = spawn(process.execPath, [COMMAND, 'exec', '1'], { env, stdio: 'ignore' });
      const ended = once(program, 'exit');
      while (pool.requests.length < 1) await new Promise(setImmediate);
      program.kill('SIGINT');
      while (pool.requests.length < 2) await new Promise(setImmediate);
      const impatience = setInterval(() => program.kill('SIGINT'), 50); // Like npm, which passes each one on at once.
      expect(await ended).to.deep.equal([130, null]);
      clearInterval(impatience);
      expect(pool.requests.map(({ method }) => method)).to.deep.equal(['POST', 'DELETE']);
    });

    it('leaves a session that was named, and says so', async () => {
      const code = 'open("/mnt/data/two", "w").close()\nimport time\ntime.sleep(1)';
      const { exitCode, stderr } = await interrupted(['--session', 'named-session', code], 'two');
      expect(exitCode).to.equal(130);
      expect(stderr).to.contain('goes on in its session');
      expect(emulator.requests.map(({ method }) => method)).not.to.include('DELETE');
    });
  });
});

function hasFile({ details }: SessionPoolEmulator, name: string): boolean {
  return readdirSync(details.dataDirectory, { recursive: true }).some((path) => String(path).endsWith(`/${name}`));
}
