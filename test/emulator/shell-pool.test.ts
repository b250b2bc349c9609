import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsShellTool } from '../../src/plugins/sessions-shell-tool.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { hasBash, hasBubblewrap } from '../helpers/host-tools.js';
import { limitsProcesses } from '../helpers/limits-processes.js';

/** The answer of a Shell pool. */
interface ShellAnswer {
  readonly status: string;
  readonly result: { readonly stdout: string; readonly stderr: string; readonly executionTimeInMilliseconds: number };
}

describe('a Shell pool (needs bwrap and bash)', function () {
  this.timeout(60_000);
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  const run = async (fields: object, identifier = 'session-1'): Promise<ShellAnswer> => {
    const answer = await pool.call('POST', 'executions', { identifier, body: JSON.stringify(fields) });
    expect(answer.status, answer.text).to.equal(200);
    return answer.json as ShellAnswer;
  };
  before(async function () {
    if (!hasBubblewrap || !hasBash) return this.skip();
    emulator = await SessionPoolEmulator.start({ poolKind: 'Shell', memoryMb: 512 });
    pool = requestsTo(emulator);
  });
  after(() => emulator?.stop());

  it('says in the metadata of the pool what it runs', async () => {
    const { runtimes } = (await pool.call('GET', 'metadata')).json as { runtimes: { name: string }[] };
    expect(runtimes[0]?.name).to.equal('bash');
  });

  it('answers with the exit code in the status, as text, and no value', async () => {
    const answer = await run({ shellCommand: 'echo out; echo err >&2; exit 3' });
    expect(answer.status).to.equal('3');
    const { executionTimeInMilliseconds: ms, ...result } = answer.result;
    expect(result).to.deep.equal({ stdout: 'out\n', stderr: 'err\n' });
    expect(ms).to.be.a('number');
  });

  for (const [what, fields, status, stdout] of [
    ['a command line', { shellCommand: 'echo "$((6 * 7))" | tr 4 x' }, '0', 'x2\n'],
    [
      'a program with arguments, which no shell reads',
      { execCommandAndArgs: ['printf', '%s|', 'a b', '$HOME', "'"] },
      '0',
      "a b|$HOME|'|",
    ],
    ['standard input', { shellCommand: 'tr a-z A-Z', stdin: 'in\nput' }, '0', 'IN\nPUT'],
    ['standard input that is not read', { shellCommand: 'true', stdin: 'x'.repeat(100_000) }, '0', ''],
    ['no standard input', { shellCommand: 'cat' }, '0', ''],
    ['output to its own devices', { shellCommand: 'echo out > /dev/stdout' }, '0', 'out\n'],
    ['a command that is ended by a signal', { shellCommand: 'kill -9 $$' }, '137', ''],
    ['a command that there is not', { execCommandAndArgs: ['no-such-command'] }, '127', ''],
    [
      'the fields of code beside it',
      { codeInputType: 'Inline', executionType: 'Synchronous', shellCommand: 'echo 1' },
      '0',
      '1\n',
    ],
    ['what it leaves in the background', { shellCommand: 'sleep 1000 & echo at once' }, '0', 'at once\n'],
    ['quotes, lines and Unicode', { shellCommand: "cat <<'END'\n\"é\" 'x' $HOME\nEND\n" }, '0', '"é" \'x\' $HOME\n'],
  ] as const) {
    it(`runs ${what}`, async () => {
      const answer = await run({ ...fields, outputStreamsMaxLength: 10_000 });
      expect([answer.status, answer.result.stdout]).to.deep.equal([status, stdout]);
    });
  }

  it('keeps the files of a session, and neither directory nor environment', async () => {
    await run(
      { shellCommand: 'cd /tmp; export A=1; echo kept > /mnt/data/kept.txt; echo too > /tmp/kept.txt' },
      'state-1',
    );
    const { result } = await run(
      { shellCommand: 'echo "$A|$(pwd)|$(cat /mnt/data/kept.txt /tmp/kept.txt)"' },
      'state-1',
    );
    expect(result.stdout).to.equal('|/home/ubuntu|kept\ntoo\n');
    expect((await pool.call('GET', 'files/kept.txt/content', { identifier: 'state-1' })).text).to.equal('kept\n');
  });

  it('cuts the output at 4096 without a word', async () => {
    const { status, result } = await run({ shellCommand: 'yes | head -c 1000000' });
    expect([status, result.stdout.length, result.stderr]).to.deep.equal(['0', 4096, '']);
  });

  it('counts the output in bytes, and cuts no character in half', async () => {
    const twice = (character: string): string => `printf 'x'; printf '${character}%.0s' $(seq 5000)`;
    const { result } = await run({ shellCommand: `${twice('é')}; (${twice('😀')}) >&2` });
    expect(result.stdout).to.equal(`x${'é'.repeat(2047)}`);
    expect(result.stderr).to.equal(`x${'😀'.repeat(1023)}`);
    const more = await run({ shellCommand: twice('é'), outputStreamsMaxLength: 5001 });
    expect(more.result.stdout).to.equal(`x${'é'.repeat(2500)}`);
  });

  it('ends at the time limit with all that the command started, and keeps the session', async () => {
    await run({ shellCommand: 'echo 1 > /tmp/state' }, 'limited-1');
    const answer = await run(
      { shellCommand: 'echo begun; sleep 1001 & trap "" INT TERM; sleep 1002', timeoutInSeconds: 1 },
      'limited-1',
    );
    expect([answer.status, answer.result.stdout]).to.deep.equal(['Failed', 'begun\n']);
    expect(answer.result.stderr).to.equal('Request timed out waiting for code execution to complete');
    expect(answer.result, 'a command has no value').not.to.have.property('executionResult');
    const { result } = await run({ shellCommand: 'cat /tmp/state; cat /proc/[0-9]*/comm | grep sleep' }, 'limited-1');
    expect(result.stdout).to.equal('1\n');
  });

  it('survives a fork bomb, and keeps the files (needs a user that is not root, or control groups)', async function () {
    if (!limitsProcesses()) this.skip();
    await run({ shellCommand: 'echo kept > /mnt/data/kept.txt' }, 'bomb-1');
    const bomb = await run({ shellCommand: ':(){ :|:& };: ; sleep 1000', timeoutInSeconds: 5 }, 'bomb-1');
    expect(bomb.status).not.to.equal('0');
    const { result } = await run({ shellCommand: 'cat /mnt/data/kept.txt' }, 'bomb-1');
    expect(result.stdout).to.equal('kept\n');
  });

  for (const [what, fields, version, code] of [
    ['code', { code: '1' }, '2025-10-02-preview', 'SessionPropertiesMissing'],
    ['an empty command', { shellCommand: '' }, '2025-10-02-preview', 'SessionPropertiesMissing'],
    ['an empty list', { execCommandAndArgs: [] }, '2025-10-02-preview', 'SessionPropertiesMissing'],
    [
      'arguments that are no texts',
      { execCommandAndArgs: ['echo', 1] },
      '2025-10-02-preview',
      'SessionPropertiesMissing',
    ],
    [
      'both kinds of command',
      { shellCommand: 'a', execCommandAndArgs: ['a'] },
      '2025-10-02-preview',
      'SessionRequestValidationFailed',
    ],
    [
      'standard input with NUL',
      { shellCommand: 'cat', stdin: 'a\0b' },
      '2025-10-02-preview',
      'SessionRequestValidationFailed',
    ],
    ['a command in an early version', { shellCommand: 'ls' }, '2024-10-02-preview', 'SessionRequestNotSupported'],
  ] as const) {
    it(`refuses ${what} with 400 ${code}`, async () => {
      const answer = await pool.call('POST', 'executions', { version, body: JSON.stringify(fields) });
      expect(answer.status).to.equal(400);
      expect((answer.json as { error: { code: string } }).error.code).to.equal(code);
    });
  }

  it('takes commands in 2025-02-02-preview', async () => {
    const body = JSON.stringify({ shellCommand: 'echo 1' });
    const answer = await pool.call('POST', 'executions', { version: '2025-02-02-preview', body });
    expect(answer.json).to.have.property('status', '0');
  });

  it('serves SessionsShellTool and the client from end to end', async () => {
    const tool = new SessionsShellTool(emulator.connection);
    const client = new SessionsClient(emulator.connection);
    try {
      const listed = await tool.executeCommand('```bash\nls /nowhere\n```');
      expect([listed.status, listed.exitCode]).to.deep.equal(['Failed', 2]);
      expect(listed.stderr).to.contain('/nowhere');
      await tool.uploadFile(Buffer.from('two\none\n'), 'in.txt');
      const sorted = await tool.executeCommand('sort /mnt/data/in.txt');
      expect([sorted.status, sorted.exitCode, sorted.stdout]).to.deep.equal(['Succeeded', 0, 'one\ntwo\n']);
      const { stdout } = await client.executeShell(['wc', '-c'], { identifier: 'client-1', stdin: '12345' });
      expect(stdout.trim()).to.equal('5');
      const command = 'printf x >&2; sleep 1000';
      const late = await client.executeShell(command, { identifier: 'client-1', timeoutInSeconds: 1 });
      expect([late.status, late.error?.name]).to.deep.equal(['Failed', 'TimeoutError']);
      const long = await client.executeShell('yes | head -c 90000', { identifier: 'client-1' });
      expect(long.stdout).to.have.length(90_000);
    } finally {
      await tool.close();
    }
  });
});
