import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

describe('the types of the adapters', () => {
  it('fit those of the frameworks, for users and for the adapters themselves', () => {
    const { status, stdout } = spawnSync(process.execPath, [TSC, '-p', HERE], { encoding: 'utf8' });
    expect(stdout).to.equal('');
    expect(status).to.equal(0);
  });
});
