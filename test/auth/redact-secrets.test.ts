import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
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

  it('takes out a credential behind more than one blank', () => {
    expect(redactSecrets('sent Bearer \n abc.123 and')).to.equal('sent Bearer [redacted] and');
  });

  it('takes out the secrets named, in every form in which they may be written', () => {
    const secret = 'id/with &"quotes"';
    const echo = `${secret} ${encodeURIComponent(secret)} id%2Fwith+%26%22quotes%22 ${JSON.stringify(secret)}`;
    expect(redactSecrets(echo, [secret])).to.equal('[redacted] [redacted] [redacted] "[redacted]"');
  });

  for (const [how, escaped] of [
    ['a URL of .NET', 'user%3aalice%2btest%40example.com%2f%26%22x%22'],
    ['a form that a service has read', 'user:alice test@example.com/&"x"'],
    ['a URL within a URL', 'user%253Aalice%252Btest%2540example.com%252F%2526%2522x%2522'],
    ['System.Text.Json', 'user:alice\\u002Btest@example.com/\\u0026\\u0022x\\u0022'],
    ['JSON within JSON', 'user:alice+test@example.com\\\\/&\\\\\\"x\\\\\\"'],
    ['HTML', 'user:alice&#43;test@example.com/&amp;&quot;x&#x22;'],
    ['a script', 'user\\x3Aalice%u002Btest@example.com/&"x"'],
  ] as const) {
    it(`takes out a secret that is written as in ${how}`, () => {
      const secret = 'user:alice+test@example.com/&"x"';
      expect(redactSecrets(`no session ${escaped} here`, [secret])).to.equal('no session [redacted] here');
    });
  }

  it('takes out a secret that looks as if it were escaped', () => {
    expect(redactSecrets('no user%41b and user%2541b', ['user%41b'])).to.equal('no [redacted] and [redacted]');
  });

  it('leaves escapes that hide nothing as they are', () => {
    const text = 'C:\\new\\table is 100%25 of R&amp;D, says \\u0022it\\u0022';
    expect(redactSecrets(text, ['session-1'], ['print(42)'])).to.equal(text);
    expect(redactSecrets(`${text} in session-1`, ['session-1'])).to.equal(`${text} in [redacted]`);
  });

  it('takes an identifier of blanks in a form for none', () => {
    expect(redactSecrets(`no${' '.repeat(5)}more`, ['+++++'])).to.equal(`no${' '.repeat(5)}more`);
  });

  it('takes out what looks like Base64 of JSON', () => {
    const token = Buffer.from('{"iv":"0123456789","value":"??>>~~"}').toString('base64');
    expect(token).to.match(/[+/]/);
    for (const written of [token, encodeURIComponent(token), token.replaceAll('/', '\\/').replaceAll('+', '\\u002B')]) {
      expect(redactSecrets(`broker: ${written} has expired`)).to.equal('broker: [redacted] has expired');
    }
    expect(redactSecrets('eyJust a word')).to.equal('eyJust a word');
    expect(redactSecrets(`broker: ${encodeURIComponent(`${token}Q==`)} has expired`)).to.equal(
      'broker: [redacted] has expired',
    );
    const [short, long] = [`eyJ${'a'.repeat(16)}`, `eyJ${'a'.repeat(17)}`];
    expect(redactSecrets(`${short} ${long}`), '19 and 20 characters').to.equal(`${short} [redacted]`);
  });

  it('takes out what is quoted of the texts of the user', () => {
    const code = 'x = 1; salary = lookup("Alice")\npin=7';
    expect(redactSecrets('Unexpected token near: salary = lookup("Alice") and pin=7.', [], [code])).to.equal(
      'Unexpected token near: [redacted] and [redacted].',
    );
    expect(redactSecrets('{"code":"print(\\u0027TOP\\u0027)"} is bad', [], ["print('TOP')"])).to.equal(
      '{"code":"[redacted]"} is bad',
    );
    expect(redactSecrets('near: password = "hunter2-xyz"', [], ['password = "hunter2-xyz"'])).to.equal(
      'near: [redacted]"',
    );
    expect(redactSecrets('bad: print%28+1+%2B+99+%29', [], ['print(1 + 99)'])).to.equal('bad: [redacted]');
    expect(redactSecrets('bad: print(\\"a\\u00e9 7\\")', [], ['print("a\\u00e9 7")'])).to.equal('bad: [redacted]');
  });

  it('still knows a credential by its name if the name stands in the code', () => {
    expect(redactSecrets('sent Bearer abc.123', [], ['token = "Bearer " + read()'])).to.equal('sent Bearer [redacted]');
    expect(redactSecrets('password = hunter2!', [], ['password = ask()'])).not.to.contain('hunter2');
  });

  it('takes out a secret of four characters, and none that is shorter', () => {
    expect(redactSecrets('no ab-1 and no a-1', ['ab-1', 'a-1'])).to.equal('no [redacted] and no a-1');
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

  it('finds a secret that the service has written in capitals or in small letters', () => {
    const id = 'B5C0F3A2-Session';
    const text = `no ${id.toLowerCase()}, no ${id.toUpperCase()}, no ${id}`;
    expect(redactSecrets(text, [id])).to.equal('no [redacted], no [redacted], no [redacted]');
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

  const throws = (): never => {
    throw new Error('of a getter');
  };
  const odd: readonly (readonly [string, Error])[] = [
    ['a message that is no text', Object.assign(new Error('x'), { message: { of: 'a service' } })],
    ['a name that is no text', Object.assign(new Error(), { name: 5 })],
    ['a stack in pieces', Object.assign(new Error('x'), { stack: [{ line: 1 }] })],
    ['a message that cannot be read', Object.defineProperty(new Error('x'), 'message', { get: throws })],
    ['a code that cannot be read', Object.defineProperty(new Error('x'), 'code', { get: throws })],
    ['nothing that can be read', new Proxy(new Error('x'), { get: throws, getPrototypeOf: throws })],
  ];
  for (const [what, error] of odd) {
    it(`copies an error with ${what}`, () => {
      expect(redactedCause(error)).to.be.an('error').with.property('stack').that.is.a('string');
      expect(redactedMessage(error)).to.be.a('string').and.not.contain('of a getter');
    });
  }

  it('knows an error of another realm', () => {
    const error: unknown = runInNewContext('new RangeError("from elsewhere")');
    expect(redactedCause(error)).to.include({ name: 'RangeError', message: 'from elsewhere' });
    expect(redactedMessage(error)).to.equal('from elsewhere');
  });

  it('keeps the causes of an error alike, and ends where they go round', () => {
    const refused = Object.assign(new Error('refused Bearer abc-1'), { code: 'ECONNREFUSED', token: 'abc' });
    const { cause } = redactedCause(new TypeError('fetch failed', { cause: refused }));
    expect(cause).to.include({ message: 'refused Bearer [redacted]', code: 'ECONNREFUSED' });
    expect(cause).not.to.have.property('token');
    refused.cause = refused;
    expect(inspect(redactedCause(refused)).match(/refused/g)?.length).to.be.within(1, 20);
    expect(redactedCause(new Error('x', { cause: 'Bearer abc-1' }))).not.to.have.property('cause');
  });

  it('says nothing of a code where there is none', () => {
    expect(redactedCause(new Error('x'))).not.to.have.property('code');
  });

  it('keeps five causes', () => {
    const depthOf = (error: unknown): number => (error instanceof Error ? 1 + depthOf(error.cause) : 0);
    let deep = new Error('innermost');
    for (let depth = 1; depth < 10; depth += 1) deep = new Error(`at ${depth}`, { cause: deep });
    expect(depthOf(deep)).to.equal(10);
    expect(depthOf(redactedCause(deep))).to.equal(6);
  });

  it('describes what does not say whether it is an error', () => {
    const silent = new Proxy(new Error('x'), { get: throws, getPrototypeOf: throws });
    expect(redactedCause(silent).message).to.equal('a thrown value of type object');
    expect(redactedMessage(silent)).to.equal('a thrown value of type object');
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
