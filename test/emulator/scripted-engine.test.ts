import { expect } from 'chai';
import { type CellScript, SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';

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
