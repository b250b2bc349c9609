import { expect } from 'chai';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { rawSocket } from '../helpers/raw-socket.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { until } from '../helpers/until.js';

const PROGRAM = fileURLToPath(new URL('../helpers/emulator-program.js', import.meta.url));
const COMMAND = fileURLToPath(new URL('../helpers/command-program.js', import.meta.url));

describe('the life of an emulator', () => {
  it('leaves no process, port or folder after stop, also while code runs', async () => {
    const emulator = await SessionPoolEmulator.start({ warm: 0 });
    const { execute } = requestsTo(emulator);
    await execute('1');
    const running = execute('while True: pass').catch(() => 'broken');
    const [processId] = await processesOf(emulator);
    await emulator.stop();
    expect(await running).to.equal('broken');
    expect(lives(processId)).to.equal(false);
    expect(existsSync(emulator.details.dataDirectory)).to.equal(false);
    const refused = await requestsTo(emulator)
      .call('GET', 'files')
      .catch(() => 'refused');
    expect(refused).to.equal('refused');
    await emulator.stop();
  });

  for (const [what, below] of [
    ['a file', ['file']],
    ['a folder below a file', ['file', 'data']],
    ['a folder below a link that leads nowhere', ['link', 'data']],
    ['a name that is too long', ['x'.repeat(300)]],
  ] as const) {
    it(`says what to do when its files are to lie in ${what}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'no-folder-'));
      writeFileSync(join(folder, 'file'), '');
      symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
      try {
        await refusesFolder(join(folder, ...below));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  for (const path of ['/proc', '/proc/data', '/proc/1/data/deeper']) {
    it(`says what to do when its files are to lie in ${path}`, async function () {
      if (process.platform !== 'linux') return this.skip();
      await refusesFolder(path);
    });
  }

  it('makes the folders above its files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deep-'));
    const dataDirectory = join(folder, 'one', 'two');
    const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}), dataDirectory });
    await emulator.stop();
    expect(existsSync(dataDirectory)).to.equal(true);
    rmSync(folder, { recursive: true });
  });

  it('stops while its first interpreter is still being started', async () => {
    const emulator = await SessionPoolEmulator.start();
    const { dataDirectory } = emulator.details;
    const first = requestsTo(emulator)
      .execute('1')
      .catch(() => 'broken');
    await emulator.stop();
    expect(await first).to.equal('broken');
    expect(existsSync(dataDirectory)).to.equal(false);
  });

  it('ends the interpreter of a session that is deleted while its code runs, and answers the code', async () => {
    const emulator = await SessionPoolEmulator.start({ warm: 0 });
    try {
      const { execute, call } = requestsTo(emulator);
      await execute('1');
      const [processId] = await processesOf(emulator);
      const running = execute('print("on")\nwhile True: pass');
      await call('DELETE', 'session');
      expect((await running).stderr).to.equal('Execution aborted');
      expect(lives(processId)).to.equal(false);
      expect((await execute('2')).value).to.equal(2);
    } finally {
      await emulator.stop();
    }
  });

  it('leaves nothing when its program is killed in the middle of endless code', async function () {
    if (process.platform === 'win32') return;
    const program = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await firstLine(program);
    const { dataDirectory, processId } = JSON.parse(line) as { dataDirectory: string; processId: number };
    expect([existsSync(dataDirectory), lives(processId)]).to.deep.equal([true, true]);
    program.kill('SIGKILL');
    await once(program, 'close');
    await until(() => !existsSync(dataDirectory) && !lives(processId));
  });

  it('keeps the files in a folder that it was given', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'kept-'));
    const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}), dataDirectory });
    await requestsTo(emulator).upload('a.txt', 'x');
    await emulator.stop();
    const [place = ''] = readdirSync(dataDirectory);
    expect(readdirSync(join(dataDirectory, place, 'data'))).to.deep.equal(['a.txt']);
    rmSync(dataDirectory, { recursive: true });
  });

  it('makes no session for a request that is still kept back when it stops', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'kept-'));
    let tell: ((status: number) => void) | undefined;
    const answered = new Promise<number>((resolve) => (tell = resolve));
    const emulator = await SessionPoolEmulator.start({
      engine: 'scripted',
      script: () => ({}),
      warm: 0,
      dataDirectory,
      latencyMs: 3_600_000,
      onRequest: ({ status }) => tell?.(status),
    });
    const raw = await rawSocket(emulator.poolManagementEndpoint);
    const { host, pathname } = new URL(emulator.poolManagementEndpoint);
    const target = `${pathname}/files?identifier=session-1&api-version=2025-10-02-preview`;
    raw.write(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${emulator.token}\r\n\r\n`);
    // Answered by the same server, so that the one before it has arrived.
    await fetch(new URL('/_emulator/alive', emulator.poolManagementEndpoint));
    await emulator.stop();
    expect(await answered).to.equal(503);
    expect(readdirSync(dataDirectory)).to.deep.equal([]);
    rmSync(dataDirectory, { recursive: true });
  });

  it('says what to do when its port is taken, and leaves nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const failure: unknown = await SessionPoolEmulator.start({ port }).catch((error: unknown) => error);
    expect(failure).to.include({ name: 'SessionsError', code: 'invalid_options' });
    expect(failure).to.have.property('message').that.contains(`port ${port}`).and.contains('it is in use');
    server.close();
  });
});

describe('the emulator command', () => {
  it('prints one JSON line, serves, and ends with 0 on SIGINT', async () => {
    const program = spawn(process.execPath, [COMMAND, 'emulator', '--json', '--warm', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const banner = collect(program);
    const facts = JSON.parse(await firstLine(program)) as Record<string, string>;
    const { poolManagementEndpoint = '', token = '', dataDirectory = '' } = facts;
    const url = `${poolManagementEndpoint}/files?identifier=session-1&api-version=2025-10-02-preview`;
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).to.equal(200);
    program.kill('SIGINT');
    const [code] = (await once(program, 'close')) as [number];
    expect(code).to.equal(0);
    expect(existsSync(dataDirectory)).to.equal(false);
    expect(banner()).to.contain(`export ACA_POOL_MANAGEMENT_ENDPOINT='${poolManagementEndpoint}'`);
    expect(banner()).to.contain(`export DYNAMIC_SESSIONS_EMULATOR_TOKEN='${token}'`);
  });

  for (const [what, flags, message] of [
    ['an engine that there is not', ['--engine', 'ruby'], 'choices are pyodide, python.'],
    ['a port that is no number', ['--port', 'x'], 'whole number'],
    ['a host that is not loopback', ['--host', '0.0.0.0'], 'loopback'],
    ['packages that are none', ['--packages', 'all'], "'off', 'cache' or 'online'"],
    ['a mirror without use', ['--packages', 'cache', '--packages-base-url', 'http://x/'], "packages 'online'"],
  ] as const) {
    it(`refuses ${what} in one line`, async () => {
      const program = spawn(process.execPath, [COMMAND, 'emulator', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
      const said = collect(program);
      const [code] = (await once(program, 'close')) as [number];
      expect(code).not.to.equal(0);
      expect(said()).to.contain(message);
      expect(said().trim().split('\n')).to.have.length(1);
    });
  }
});

async function refusesFolder(dataDirectory: string): Promise<void> {
  const failure = await rejectionOf(SessionPoolEmulator.start({ dataDirectory }));
  expect(failure).to.include({ code: 'invalid_options' }).and.have.property('message').that.contains('`dataDirectory`');
}

async function processesOf(emulator: SessionPoolEmulator): Promise<number[]> {
  const health = await fetch(new URL('/_emulator/health', emulator.poolManagementEndpoint));
  const { sessions } = (await health.json()) as { sessions: { processId: number }[] };
  return sessions.map(({ processId }) => processId);
}

function lives(processId: number | undefined): boolean {
  if (processId === undefined) throw new Error('There was no process to look for');
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

async function firstLine(program: ChildProcess): Promise<string> {
  if (!program.stdout) throw new Error('The program has no output');
  for await (const line of createInterface({ input: program.stdout })) return line;
  throw new Error('The program ended without a line');
}

function collect(program: ChildProcess): () => string {
  let text = '';
  program.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}
