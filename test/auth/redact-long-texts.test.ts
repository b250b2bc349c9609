import { expect } from 'chai';
import { redactSecrets } from '../../src/auth/redact-secrets.js';

describe('redactSecrets', () => {
  it('takes no longer than text and code are long together', () => {
    const code = Array.from({ length: 1_000_000 }, (_, line) => `a${line}=f(${line})`).join('\n');
    expect(redactSecrets(code.slice(0, 10_000), [], [code])).to.equal('[redacted]');
    expect(redactSecrets('z'.repeat(10_000), [], [code])).to.equal('z'.repeat(10_000));
  }).timeout(10_000);
});
