import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';

const SESSIONS = 20;

describe('twenty sessions at once', () => {
  it('each have an interpreter, state and files of their own, and leave nothing', async () => {
    const emulator = await SessionPoolEmulator.start({ maxSessions: SESSIONS, warm: 0 });
    const clients = Array.from({ length: SESSIONS }, (_, place) => requestsTo(emulator, `parallel-${place}`));
    try {
      const first = await Promise.all(
        clients.map(({ execute }, place) =>
          execute(`open("/mnt/data/own.txt", "w").write("${place}")\nown = ${place}`),
        ),
      );
      expect(new Set(first.map(({ status }) => status))).to.deep.equal(new Set(['Succeeded']));
      const seen = await Promise.all(
        clients.map(async ({ execute, call }) => [
          (await execute('own')).value,
          (await call('GET', 'files/own.txt/content')).text,
        ]),
      );
      expect(seen).to.deep.equal(clients.map((_, place) => [place, String(place)]));
      const full = await requestsTo(emulator, 'one-too-many').call('GET', 'files');
      expect(full.status).to.equal(429);
      const health = await fetch(new URL('/_emulator/health', emulator.poolManagementEndpoint));
      const { sessions } = (await health.json()) as { sessions: { processId: number }[] };
      const processes = new Set(sessions.map(({ processId }) => processId));
      expect(processes.size).to.equal(SESSIONS);
      await emulator.stop();
      expect([...processes].filter(lives)).to.deep.equal([]);
      expect(existsSync(emulator.details.dataDirectory)).to.equal(false);
    } finally {
      await emulator.stop();
    }
  });
});

function lives(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
