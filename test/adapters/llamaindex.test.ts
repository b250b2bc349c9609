import { expect } from 'chai';
import { toLlamaIndexTools } from '../../src/adapters/llamaindex.js';
import {
  FunctionError,
  Kernel,
  SessionsNodeTool,
  SessionsPythonTool,
  defineFunction,
  definePlugin,
} from '../../src/index.js';
import { closed } from '../helpers/a-kernel.js';
import { rejectionOf } from '../helpers/rejection-of.js';

// What LlamaIndex.TS itself makes of these tools is tested in test/peers.

const CONNECTION = { poolManagementEndpoint: 'http://localhost/p', authCallback: (): string => 'a-token' };

function namesOf(...given: Parameters<typeof toLlamaIndexTools>): string[] {
  return toLlamaIndexTools(...given).map(({ metadata }) => metadata.name);
}

describe('toLlamaIndexTools', () => {
  it("calls a Python tool's functions as users of LlamaIndex know them, unless it is told otherwise", () => {
    const python = new SessionsPythonTool(CONNECTION);
    expect(namesOf(python)).to.deep.equal(['code_interpreter', 'list_files']);
    expect(namesOf(new Kernel().addPlugin(python, 'tools'))).to.deep.equal(['code_interpreter', 'list_files']);
    expect(namesOf(python, { names: { execute_code: 'python' } })).to.deep.equal(['python', 'list_files']);
    expect(namesOf(new SessionsPythonTool({ ...CONNECTION, modelFunctions: ['list_files'] }))).to.deep.equal([
      'list_files',
    ]);
    expect(namesOf(new SessionsNodeTool(CONNECTION))).to.deep.equal(['execute_code', 'list_files']);
  });

  it('gives metadata, and a call that gives the text for the model', async () => {
    const input = closed({ a: { type: 'number' } }, ['a']);
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'twice', description: 'Doubles.', input }, ({ a }) => ({ twice: a * 2 })),
    ]);
    const [tool] = toLlamaIndexTools(plugin);
    expect(tool?.metadata).to.deep.equal({ name: 'twice', description: 'Doubles.', parameters: input });
    expect(await tool?.call({ a: 21 })).to.equal('{"twice":42}');
  });

  it('throws what the model is to be told', async () => {
    const plugin = definePlugin('lab', [
      defineFunction({ name: 'run', input: closed({}) }, () => {
        throw new FunctionError('Not today.');
      }),
    ]);
    const [tool] = toLlamaIndexTools(plugin);
    expect(await rejectionOf(Promise.resolve(tool?.call({})))).to.include({
      code: 'function_failed',
      message: 'Not today.',
    });
    const malformed = await rejectionOf(Promise.resolve(tool?.call('print("TOPSECRET")')));
    expect(malformed.message).to.match(/^the arguments for "run" are not valid JSON\. Send one/);
    expect((await rejectionOf(Promise.resolve(tool?.call({ x: 1 })))).message).to.contain('x: is not a parameter');
  });
});
