import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

// Where `import` becomes `require`, tsx loads what a program imports once, and what the package imports later once more.
const PROGRAM = `
const { SessionsPythonTool } = require('./dist-test/src/index.js');
const { SessionPoolEmulator } = require('./dist-test/src/emulator/index.js');

async function main() {
  const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({ stdout: 'ran' }) });
  const python = new SessionsPythonTool(emulator.connection);
  try {
    console.log((await python.executeCode('1')).stdout);
  } finally {
    await python.close();
    await emulator.stop();
  }
}
main();
`;

describe('a program of a CommonJS project under tsx', () => {
  it('runs code in a session', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=commonjs', '--eval', PROGRAM],
      { cwd: ROOT },
    );
    expect(stdout).to.equal('ran\n');
  });
});
