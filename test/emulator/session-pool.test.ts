import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';

describe('SessionPool', () => {
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
