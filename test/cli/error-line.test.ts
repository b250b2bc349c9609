import { expect } from 'chai';
import { withoutValues } from '../../src/cli/error-line.js';

describe('withoutValues', () => {
  for (const [typed, shown] of [
    ['--sesion=NAME', '--sesion=…'],
    ["--sesion=NA'ME", '--sesion=…'],
    ['-sNAME', '-s…'],
    ['-name("NAME") + 1', '-n…'],
    ['--x + 1', '--x…'],
    ['--sesion', '--sesion'],
    ['-s', '-s'],
  ] as const) {
    it(`keeps of an unknown option what is its name: ${typed}`, () => {
      expect(withoutValues(`error: unknown option '${typed}'\n(Did you mean --session?)`)).to.equal(
        `error: unknown option '${shown}'\n(Did you mean --session?)`,
      );
    });
  }

  it('shows no value that was given to another option by mistake', () => {
    const message = "option '--timeout <seconds>' argument '--sesion=NAME' is invalid.";
    expect(withoutValues(message)).to.equal("option '--timeout <seconds>' argument '--sesion=…' is invalid.");
  });
});
