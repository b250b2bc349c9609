import { inTurn } from '../in-turn.mjs';
import { figure, table as markdown } from '../markdown.mjs';

const OURS = '@cfworker/json-schema';
const OTHER = 'ajv';
const RUNS = 9;
const ROWS = [
  ['import', 'importMicros'],
  ['first schema', 'firstCompileMicros'],
  ['first check', 'firstCheckMicros'],
  ['each further schema', 'compileMicros'],
  ['check of valid arguments', 'validMicros'],
  ['check of invalid arguments', 'invalidMicros'],
];

export const table = {
  title: 'JSON Schema libraries, in µs',
  packages: [OURS, OTHER],
  async measure() {
    const medians = await inTurn({ program: 'schema/measure.mjs', candidates: [OURS, OTHER], runs: RUNS });
    const rows = ROWS.map(([label, field]) => [label, figure(medians[OURS][field]), figure(medians[OTHER][field])]);
    return [
      'The schema of a typical tool: two properties, both required, closed. All findings are asked for. Each figure is the median of',
      `${RUNS} processes.`,
      '',
      ...markdown(['', OURS, OTHER], rows),
      '',
      ...verdict(medians[OURS], medians[OTHER]),
    ];
  },
};

function verdict(ours, other) {
  const startUp = ({ importMicros, firstCompileMicros, firstCheckMicros }) =>
    importMicros + firstCompileMicros + firstCheckMicros;
  const saved = startUp(other) - startUp(ours) + 9 * (other.compileMicros - ours.compileMicros);
  const dearer = ours.validMicros - other.validMicros;
  const lines = [
    'The package uses `@cfworker/json-schema`: it generates no code (so it runs where `eval` is forbidden), has no dependencies, and',
    `a registration costs next to nothing. Until a process with ten functions has checked its first call, it takes ${figure(saved / 1000)} ms less.`,
  ];
  if (saved <= 0 || dearer <= 0) return lines.slice(0, 1);
  return [
    ...lines,
    `A check then takes ${dearer.toFixed(2)} µs more, which ${Math.round(saved / dearer).toLocaleString('en')} calls of tools make up for; each of`,
    'them comes with a request to a model, which costs hundreds of times as much CPU.',
  ];
}
