import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inTurn } from '../in-turn.mjs';
import { figure, ratio, table as markdown } from '../markdown.mjs';

const LABELS = {
  'http-request': '`http.request`, kept alive',
  axios: '`axios` alone',
  fetch: '`fetch`',
  'llamaindex-azure': '`AzureDynamicSessionTool` of @llamaindex/azure',
  'sessions-client': '`SessionsClient`',
  'sessions-tool': '`SessionsPythonTool`',
  'kernel-invoke': '`kernel.invoke` of its function',
  'kernel-alone': '`kernel.invoke` of a function that sends nothing',
};
const BASE = 'axios';
const SENDING = Object.keys(LABELS).filter((name) => name !== 'kernel-alone');
// What is measured, against what, and how many times as much it may take.
const TARGETS = [
  ['sessions-client', 'axios', 1.25],
  ['sessions-client', 'llamaindex-azure', 1],
  ['kernel-invoke', 'sessions-tool', 1.05],
];
const TRANSFERRING = ['http-request', 'axios', 'fetch', 'llamaindex-azure', 'sessions-client'];
const MEASUREMENTS = [
  { what: 'execution', title: 'One execution after another', candidates: Object.keys(LABELS), runs: 7 },
  {
    what: 'concurrent',
    title: 'A thousand executions at once; the peak is of the whole process',
    candidates: SENDING,
    runs: 5,
  },
  { what: 'upload', title: '100 MiB from a local file; the peak is what it adds', candidates: TRANSFERRING, runs: 5 },
  { what: 'download', title: '100 MiB to a local file; the peak is what it adds', candidates: TRANSFERRING, runs: 5 },
];

export const table = {
  title: 'The client',
  packages: ['axios', '@llamaindex/azure'],
  async measure(report) {
    const server = fork(fileURLToPath(new URL('../client/pool-server.mjs', import.meta.url)));
    const [port] = await once(server, 'message');
    const lines = [];
    for (const { what, title, candidates, runs } of MEASUREMENTS) {
      report(`${what}, ${runs} runs of each`);
      const args = [what, `http://127.0.0.1:${port}/pool`];
      const medians = await inTurn({ program: 'client/measure.mjs', candidates, runs, args });
      lines.push(`### ${title} (median of ${runs})`, '', ...rowsOf(medians), '');
      if (what === 'execution') lines.push(...targetsOf(medians), '');
    }
    server.disconnect();
    return [
      'The pool is a server in a process of its own that does nothing but answer. Each figure is the median over processes, one candidate',
      'each, run in turn; CPU is `process.cpuUsage` of the candidate alone, after 8,000 executions, when the compiler has settled.',
      '`AzureDynamicSessionTool` prints each call to the console, which is silenced here. `fetch` and it do without a time limit, retries,',
      'a token cache and a look at the answer; `axios` alone does, too. `kernel.invoke` lets the executions of one session follow one',
      'another, also where a thousand are asked for at once. What it adds is work of its own and no request: the last row has that work',
      'alone. Beside requests it costs several times as much, since their code takes its place in the caches of the processor.',
      '',
      ...lines,
    ];
  },
};

function targetsOf(medians) {
  const rows = TARGETS.map(([name, other, most]) => {
    const ratios = ['cpuMicros', 'wallMicros'].map((field) => medians[name][field] / medians[other][field]);
    const outcome = ratios.map((each) => `${each.toFixed(2)} (${each <= most ? 'met' : 'missed'})`);
    return [`${LABELS[name]} to ${LABELS[other]}`, `at most ${most}`, ...outcome];
  });
  return markdown(['target', '', 'CPU', 'wall'], rows);
}

function rowsOf(medians) {
  const base = medians[BASE];
  const hasPeak = 'peakMb' in base;
  const header = ['', 'CPU µs', 'to axios', 'wall µs', 'to axios', ...(hasPeak ? ['peak, MiB'] : [])];
  const rows = Object.entries(medians).map(([name, { cpuMicros, wallMicros, peakMb }]) => [
    LABELS[name],
    figure(cpuMicros),
    ratio(cpuMicros, base.cpuMicros),
    figure(wallMicros),
    ratio(wallMicros, base.wallMicros),
    ...(hasPeak ? [figure(peakMb)] : []),
  ]);
  return markdown(header, rows);
}
