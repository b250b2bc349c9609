import { expect } from 'chai';
import { cutMiddle, resultText } from '../../src/functions/result-text.js';

describe('resultText', () => {
  for (const [what, value, text] of [
    ['undefined', undefined, '(no output)'],
    ['null', null, '(no output)'],
    ['an empty string', '', '(no output)'],
    ['white space', ' ', ' '],
    ['a string', '{"a":1}', '{"a":1}'],
    ['zero', 0, '0'],
    ['negative zero', -0, '0'],
    ['infinity', Infinity, 'Infinity'],
    ['false', false, 'false'],
    ['an empty object', {}, '{}'],
    ['an empty list', [], '[]'],
    ['a Set', new Set(['a', 1n]), '["a","1"]'],
    ['a Buffer', Buffer.from('abc'), '"[binary 3 bytes]"'],
    ['a view of a part', new Uint8Array(new ArrayBuffer(8), 2, 4), '"[binary 4 bytes]"'],
    ['an Error', new RangeError('too far'), '{"name":"RangeError","message":"too far"}'],
    [
      'an Error with properties',
      Object.assign(new Error('x'), { code: 'E' }),
      '{"name":"Error","message":"x","code":"E"}',
    ],
    ['an Error below', [{ reason: new Error('x') }], '[{"reason":{"name":"Error","message":"x"}}]'],
    ['an Error with toJSON()', Object.assign(new Error('x'), { toJSON: () => 'own' }), '"own"'],
    ['an object with toJSON()', { toJSON: () => ({ a: 1 }) }, '{"a":1}'],
    ['an empty toModelString()', { toModelString: () => '' }, '(no output)'],
    ['a toModelString() that gives a number', { toModelString: () => 5 }, '5'],
    ['a toModelString that is no method', { toModelString: 'x' }, '{"toModelString":"x"}'],
    ['a property called __proto__', JSON.parse('{"__proto__":1}') as unknown, '{"__proto__":1}'],
    ['text outside of ASCII', { a: 'é<>&' }, '{"a":"é<>&"}'],
  ] as const) {
    it(`writes ${what}`, () => {
      expect(resultText(value)).to.equal(text);
    });
  }

  it('throws for what cannot be written', () => {
    const circular: { self?: object } = {};
    circular.self = circular;
    const failing = {
      toModelString: () => {
        throw new Error('x');
      },
    };
    for (const value of [circular, Symbol('s'), () => 1, failing]) expect(() => resultText(value)).to.throw();
  });
});

describe('cutMiddle', () => {
  for (const [text, limit, expected] of [
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abc\n[… 1 characters removed …]\nefg'],
    ['abcdefg', 5, 'abc\n[… 2 characters removed …]\nfg'],
    ['abc', 1, 'a\n[… 2 characters removed …]\n'],
    ['', 1, ''],
  ] as const) {
    it(`cuts ${JSON.stringify(text)} to ${limit}`, () => {
      expect(cutMiddle(text, limit)).to.equal(expected);
    });
  }

  it('does not cut a character in two', () => {
    expect(cutMiddle('😀😀😀😀', 2)).to.equal('\n[… 8 characters removed …]\n');
    expect(cutMiddle('a😀b😀c', 4)).to.equal('a\n[… 5 characters removed …]\nc');
  });
});
