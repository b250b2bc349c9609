import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LLMock } from '@copilotkit/aimock';
import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { runProgram } from '../helpers/run-program.js';
import type { ProgramOutcome, RunProgramOptions } from '../helpers/run-program.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

function chat(words: readonly string[], options: RunProgramOptions = {}): Promise<ProgramOutcome> {
  return runProgram([MAIN, 'chat', ...words], options);
}

describe('the main job', () => {
  it('tells its version, but takes "-V" for a line where a line is expected', async () => {
    const manifest: unknown = createRequire(import.meta.url)('dynamic-sessions-kernel/package.json');
    const { stdout, exitCode } = await runProgram([MAIN, '--version']);
    expect([stdout, exitCode]).to.deep.equal([`${String(Reflect.get(Object(manifest), 'version'))}\n`, 0]);
    expect((await chat(['-V'])).stdout).to.contain('NameError');
  });

  it('exits as a shell expects after Ctrl-C in the middle of endless code, and leaves no folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
    const env = { ...process.env, TMPDIR: folder, ACA_POOL_MANAGEMENT_ENDPOINT: '', OPENAI_API_KEY: '' };
    const code = 'open("/mnt/data/begun", "w").close()\nwhile True: pass';
    const program = spawn(process.execPath, [MAIN, 'chat', code], { env, stdio: 'ignore' });
    const ended = once(program, 'exit');
    while (!readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('begun')))
      await new Promise(setImmediate);
    program.kill('SIGINT');
    expect(await ended).to.deep.equal([130, null]);
    expect(
      readdirSync(folder).filter((name) => name.startsWith('dynamic-sessions-') && !name.includes('kernel')),
    ).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  });

  describe('without a model and without a pool', () => {
    it('runs the line as Python, answers on standard output and says on standard error what stands in', async () => {
      const { stdout, stderr, exitCode } = await chat(['sum(range(101))']);
      expect(stdout).to.equal('5050\n');
      expect(stderr).to.contain('stand-in').and.to.contain('emulator');
      expect(exitCode).to.equal(0);
    });

    it('reads a whole program from a pipe', async () => {
      const { stdout, exitCode } = await chat([], {
        input: 'total = 0\nfor n in range(101):\n    total += n\nprint(total)\n',
      });
      expect(stdout).to.contain('5050');
      expect(exitCode).to.equal(0);
    });

    it('reads what begins with a byte order mark from a pipe, and nothing that is no UTF-8', async () => {
      expect((await chat([], { input: '\uFEFF6 * 7' })).stdout).to.equal('42\n');
      const { stdout, stderr, exitCode } = await chat([], { input: Buffer.from("'caf\u00e9'", 'latin1') });
      expect([stdout, exitCode]).to.deep.equal(['', 2]);
      expect(stderr).to.contain('Standard input is no text in UTF-8');
    });

    it('prefers the argument to the pipe', async () => {
      const { stdout } = await chat(['"from the argument"'], { input: '"from the pipe"' });
      expect(stdout).to.contain('from the argument').and.not.to.contain('from the pipe');
    });

    it('takes a line that begins with a minus', async () => {
      expect((await chat(['-1', '+', '2'])).stdout).to.contain('1');
    });

    it('takes no mistyped option for a line, which a model would be told', async () => {
      for (const [word, shown] of [
        ['--emulater', '--emulater'],
        ['--sesion=SECRET', '--sesion=…'],
      ] as const) {
        const { stdout, stderr, exitCode } = await chat([word, '6 * 7']);
        expect([stdout, stderr.split('\n')[0], exitCode]).to.deep.equal(['', `error: unknown option '${shown}'`, 2]);
      }
      const refused = await chat(['6 * 7', '--jsno', '--json']);
      expect(JSON.parse(refused.stdout)).to.deep.equal({
        error: { code: 'usage', message: "unknown option '--jsno'" },
      });
      expect((await chat(['--', '--x'])).stdout).to.contain("name 'x' is not defined");
    });

    it('exits with 1 after a cell that failed, and shows why', async () => {
      const { stdout, exitCode } = await chat(['1 / 0']);
      expect(stdout).to.contain('ZeroDivisionError');
      expect(exitCode).to.equal(1);
    });

    it('exits with 2 and says what to type when there is nothing to answer', async () => {
      const { stdout, stderr, exitCode } = await chat([]);
      expect(stdout).to.equal('');
      expect(stderr).to.contain('npm start --');
      expect(exitCode).to.equal(2);
    });
  });

  describe('with a model', () => {
    const model = new LLMock({ port: 0 });

    before(async () => {
      model.onMessage('Fibonacci', {
        toolCalls: [
          {
            name: 'python-execute_code',
            arguments: { code: 'a, b = 0, 1\nfor _ in range(50):\n    a, b = b, a + b\na' },
          },
        ],
      });
      model.prependFixture({
        match: { userMessage: 'Fibonacci', toolResultContains: '12586269025' },
        response: { content: 'It is 12586269025.' },
      });
      await model.start();
    });

    after(() => model.stop());

    it('lets the model write the Python and prints the answer of the model', async () => {
      const env = { OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_MODEL: 'mock' };
      const { stdout, stderr, exitCode } = await chat(['What is the 50th Fibonacci number?'], { env });
      expect(stdout).to.equal('It is 12586269025.\n');
      expect(stderr).to.contain('Model: mock');
      expect(exitCode).to.equal(0);
    });

    it('names the variable that is missing', async () => {
      const { stderr, exitCode } = await chat(['hello'], { env: { OPENAI_BASE_URL: `${model.url}/v1` } });
      expect(stderr).to.contain('OPENAI_MODEL');
      expect(exitCode).to.equal(2);
    });
  });

  describe('with a pool', () => {
    it('uses the pool that the environment names, with the emulator’s token on loopback', async () => {
      const emulator = await SessionPoolEmulator.start();
      try {
        const env = {
          ACA_POOL_MANAGEMENT_ENDPOINT: emulator.poolManagementEndpoint,
          DYNAMIC_SESSIONS_EMULATOR_TOKEN: emulator.token,
        };
        const { stdout, stderr } = await chat(['6 * 7'], { env });
        expect(stdout).to.equal('42\n');
        expect(stderr).to.contain('127.0.0.1').and.not.to.contain(emulator.token);
        expect(emulator.requests.map(({ method, status }) => [method, status])).to.deep.equal([
          ['POST', 200],
          ['DELETE', 204],
        ]);
      } finally {
        await emulator.stop();
      }
    });

    it('says so when the pool cannot be reached', async () => {
      const env = { ACA_POOL_MANAGEMENT_ENDPOINT: 'http://127.0.0.1:9/pool', DYNAMIC_SESSIONS_EMULATOR_TOKEN: 'token' };
      const { stdout, stderr, exitCode } = await chat(['6 * 7'], { env });
      expect(stdout).to.match(/reach|refused|connect/i);
      expect(stderr).not.to.contain('Error');
      expect(exitCode).to.equal(1);
    });

    it('notes that the session could not be deleted, after an answer that counts', async () => {
      const emulator = await SessionPoolEmulator.start();
      try {
        emulator.failNext({ operation: 'deleteSession', status: 403, times: 9 });
        const env = {
          ACA_POOL_MANAGEMENT_ENDPOINT: emulator.poolManagementEndpoint,
          DYNAMIC_SESSIONS_EMULATOR_TOKEN: emulator.token,
        };
        const { stdout, stderr, exitCode } = await chat(['6 * 7'], { env });
        expect([stdout, exitCode]).to.deep.equal(['42\n', 0]);
        expect(stderr).to.contain('The session is left to end by itself').and.not.to.contain(emulator.token);
      } finally {
        await emulator.stop();
      }
    });

    it('refuses a plain-http pool elsewhere before anything is sent', async () => {
      const env = { ACA_POOL_MANAGEMENT_ENDPOINT: 'http://pool.example.com/x' };
      const { stdout, stderr, exitCode } = await chat(['6 * 7'], { env });
      expect(stdout).to.equal('');
      expect(stderr).to.contain('https');
      expect(exitCode).to.equal(2);
    });
  });
});
