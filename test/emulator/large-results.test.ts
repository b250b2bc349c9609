import { expect } from 'chai';
import { SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';
import { hasBubblewrap, pythonOptions } from '../helpers/host-tools.js';

const MOST = 7_000_000;

describe('a large result', function () {
  this.timeout(120_000);
  for (const [engine, options, isThere] of [
    ['Pyodide', {}, true],
    ["this machine's Python (needs bwrap)", pythonOptions(), hasBubblewrap],
  ] satisfies [string, SessionPoolEmulatorOptions, boolean][]) {
    describe(`of ${engine}`, () => {
      let emulator: SessionPoolEmulator;
      let pool: EmulatorRequests;
      before(async function () {
        if (!isThere) return this.skip();
        emulator = await SessionPoolEmulator.start({ ...options, warm: 0 });
        pool = requestsTo(emulator);
        await pool.execute('state = "kept"');
      });
      after(() => emulator?.stop());
      afterEach(async () => {
        expect((await pool.execute('state')).value).to.equal('kept');
      });

      it('arrives, whatever its characters are', async () => {
        for (const [code, unit] of [
          [`"😀" * ${MOST}`, '😀'],
          [`"\\n" * ${MOST / 2}`, '\n'],
          [`"\\ud800é" * ${MOST / 7}`, '\ud800é'],
        ] as const) {
          const { value } = await pool.execute(code);
          const count = String(value).length / unit.length;
          expect(value === unit.repeat(count) && count >= MOST / 7, code).to.equal(true);
        }
      });

      it('fails beyond the limit, and says what to do', async () => {
        const { status, stderr } = await pool.execute('"x" * 8_000_001');
        expect(status).to.equal('Failed');
        expect(stderr).to.contain('write it to a file in /mnt/data instead');
      });

      it('is cut where it is the message of an error', async () => {
        const { status, stderr } = await pool.execute('raise ValueError("😀" * 40_000_000 + "!")', {
          outputStreamsMaxLength: 32_000_000,
        });
        expect(status).to.equal('Failed');
        expect(stderr).to.match(/characters are left out here\)[^]*😀!\n$/);
      });
    });
  }
});
