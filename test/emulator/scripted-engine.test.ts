import { expect } from 'chai';
import { type CellScript, SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';

describe('a Shell pool with a script', () => {
  it('has the exit code 0 for a command that succeeds, and 1 for one that fails', async () => {
    const script: CellScript = (code) =>
      code === 'fail' ? { error: { name: 'E', message: 'no' } } : { stdout: 'a\n' };
    const emulator = await SessionPoolEmulator.start({ engine: 'scripted', poolKind: 'Shell', script });
    try {
      const { call } = requestsTo(emulator);
      const run = async (shellCommand: string): Promise<unknown> =>
        (await call('POST', 'executions', { body: JSON.stringify({ shellCommand }) })).json;
      expect(await run('ls')).to.nested.include({ status: '0', 'result.stdout': 'a\n' });
      expect(await run('fail')).to.nested.include({ status: '1', 'result.stderr': 'E: no\n' });
    } finally {
      await emulator.stop();
    }
  });
});

describe('ScriptedEngine', () => {
  const wrong = {
    nothing: undefined,
    'a number': 5,
    'a list': ['x'],
    'printed output that is no text': { stdout: 5 },
    'errors that are no text': { stderr: {} },
    'a value that is no JSON': { value: 5n },
    'a value that JSON leaves out': { value: () => 1 },
    'an error without a name': { error: {} },
    'an error that is a text': { error: 'no' },
    'another fate': { fate: 'killed' },
  };
  let emulator: SessionPoolEmulator;
  before(async () => {
    const script = ((code: string) => (code === 'fine' ? { value: 1 } : Reflect.get(wrong, code))) as CellScript;
    emulator = await SessionPoolEmulator.start({ engine: 'scripted', script });
  });
  after(() => emulator.stop());

  for (const what of Object.keys(wrong)) {
    it(`lets the cell fail, and says why, when the script gives ${what}`, async () => {
      const { execute } = requestsTo(emulator);
      const { status, stderr } = await execute(what);
      expect([status, stderr.startsWith('ScriptError: The script gave ')]).to.deep.equal(['Failed', true]);
      expect((await execute('fine')).value).to.equal(1);
    });
  }
});
