// Measures the tables that are named, or all of them, and composes bench/results.md of these and of what was measured
// before: `npm run bench`, `npm run bench -- loop`. A table is a file in bench/tables: what it exports is described there.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { versionOf } from './version-of.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const known = readdirSync(here('tables'))
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.replace(/\.mjs$/, ''))
  .sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no table ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exit(2);
}

for (const name of asked.length > 0 ? asked : known) {
  console.log(`# ${name}`);
  const { table } = await import(`./tables/${name}.mjs`);
  const lines = await table.measure((progress) => console.log(progress));
  const section = [`## ${table.title}`, '', ...circumstances(table.packages), '', ...lines].join('\n');
  writeFileSync(here(`results/${name}.md`), `${section.trimEnd()}\n`);
  compose();
  console.log(`\n${section}`);
}

function circumstances(packages) {
  const versions = packages.map((name) => `${name} ${versionOf(name)}`);
  const [cpu] = cpus();
  const [, load] = loadavg();
  return [
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Machine: ${availableParallelism()} cores (${cpu?.model ?? 'unknown'}), Node ${process.version}, load ${load.toFixed(1)} (5 minutes' mean)`,
    `- Versions: ${versions.join(', ')}`,
  ];
}

function compose() {
  const sections = known
    .map((name) => here(`results/${name}.md`))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
  const head =
    '# Results\n\nWritten by `npm run bench`; one table alone by `npm run bench -- <its name>`, such as `loop`.';
  writeFileSync(here('results.md'), [head, ...sections].map((part) => part.trimEnd()).join('\n\n') + '\n');
}
