import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { ESCAPE_PROBES, type EscapeProbe } from '../helpers/escape-probes.js';

const SECRET = `secret-${process.pid}-${Math.trunc(performance.now())}`;
const VARIABLE = 'ESCAPE_SECRET';
const CONTROL = fileURLToPath(new URL('../helpers/unhardened-python.js', import.meta.url));

/** The host as a probe may find it: two secrets, a place for a file, and a port that counts. */
interface Host {
  readonly folder: string;
  readonly server: Server;
  readonly port: number;
  connections: number;
}

// Each probe runs twice: in Pyodide as it is shipped, where it must reach the host (else it is blind), and in a session of
// the emulator, where it must not.
describe('escape probes', function () {
  this.timeout(60_000);
  let host: Host;
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async () => {
    host = await aHost();
    process.env[VARIABLE] = SECRET;
    emulator = await SessionPoolEmulator.start({ warm: 2 });
    pool = requestsTo(emulator);
  });
  after(async () => {
    await emulator.stop();
    delete process.env[VARIABLE];
    host.server.close();
    rmSync(host.folder, { recursive: true });
  });

  it('reach the host from Pyodide as it is shipped', async () => {
    const blind: string[] = [];
    const results = await runUnhardened(ESCAPE_PROBES.map((probe) => cellOf(probe, host, 'control')));
    const connections = await connectionsTo(host);
    for (const [place, probe] of ESCAPE_PROBES.entries()) {
      const result = results[place] ?? '';
      // Of the network, all probes share one counter.
      const heard = probe.reaches === 'network' && connections > 0;
      if (!heard && !reached(probe, host, 'control', result)) blind.push(`${probe.name}: ${result}`);
    }
    expect(blind).to.deep.equal([]);
    expect(await connectionsTo(host)).to.be.at.least(
      ESCAPE_PROBES.filter(({ reaches }) => reaches === 'network').length,
    );
  });

  for (const probe of ESCAPE_PROBES) {
    it(`do not reach it from a session: ${probe.name}`, async () => {
      const before = await connectionsTo(host);
      const answer = await pool.execute(cellOf(probe, host, 'session'), {
        identifier: 'probes',
        timeoutInSeconds: 5,
      });
      const said = JSON.stringify(answer);
      expect(reached(probe, host, 'session', said), said).to.equal(false);
      expect(await connectionsTo(host)).to.equal(before);
    });
  }

  // Without controls: what they would reach is the emulator's own doing.
  const own: readonly (readonly [string, string])[] = [
    ['a host file', 'open(FILE).read()'],
    ['a host file by dots', 'open("/mnt/data/../../../../../.." + FILE).read()'],
    ['the environment', 'import os\nos.environ[ENV]'],
    ['a socket', 'import socket\nsocket.create_connection(("127.0.0.1", PORT), timeout=2)'],
    ['urllib', 'import urllib.request\nurllib.request.urlopen(f"http://127.0.0.1:{PORT}/")'],
    ['a subprocess', 'import subprocess\nsubprocess.run(["sh", "-c", f"echo x > {MADE}"])'],
    [
      'the data folder with another root',
      'import os, pyodide_js\nnode = pyodide_js.FS.lookupPath("/mnt/data").node\nnode.mount.opts.root = "/"\nnode.mount.root = "/"\nopen("/mnt/data" + FILE).read()',
    ],
    [
      'a node of the data folder with another name',
      'import os, pyodide_js\nopen("/mnt/data/a", "w").close()\nnode = pyodide_js.FS.lookupPath("/mnt/data/a").node\nnode.name = "../../../../../.." + FILE\nopen("/mnt/data/a").read()',
    ],
    [
      'a stream with a descriptor of the host',
      'import pyodide_js\nf = open("/mnt/data/a", "w+")\nstream = pyodide_js.FS.getStream(f.fileno())\nstream.nfd = 1\nstream.shared = pyodide_js.FS.constructor()\nf.write("x"); f.flush()',
    ],
    [
      'the prototypes of the host',
      'import pyodide_js\nO = pyodide_js.constructor\nO.prototype.polluted = "yes"\nO.getPrototypeOf(O.entries(pyodide_js)).push = None\nO.prototype.__proto__ = pyodide_js',
    ],
    [
      'runtimeEnv',
      'import pyodide_js\npyodide_js._api.runtimeEnv.IN_NODE = True\nprint(pyodide_js._api.runtimeEnv.IN_NODE)',
    ],
  ];
  for (const [place, [name, code]] of own.entries()) {
    it(`find no way to ${name}`, async () => {
      const before = await connectionsTo(host);
      const probe: EscapeProbe = { name: `own-${place}`, reaches: 'file', code };
      const identifier = 'own-probes';
      const answer = await pool.execute(cellOf(probe, host, 'session'), { identifier, timeoutInSeconds: 5 });
      const said = JSON.stringify(answer);
      expect(said).not.to.contain(SECRET);
      expect(answer.stdout).not.to.contain('True');
      expect(existsSync(madeBy(probe, host, 'session'))).to.equal(false);
      expect(await connectionsTo(host)).to.equal(before);
      expect('polluted' in {}).to.equal(false);
      expect((await pool.execute('1 + 1', { identifier })).value).to.equal(2);
    });
  }
});

async function aHost(): Promise<Host> {
  const folder = mkdtempSync(join(tmpdir(), 'escape-probes-'));
  writeFileSync(join(folder, 'secret.txt'), SECRET);
  const server = createServer((socket) => {
    host.connections += 1;
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host: Host = {
    folder,
    server,
    port: typeof address === 'object' && address ? address.port : 0,
    connections: 0,
  };
  return host;
}

/** How many connections came, once every one that was made has been counted: they are accepted in their order. */
async function connectionsTo(host: Host): Promise<number> {
  const last = connect(host.port, '127.0.0.1');
  await new Promise((resolve) => last.once('close', resolve).resume());
  host.connections -= 1;
  return host.connections;
}

function madeBy(probe: EscapeProbe, host: Host, by: string): string {
  return join(host.folder, `${by}-${probe.name.replace(/\W+/g, '-')}`);
}

function cellOf(probe: EscapeProbe, host: Host, by: string): string {
  const names = {
    ENV: VARIABLE,
    FILE: join(host.folder, 'secret.txt'),
    MADE: madeBy(probe, host, by),
    PORT: host.port,
  };
  const assignments = Object.entries(names).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return [...assignments, probe.code].join('\n');
}

function reached(probe: EscapeProbe, host: Host, by: string, said: string): boolean {
  if (probe.reaches === 'secret') return said.includes(SECRET);
  return probe.reaches === 'file' && existsSync(madeBy(probe, host, by));
}

async function runUnhardened(cells: readonly string[]): Promise<string[]> {
  const control = spawn(process.execPath, [CONTROL], { stdio: ['pipe', 'pipe', 'ignore'] });
  control.stdin.end(JSON.stringify(cells));
  return JSON.parse(await text(control.stdout)) as string[];
}
