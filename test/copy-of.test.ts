import { expect } from 'chai';
import { copyOf } from '../src/copy-of.js';
import { countHiddenClasses } from './helpers/hidden-class.js';

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
    const calls = Array.from({ length: 50 }, (_, place) => ({ id: `call_${place}`, name: 'f', arguments: '{}' }));
    expect(countHiddenClasses(calls.map((call) => Object.freeze(copyOf(call))))).to.be.lessThan(4);
  });
});
