import { readFileSync } from 'node:fs';
import { inTurn } from '../in-turn.mjs';
import { figure, ratio, table as markdown } from '../markdown.mjs';

const BASE = 'axios';
const RUNS = 15;
// It imports its framework, which is not installed beside the package here.
const LEFT_OUT = './langchain';

export const table = {
  title: 'Importing each entry',
  packages: ['axios'],
  async measure(report) {
    const candidates = [BASE, ...entries()];
    report(`${candidates.length} imports, ${RUNS} of each`);
    const medians = await inTurn({ program: 'imports/measure.mjs', candidates, runs: RUNS });
    const base = medians[BASE];
    const rows = candidates.map((name) => [
      name === BASE ? '`axios` alone' : `\`${name.replace('.', 'dynamic-sessions-kernel')}\``,
      figure(medians[name].wallMs),
      ratio(medians[name].wallMs, base.wallMs),
      figure(medians[name].cpuMs),
      ratio(medians[name].cpuMs, base.cpuMs),
    ]);
    return [
      `Each figure is the median of ${RUNS} processes that import nothing else, run in turn; CPU is what the process itself used, without`,
      "the kernel's share. The root is to take at most twice as long as axios alone; what is heavy in it, axios above all, comes with",
      `the first request. \`${LEFT_OUT}\` is left out: it imports its framework, which is not installed here. \`./mcp\` imports the SDK.`,
      '',
      ...markdown(['', 'wall ms', 'to axios', 'CPU ms', 'to axios'], rows),
    ];
  },
};

function entries() {
  const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return Object.keys(exports).filter((name) => exports[name].default !== undefined && name !== LEFT_OUT);
}
