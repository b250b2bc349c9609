import { expect } from 'chai';
import { runWithCertificate } from '../helpers/run-with-certificate.js';

describe('memory', () => {
  const program = new URL('./memory-program.js', import.meta.url);
  for (const [protocol, transfer] of [
    ['https', 'an upload of a local file'],
    ['https', 'an upload of a stream'],
    ['https', 'a download to a local file'],
    ['https', 'a download into a stream'],
    ['http', 'a download to a local file'],
    ['http', 'a download into a stream'],
  ] as const) {
    it(`rises by less than 32 MB in ${transfer} of 100 MB over ${protocol}`, async () => {
      const env = { TRANSFER: transfer, PROTOCOL: protocol };
      const { bytes, risenMegabytes } = await runWithCertificate(program, { env });
      expect(bytes).to.be.at.least(100 * 1024 * 1024);
      expect(risenMegabytes).to.be.below(32);
    });
  }
});
