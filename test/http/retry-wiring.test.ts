import { AxiosError } from 'axios';
import { expect } from 'chai';
import { ANSWER_TOO_LARGE, networkCodeOf, refusalOf } from '../../src/http/retry-wiring.js';

describe('networkCodeOf', () => {
  for (const [what, error, code] of [
    ['a failure with a code of Node', Object.assign(new Error('x'), { code: 'EPIPE' }), 'EPIPE'],
    ['an answer that broke off', new AxiosError('aborted', AxiosError.ERR_BAD_RESPONSE), 'ECONNRESET'],
    [
      'an answer that is too large',
      new AxiosError('maxContentLength size of 1 exceeded', AxiosError.ERR_BAD_RESPONSE),
      ANSWER_TOO_LARGE,
    ],
    ['a failure whose code is a number', Object.assign(new Error('x'), { code: 5 }), undefined],
    ['a failure without a code', new Error('x'), undefined],
    ['a word', 'EPIPE', undefined],
    ['null', null, undefined],
    ['undefined', undefined, undefined],
  ] as const) {
    it(`gives ${code} for ${what}`, () => {
      expect(networkCodeOf(error)).to.equal(code);
    });
  }
});

describe('refusalOf', () => {
  it('gives nothing for a failure without an answer, and for what is no failure of axios', () => {
    for (const error of [new AxiosError('x'), new Error('x'), { response: { status: 500 } }, null])
      expect(refusalOf(error)).to.equal(undefined);
  });
});
