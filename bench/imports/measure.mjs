// How long one import takes in a process of its own, as JSON; a path of the package, such as `./openai`, or a package.
import { readFileSync } from 'node:fs';

const [candidate] = process.argv.slice(2);
const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const entry = exports[candidate];
const target = entry === undefined ? candidate : new URL(`../../${entry.default}`, import.meta.url).href;

const before = process.cpuUsage();
const start = performance.now();
await import(target);
const wallMs = performance.now() - start;
process.stdout.write(JSON.stringify({ cpuMs: process.cpuUsage(before).user / 1000, wallMs }));
process.exit();
