const LABELS = {
  kernel: '`kernel.chat`, OpenAIChatCompletion',
  'run-tools': '`runTools` of openai',
  'generate-text': '`generateText` of ai',
  'requests-only': 'the same requests by hand, openai',
  'kernel-in-memory': '`kernel.chat`, model in memory',
};
const BASE = 'kernel';

/** The results as Markdown. */
export function report({ machine, versions, loop, schema }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '# Results',
    '',
    'Written by `npm run bench`.',
    '',
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Machine: ${machine.cores} cores (${machine.model}), Node ${machine.node}, load ${machine.load.toFixed(1)} (5 minutes' mean)`,
    `- Versions: ${packages.join(', ')}`,
    '',
    '## The loop: one round',
    '',
    'A round is one request to the model and the tool call that it asks for. The model is a server in a process of its own; each',
    'figure is the median over processes, one candidate each, run in turn. CPU is `process.cpuUsage` of the candidate alone. A load above',
    'the number of cores means that other programs ran too: trust ratios of CPU then, and no wall time.',
    '',
    ...loop.filter(({ rounds }) => rounds <= 50).flatMap(loopTable),
    ...growthTable(loop.filter(({ rounds }) => rounds >= 50)),
    ...schemaTable(schema),
    '',
  ].join('\n');
}

function loopTable({ rounds, runs, medians }) {
  const rows = Object.entries(medians).map(([name, { cpuMicros, wallMicros }]) => [
    LABELS[name],
    micros(cpuMicros),
    ratio(cpuMicros, medians[BASE].cpuMicros),
    micros(wallMicros),
    ratio(wallMicros, medians[BASE].wallMicros),
  ]);
  const title = `### Conversations of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} (median of ${runs})`;
  return [title, '', ...table(['', 'CPU µs', 'to the kernel', 'wall µs', 'to the kernel'], rows), ''];
}

function growthTable(loop) {
  const rows = Object.keys(LABELS).map((name) => {
    const costs = loop.map(({ medians }) => medians[name].cpuMicros);
    return [LABELS[name], ...costs.map(micros), micros(costs.at(-1) - costs[0])];
  });
  const header = ['', ...loop.map(({ rounds }) => `${rounds} rounds`), 'growth'];
  return [
    '### Growth: CPU µs per round in longer conversations',
    '',
    'Every request sends the history so far again: the growth of the requests by hand is its price (serialising and sending).',
    'What a loop grows beyond that is its own.',
    '',
    ...table(header, rows),
    '',
  ];
}

function schemaTable({ runs, medians }) {
  const [ours, other] = Object.keys(medians);
  const rows = [
    ['import', 'importMicros'],
    ['first schema', 'firstCompileMicros'],
    ['first check', 'firstCheckMicros'],
    ['each further schema', 'compileMicros'],
    ['check of valid arguments', 'validMicros'],
    ['check of invalid arguments', 'invalidMicros'],
  ].map(([label, field]) => [label, micros(medians[ours][field]), micros(medians[other][field])]);
  return [
    `## JSON Schema libraries, in µs (median of ${runs} processes)`,
    '',
    'The schema of a typical tool: two properties, both required, closed. All findings are asked for.',
    '',
    ...table(['', ours, other], rows),
    '',
    ...verdict(medians[ours], medians[other]),
  ];
}

function verdict(ours, other) {
  const startUp = ({ importMicros, firstCompileMicros, firstCheckMicros }) =>
    importMicros + firstCompileMicros + firstCheckMicros;
  const saved = startUp(other) - startUp(ours) + 9 * (other.compileMicros - ours.compileMicros);
  const dearer = ours.validMicros - other.validMicros;
  const lines = [
    'The package uses `@cfworker/json-schema`: it generates no code (so it runs where `eval` is forbidden), has no dependencies, and',
    `a registration costs next to nothing. Until a process with ten functions has checked its first call, it takes ${micros(saved / 1000)} ms less.`,
  ];
  if (saved <= 0 || dearer <= 0) return lines.slice(0, 1);
  return [
    ...lines,
    `A check then takes ${dearer.toFixed(2)} µs more, which ${Math.round(saved / dearer).toLocaleString('en')} calls of tools make up for; each of`,
    'them comes with a request to a model, which costs hundreds of times as much CPU.',
  ];
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, place) => (place === 0 ? '---' : '---:'))), ...rows.map(line)];
}

function micros(value) {
  if (Math.abs(value) < 1) return value.toFixed(2);
  return Math.abs(value) < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

function ratio(value, base) {
  return (value / base).toFixed(2);
}
