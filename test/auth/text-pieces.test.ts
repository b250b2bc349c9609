import { expect } from 'chai';
import { piecesOf } from '../../src/auth/text-pieces.js';

/** Each piece of a text as it reads, signs between angle brackets. */
function read(text: string): string[] {
  return piecesOf(text).map(({ start, end, isWord }) => {
    const characters = text.slice(start, end);
    return isWord ? characters : `<${characters}>`;
  });
}

describe('piecesOf', () => {
  it('tells words from signs and leaves out what is blank', () => {
    expect(read('x1 = f_2(\n"é")')).to.deep.equal(['x1', '<=>', 'f_2', '<(>', '<">', 'é', '<">', '<)>']);
    expect(read('a+b')).to.deep.equal(['a', 'b']);
  });

  it('ends where the text ends, whatever is last', () => {
    expect([read(''), read(' '), read('a.'), read('a '), read('.a')]).to.deep.equal([
      [],
      [],
      ['a', '<.>'],
      ['a'],
      ['<.>', 'a'],
    ]);
  });

  const characters = (...units: readonly number[]): string => String.fromCharCode(...units);
  for (const unit of [0, 0x20, 0x2b, 0x7f, 0xa0, 0x2000, 0x200b, 0x2026, 0x206f, 0x3000, 0xfeff, 0xfffd]) {
    it(`takes U+${unit.toString(16)} for a blank`, () => {
      expect(read(`hunter${characters(unit)}2`)).to.deep.equal(['hunter', '2']);
    });
  }
  for (const unit of [0x30, 0x5f, 0x7a, 0x80, 0x9f, 0xa1, 0x1fff, 0x2070, 0x2fff, 0x3001, 0xfefe, 0xfffc, 0xffff]) {
    it(`takes U+${unit.toString(16)} for a letter`, () => {
      expect(read(`hunter${characters(unit)}2`)).to.deep.equal([`hunter${characters(unit)}2`]);
    });
  }
  for (const unit of [0x21, 0x2a, 0x2c, 0x2f, 0x3a, 0x40, 0x5b, 0x5e, 0x60, 0x7b, 0x7e]) {
    it(`takes ${characters(unit)} for a sign`, () => {
      expect(read(`hunter${characters(unit)}2`)).to.deep.equal(['hunter', `<${characters(unit)}>`, '2']);
    });
  }
});
