// A table of the bench exports `table`: its title, the packages whose versions matter, and `measure`, which says how it
// gets on and gives lines of Markdown.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inTurn } from '../in-turn.mjs';
import { figure, ratio, table as markdown } from '../markdown.mjs';

const LABELS = {
  kernel: '`kernel.chat`, OpenAIChatCompletion',
  'kernel-leaf': 'the same, its function `leaf`',
  'run-tools': '`runTools` of openai',
  'generate-text': '`generateText` of ai',
  'requests-only': 'the same requests by hand, openai',
  'run-tools-no-redirect': '`runTools`, told to expect no redirect',
  'requests-no-redirect': 'by hand, told to expect no redirect',
  'kernel-in-memory': '`kernel.chat`, model in memory',
};
const BASE = 'kernel';
const LENGTHS = [1, 10, 50]
  .map((rounds) => ({ rounds, runs: 7 }))
  .concat([200, 500].map((rounds) => ({ rounds, runs: 5 })));

export const table = {
  title: 'The loop: one round',
  packages: ['openai', 'ai', '@ai-sdk/openai'],
  async measure(report) {
    const server = fork(fileURLToPath(new URL('../loop/model-server.mjs', import.meta.url)));
    const [port] = await once(server, 'message');
    const measured = [];
    for (const { rounds, runs } of LENGTHS) {
      report(`${rounds} rounds, ${runs} runs of each`);
      const how = { program: 'loop/measure.mjs', candidates: Object.keys(LABELS), runs, args: [port, rounds] };
      measured.push({ rounds, runs, medians: await inTurn(how) });
    }
    server.disconnect();
    return [
      'A round is one request to the model and the tool call that it asks for. The model is a server in a process of its own; each',
      'figure is the median over processes, one candidate each, run in turn. CPU is `process.cpuUsage` of the candidate alone, all its',
      'threads included: for three seconds after 6,000 requests, when the compiler has settled, and during the first 500 of the',
      'process, when it has not.',
      'A load above the number of cores means that other programs ran too: trust ratios of CPU then, and no wall time.',
      '',
      'The same requests by hand are the floor: the client and the sockets cost that much whoever asks. `fetch` copies each body for',
      'the redirect that may come, unless it is told to expect none: OpenAIChatCompletion does so by itself, and two rows show what',
      'that is worth to others. A function that is `leaf` has promised to call nothing of a kernel, and runs without the context that',
      'is kept for others.',
      '',
      ...measured.filter(({ rounds }) => rounds <= 50).flatMap(lengthLines),
      ...growthLines(measured.filter(({ rounds }) => rounds >= 50)),
    ];
  },
};

function lengthLines({ rounds, runs, medians }) {
  const base = medians[BASE];
  const rows = Object.entries(medians).map(([name, { cpuMicros, firstCpuMicros, wallMicros }]) => [
    LABELS[name],
    figure(cpuMicros),
    ratio(cpuMicros, base.cpuMicros),
    figure(firstCpuMicros),
    ratio(firstCpuMicros, base.firstCpuMicros),
    figure(wallMicros),
    ratio(wallMicros, base.wallMicros),
  ]);
  const header = ['', 'CPU µs', 'to the kernel', 'CPU µs, first 500', 'to the kernel', 'wall µs', 'to the kernel'];
  const title = `### Conversations of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} (median of ${runs})`;
  return [title, '', ...markdown(header, rows), ''];
}

function growthLines(measured) {
  const rows = Object.keys(LABELS).map((name) => {
    const costs = measured.map(({ medians }) => medians[name].cpuMicros);
    return [LABELS[name], ...costs.map(figure), figure(costs.at(-1) - costs[0])];
  });
  return [
    '### Growth: CPU µs per round in longer conversations',
    '',
    'Every request sends the history so far again: the growth of the requests by hand is its price (serialising and sending).',
    'What a loop grows beyond that is its own.',
    '',
    ...markdown(['', ...measured.map(({ rounds }) => `${rounds} rounds`), 'growth'], rows),
  ];
}
