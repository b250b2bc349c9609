import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { createControlGroup, membersOf, removeControlGroup } from '../../src/emulator/control-group.mjs';
import { descendants, readProcesses } from '../../src/emulator/host/process-table.js';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { hasBash, hasBubblewrap } from '../helpers/host-tools.js';
import { limitsProcesses } from '../helpers/limits-processes.js';
import { until } from '../helpers/until.js';

const MOUNTS = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];

/** The groups that the descendants of a process are in. */
function groupsBelow(processId: number): string[] {
  const ids = new Set(descendants(readProcesses(), processId).map(({ id }) => id));
  return MOUNTS.filter((mount) => existsSync(mount))
    .flatMap((mount) => readdirSync(mount).map((name) => `${mount}/${name}`))
    .filter((folder) => folder.includes('/dynamic-sessions-') && membersOf(folder).some((id) => ids.has(id)));
}

describe('a control group (needs root, bwrap and bash, and control groups that root may make)', function () {
  this.timeout(60_000);
  before(function () {
    if (process.getuid?.() !== 0 || !limitsProcesses() || !hasBubblewrap || !hasBash) this.skip();
  });

  it('holds back how many processes there are in it at once', async () => {
    const group = createControlGroup(8) ?? '';
    const script = `echo $$ > ${group}/cgroup.procs; for n in 1 2 3 4 5 6 7 8 9; do sleep 100 & done`;
    const { stderr } = spawnSync('/bin/bash', ['-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 5000,
    });
    expect(stderr).to.match(/fork: /);
    expect(membersOf(group)).to.have.length.within(1, 8);
    expect(await removeControlGroup(group)).to.equal(true);
    expect(existsSync(group)).to.equal(false);
  });

  it('is that of one session, and goes with the emulator', async () => {
    const emulator = await SessionPoolEmulator.start({ poolKind: 'Shell', warm: 0 });
    const pool = requestsTo(emulator);
    const body = JSON.stringify({ shellCommand: 'true' });
    for (const identifier of ['group-1', 'group-2']) await pool.call('POST', 'executions', { identifier, body });
    const groups = groupsBelow(process.pid);
    expect(groups).to.have.length(2);
    await emulator.stop();
    expect(groups.filter((group) => existsSync(group))).to.deep.equal([]);
  });

  it('goes when the program of the emulator is killed', async () => {
    const index = new URL('../../src/emulator/index.js', import.meta.url).href;
    const program = `
      const { SessionPoolEmulator } = await import(${JSON.stringify(index)});
      await SessionPoolEmulator.start({ poolKind: 'Shell', warm: 1 });
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    const id = child.pid ?? 0;
    await until(() => groupsBelow(id).length === 1);
    const groups = groupsBelow(id);
    child.kill('SIGKILL');
    await once(child, 'close');
    await until(() => !groups.some((group) => existsSync(group)));
  });
});
