import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { COMMAND, environmentOf } from '../helpers/run-command.js';

const WITHOUT_MODEL = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', AZURE_OPENAI_ENDPOINT: '' };

// Gives a program a terminal, writes what it wrote there, and ends as it did. Types Ctrl-C once `sys.argv[1]` is seen.
const ON_A_TERMINAL = `
import os, pty, sys
wanted = sys.argv[1].encode()
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b''
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if wanted and wanted in seen:
        wanted = b''
        os.write(terminal, b'\\x03')
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

// Types `sys.argv[2]` at the prompt, and leaves once `sys.argv[3]` is seen: by the signal `sys.argv[1]`, or with the terminal.
const LEFT_ALONE = `
import os, pty, signal, sys
how, line, answer = sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode()
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[4], sys.argv[4:])
def read_until(wanted):
    seen = b''
    while wanted not in seen:
        seen += os.read(terminal, 65536)
read_until(b'> ')
os.write(terminal, line + b'\\n')
read_until(answer)
if how == 'close':
    os.close(terminal)
else:
    os.kill(child, getattr(signal, how))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

describe('dynamic-sessions on a terminal', () => {
  let emulator: SessionPoolEmulator;
  let folder: string;

  before(async function () {
    if (spawnSync('python3', ['-c', 'import pty']).status !== 0) this.skip();
    emulator = await SessionPoolEmulator.start();
    folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  });

  after(async () => {
    if (folder) rmSync(folder, { recursive: true });
    await emulator?.stop();
  });

  async function onTerminal(
    words: readonly string[],
    { interruptAt = '', env = {} }: { interruptAt?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<{ screen: string; exitCode: unknown }> {
    const { CI: _, NO_COLOR: __, ...rest } = process.env;
    const surroundings = { ...rest, TERM: 'xterm', ...environmentOf(emulator), ...env };
    const args = ['-c', ON_A_TERMINAL, interruptAt, process.execPath, COMMAND, ...words];
    const program = spawn('python3', args, { env: surroundings, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let screen = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    const [exitCode] = await once(program, 'close');
    return { screen, exitCode };
  }

  it('shows that a long run goes on, and takes it away before the output', async () => {
    const { screen, exitCode } = await onTerminal(['exec', 'import time\ntime.sleep(1.5)\n42']);
    expect(screen).to.contain('Running');
    expect(screen.slice(screen.lastIndexOf('\u001b'))).to.equal('\u001b[0K42\r\n');
    expect(exitCode).to.equal(0);
  });

  it('shows nothing with NO_COLOR, under CI, or for a program', async () => {
    const code = 'import time\ntime.sleep(1)\n42';
    expect((await onTerminal(['exec', code], { env: { NO_COLOR: '1' } })).screen).to.equal('42\r\n');
    expect((await onTerminal(['exec', code], { env: { CI: 'true' } })).screen).to.equal('42\r\n');
    expect((await onTerminal(['exec', '--json', code])).screen).not.to.contain('\u001b');
  });

  it('shows how far a long transfer has come', async () => {
    writeFileSync(join(folder, 'large.bin'), Buffer.alloc(100_000));
    emulator.failNext({ operation: 'uploadFile', latencyMs: 1500 });
    const { screen } = await onTerminal(['files', 'put', 'large.bin', '--session', 'terminal-session']);
    expect(screen)
      .to.contain('Uploading large.bin █')
      .and.to.contain('of 100.0 kB')
      .and.to.match(/large\.bin\r\n$/);
  });

  it('gives the terminal back after Ctrl-C, and exits with 130', async () => {
    const { screen, exitCode } = await onTerminal(['exec', 'while True: pass'], { interruptAt: 'Running' });
    expect(screen)
      .to.contain('\u001b[?25h')
      .and.to.match(/Interrupted\. .*\r\n$/);
    expect(exitCode).to.equal(130);
  });

  for (const [how, exitCode] of [
    ['SIGTERM', 143],
    ['close', -1], // By SIGHUP: at its own end, Node crashes for want of a terminal.
  ] as const) {
    it(`deletes the session of a chat that is left with its prompt open: ${how}`, async () => {
      await emulator.reset();
      const args = ['-c', LEFT_ALONE, how, '6 * 1000007', '6000042', process.execPath, COMMAND, 'chat'];
      const env = { ...process.env, ...WITHOUT_MODEL, ...environmentOf(emulator) };
      const program = spawn('python3', args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
      let ending = '';
      program.stdout.setEncoding('utf8').on('data', (text: string) => (ending += text));
      await once(program, 'close');
      expect(ending).to.equal(`${exitCode}\n`);
      expect(emulator.requests.map(({ method, status }) => [method, status])).to.deep.equal([
        ['POST', 200],
        ['DELETE', 204],
      ]);
    });
  }

  it('shows nothing that a terminal obeys of what code prints, gives or raises, nor of an answer', async () => {
    const env = { ...WITHOUT_MODEL, NO_COLOR: '1' };
    const text = '"one\\ttwo\\x1b]52;c;aGk=\\x07\\x9b31m\\x1b7"';
    const value = 'one\ttwo?]52;c;aGk=??31m?7\r\n';
    expect((await onTerminal(['exec', text], { env })).screen).to.equal(value);
    expect((await onTerminal(['chat', text], { env })).screen.endsWith(`\n${value}`)).to.equal(true);
    const printed = `import sys\nprint("\\x9b31m\\x1b7")\nprint("\\x9b32m", file=sys.stderr)`;
    expect((await onTerminal(['exec', printed], { env })).screen).to.equal('?31m?7\r\n?32m\r\n');
  });

  it('says what to type instead of waiting for code from the terminal', async () => {
    const { screen, exitCode } = await onTerminal(['exec']);
    expect(screen).to.contain('There is no code to run').and.to.contain('--file');
    expect(exitCode).to.equal(2);
  });
});
