import { expect } from 'chai';
import { checkIdentifier, deriveSessionId } from '../../src/sessions/identifier.js';
import { untyped } from '../helpers/untyped.js';

const SECRET = 'a secret of at least thirty-two bytes';

describe('checkIdentifier', () => {
  it('accepts what the service accepts', () => {
    for (const identifier of ['abcd', 'x'.repeat(128), '|-&^%$#(){}[];<>', '_.:@/?+=!~`\'"\\']) {
      expect(checkIdentifier(identifier)).to.equal(identifier);
    }
  });

  for (const [what, identifier, message] of [
    ['none', undefined, /No session is named/],
    ['null', null, /No session is named/],
    ['a number', 12345, /is a text, not a number/],
    ['an empty one', '', /has 0/],
    ['a short one', 'abc', /4 to 128 characters; this one has 3/],
    ['a long one', 'x'.repeat(129), /this one has 129/],
    ['one with a blank', 'hush hush', /character 5 of this one/],
    ['one with a line break', 'hush\nhush', /character 5/],
    ['one with a letter beyond ASCII', 'hüsh', /character 2/],
  ] as const) {
    it(`refuses ${what} without showing it`, () => {
      expect(() => checkIdentifier(identifier))
        .to.throw(message)
        .that.includes({ code: 'invalid_options' })
        .and.satisfies((error: Error) => !error.message.includes('hush'));
    });
  }
});

describe('deriveSessionId', () => {
  it('is stable, has the characters that every version takes, and depends on every part and on the secret', () => {
    const identifier = deriveSessionId(SECRET, 'tenant', 'user');
    expect(identifier).to.match(/^[A-Za-z0-9-]{43,128}$/);
    expect(deriveSessionId(SECRET, 'tenant', 'user')).to.equal(identifier);
    expect(deriveSessionId(Buffer.from(SECRET), 'tenant', 'user')).to.equal(identifier);
    const others = [
      deriveSessionId(`${SECRET}.`, 'tenant', 'user'),
      deriveSessionId(SECRET, 'tenantu', 'ser'),
      deriveSessionId(SECRET, 'tenant', 'user', ''),
      deriveSessionId(SECRET, 'user', 'tenant'),
      deriveSessionId(SECRET, 'tenantuser'),
    ];
    expect(new Set([identifier, ...others]).size).to.equal(6);
  });

  it('gives what was written down once', () => {
    expect(deriveSessionId('0123456789abcdef0123456789abcdef', 'contoso', 'ada', '42')).to.equal(
      '768e5d5ec38e03c9131d2b57dbf02ac318b5e43bb604b72ae4dbce70288489bf',
    );
  });

  it('refuses a short secret and a call without parts', () => {
    expect(() => deriveSessionId('short', 'a'))
      .to.throw(/32 bytes/)
      .with.property('code', 'invalid_options');
    expect(() => deriveSessionId(SECRET)).to.throw(/at least one part/);
    expect(() => deriveSessionId(SECRET, untyped(undefined))).to.throw(/at least one part, each a text/);
    expect(() => deriveSessionId(SECRET, 'a', untyped(undefined))).to.throw(/at least one part, each a text/);
    expect(() => deriveSessionId(untyped(undefined), 'a')).to.throw(/32 bytes/);
  });
});
