const LABELS = {
  'http-request': '`http.request`, kept alive',
  axios: '`axios` alone',
  fetch: '`fetch`',
  'llamaindex-azure': '`AzureDynamicSessionTool` of @llamaindex/azure',
  'sessions-client': '**`SessionsClient`**',
  'sessions-tool': '**`SessionsPythonTool`**',
  'kernel-invoke': '**`kernel.invoke`**',
};
const BASE = 'axios';

/** The results of `measureClient` as lines of Markdown. */
export function clientTables({ execution, concurrent, upload, download }) {
  return [
    '## The client',
    '',
    'The pool is a server in a process of its own that only answers. Each figure is the median over processes, one candidate each, run in',
    `turn; ratios are against \`axios\` alone. \`AzureDynamicSessionTool\` prints each call to the console, which is silenced here.`,
    '',
    `One execution after another (${execution.runs} runs):`,
    '',
    ...times(execution),
    '',
    `A thousand executions at once (${concurrent.runs} runs; the peak is of the whole process):`,
    '',
    ...times(concurrent),
    '',
    `100 MiB from a local file (${upload.runs} runs; the peak is what it adds to the resident set):`,
    '',
    ...times(upload),
    '',
    `100 MiB to a local file (${download.runs} runs):`,
    '',
    ...times(download),
    '',
  ];
}

function times({ medians }) {
  const hasPeak = 'peakMb' in medians[BASE];
  const head = ['candidate', 'CPU', 'ratio', 'wall', 'ratio', ...(hasPeak ? ['peak, MiB'] : [])];
  const rows = Object.entries(medians).map(([name, { cpuMicros, wallMicros, peakMb }]) => [
    LABELS[name],
    duration(cpuMicros),
    ratio(cpuMicros, medians[BASE].cpuMicros),
    duration(wallMicros),
    ratio(wallMicros, medians[BASE].wallMicros),
    ...(hasPeak ? [peakMb.toFixed(0)] : []),
  ]);
  return [head, head.map((_, place) => (place === 0 ? '---' : '---:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
}

function duration(micros) {
  return micros < 10_000 ? `${micros.toFixed(0)} µs` : `${(micros / 1000).toFixed(0)} ms`;
}

function ratio(value, base) {
  return (value / base).toFixed(2);
}
