import { expect } from 'chai';
import { QuoteFinder } from '../../src/auth/quote-finder.js';

/** What a text quotes of a code. */
function quotedBy(text: string, ...sources: readonly string[]): string[] {
  const finder = new QuoteFinder(text);
  for (const source of sources) finder.search(source);
  return finder.quotations().map(({ start, end }) => text.slice(start, end));
}

/** The hash of a window, while it is not full. */
function hashAfter(hash: number, character: string): number {
  return (Math.imul(hash, 0x01000193) + character.charCodeAt(0)) | 0;
}

describe('QuoteFinder', () => {
  for (const [what, text, code, quoted] of [
    ['a word of three characters', 'bad hq7 here', 'pw="hq7"', ['hq7']],
    ['a number', 'the pin 471 is wrong', 'pin = 471', ['pin 471']],
    ['no word that only stands within another', 'cannot append', 'pend = 1', []],
    ['no word within which one of the code stands', 'odd happenings', 'pen = 1', []],
    ['no word of two characters alone', 'see qx at 7', 'qx = 7', []],
    ['short words that follow one another as in the code', 'near x = 1, then', 'x = 1\ny = 2', ['x = 1']],
    ['none that do not', 'near 1 = x, then', 'x = 1\ny = 2', []],
    ['what breaks its lines elsewhere', 'near hunter 2', 'a(\n  hunter\n2)', ['hunter 2']],
    ['what is put together by a form', 'bad print(1+%+1)', 'print(1 % 1)', ['print(1+%+1)']],
    ['the beginning of a word that was cut off', 'near supersec…', 'a = "supersecret"', ['supersec']],
    ['no seven characters of a word', 'near superse…', 'a = "supersecret"', []],
    ['nothing of ordinary words', 'The session pool is at capacity', '# the session pool is at capacity', []],
    ['ordinary words between others', 'near "salt and pepper"', 'x = "salt and pepper"', ['"salt and pepper"']],
    ['no ordinary words at the ends', 'the code is swordfish now', '"the code is swordfish now"', ['swordfish']],
    ['no names that are made of ordinary words', 'timeoutInSeconds not_found', 'timeoutInSeconds = not_found', []],
    ['no rows of signs', 'bad ==========', '# ==========', []],
    ['a word wherever it stands', 'hq7 and again hq7', 'pw="hq7"', ['hq7', 'hq7']],
    ['a word behind a sign', 'bad = hq7 here', 'pw = hq7', ['= hq7']],
    ['no word of two characters with a sign', 'see qx = 9', 'qx = 7', []],
    ['the beginning of a text that was cut off', 'supersec…', 'a = "supersecret"', ['supersec']],
    ['nothing before a word that was cut off', 'gently supersec…', 'a = "supersecret"', ['supersec']],
    ['what was cut off behind others', 'near (1234, supe…', 'f(1234, superb)', ['(1234, supe']],
    ['a short word of any script', 'near բառ', 'x = "բառ"', ['բառ']],
    ['letters of every script', 'near пароль…', 'x = "пароль"', ['пароль']],
  ] as const) {
    it(`finds ${what}`, () => {
      expect(quotedBy(text, code)).to.deep.equal(quoted);
    });
  }

  it('finds what comes from several sources, and nothing that goes over the end of one', () => {
    expect(quotedBy('near alpha and beta', 'alpha', 'beta')).to.deep.equal(['alpha', 'beta']);
    expect(quotedBy('near q 7', 'q', '7')).to.deep.equal([]);
    expect(quotedBy('near supersecret', 'xsuper', 'secretx')).to.deep.equal([]);
  });

  it('takes no characters for others that have the same hash', () => {
    const [one, other] = ['latemedo', 'modofedi'];
    const hashes = [one, other].map((word) => [...word].reduce((hash, unit) => hashAfter(hash, unit), 0));
    expect(hashes[0], 'the two share a hash').to.equal(hashes[1]);
    const text = `near ${one}x and ${other}x`;
    expect(quotedBy(text, 'another')).to.deep.equal([]);
    expect(quotedBy(text, `${one}y`)).to.deep.equal([`${one}x`]);
    expect(quotedBy(text, `${other}y`)).to.deep.equal([`${other}x`]);
    expect(quotedBy(`near ${one}x`, `${other}y`)).to.deep.equal([]);
    expect(quotedBy(text, `${one}y`, `${other}y`)).to.deep.equal([`${one}x`, `${other}x`]);
  });

  it('finds nothing in an empty text, and nothing of an empty source', () => {
    expect(quotedBy('', 'alpha')).to.deep.equal([]);
    expect(quotedBy('alpha', '')).to.deep.equal([]);
    expect([new QuoteFinder('no session').mayQuote, new QuoteFinder('alpha').mayQuote]).to.deep.equal([false, true]);
  });
});
