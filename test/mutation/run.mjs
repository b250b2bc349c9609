// Changes the compiled library, one small change at a time, and runs the tests of that part of it against each. Without
// arguments `auth` and `retry-policy`; name other areas to have those: `npm run test:mutation -- kernel sessions`.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { AREAS, DEFAULT_AREAS, patternsOf } from './areas.mjs';
import { summaryOf } from './summary.mjs';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in AREAS));
if (unknown.length > 0) {
  console.error(`There is no area ${unknown.join(', ')}; there are ${Object.keys(AREAS).join(', ')}.`);
  process.exit(2);
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = fileURLToPath(new URL('out/', import.meta.url));
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
cpSync(`${root}dist-test`, `${out}dist-test`, { recursive: true });
cpSync(`${root}package.json`, `${out}package.json`);
process.chdir(out);

const summaries = [];
for (const name of asked.length > 0 ? asked : DEFAULT_AREAS) {
  const results = await new Stryker(optionsFor(name)).runMutationTest();
  summaries.push(summaryOf(name, results));
}
console.log(`\n${summaries.join('\n\n')}`);

function optionsFor(name) {
  const { mutate, spec, ignore } = patternsOf(AREAS[name]);
  return {
    mutate,
    testRunner: 'mocha',
    mochaOptions: { spec, ignore, 'no-config': true },
    plugins: [import.meta.resolve('@stryker-mutator/mocha-runner')],
    coverageAnalysis: 'perTest',
    // A text that is worded otherwise is the same behaviour, unless a test reads it; most tests read a part.
    mutator: { excludedMutations: ['StringLiteral'] },
    ignoreStatic: true,
    checkers: [],
    reporters: ['progress-append-only', 'json', 'html'],
    jsonReporter: { fileName: `reports/${name}.json` },
    htmlReporter: { fileName: `reports/${name}.html` },
    concurrency: availableParallelism(),
    timeoutMS: 10_000,
    allowEmpty: false,
  };
}
