import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';

describe('SessionPool', () => {
  it('leaves the files in a folder of the caller, also when the emulator is reset or advanced after its end', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'kept-'));
    try {
      const emulator = await SessionPoolEmulator.start({
        engine: 'scripted',
        script: () => ({}),
        warm: 0,
        dataDirectory,
      });
      await requestsTo(emulator).upload('a.txt', 'kept');
      await emulator.stop();
      await emulator.advance(1_000_000);
      await emulator.reset();
      const [place = ''] = readdirSync(dataDirectory);
      expect(readFileSync(join(dataDirectory, place, 'data', 'a.txt'), 'utf8')).to.equal('kept');
    } finally {
      rmSync(dataDirectory, { recursive: true });
    }
  });

  for (const [method, path] of [
    ['DELETE', 'session'],
    ['POST', '.management/stopSession'],
  ] as const) {
    it(`has nothing to end for ${method} ${path} once the session's time is over`, async () => {
      const clock = { now: Date.now() };
      const script = (): object => ({});
      const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script, now: () => clock.now });
      try {
        const { call } = requestsTo(emulator);
        await call('GET', 'files');
        clock.now += 300_000;
        const { status, json } = await call(method, path);
        expect([status, json]).to.have.nested.property('[1].error.code', 'SessionWithIdentifierNotFound');
      } finally {
        await emulator.stop();
      }
    });
  }
});
