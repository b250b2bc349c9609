import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { copyOf } from '../src/copy-of.js';

describe('copyOf', () => {
  it('copies what is the value’s own, and nothing behind it', () => {
    const inner = { a: 1 };
    const value: Record<string, unknown> = Object.assign(Object.create({ inherited: true }), { inner, text: 'b' });
    const copy = copyOf(value);
    expect(copy).to.deep.equal({ inner, text: 'b' }).and.not.equal(value);
    expect(copy['inner']).to.equal(inner);
    expect('inherited' in copy).to.equal(false);
  });

  it('takes a property called `__proto__` for a property', () => {
    const value: object = JSON.parse('{"__proto__":{"admin":true},"a":1}');
    const copy = copyOf(value);
    expect(Object.keys(copy)).to.deep.equal(['__proto__', 'a']);
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
    expect('admin' in copy).to.equal(false);
  });

  it('makes copies that share a hidden class when they are frozen', () => {
    // In a process of its own: V8 keeps so many classes for the objects of a process, and other tests use them up.
    const program = `
      import { copyOf } from '${new URL('../src/copy-of.js', import.meta.url)}';
      import { countHiddenClasses } from '${new URL('helpers/hidden-class.js', import.meta.url)}';
      const calls = Array.from({ length: 50 }, (_, place) => ({ id: 'call_' + place, name: 'f', arguments: '{}' }));
      console.log(countHiddenClasses(calls.map((call) => Object.freeze(copyOf(call)))));
    `;
    const count = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
    expect(Number(count)).to.be.within(1, 3);
  });
});
