import { expect } from 'chai';
import { type JournalEntry, SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';

describe('the options of the port', () => {
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  const start = async (options: SessionPoolEmulatorOptions): Promise<void> => {
    const script: SessionPoolEmulatorOptions['script'] = (code) => JSON.parse(code) as { value: number };
    emulator = await SessionPoolEmulator.start({ engine: 'scripted', script, warm: 0, ...options });
    pool = requestsTo(emulator);
  };
  afterEach(() => emulator.stop());

  describe('dangerouslyAllowAnonymous', () => {
    it('lets in any token and none, but not a foreign web page, nor anybody to the reset', async () => {
      await start({ dangerouslyAllowAnonymous: true });
      expect((await pool.call('GET', 'files', { token: null })).status).to.equal(200);
      expect((await pool.call('GET', 'files', { token: 'any' })).status).to.equal(200);
      const headers = { origin: 'https://evil.example' };
      expect((await pool.call('GET', 'files', { token: null, headers })).status).to.equal(403);
      const reset = new URL('/_emulator/reset', emulator.poolManagementEndpoint);
      expect((await fetch(reset, { method: 'POST' })).status).to.equal(401);
    });
  });

  describe('apiVersionCheck', () => {
    it("takes with 'loose' a missing or unknown version for the newest that has the operation", async () => {
      await start({ apiVersionCheck: 'loose' });
      for (const version of [null, '2031-01-01']) {
        const newest = await pool.call('POST', 'executions', { version, body: '{"code":"{\\"value\\":1}"}' });
        expect(newest.json).to.have.nested.property('result.executionResult', 1);
        const body = '{"properties":{"code":"{\\"value\\":1}"}}';
        const legacy = await pool.call('POST', 'code/execute', { version, body });
        expect(legacy.json).to.have.nested.property('properties.result', 1);
        expect((await pool.call('GET', 'nowhere', { version })).status).to.equal(400);
      }
      const named = await pool.call('GET', 'session', { version: '2024-02-02-preview' });
      expect(named.json).to.have.nested.property('error.code', 'SessionRequestNotSupported');
    });
  });

  describe('latencyMs', () => {
    it('keeps back every answer of the pool, and one whose rule says otherwise so long', async () => {
      await start({ latencyMs: 40 });
      await pool.call('GET', 'files');
      emulator.failNext({ latencyMs: 0, status: 503 });
      await pool.call('GET', 'files');
      const [slow, quick] = emulator.requests.map(({ durationMs }) => durationMs);
      expect(slow).to.be.at.least(39);
      expect(quick).to.be.below(slow ?? 0);
    });
  });

  describe('variants', () => {
    it('answers 404 when the pool is full, as older documentation says', async () => {
      await start({ maxSessions: 1, variants: { fullPoolStatus: 404 } });
      await pool.call('GET', 'files');
      const full = await pool.call('GET', 'files', { identifier: 'another' });
      expect([full.status, full.json]).to.have.nested.property('[1].error.code', 'TooManySessions');
      expect(full.status).to.equal(404);
    });

    it('numbers every object, or none, whatever the version', async () => {
      await start({ variants: { objectIds: true } });
      expect((await pool.call('GET', 'files')).json).to.deep.equal({ $id: '1', value: [] });
      await emulator.stop();
      await start({ variants: { objectIds: false } });
      expect((await pool.call('GET', 'files', { version: '2024-02-02-preview' })).json).to.deep.equal({ value: [] });
    });

    it('gives a legacy execution both names of its result', async () => {
      await start({ variants: { legacyExecutionResult: true } });
      const body = '{"properties":{"code":"{\\"value\\":\\"v\\"}"}}';
      const { json } = await pool.call('POST', 'code/execute', { version: '2024-02-02-preview', body });
      expect(json).to.have.property('properties').that.includes({ result: 'v', executionResult: 'v' });
    });

    it('answers an upload of 2024-10-02-preview with an empty type, as recorded, and others with theirs', async () => {
      await start({ variants: { emptyUploadTypes: true } });
      const recorded = await pool.upload('a.txt', 'x', { version: '2024-10-02-preview' });
      expect(recorded.json).to.include({ type: '', contentType: '' });
      expect((await pool.upload('a.txt', 'x')).json).to.include({ type: 'file' });
    });
  });

  describe('onRequest', () => {
    it('is told of every request to the pool, and may throw', async () => {
      const told: JournalEntry[] = [];
      await start({
        onRequest: (entry) => {
          told.push(entry);
          throw new Error('an observer of no use');
        },
      });
      await pool.call('GET', 'files');
      await pool.call('GET', 'nowhere', { identifier: null });
      expect(told).to.deep.equal(emulator.requests);
      const [first, second] = told;
      expect(first).to.include({ method: 'GET', operation: 'listFiles', status: 200, identifier: 'session-1' });
      expect(first?.durationMs).to.be.a('number');
      expect(second).to.include({ status: 400 }).and.not.have.any.keys('operation', 'identifier');
    });

    it('may reject', async () => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown): void => void unhandled.push(reason);
      const before = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
      try {
        await start({ onRequest: () => Promise.reject(new Error('an observer of no use')) });
        expect((await pool.call('GET', 'files')).status).to.equal(200);
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off('unhandledRejection', note);
        for (const listener of before) process.on('unhandledRejection', listener);
      }
      expect(unhandled).to.deep.equal([]);
    });
  });
});
