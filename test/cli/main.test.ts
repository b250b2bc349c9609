import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { documentOf, runCommand } from '../helpers/run-command.js';

describe('dynamic-sessions help', () => {
  for (const [words, usage] of [
    [['help'], 'dynamic-sessions [options] [command]'],
    [['help', 'exec'], 'dynamic-sessions exec [options] [code...]'],
    [['help', 'files'], 'dynamic-sessions files [options] [command]'],
    [['help', 'files', 'put'], 'dynamic-sessions files put [options] <file...>'],
    [['help', 'files', 'ls'], 'dynamic-sessions files list|ls [options] [directory]'],
    [['help', 'emulator', 'run'], 'dynamic-sessions emulator run [options] <command...>'],
    [['files', 'help', 'get'], 'dynamic-sessions files get [options] <name> [path]'],
    [['emulator', 'help', 'run'], 'dynamic-sessions emulator run [options] <command...>'],
  ] as const) {
    it(`shows what was asked for: ${words.join(' ')}`, async () => {
      const { stdout, stderr, exitCode } = await runCommand(words);
      expect(stdout.split('\n')[0]).to.equal(`Usage: ${usage}`);
      expect([stderr, exitCode]).to.deep.equal(['', 0]);
    });
  }

  for (const [words, message] of [
    [['help', 'nope'], "error: unknown command 'nope'; there are: chat, exec, files, session, doctor, emulator, help"],
    [['help', 'files', 'nope'], "error: unknown command 'files nope'; there are: list, put, get, rm, help"],
    [['help', 'files', 'put', 'x'], "error: unknown command 'files put x'"],
    [['files', 'help', 'nope'], "error: unknown command 'nope'; there are: list, put, get, rm, help"],
  ] as const) {
    it(`says what there is not, and exits with 2: ${words.join(' ')}`, async () => {
      const { stdout, stderr, exitCode } = await runCommand(words);
      expect([stdout, stderr.split('\n')[0], exitCode]).to.deep.equal(['', message, 2]);
    });
  }
});

describe('dynamic-sessions', () => {
  it('lets no control characters of what was mistyped through', async () => {
    for (const words of [['exec', '--\u001b[31mred'], ['\u001b[31mred'], ['exec', '--timeout', '\u009b31m', '1']]) {
      const { stderr, exitCode } = await runCommand(words);
      expect(stderr).to.match(/^error: .*[?…].*\n/);
      expect(stderr).not.to.contain('\u001b').and.not.to.contain('\u009b');
      expect(exitCode).to.equal(2);
    }
  });
});

describe('the file .env', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has settings for the command', async () => {
    writeFileSync(join(folder, '.env'), 'DYNAMIC_SESSIONS_SESSION=ab\n');
    expect((await runCommand(['exec', '1'], { cwd: folder })).stderr).to.contain('4 to 128 characters');
  });

  it('is named when it is a folder, with exit code 2', async () => {
    mkdirSync(join(folder, '.env'));
    const message =
      '".env" in the current folder is a folder, where a file with settings is expected: put it right, or run the command in another folder.';
    const { stdout, stderr, exitCode } = await runCommand(['exec', '1'], { cwd: folder });
    expect([stdout, stderr, exitCode]).to.deep.equal(['', `Error: ${message}\n`, 2]);
    const outcome = await runCommand(['exec', '--json', '1'], { cwd: folder });
    expect(documentOf(outcome)['error']).to.deep.equal({ code: 'usage', message });
  });
});
