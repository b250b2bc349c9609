import { expect } from 'chai';
import { requestedPackages } from '../../src/plugins/package-installs.js';

describe('requestedPackages', () => {
  for (const [code, expected] of [
    ['!pip install x', ['x']],
    ['  %pip install -U x y', ['x', 'y']],
    ['! pip3 install "A_B.c[extra]>=1,<2"', ['a-b-c']],
    ['!python -m pip install x', ['x']],
    ['!python3.12 -m pip install x', ['x']],
    ['!{sys.executable} -m pip install x', ['x']],
    ['%conda install -n env x', ['x']],
    ['!uv pip install x', ['x']],
    ['!pip install -r requirements.txt --index-url https://host/simple x', ['x']],
    [
      '!pip install --progress-bar off --timeout 60 -c limits.txt --only-binary=:all: --upgrade-strategy eager x',
      ['x'],
    ],
    ['%conda install --channel conda-forge --yes x', ['x']],
    ['!pip install ./local https://host/x.whl', []],
    ['a = 1\n!pip install x\nb = 2\n!pip install x y', ['x', 'y']],
    ['!pip install x # for y', ['x']],
    ['!pip install "x>1" && ls y; z > /dev/null', ['x']],
    ['!pip install x > log', ['x']],
    ['!pip list', []],
    ['pip install x', []],
    ['print("!pip install x")', []],
    ['# !pip install x', []],
    [`!pip install ${'x '.repeat(50_000)}`, ['x']],
    [`!${' '.repeat(100_000)}`, []],
  ] as const) {
    it(`finds ${JSON.stringify(expected)} in ${JSON.stringify(code.slice(0, 60))}`, () => {
      expect(requestedPackages(code)).to.deep.equal(expected);
    });
  }
});
