import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createProcessGuard } from '../../src/emulator/process-guard.js';
import { until } from '../helpers/until.js';

const MODULE = JSON.stringify(new URL('../../src/emulator/process-guard.js', import.meta.url));

// Guards two processes that nothing else would end, lets go of the second, and tells their ids. Two more lines of input: it
// is asked to end in that way.
const program = (folder: string): string => `
  import { spawn } from 'node:child_process';
  import { createProcessGuard } from ${MODULE};
  const guard = createProcessGuard(${JSON.stringify(folder)});
  const start = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { detached: true, stdio: 'ignore' });
  const [kept, released] = [start(), start()];
  guard.watch(kept.pid);
  guard.watch(released.pid)();
  console.log(JSON.stringify([kept.pid, released.pid]));
  process.stdin.once('data', (how) => { if (String(how) === 'exit') process.exit(); throw new Error('crash'); });`;

const lives = (id: number): boolean => {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
};

describe('createProcessGuard', () => {
  for (const [what, end] of [
    ['is killed', (child: ReturnType<typeof spawn>) => child.kill('SIGKILL')],
    ['is interrupted', (child: ReturnType<typeof spawn>) => child.kill('SIGINT')],
    ['exits', (child: ReturnType<typeof spawn>) => child.stdin?.write('exit')],
    ['crashes', (child: ReturnType<typeof spawn>) => child.stdin?.write('crash')],
  ] as const) {
    it(`ends what it watches and removes the folder when its program ${what}, and nothing else`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program(folder)], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      const [kept = 0, released = 0] = JSON.parse(line) as number[];
      try {
        expect([lives(kept), lives(released), existsSync(folder)]).to.deep.equal([true, true, true]);
        end(child);
        await once(child, 'close');
        await until(() => !lives(kept) && !existsSync(folder));
        expect(lives(released)).to.equal(true);
      } finally {
        for (const id of [kept, released].filter(lives)) process.kill(id, 'SIGKILL');
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  it('has nobody wait for it, nor anything left of it, after it was released', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
    const before = process.listenerCount('exit');
    const guards = [createProcessGuard(folder), createProcessGuard(undefined)];
    for (const guard of guards) await guard.release();
    expect(existsSync(folder)).to.equal(false);
    expect(process.listenerCount('exit')).to.equal(before);
  });
});
