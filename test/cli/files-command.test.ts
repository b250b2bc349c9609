import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { COMMAND, documentOf, environmentOf, runCommand } from '../helpers/run-command.js';
import type { ProgramOutcome, RunProgramOptions } from '../helpers/run-program.js';
import { stall, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';
import { until } from '../helpers/until.js';

const SESSION = 'a-session-of-files';

describe('dynamic-sessions files', () => {
  let emulator: SessionPoolEmulator;
  let folder: string;

  before(async () => {
    emulator = await SessionPoolEmulator.start({ warm: 0 });
  });

  after(() => emulator.stop());

  beforeEach(async () => {
    await emulator.reset();
    folder = mkdtempSync(join(tmpdir(), 'files-'));
    writeFileSync(join(folder, 'table.csv'), 'a,b\n1,2\n');
  });

  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await stopLoopbacks();
  });

  function files(words: readonly string[], options: RunProgramOptions = {}): Promise<ProgramOutcome> {
    const env = { ...environmentOf(emulator), DYNAMIC_SESSIONS_SESSION: SESSION, ...options.env };
    return runCommand(['files', ...words], { cwd: folder, ...options, env });
  }

  it('puts, lists, gets and removes', async () => {
    const put = await files(['put', 'table.csv']);
    expect([put.stdout, put.stderr, put.exitCode]).to.deep.equal(['/mnt/data/table.csv\n', '', 0]);
    expect((await files(['list'])).stdout).to.match(
      /^8 bytes {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\/mnt\/data\/table\.csv\n$/,
    );
    const got = await files(['get', 'table.csv', 'copy.csv']);
    expect([got.stdout, got.stderr]).to.deep.equal(['', 'Saved as copy.csv (8 bytes).\n']);
    expect(readFileSync(join(folder, 'copy.csv'), 'utf8')).to.equal('a,b\n1,2\n');
    expect((await files(['rm', 'table.csv', 'gone.csv'])).exitCode).to.equal(0);
    expect((await files(['list'])).stderr).to.equal('There are no files.\n');
  });

  it('puts several into a directory, and lists them in depth', async () => {
    writeFileSync(join(folder, 'other.csv'), '');
    const { stdout } = await files(['put', 'table.csv', 'other.csv', '--directory', 'year/2026']);
    expect(stdout).to.equal('/mnt/data/year/2026/table.csv\n/mnt/data/year/2026/other.csv\n');
    expect((await files(['ls', 'year/2026'])).stdout.split('\n')).to.have.length(3);
    const listed: unknown = JSON.parse((await files(['list', '-r', '--json'])).stdout);
    expect(listed).to.be.an('array').with.length(4);
  });

  it('reads standard input, and writes standard output byte by byte', async () => {
    expect((await files(['put', '-', '--name', 'note.txt'], { input: 'grüße' })).stdout).to.equal(
      '/mnt/data/note.txt\n',
    );
    const { stdout, stderr } = await files(['get', 'note.txt', '-']);
    expect([stdout, stderr]).to.deep.equal(['grüße', '']);
  });

  it('ends after Ctrl-C although standard input goes on', async () => {
    const pool = await startLoopback(stall);
    const env = {
      ...process.env,
      ...environmentOf({ poolManagementEndpoint: pool.endpoint, token: 'a-token-of-ours' }),
    };
    const words = ['files', 'put', '-', '--name', 'log.txt', '--session', SESSION];
    const program = spawn(process.execPath, [COMMAND, ...words], { env, stdio: ['pipe', 'ignore', 'pipe'] });
    program.stdin.on('error', () => undefined); // Nobody reads it to its end.
    let stderr = '';
    program.stderr.on('data', (text: Buffer) => (stderr += String(text)));
    const ended = once(program, 'close');
    await until(() => pool.connections() > 0);
    program.kill('SIGINT');
    expect(await ended).to.deep.equal([130, null]);
    expect(stderr).to.match(/^Interrupted\. /);
  });

  it('saves into a folder under the name of the file, and replaces nothing without --force', async () => {
    await files(['put', 'table.csv']);
    mkdirSync(join(folder, 'into'));
    expect((await files(['get', 'table.csv', 'into'])).exitCode).to.equal(0);
    writeFileSync(join(folder, 'into', 'table.csv'), 'mine');
    const refused = await files(['get', 'table.csv', 'into']);
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.contain('--force');
    expect(readFileSync(join(folder, 'into', 'table.csv'), 'utf8')).to.equal('mine');
    const forced = await files(['get', 'table.csv', 'into', '--force', '--json']);
    expect(documentOf(forced)).to.deep.equal({ path: join('into', 'table.csv'), sizeInBytes: 8 });
  });

  it('leaves nothing behind when a download breaks off', async () => {
    await files(['put', 'table.csv']);
    emulator.failNext({ operation: 'downloadFile', truncateAt: 3, times: 9 });
    const { stderr, exitCode } = await files(['get', 'table.csv', 'broken.csv']);
    expect(stderr).to.contain('[network]');
    expect(exitCode).to.equal(3);
    expect(readdirSync(folder)).to.deep.equal(['table.csv']);
  });

  it('shows control characters of a file’s name as question marks', async () => {
    // By the code of a model: no upload takes such a name.
    const client = new SessionsClient({ ...emulator.connection, identifier: SESSION });
    await client.execute("open('/mnt/data/red\\x1b[31m.csv', 'w').close()");
    expect((await files(['list'])).stdout)
      .to.contain('/mnt/data/red?[31m.csv')
      .and.not.to.contain('\u001b');
  });

  it('exits with 2 for every misuse, before anything is sent', async () => {
    const misuses: readonly (readonly [readonly string[], RegExp])[] = [
      [['put'], /missing required argument/],
      [['put', '-'], /--name/],
      [['put', 'table.csv', 'none.csv'], /no local file "none\.csv"/],
      [['put', '.'], /is a folder/],
      [['put', 'table.csv', '/dev/null'], /"\/dev\/null" is no file/],
      [['put', 'table.csv', 'table.csv', '--name', 'x'], /for one file/],
      [['get', 'x', '-', '--json'], /leave --json out/],
      [['put', 'table.csv', '--name', '../x'], /holds `\.` or `\.\.`/],
      [['put', 'table.csv', '--directory', '/etc'], /outside \/mnt\/data/],
      [['get', '', 'copy.csv'], /empty/],
      [['get', '..'], /holds `\.` or `\.\.`/],
      [['list', '../etc'], /holds `\.` or `\.\.`/],
      [['rm', ''], /empty/],
      [['rm', 'table.csv', 'folder/'], /names a directory/],
      [['list', 'a', 'b'], /too many arguments/],
      [['lst'], /unknown command/],
      [['list', '--session', ''], /Name the session/],
      [[], /Usage/],
    ];
    const check = async ([words, advice]: (typeof misuses)[number]): Promise<void> => {
      const { stdout, stderr, exitCode } = await files(words);
      expect(stderr + stdout, words.join(' ')).to.match(advice);
      expect(exitCode).to.equal(2);
    };
    await Promise.all(misuses.map(check));
    const without = await files(['list'], { env: { ACA_POOL_MANAGEMENT_ENDPOINT: '' } });
    expect(without.stderr).to.contain('dynamic-sessions emulator');
    expect(without.exitCode).to.equal(2);
    expect(emulator.requests).to.deep.equal([]);
  });

  it('exits with 3 when the pool refuses, without the name of the session', async () => {
    const { stdout, exitCode } = await files(['get', 'none.csv', '--json']);
    expect(documentOf({ stdout, stderr: '', exitCode })['error']).to.deep.include({ code: 'not_found', status: 404 });
    expect(exitCode).to.equal(3);
    const { stderr } = await files(['list'], { env: { DYNAMIC_SESSIONS_EMULATOR_TOKEN: 'another-token' } });
    expect(stderr).to.contain('[unauthorized]').and.not.to.contain(SESSION).and.not.to.contain('another-token');
  });
});

describe('dynamic-sessions session', () => {
  let emulator: SessionPoolEmulator;

  before(async () => {
    emulator = await SessionPoolEmulator.start({ warm: 0 });
  });

  after(() => emulator.stop());

  function session(words: readonly string[]): Promise<ProgramOutcome> {
    return runCommand(['session', ...words, '--session', SESSION], { env: environmentOf(emulator) });
  }

  it('shows when a session ends, and ends it', async () => {
    const missing = await session(['show']);
    expect(missing.stderr).to.contain('[not_found]').and.not.to.contain(SESSION);
    expect(missing.exitCode).to.equal(3);
    await runCommand(['files', 'list', '--session', SESSION], { env: environmentOf(emulator) });
    expect((await session(['show'])).stdout).to.match(/^made {7}\d{4}-.*\nlast used {2}\d{4}-.*\nends {7}\d{4}-.*\n$/);
    expect(documentOf(await session(['show', '--json']))).to.have.all.keys('createdAt', 'lastAccessedAt', 'expiresAt');
    const ended = await session(['delete']);
    expect([ended.stdout, ended.stderr, ended.exitCode]).to.deep.equal(['', 'The session has ended.\n', 0]);
    expect(documentOf(await session(['delete', '--json']))).to.deep.equal({ deleted: true });
    expect((await session(['show'])).exitCode).to.equal(3);
  });
});
