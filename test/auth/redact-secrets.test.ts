import { expect } from 'chai';
import { redactedCause, redactedMessage, redactSecrets } from '../../src/auth/redact-secrets.js';
import { makeJwt } from '../helpers/make-jwt.js';

describe('redactSecrets', () => {
  it('takes out what looks like a secret', () => {
    expect(redactSecrets(`sent ${makeJwt({ sub: 'ada' })} and Bearer abc.123`)).to.equal(
      'sent [redacted] and Bearer [redacted]',
    );
    expect(redactSecrets('GET https://host/path?identifier=abc failed')).to.equal(
      'GET https://host/path?[redacted] failed',
    );
    expect(redactSecrets('{"client_secret":"hunter2","x":1}')).to.equal('{"client_secret":"[redacted]","x":1}');
  });

  it('takes out the secrets named, in every form in which they may be written', () => {
    const secret = 'id/with &"quotes"';
    const echo = `${secret} ${encodeURIComponent(secret)} id%2Fwith+%26%22quotes%22 ${JSON.stringify(secret)}`;
    expect(redactSecrets(echo, [secret])).to.equal('[redacted] [redacted] [redacted] "[redacted]"');
  });

  it('takes out the longer of two secrets first', () => {
    expect(redactSecrets('abcdef', ['abcd', 'abcdef'])).to.equal('[redacted]');
  });

  it('finds secrets that follow one another without a blank', () => {
    expect(redactSecrets('http://a?b=1,https://c?d=2')).to.equal('http://a?[redacted]');
    expect(redactSecrets('http://http://a?b=1 http://c/d')).to.equal('http://http://a?[redacted] http://c/d');
    expect(redactSecrets('eyJaaaaa-eyJbbbbb.x eyJccccc')).to.equal('[redacted] eyJccccc');
  });

  it('looks at the beginning of a long text only, and shows nothing that the cut may have gone through', () => {
    const secret = 'a secret of many words';
    const text = `${'x'.repeat(9_990)} ${secret}`;
    const cleaned = redactSecrets(text, [secret, 'short']);
    expect(cleaned).to.match(/^x{9,}…$/);
    expect(cleaned.length).to.be.within(9_900, 10_000);
    expect(redactSecrets(`${'z'.repeat(20_000)}`)).to.equal(`${'z'.repeat(10_000)}…`);
    expect(redactSecrets('y'.repeat(20_000), ['z'.repeat(30_000)])).to.equal('…');
  });

  it('leaves ordinary words alone', () => {
    expect(redactSecrets('The Bearer token is expired.', ['is', ''])).to.equal('The Bearer token is expired.');
  });
});

describe('redactedCause', () => {
  it('keeps name, message, code and place of an error and nothing else', () => {
    const original = Object.assign(new TypeError('bad Bearer abc-1'), { code: 'E1', request: { token: 'abc' } });
    const cause = redactedCause(original);
    expect(cause).to.include({ name: 'TypeError', message: 'bad Bearer [redacted]', code: 'E1' });
    expect(cause.stack).to.match(/^TypeError: bad Bearer \[redacted\]\n\s+at /);
    expect(Object.keys(cause)).to.deep.equal([]);
  });

  it('describes what is thrown without being an error', () => {
    expect(redactedCause('Bearer abc=').message).to.equal('Bearer [redacted]');
    expect(redactedCause({ token: 'abc' }).message).to.equal('a thrown value of type object');
    expect(redactedCause(undefined).message).to.equal('a thrown value of type undefined');
    expect(redactedCause(null).message).to.equal('a thrown value of type null');
  });

  it('takes no line of the message for a place', () => {
    const { stack } = redactedCause(new Error('first\nlook at this'));
    expect(stack?.split('look at this')).to.have.length(2);
  });
});

describe('redactedMessage', () => {
  it('is one line without blanks at its ends', () => {
    expect(redactedMessage(new Error('\n one\n  two '))).to.equal('one two');
    expect(redactedMessage(new RangeError())).to.equal('RangeError');
  });
});
