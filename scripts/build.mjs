// Compiles the library into dist, or with --tests the library and its tests into dist-test, and puts the files that
// the compiler does not touch (Python sources) beside the output.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';
import { extname } from 'node:path';

const forTests = process.argv.includes('--tests');
const compilations = forTests
  ? [
      { project: 'tsconfig.test.json', sources: 'src', output: 'dist-test/src' },
      { project: 'tsconfig.standard.json', sources: undefined, output: undefined },
    ]
  : [{ project: 'tsconfig.json', sources: 'src', output: 'dist' }];

rmSync(forTests ? 'dist-test' : 'dist', { recursive: true, force: true });
for (const { project, sources, output } of compilations) {
  const compiler = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], {
    stdio: 'inherit',
  });
  if (compiler.status !== 0) process.exit(compiler.status ?? 1);
  if (sources)
    cpSync(sources, output, { recursive: true, filter: (path) => extname(path) === '' || path.endsWith('.py') });
}
if (!forTests && existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755);
