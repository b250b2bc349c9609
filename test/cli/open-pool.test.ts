import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { COMMAND, documentOf, runCommand } from '../helpers/run-command.js';
import { until } from '../helpers/until.js';

describe('dynamic-sessions with an embedded emulator', () => {
  const SHORT = /4 to 128 characters/;
  const refusals: readonly (readonly [readonly string[], RegExp, Readonly<Record<string, string>>?])[] = [
    [['exec', '--session', 'ab', '1'], SHORT],
    [['exec', '--session', 'a b c', '1'], /without blanks/],
    [['exec', '--shell', '--session', 'ab', 'true'], SHORT],
    [['exec', '1'], SHORT, { DYNAMIC_SESSIONS_SESSION: 'ab' }],
    [['exec', '--api-version', '1999', '1'], /2025-10-02-preview/],
    [['exec', '--scope', '', '1'], /dynamicsessions\.io\/\.default/],
    [['chat', '--session', 'ab', '1'], SHORT],
  ];
  for (const [words, advice, env] of refusals) {
    it(`ends it and exits with 2 when a setting is refused: ${words.join(' ')}`, async () => {
      const { stdout, stderr, exitCode } = await runCommand(words, { ...(env && { env }) });
      expect([stdout, exitCode]).to.deep.equal(['', 2]);
      expect(stderr).to.match(advice);
    });
  }

  it('ends it and prints a document when a setting is refused for a program', async () => {
    const outcome = await runCommand(['chat', '--json', '--session', 'ab', '1']);
    expect(documentOf(outcome)['error']).to.include({ code: 'invalid_options' });
    expect(outcome.exitCode).to.equal(2);
  });

  it('says that a session which was named ends with the command, also when it is interrupted', async () => {
    const env = { DYNAMIC_SESSIONS_SESSION: 'a-named-session' };
    const { stdout, stderr } = await runCommand(['exec', '6 * 7'], { env });
    expect(stdout).to.equal('42\n');
    expect(stderr)
      .to.contain('The session that was named ends with this command')
      .and.not.to.contain('a-named-session');
    const program = spawn(process.execPath, [COMMAND, 'exec', 'while True: pass'], {
      env: { ...process.env, ACA_POOL_MANAGEMENT_ENDPOINT: '', AZURE_POOL_MANAGEMENT_ENDPOINT: '', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let told = '';
    program.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
    const ended = once(program, 'close');
    await until(() => told.includes('embedded emulator'));
    program.kill('SIGINT');
    await ended;
    expect(told).to.match(/Interrupted\. The session is deleted, and the code with it\.\n$/);
  });

  const runners: readonly (readonly [readonly string[], RegExp])[] = [
    [['6 * 7'], /by pyodide \S+ \(Python 3\.\d+\.\d+\); isolation: WebAssembly /],
    [['--node', '6 * 7'], /by node \S+ of this machine \(.+\); isolation: bubblewrap: /],
    [['--shell', '--', 'echo', '42'], /by bash \S+ of this machine \(.+\); isolation: bubblewrap: /],
  ];
  for (const [words, note] of runners) {
    it(`says what runs the code, and how isolated: ${words.join(' ')}`, async function () {
      const { stdout, stderr, exitCode } = await runCommand(['exec', ...words]);
      if (/needs bubblewrap/.test(stderr)) this.skip();
      expect([stdout, exitCode]).to.deep.equal(['42\n', 0]);
      expect(stderr).to.match(note);
    });
  }
});
