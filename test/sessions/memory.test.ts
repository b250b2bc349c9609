import { expect } from 'chai';
import { runWithCertificate } from '../helpers/run-with-certificate.js';

// The resident set also depends on when the collector comes: one late run is no proof, three in a row are.
describe('memory', function () {
  this.retries(2);
  const program = new URL('./memory-program.js', import.meta.url);
  for (const transfer of [
    'an upload of a local file',
    'an upload of a stream',
    'a download to a local file',
    'a download into a stream',
  ]) {
    it(`rises by less than 32 MB in ${transfer} of 100 MB`, async () => {
      const { bytes, risenMegabytes } = await runWithCertificate(program, { env: { TRANSFER: transfer } });
      expect(bytes).to.be.at.least(100 * 1024 * 1024);
      expect(risenMegabytes).to.be.below(32);
    });
  }
});
