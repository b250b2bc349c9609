import { expect } from 'chai';
import { isSessionsError } from '../../src/errors.js';
import { execute } from '../../src/sessions/execute.js';
import { connectToPool } from '../../src/sessions/pool-connection.js';
import { impatientClock } from '../helpers/an-impatient-clock.js';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../helpers/a-faulty-proxy.js';
import { type Answer, json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

const FAULTS = 600;
const SEED = 20_261_121;

/** `not_found` is the 404 of a full pool whose text was cut off. */
const KINDS = new Set(['its own result', 'network', 'service_error', 'timeout', 'pool_full', 'not_found']);

/** Numbers from 0 to 1 that are the same in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function aFault(random: () => number): Fault {
  const afterBytes = Math.floor(random() * 700);
  const faults: readonly Fault[] = [
    { type: 'none' },
    { type: 'reset-at-once' },
    { type: 'reset-request', afterBytes },
    { type: 'swallow-answer' },
    { type: 'truncate-answer', afterBytes, kindly: false },
    { type: 'truncate-answer', afterBytes, kindly: true },
    { type: 'stall-then-reset', turns: Math.floor(random() * 5) },
    { type: 'duplicate-answer' },
  ];
  return faults[Math.floor(random() * faults.length)] ?? { type: 'none' };
}

/** A pool that counts how often each code has run, and refuses some before and some after running them. */
async function aCountingPool(random: () => number) {
  const runs = new Map<string, number>();
  const refusals: readonly Answer[] = [
    json(429, {}, { 'retry-after': '0' }),
    json(404, { error: { message: 'No more sessions can be allocated.' } }, { 'retry-after': '0' }),
  ];
  const failures: readonly Answer[] = [
    json(500, {}),
    json(503, {}),
    json(504, {}),
    json(408, {}),
    (request) => void request.socket.destroy(),
  ];
  const pick = (answers: readonly Answer[]): Answer => answers[Math.floor(random() * answers.length)] ?? json(500, {});
  const server = await startLoopback((request, response) => {
    if (random() < 0.15) return pick(refusals)(request, response);
    const { code } = JSON.parse(request.body.toString()) as { code: string };
    runs.set(code, (runs.get(code) ?? 0) + 1);
    if (random() < 0.15) return pick(failures)(request, response);
    return json(200, { id: code, status: 'Succeeded', result: { executionResult: code, stdout: '', stderr: '' } })(
      request,
      response,
    );
  });
  return { server, runs };
}

describe('executions over a faulty network', () => {
  let proxy: FaultyProxy | undefined;
  afterEach(async () => {
    await proxy?.stop();
    await stopLoopbacks();
  });

  it(`run at most once in ${FAULTS} faults, and every outcome is a result or a SessionsError`, async () => {
    const random = seededRandom(SEED);
    const { server, runs } = await aCountingPool(random);
    proxy = await startFaultyProxy(server.origin);
    const poolManagementEndpoint = `${proxy.origin}/pool`;
    const options = { poolManagementEndpoint, authCallback: () => 'a-token', identifier: 'session-1', maxSockets: 1 };
    const connection = connectToPool(options, impatientClock);
    const outcomes = new Map<string, number>();
    for (let index = 0; index < FAULTS; index += 1) {
      const code = `run-${index}`;
      proxy.inject(aFault(random));
      const outcome = await execute(connection, code, {}).then(
        ({ value }) => (value === code ? 'its own result' : 'the result of another'),
        (error: unknown) => (isSessionsError(error) ? error.code : `untyped: ${String(error)}`),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      expect(runs.get(code) ?? 0, `${code}: ${outcome}`).to.be.at.most(1);
      if (outcome === 'its own result') expect(runs.get(code)).to.equal(1);
    }
    const kinds = [...outcomes.keys()].filter((kind) => !KINDS.has(kind));
    expect(kinds).to.deep.equal([]);
    expect(outcomes.get('its own result')).to.be.above(50);
    expect(outcomes.get('network')).to.be.above(100);
  });
});
