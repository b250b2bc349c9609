// Runs what depends on the version of Node under each that is supported: the emulator with its escape probes, and the main
// job. One line for each; ends with exit code 1 if one fails.
//   node scripts/test-nodes.mjs [versions] [--all]     --all: every test
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const VERSIONS = ['20', '22', '24', '26'];
// Escapes, the process and its permissions, the life of an emulator, and Python's time limits: what Node may change.
const TESTS = ['escapes', 'package-loading', 'pyodide-engine', 'lifecycle', 'python-session'];
// About load, not about the version of Node.
const LEFT_OUT = 'twenty of them at once';
const MOCHA = 'node_modules/mocha/bin/mocha.js';
const TIMEOUT_MS = 120_000;

const wanted = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument));
const all = process.argv.includes('--all');
const failed = [];
for (const version of wanted.length > 0 ? wanted : VERSIONS) {
  const startedAt = performance.now();
  const { line, problem } = await check(version).catch((error) => ({ line: error.message, problem: '' }));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const isFailure = problem !== undefined;
  if (isFailure) failed.push(version);
  console.log(`node ${version}  ${isFailure ? 'FAILED' : 'ok    '}  ${line}  (${seconds} s)`);
  if (isFailure) console.log(problem.replace(/^/gm, '    '));
}
process.exitCode = failed.length > 0 ? 1 : 0;

async function check(version) {
  const node = await findNode(version);
  const mainJob = await run(node.path, ['dist/cli/main.js', 'chat', 'sum(range(101))']);
  if (mainJob.code !== 0 || !mainJob.output.includes('5050')) {
    return { line: `v${node.version}: the main job did not answer 5050`, problem: mainJob.output };
  }
  const tests = await run(node.path, [MOCHA, ...testArguments()]);
  const count = (what) =>
    /^ *(\d+) /.exec(tests.output.match(new RegExp(`^ *\\d+ ${what}`, 'm'))?.[0] ?? '')?.[1] ?? '0';
  const line = `v${node.version}: main job 5050, ${count('passing')} tests passed, ${count('failing')} failed`;
  const isFailure = tests.code !== 0 || count('passing') === '0';
  return { line, ...(isFailure && { problem: tests.output.slice(tests.output.search(/^ *\d+ passing/m)) }) };
}

function testArguments() {
  const common = ['--timeout', String(TIMEOUT_MS), '--enable-source-maps', '--parallel', '--jobs', '2'];
  if (all) return common;
  const known = readdirSync('dist-test/test/emulator');
  const missing = TESTS.filter((name) => !known.includes(`${name}.test.js`));
  if (missing.length > 0) throw new Error(`there is no test named ${missing.join(', ')}`);
  return [
    ...common,
    '--no-config',
    '--grep',
    LEFT_OUT,
    '--invert',
    ...TESTS.map((name) => `dist-test/test/emulator/${name}.test.js`),
  ];
}

/** The one that runs this, if it is of that version; else the one that npm has. */
async function findNode(version) {
  if (process.versions.node.startsWith(`${version}.`))
    return { path: process.execPath, version: process.versions.node };
  const program = 'JSON.stringify({ path: process.execPath, version: process.versions.node })';
  const found = await run('npx', ['-y', `node@${version}`, '-p', program]);
  if (found.code !== 0)
    throw new Error(
      `npx could not get node@${version}: ${found.output.split('\n').find((each) => /error/i.test(each)) ?? ''}`,
    );
  return JSON.parse(found.output.slice(found.output.indexOf('{'), found.output.lastIndexOf('}') + 1));
}

async function run(command, args) {
  const shell = process.platform === 'win32' && command === 'npx';
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell,
    env: { ...process.env, FORCE_COLOR: '0' },
  });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await ended;
  return { code, output: code === 0 ? output : output + errors };
}
