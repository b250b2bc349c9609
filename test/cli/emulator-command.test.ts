import { expect } from 'chai';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRequestLog } from '../../src/cli/emulator-log.js';

const COMMAND = fileURLToPath(new URL('../helpers/command-program.js', import.meta.url));
const IDENTIFIER = 'an-identifier-of-somebody';

/** A command at work, and what it has said so far. */
interface Running {
  readonly process: ChildProcess;
  readonly firstLine: () => Promise<string>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function run(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [COMMAND, 'emulator', '--warm', '0', ...args]);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  child.stdin.end();
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, ...said }));
  const firstLine = async (): Promise<string> => {
    for await (const line of createInterface({ input: child.stdout })) return line;
    throw new Error(`The command ended without a line: ${said.stderr}`);
  };
  return { process: child, firstLine, ended };
}

const node = (program: string): readonly string[] => ['run', '--', process.execPath, '--eval', program];

describe('dynamic-sessions emulator run', () => {
  it('gives the command the pool and the token, and its words as they are', async () => {
    const program = `
      const { ACA_POOL_MANAGEMENT_ENDPOINT: endpoint, DYNAMIC_SESSIONS_EMULATOR_TOKEN: token } = process.env;
      const headers = { authorization: 'Bearer ' + token };
      fetch(endpoint + '/files?identifier=${IDENTIFIER}&api-version=2025-10-02-preview', { headers })
        .then((answer) => console.log(answer.status, endpoint === process.env.AZURE_POOL_MANAGEMENT_ENDPOINT, process.argv.slice(1)));`;
    const { code, stdout, stderr } = await run(...node(program), '--', '--token', 'a b').ended;
    expect([code, stdout.trim(), stderr]).to.deep.equal([0, "200 true [ '--token', 'a b' ]", '']);
  });

  for (const [what, words, expected] of [
    ['the exit code of the command', node('process.exit(7)'), 7],
    ['128 and the number of the signal that ended it', node('process.kill(process.pid, "SIGKILL")'), 137],
    ['127 for a command that is not there', ['run', '--', 'no-such-command-anywhere'], 127],
    ['126 for one that cannot be run', ['run', tmpdir()], 126],
  ] as const) {
    it(`exits with ${what}`, async () => {
      expect((await run(...words).ended).code).to.equal(expected);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`forwards ${signal}, lets the command end as it likes, and leaves nothing`, async () => {
      const program = `process.once('${signal}', () => process.exit(5)); setInterval(() => {}, 1e9); console.log('on');`;
      const running = run('--json', ...node(program));
      expect(await running.firstLine()).to.equal('on');
      running.process.kill(signal);
      const { code, stderr } = await running.ended;
      expect(code).to.equal(5);
      const { dataDirectory } = JSON.parse(stderr) as { dataDirectory: string };
      expect(existsSync(dataDirectory)).to.equal(false);
    });
  }

  it('takes flags before and after run', async () => {
    const program = `fetch(process.env.ACA_POOL_MANAGEMENT_ENDPOINT + '/files?identifier=${IDENTIFIER}')
      .then((answer) => console.log(answer.status));`;
    const words = ['--no-auth', 'run', '--api-version-check', 'loose', '--', process.execPath, '--eval', program];
    expect((await run(...words).ended).stdout.trim()).to.equal('200');
  });
});

describe('dynamic-sessions emulator', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'command-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const listFiles = async (line: string, query = ''): Promise<number> => {
    const { poolManagementEndpoint, token } = JSON.parse(line) as Record<string, string>;
    const headers = { authorization: `Bearer ${token}` };
    const url = `${poolManagementEndpoint}/files?identifier=${IDENTIFIER}&api-version=2025-10-02-preview${query}`;
    return (await fetch(url, { headers })).status;
  };

  it('logs requests as JSON, to a file as well, without the identifier', async () => {
    const file = join(folder, 'requests.jsonl');
    const running = run('--json', '--log', 'json', '--debug', file);
    const line = await running.firstLine();
    expect(await listFiles(line)).to.equal(200);
    running.process.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).to.equal(0);
    const [logged = ''] = stderr.split('\n').filter((text) => text.startsWith('{'));
    expect(JSON.parse(logged)).to.include({ method: 'GET', operation: 'listFiles', status: 200 });
    expect(readFileSync(file, 'utf8').trim()).to.equal(logged);
    expect(stderr).not.to.contain(IDENTIFIER);
  });

  it('logs no character that a terminal would obey', () => {
    const file = join(folder, 'requests.jsonl');
    const log = createRequestLog({ debug: file });
    log?.({ method: 'GET', path: '/\u009b31m\u001b[2J/é', status: 400, at: new Date(0) });
    expect(readFileSync(file, 'utf8')).to.contain('"path":"/?31m?[2J/?"');
  });

  it('tells of each request in a line with --verbose, and of nothing with --silent', async () => {
    for (const [flag, expected] of [
      ['--verbose', /Z GET files 200 \d+ ms \(listFiles\)\n$/],
      ['--silent', /^$/],
    ] as const) {
      const running = run('--json', flag);
      await listFiles(await running.firstLine());
      running.process.kill('SIGTERM');
      expect((await running.ended).stderr).to.match(expected);
    }
  });

  it('warns in the banner when it asks for no token, and names the issuer whose tokens it takes', async () => {
    for (const [flags, note, exported] of [
      [['--no-auth'], /LETS IN ANYBODY/, true],
      [['--issuer', 'http://127.0.0.1:1/x', '--audience', 'a'], /tokens of http:\/\/127\.0\.0\.1:1\/x/, false],
    ] as const) {
      const running = run('start', '--json', ...flags);
      await running.firstLine();
      running.process.kill('SIGTERM');
      const { stderr } = await running.ended;
      expect(stderr).to.match(note);
      expect(stderr.includes('export DYNAMIC_SESSIONS_EMULATOR_TOKEN')).to.equal(exported);
    }
  });

  it('does not wait at a second signal, and leaves nothing all the same', async () => {
    const running = run('--json');
    const { dataDirectory } = JSON.parse(await running.firstLine()) as { dataDirectory: string };
    running.process.kill('SIGINT');
    running.process.kill('SIGTERM');
    expect((await running.ended).code).to.equal(1);
    expect(existsSync(dataDirectory)).to.equal(false);
  });

  it('says how to name a Python when there is none', async () => {
    const { code, stderr } = await run('--engine', 'python', '--isolate', 'none', '--python', '/none').ended;
    expect(code).not.to.equal(0);
    expect(stderr).to.contain('name another one with --python, or');
  });

  for (const [what, flags, message] of [
    ['an audience without an issuer', ['--audience', 'a'], '--audience goes with --issuer'],
    ['an issuer that is no address', ['--issuer', 'me'], '--issuer must begin with http'],
    ['both an issuer and nobody', ['--issuer', 'http://127.0.0.1:1', '--no-auth'], '--no-auth contradicts --issuer'],
    ['another format', ['--log', 'xml'], '--log takes text or json'],
    ['silence that is to be told of', ['--silent', '--verbose'], '--silent contradicts'],
    ['a file that cannot be written', ['--debug', '/dev/null/file'], '--debug cannot write to'],
    ['another check of versions', ['--api-version-check', 'lax'], '--api-version-check must be'],
    ['a port that is none', ['--port', '70000'], ': --port must be a whole number from 0 to 65535'],
    ['a folder that cannot be made', ['--data', '/dev/null/data'], 'name with --data one'],
    ['an engine that there is not', ['--engine', 'foo'], 'Allowed choices are pyodide, python.'],
    ['the engine of programs', ['--engine', 'scripted'], 'Allowed choices are pyodide, python.'],
    [
      'an engine of another pool',
      ['--engine', 'python', '--pool-kind', 'Shell'],
      '--engine must be left out for a pool',
    ],
    [
      'an audience that is empty',
      ['--issuer', 'http://127.0.0.1:1', '--audience', ''],
      '--issuer goes with a text as --audience',
    ],
    ['a command that is none', ['serve'], 'too many arguments'],
    ['nothing to run', ['run'], "missing required argument 'command'"],
  ] as const) {
    it(`refuses ${what} in one line`, async () => {
      const { code, stdout, stderr } = await run(...flags).ended;
      expect(code).not.to.equal(0);
      expect(stderr).to.contain(message);
      expect(stderr.trim().split('\n')).to.have.length(1);
      expect(stdout).to.equal('');
    });
  }
});
