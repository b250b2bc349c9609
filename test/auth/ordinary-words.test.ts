import { expect } from 'chai';
import { isOrdinary } from '../../src/auth/ordinary-words.js';

describe('isOrdinary', () => {
  it('knows the words of services, also as names', () => {
    for (const word of ['session', 'Session', 'at', 'SessionWithIdentifierNotFound', 'not_found', '__']) {
      expect(isOrdinary(word), word).to.equal(true);
    }
  });

  it('knows no other words and no numbers', () => {
    for (const word of ['swordfish', 'key', 'password', '7', 'session7', 'sessionSwordfish', 'constructor']) {
      expect(isOrdinary(word), word).to.equal(false);
    }
  });
});
