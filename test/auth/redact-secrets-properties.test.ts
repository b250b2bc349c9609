import { expect } from 'chai';
import * as fc from 'fast-check';
import { redactSecrets } from '../../src/auth/redact-secrets.js';
import { unescapedForms } from '../../src/auth/unescape.js';

const inHex = (character: string, digits: number): string => character.charCodeAt(0).toString(16).padStart(digits, '0');
const inBytes = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16)}`).join('');
const asJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Ways to escape one character. */
const ESCAPES: readonly ((character: string) => string)[] = [
  (character) => character,
  inBytes,
  (character) => `\\u${inHex(character, 4)}`,
  (character) => `%u${inHex(character, 4).toUpperCase()}`,
  (character) => `\\x${inHex(character, 2)}`,
  (character) => `&#${character.charCodeAt(0)};`,
  (character) => `&#x${inHex(character, 1)};`,
];

/** A text of which every character is escaped, or each that is no letter, and the whole of it perhaps once or twice more. */
const anEscape = fc
  .tuple(
    fc.constantFrom(...ESCAPES),
    fc.constantFrom(/[^]/g, /[^a-z]/g),
    fc.constantFrom(
      (text: string) => text,
      encodeURIComponent,
      asJson,
      (text: string) => asJson(asJson(text)),
      (text: string) => encodeURIComponent(encodeURIComponent(text)),
    ),
  )
  .map(
    ([escape, which, outer]) =>
      (text: string) =>
        outer(text.replace(which, escape)),
  );

describe('redactSecrets, however a service escapes what it repeats,', () => {
  it('leaves nothing of a secret', () => {
    const sign = fc.constantFrom(...'aZ09-_./ &"+%é\\<:=');
    const aSecret = fc.array(sign, { maxLength: 12 }).map((signs) => `kq7r${signs.join('')}zt3w`);
    fc.assert(
      fc.property(aSecret, anEscape, (secret, escape) => {
        const cleaned = redactSecrets(`no session ${escape(secret)} here`, [secret]);
        expect(cleaned).to.contain('[redacted]');
        for (const form of unescapedForms(cleaned)) expect(form).not.to.match(/kq7r|zt3w/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves no word of the code', () => {
    const words = ['hq7', 'alpha', 'swordfish', 'пароль', '鍵鍵鍵'];
    const part = fc.constantFrom(
      ...words,
      'the',
      'x',
      '7',
      ' = ',
      '(',
      '"',
      '\n',
      '\\n',
      '%41',
      '&lt;',
      ' % ',
      '+',
      '# ',
    );
    const aCode = fc.array(part, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(aCode, fc.nat(20), fc.nat(20), anEscape, (code, start, length, escape) => {
        const separate = code.map((each) => (words.includes(each) ? ` ${each} ` : each));
        const quoted = separate.slice(start, start + length).join('');
        const cleaned = redactSecrets(`near ${escape(quoted)} is no code`, [], [separate.join('')]);
        for (const form of unescapedForms(cleaned)) expect(form).not.to.match(new RegExp(words.join('|')));
      }),
      { numRuns: 1_000 },
    );
  });
});
