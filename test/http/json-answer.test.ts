import { expect } from 'chai';
import { readJsonAnswer } from '../../src/http/json-answer.js';

const answer = (text: string) => ({
  status: 200,
  text,
  header: (name: string) => (name === 'mise-correlation-id' ? 'c-SECRET' : undefined),
  redact: (said: string) => said.replace('SECRET', '1'),
});

describe('readJsonAnswer', () => {
  it('reads JSON', () => {
    expect(readJsonAnswer(answer(' {"a":[1]} '), 'Reading')).to.deep.equal({ a: [1] });
  });

  for (const [what, text, message] of [
    ['an empty body', '  ', /empty body/],
    ['a page', '<html>SECRET</html>', /HTML page instead of JSON/],
    ['JSON that is cut off', '{"SECRET":', /cut off or malformed \(10 characters\)/],
    ['plain text', 'SECRET', /cut off or malformed/],
  ] as const) {
    it(`refuses ${what} without repeating it`, () => {
      expect(() => readJsonAnswer(answer(text), 'Reading'))
        .to.throw(message)
        .that.includes({ code: 'invalid_response', status: 200, correlationId: 'c-1' })
        .and.satisfies((error: Error) => !error.message.includes('SECRET'));
    });
  }
});
