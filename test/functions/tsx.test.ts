import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parameters } from '../tsx-fixtures/params.js';
import { registry } from '../tsx-fixtures/registry.js';

const ROOT = new URL('../../../', import.meta.url);

describe('decorators compiled by tsx', () => {
  for (const [mode, tsconfig] of [
    ['legacy', 'tsconfig.test.json'],
    ['standard', 'tsconfig.standard.json'],
  ] as const) {
    it(`104: give the same registry as those compiled by tsc, in ${mode} mode`, async () => {
      const compiled = JSON.parse(JSON.stringify(await registry())) as object;
      expect(compiled).to.include({ greeting: 'Hello Ada. Hello Ada. lab', double: 42 });
      expect(await throughTsx('registry', tsconfig)).to.deep.equal(compiled);
    });
  }

  it('need the types of @param, which tsc records', async () => {
    const compiled = parameters();
    const through = (await throughTsx('parameters', 'tsconfig.test.json', 'params')) as typeof compiled;
    expect(through.typed).to.deep.equal(compiled.typed);
    expect(compiled.untyped).to.have.nested.property('properties.a.type', 'number');
    expect(through.untyped).to.equal(
      `KernelError: Untyped.add: the type of "a" is not known at run time; give it: @param("a", { type: 'string' }).`,
    );
  });
});

async function throughTsx(name: string, tsconfig: string, file = name): Promise<unknown> {
  const fixture = new URL(`test/tsx-fixtures/${file}.ts`, ROOT).href;
  const script = `import { ${name} } from '${fixture}'; console.log(JSON.stringify(await ${name}()));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: fileURLToPath(ROOT), env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig } },
  );
  return JSON.parse(stdout) as unknown;
}
