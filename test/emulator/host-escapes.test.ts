import { expect } from 'chai';
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { type HostProbe, NODE_PROBES, type ProbedHost, PYTHON_PROBES, SHELL_PROBES } from '../helpers/host-probes.js';
import { hasBash, hasBubblewrap, pythonOptions, pythonWith } from '../helpers/host-tools.js';
import { isRunning } from '../helpers/is-running.js';

const PROGRAM = fileURLToPath(new URL('../helpers/emulator-program.js', import.meta.url));
const SECRET = `secret-${process.pid}-${Math.trunc(performance.now())}`;

// Each probe runs twice: without isolation, where it must reach the host (else it is blind), and in bubblewrap, where it must
// not.
for (const { what, options, probes, available } of [
  { what: 'Python', options: pythonOptions(), probes: PYTHON_PROBES, available: pythonWith() !== undefined },
  { what: 'Node', options: { poolKind: 'NodeLTS' }, probes: NODE_PROBES, available: true },
  { what: 'Shell', options: { poolKind: 'Shell' }, probes: SHELL_PROBES, available: hasBash },
] satisfies { what: string; options: SessionPoolEmulatorOptions; probes: readonly HostProbe[]; available: boolean }[]) {
  describe(`escape probes in a ${what} session (need bwrap)`, function () {
    this.timeout(60_000);
    let host: Host;
    let open: SessionPoolEmulator | undefined;
    let shut: SessionPoolEmulator | undefined;
    before(async function () {
      if (!hasBubblewrap || !available) return this.skip();
      host = await aHost();
      open = await SessionPoolEmulator.start({ ...options, isolate: 'none', warm: 0 });
      shut = await SessionPoolEmulator.start({ ...options, isolate: 'bwrap', warm: 0 });
    });
    after(async () => {
      await Promise.all([open?.stop(), shut?.stop()]);
      await host?.close();
    });

    for (const probe of probes) {
      it(`do not ${probe.name}, and do without isolation`, async () => {
        expect(await reaches(probe, host, open), 'the control').to.equal(true);
        expect(await reaches(probe, host, shut), 'the session').to.equal(false);
      });
    }
  });
}

describe('a descriptor that the emulator was started with (needs bwrap and Python 3.11)', function () {
  this.timeout(60_000);
  it('is not handed on to the code', async function () {
    if (!hasBubblewrap || pythonWith() === undefined) return this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'descriptor-'));
    writeFileSync(join(folder, 'secret.txt'), SECRET);
    const secret = openSync(join(folder, 'secret.txt'), 'r');
    // Beyond those that Node closes by itself.
    const stdio = ['ignore', 'pipe', 'inherit', ...Array.from({ length: 37 }, () => 'ignore'), secret] as StdioOptions;
    let program: ChildProcess | undefined;
    try {
      const control = spawn(
        process.execPath,
        ['-e', 'require("child_process").spawn("cat /proc/self/fd/40", { shell: true, stdio: "inherit" })'],
        { stdio },
      );
      expect(await text(control.stdout ?? process.stdin)).to.contain(SECRET);
      const code = `import glob
found = ""
for path in glob.glob("/proc/[0-9]*/fd/*"):
    try: found += open(path).read(100) if int(path.split("/")[-1]) >= 20 else ""
    except OSError: pass
open("/mnt/data/found.txt", "w").write(f"looked {found}")
open("/mnt/data/begun.txt", "w").close()`;
      program = spawn(process.execPath, [PROGRAM, JSON.stringify({ options: pythonOptions(), cell: { code } })], {
        stdio,
      });
      const [line] = (await once(createInterface({ input: program.stdout ?? process.stdin }), 'line')) as [string];
      const { dataDirectory } = JSON.parse(line) as { dataDirectory: string };
      const found = readdirSync(dataDirectory, { recursive: true, encoding: 'utf8' }).find((path) =>
        path.endsWith('found.txt'),
      );
      expect(readFileSync(join(dataDirectory, found ?? ''), 'utf8')).to.equal('looked ');
    } finally {
      program?.kill('SIGKILL');
      closeSync(secret);
      rmSync(folder, { recursive: true });
    }
  });
});

/** The host as a probe may find it. */
interface Host extends Omit<ProbedHost, 'made' | 'victim'> {
  readonly folder: string;
  connections: number;
  close(): Promise<void>;
}

async function reaches(probe: HostProbe, host: Host, emulator: SessionPoolEmulator | undefined): Promise<boolean> {
  if (!emulator) throw new Error('The emulator was not started');
  const { call } = requestsTo(emulator);
  const victim = await aVictim();
  const made = join(host.folder, 'made');
  const before = host.connections;
  try {
    const fields = { ...probe.fields({ ...host, made, victim: victim.pid ?? 0 }), outputStreamsMaxLength: 1_000_000 };
    const answer = await call('POST', 'executions', { body: JSON.stringify({ ...fields, timeoutInSeconds: 20 }) });
    expect(answer.status, answer.text).to.equal(200);
    switch (probe.reaches) {
      case 'secret':
        return answer.text.includes(SECRET);
      case 'file':
        return existsSync(made);
      case 'connection':
        return host.connections > before;
      case 'process':
        return await endsSoon(victim.pid ?? 0);
      default:
        return probe.reaches satisfies never;
    }
  } finally {
    rmSync(made, { force: true });
    victim.kill('SIGKILL');
  }
}

// A signal takes a moment to do its work.
async function endsSoon(processId: number): Promise<boolean> {
  const until = performance.now() + 500;
  while (isRunning(processId)) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

async function aHost(): Promise<Host> {
  const folder = mkdtempSync(join(tmpdir(), 'host-probes-'));
  const file = join(folder, 'secret.txt');
  const socket = join(folder, 'socket');
  writeFileSync(file, SECRET);
  const answering = createServer((connection) =>
    connection
      .on('error', () => undefined)
      .resume()
      .end(SECRET),
  );
  const counting = createServer((connection) => {
    host.connections += 1;
    connection.on('error', () => undefined).resume();
    connection.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  await once(answering.listen(socket), 'listening');
  await once(counting.listen(0, '127.0.0.1'), 'listening');
  const host: Host = {
    folder,
    file,
    socket,
    port: portOf(counting),
    connections: 0,
    close: async () => {
      await Promise.all([answering, counting].map((server) => new Promise((closed) => server.close(closed))));
      rmSync(folder, { recursive: true });
    },
  };
  return host;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function aVictim(): Promise<ChildProcess> {
  const victim = spawn('sleep', ['1000'], { env: { SECRET }, argv0: `sleep-${SECRET}`, stdio: 'ignore' });
  await once(victim, 'spawn');
  return victim;
}
