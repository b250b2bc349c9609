import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { descendants, readProcesses } from '../../src/emulator/host/process-table.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { hasBash, hasBubblewrap, pythonOptions, pythonWith } from '../helpers/host-tools.js';
import { isRunning } from '../helpers/is-running.js';

const PROGRAM = fileURLToPath(new URL('../helpers/emulator-program.js', import.meta.url));

interface Kind {
  readonly what: string;
  readonly options: SessionPoolEmulatorOptions;
  /** Runs without end, with a process beside it, once it has made /mnt/data/begun.txt. */
  readonly endless: object;
  readonly available: boolean;
}

const KINDS: readonly Kind[] = [
  {
    what: 'Python',
    options: pythonOptions(),
    endless: {
      code: 'import itertools, subprocess\nsubprocess.Popen(["sleep", "1000"], start_new_session=True)\nopen("/mnt/data/begun.txt", "w").close()\nall(itertools.repeat(True))',
    },
    available: pythonWith() !== undefined,
  },
  {
    what: 'Node',
    options: { poolKind: 'NodeLTS' },
    endless: {
      code: 'require("child_process").spawn("sleep", ["1000"], { detached: true }); require("fs").writeFileSync("/mnt/data/begun.txt", ""); while (true) {}',
    },
    available: true,
  },
  {
    what: 'Shell',
    options: { poolKind: 'Shell' },
    endless: { shellCommand: 'setsid sleep 1000 & touch /mnt/data/begun.txt; while :; do :; done' },
    available: hasBash,
  },
];

for (const { what, options, endless, available } of KINDS) {
  describe(`the processes of a ${what} session (need bwrap)`, function () {
    this.timeout(60_000);
    before(function () {
      if (!hasBubblewrap || !available) return this.skip();
    });

    it('are gone after stop, with all that the code started; so are those that wait in reserve', async () => {
      const emulator = await SessionPoolEmulator.start({ ...options, warm: 2 });
      const { call } = requestsTo(emulator);
      const running = call('POST', 'executions', { body: JSON.stringify(endless) }).catch(() => 'broken');
      while ((await call('GET', 'files/begun.txt')).status !== 200);
      const all = descendants(readProcesses(), process.pid).map(({ id }) => id);
      expect(all.length).to.be.greaterThan(4);
      await emulator.stop();
      expect(await running).to.equal('broken');
      expect(all.filter(isRunning)).to.deep.equal([]);
      expect(existsSync(emulator.details.dataDirectory)).to.equal(false);
    });

    it('are gone when the session is deleted', async () => {
      const emulator = await SessionPoolEmulator.start({ ...options, warm: 0 });
      try {
        const { call } = requestsTo(emulator);
        const before = new Set(descendants(readProcesses(), process.pid).map(({ id }) => id));
        const running = call('POST', 'executions', { body: JSON.stringify(endless) });
        while ((await call('GET', 'files/begun.txt')).status !== 200);
        const own = descendants(readProcesses(), process.pid).filter(({ id }) => !before.has(id));
        expect(own.length).to.be.greaterThan(2);
        await call('DELETE', 'session');
        expect(JSON.stringify((await running).json)).to.contain('Execution aborted');
        expect(own.filter(({ id }) => isRunning(id))).to.deep.equal([]);
      } finally {
        await emulator.stop();
      }
    });

    it('are gone when the program of the emulator is killed', async () => {
      const given = JSON.stringify({ options, cell: endless });
      const program = spawn(process.execPath, [PROGRAM, given], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(createInterface({ input: program.stdout }), 'line')) as [string];
      const { dataDirectory, processId } = JSON.parse(line) as { dataDirectory: string; processId: number };
      const own = descendants(readProcesses(), program.pid ?? 0).map(({ id }) => id);
      expect(own).to.include(processId);
      expect(own.filter(isRunning).length).to.be.greaterThan(3);
      program.kill('SIGKILL');
      await once(program, 'close');
      await until(() => !existsSync(dataDirectory) && !own.some(isRunning));
    });
  });
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('It did not come to pass within twenty seconds');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
