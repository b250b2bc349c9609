import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

const PROGRAM = `
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    import { writeSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      if (specifier.startsWith('@azure/')) writeSync(1, specifier + '\\\\n');
      return next(specifier, context);
    }
  \`));
  const { SessionsPythonTool } = await import(process.argv[1]);
  new SessionsPythonTool({ poolManagementEndpoint: 'https://eastus.dynamicsessions.io/p' });
`;

describe('importing and constructing', () => {
  it('loads no identity library', () => {
    const tool = new URL('../../src/plugins/sessions-python-tool.js', import.meta.url).href;
    // Node 26 would say that `register` has a successor, which Node 20 does not have.
    const args = ['--no-deprecation', '--input-type=module', '-e', PROGRAM, tool];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stderr).to.equal('');
    expect(stdout.split('\n').filter((line) => /identity|msal/.test(line))).to.deep.equal([]);
  });
});
