// What the emulator costs, against Pyodide alone in one process and against a plain file server: `node bench/emulator.mjs`
// prints the table; the package must be built. Linux only: processes are looked at through /proc.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anEmulator, cpuMsOf, interpretersOf, residentMegabytes } from './emulator/an-emulator.mjs';
import { rawClient } from './emulator/raw-client.mjs';
import { closeConnections, send, upload } from './emulator/requests.mjs';

const MEGABYTE = 1024 * 1024;
const FILE_BYTES = 100 * MEGABYTE;
const SESSIONS = 10;
const STARTS = 5;
const FIRSTS = 9;
// In the first moments after its start an interpreter is still being compiled in the background.
const IDLE_MS = 300;
const EXECUTIONS = 100;
const BLOCKS = 8;
const TRANSFERS = 9;
// What a model's cell costs: some work, a value.
const CELL = 'sum(n * n for n in range(20_000))';

/**
 * The rows of the table. `ours` and `other` are in `unit`; `limit` is the target: of `ours`, or of how often `other` goes into it.
 *
 * @returns {Promise<readonly { what: string, unit: string, ours: number, other?: number, against?: string, limit?: number, of?: 'ours' | 'ratio' }[]>}
 */
export async function emulatorRows(report = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-emulator-'));
  try {
    report('starts');
    const starts = await measureStarts(folder);
    report('executions');
    const executions = await measureExecutions();
    report('transfers');
    const transfers = await measureTransfers(folder);
    report('sessions at once');
    return [...starts, ...executions, ...transfers, ...(await measureSessions())];
  } finally {
    closeConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureStarts(folder) {
  const samples = { cold: [], snapshot: [], bare: [] };
  for (let run = 0; run < STARTS; run += 1) {
    const home = mkdtempSync(join(folder, 'home-'));
    samples.cold.push(await timeToWarm({ HOME: home, TMPDIR: home }));
    samples.snapshot.push(await timeToWarm({ HOME: home, TMPDIR: home }));
    const bare = await aBarePyodide();
    samples.bare.push(bare.readyMs);
    await bare.stop();
  }
  const other = { against: 'loadPyodide', other: median(samples.bare), unit: 'ms' };
  return [
    { what: 'first start on a machine, until an interpreter waits', ours: median(samples.cold), ...other },
    { what: 'later starts, until an interpreter waits', ours: median(samples.snapshot), ...other },
  ];
}

async function timeToWarm(env) {
  const begun = performance.now();
  const emulator = await anEmulator({ env });
  await emulator.warm();
  const milliseconds = performance.now() - begun;
  await emulator.stop();
  return milliseconds;
}

async function measureExecutions() {
  const bare = await aBarePyodide();
  const emulator = await anEmulator({ flags: ['--max-sessions', '100'] });
  try {
    const firsts = [];
    for (let run = 0; run < FIRSTS; run += 1) {
      await emulator.warm();
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      firsts.push(...(await timesOf(() => emulator.execute(`first-${run}`, '1 + 1'), 1)));
    }
    const what = 'first execution of a session, an interpreter waiting for 0.3 s';
    const rows = [{ what, unit: 'ms', ours: median(firsts), limit: 50, of: 'ours' }];
    for (const [name, code] of [
      ['1 + 1', '1 + 1'],
      ['a small loop', CELL],
    ]) {
      await emulator.execute('many', code);
      const { url, headers, bodyOf } = emulator;
      const client = rawClient(url('executions', 'many'), { headers, body: bodyOf(code) });
      const ours = () => timesOf(client.send, EXECUTIONS);
      const medians = await inTurn({ ours, other: () => bare.run(code, EXECUTIONS) }, BLOCKS);
      client.close();
      rows.push({
        what: `an execution of ${name}`,
        unit: 'ms',
        ...medians,
        against: 'runPythonAsync',
        limit: 3,
        of: 'ratio',
      });
    }
    return rows;
  } finally {
    await emulator.stop();
    await bare.stop();
  }
}

async function measureTransfers(folder) {
  const emulator = await anEmulator();
  const plain = fork(fileURLToPath(new URL('emulator/file-server.mjs', import.meta.url)), [join(folder, 'plain.bin')]);
  const [port] = await once(plain, 'message');
  const address = `http://127.0.0.1:${port}/`;
  const { headers, url, processId } = emulator;
  const up = { ours: [url('files', 'transfers'), headers], other: [address, {}] };
  const down = { ours: [url('files/file.bin/content', 'transfers'), headers], other: [address, {}] };
  const rows = [];
  const compare = async (what, { ours, other }, transfer) => {
    const cpu = { ours: [], other: [] };
    const once = (who, id, target) => async () => {
      const before = cpuMsOf(id);
      const times = await timesOf(() => transfer(...target), 1);
      cpu[who].push(cpuMsOf(id) - before);
      return times;
    };
    const tasks = { ours: once('ours', processId, ours), other: once('other', plain.pid, other) };
    const common = { unit: 'ms', against: 'a plain file server', limit: 2, of: 'ratio' };
    rows.push({ what, ...(await inTurn(tasks, TRANSFERS)), ...common });
    rows.push({ what: `${what}, CPU of the server`, ours: median(cpu.ours), other: median(cpu.other), ...common });
  };
  try {
    await compare('100 MB up', up, (target, headers) => upload(target, { bytes: FILE_BYTES, headers }));
    await compare('100 MB down', down, (target, headers) => send(target, { headers, discard: true }));
    return rows;
  } finally {
    plain.disconnect();
    await emulator.stop();
  }
}

/** Runs the tasks in turn, again and again, so that a busy moment of the machine meets them all: the medians of their times. */
async function inTurn({ ours, other }, rounds) {
  const samples = { ours: [], other: [] };
  await other();
  await ours();
  for (let round = 0; round < rounds; round += 1) {
    samples.other.push(...(await other()));
    samples.ours.push(...(await ours()));
  }
  return { ours: median(samples.ours), other: median(samples.other) };
}

async function measureSessions() {
  const emulator = await anEmulator();
  try {
    await emulator.warm();
    const names = Array.from({ length: SESSIONS }, (_, place) => `at-once-${place}`);
    const begun = performance.now();
    await Promise.all(names.map((name) => emulator.execute(name, CELL)));
    const ours = performance.now() - begun;
    const interpreters = interpretersOf(emulator.processId);
    const resident = median(interpreters.map(residentMegabytes));
    const bare = await startBareAtOnce();
    return [
      {
        what: `${SESSIONS} new sessions at once, all answered`,
        unit: 'ms',
        ours,
        other: bare.readyMs,
        against: `${SESSIONS} times loadPyodide, a process each`,
      },
      {
        what: 'resident memory of a session',
        unit: 'MiB',
        ours: resident,
        other: bare.residentMegabytes,
        against: 'a process with Pyodide',
        limit: 250,
        of: 'ours',
      },
    ];
  } finally {
    await emulator.stop();
  }
}

async function startBareAtOnce() {
  const begun = performance.now();
  const all = await Promise.all(Array.from({ length: SESSIONS }, aBarePyodide));
  const readyMs = performance.now() - begun;
  await Promise.all(all.map((bare) => bare.stop()));
  return { readyMs, residentMegabytes: median(all.map(({ residentBytes }) => residentBytes / MEGABYTE)) };
}

async function aBarePyodide() {
  const child = fork(fileURLToPath(new URL('emulator/bare-pyodide.mjs', import.meta.url)));
  const [{ readyMs, residentBytes }] = await once(child, 'message');
  return {
    readyMs,
    residentBytes,
    run: async (code, runs) => {
      child.send({ code, runs });
      const [times] = await once(child, 'message');
      return times;
    },
    stop: async () => {
      child.kill();
      await once(child, 'close');
    },
  };
}

async function timesOf(task, runs) {
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    await task();
    times.push(performance.now() - begun);
  }
  return times;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

/** The rows as lines of Markdown. */
export function emulatorTable(rows) {
  const cells = rows.map(({ what, unit, ours, other, against, limit, of }) => {
    const ratio = other === undefined ? undefined : ours / other;
    const reached = of === 'ratio' ? ratio : ours;
    const target = limit === undefined ? '' : of === 'ratio' ? `at most ${limit} times` : `at most ${limit} ${unit}`;
    const verdict = limit === undefined ? '' : reached <= limit ? 'met' : '**missed**';
    return [
      what,
      `${figure(ours)} ${unit}`,
      against ?? '',
      other === undefined ? '' : `${figure(other)} ${unit}`,
      ratio?.toFixed(2) ?? '',
      target,
      verdict,
    ];
  });
  const line = (fields) => `| ${fields.join(' | ')} |`;
  const header = ['', 'emulator', 'against', 'its figure', 'ratio', 'target', ''];
  return [line(header), line(['---', '---:', '---', '---:', '---:', '---', '---']), ...cells.map(line)];
}

function figure(value) {
  return value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(emulatorTable(await emulatorRows((progress) => console.error(progress))).join('\n'));
}
