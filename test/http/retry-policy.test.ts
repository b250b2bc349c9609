import { expect } from 'chai';
import { decideRetry, type FailedAttempt, readRetryAfterMs } from '../../src/http/retry-policy.js';

const failed: FailedAttempt = {
  rule: 'idempotent',
  retriesSoFar: 0,
  maxRetries: 3,
  nothingSent: false,
  poolFull: false,
  bodyReplayable: true,
  capacityWaitLeftMs: 0,
  executeAgainOn503: false,
};

function isRetried(changes: Partial<FailedAttempt>): boolean {
  return decideRetry({ ...failed, ...changes }, () => 0.5).retry;
}

describe('decideRetry', () => {
  const execute = { rule: 'execute' } as const;
  const rows: readonly (readonly [string, Partial<FailedAttempt>, boolean])[] = [
    ['an execution that the pool had no room for', { ...execute, status: 429, poolFull: true }, true],
    ['an execution after 429 for another reason than a full pool', { ...execute, status: 429 }, true],
    ['an execution that a 404 says there was no room for', { ...execute, status: 404, poolFull: true }, true],
    [
      'an execution that was refused a connection',
      { ...execute, networkCode: 'ECONNREFUSED', nothingSent: true },
      true,
    ],
    ['an execution whose host has no address', { ...execute, networkCode: 'ENOTFOUND', nothingSent: true }, true],
    ['an execution whose connection took too long', { ...execute, networkCode: 'ETIMEDOUT', nothingSent: true }, true],
    ['an execution whose connection broke', { ...execute, networkCode: 'ECONNRESET' }, false],
    ['an execution whose connection broke, with a code of refusal', { ...execute, networkCode: 'ECONNREFUSED' }, false],
    ['an execution after 408', { ...execute, status: 408 }, false],
    ['an execution after 500', { ...execute, status: 500 }, false],
    ['an execution after 502', { ...execute, status: 502 }, false],
    ['an execution after 503', { ...execute, status: 503 }, false],
    ['an execution after 503, if the caller accepts that', { ...execute, status: 503, executeAgainOn503: true }, true],
    [
      'an execution after 504, whatever the caller accepts',
      { ...execute, status: 504, executeAgainOn503: true },
      false,
    ],
    ['an execution after 400', { ...execute, status: 400 }, false],
    ['an execution after 401', { ...execute, status: 401 }, false],
    ['a read after 408', { status: 408 }, true],
    ['a read after 429', { status: 429, poolFull: true }, true],
    ['a read after 500', { status: 500 }, true],
    ['a read after 503', { status: 503 }, true],
    ['a read whose connection broke', { networkCode: 'ECONNRESET' }, true],
    ['a read with a bad certificate', { networkCode: 'CERT_HAS_EXPIRED', nothingSent: true }, false],
    ['a read with an unknown failure', { networkCode: undefined }, false],
    ['a read after 404', { status: 404 }, false],
    ['a read after 401', { status: 401 }, false],
    ['an upload whose connection broke, from a file', { rule: 'upload', networkCode: 'ECONNRESET' }, true],
    ['an upload after 503, from a stream', { rule: 'upload', status: 503, bodyReplayable: false }, false],
    [
      'an upload that was refused a connection, from a stream',
      { rule: 'upload', networkCode: 'ECONNREFUSED', nothingSent: true, bodyReplayable: false },
      false,
    ],
    [
      'an execution that waits for a full pool',
      { ...execute, status: 429, poolFull: true, retriesSoFar: 50, capacityWaitLeftMs: 30_000 },
      true,
    ],
    [
      'an execution that may wait for a full pool exactly as long as it is asked to',
      { ...execute, status: 429, poolFull: true, retriesSoFar: 3, capacityWaitLeftMs: 100, retryAfterMs: 100 },
      true,
    ],
    [
      'an execution that cannot wait that long for a full pool',
      { ...execute, status: 429, poolFull: true, retriesSoFar: 3, capacityWaitLeftMs: 100, retryAfterMs: 101 },
      false,
    ],
    [
      'an execution after 503, however long it waits for a full pool',
      { ...execute, status: 503, capacityWaitLeftMs: 30_000 },
      false,
    ],
    ['a read that has been sent again often enough', { status: 503, retriesSoFar: 3 }, false],
  ];
  for (const [what, changes, retried] of rows) {
    it(`${retried ? 'sends again' : 'does not send again'} ${what}`, () => {
      expect(isRetried(changes)).to.equal(retried);
    });
  }

  it('waits longer each time, spread over half of it, and never above 30 s', () => {
    const delay = (retriesSoFar: number, random: number): unknown =>
      decideRetry({ ...failed, status: 503, maxRetries: 20, retriesSoFar }, () => random);
    expect(delay(0, 0)).to.deep.equal({ retry: true, delayMs: 250 });
    expect(delay(0, 1)).to.deep.equal({ retry: true, delayMs: 500 });
    expect(delay(2, 0.5)).to.deep.equal({ retry: true, delayMs: 1_500 });
    expect(delay(15, 1)).to.deep.equal({ retry: true, delayMs: 30_000 });
  });

  it('waits as long as the service asks, up to 30 s', () => {
    const delay = (retryAfterMs: number): unknown => decideRetry({ ...failed, status: 429, retryAfterMs }, () => 1);
    expect(delay(0)).to.deep.equal({ retry: true, delayMs: 0 });
    expect(delay(7_000)).to.deep.equal({ retry: true, delayMs: 7_000 });
    expect(delay(3_600_000)).to.deep.equal({ retry: true, delayMs: 30_000 });
  });
});

describe('readRetryAfterMs', () => {
  const now = Date.UTC(2026, 0, 1);
  const read = (headers: Record<string, string>): number | undefined => readRetryAfterMs((name) => headers[name], now);

  it('reads seconds, milliseconds and dates', () => {
    expect(read({ 'retry-after': '3' })).to.equal(3_000);
    expect(read({ 'retry-after': ' 1.25 ' })).to.equal(1_250);
    expect(read({ 'retry-after-ms': '250', 'retry-after': '3' })).to.equal(250);
    expect(read({ 'x-ms-retry-after-ms': '20' })).to.equal(20);
    expect(read({ 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' })).to.equal(9_000);
    expect(read({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' })).to.equal(0);
    expect(read({ 'retry-after': 'Thursday, 01-Jan-26 00:00:09 GMT' })).to.equal(9_000);
    expect(read({ 'retry-after': 'Thu Jan  1 00:00:09 2026' })).to.equal(9_000);
    expect(read({ 'retry-after': ' Sat Jan 10 00:00:09 2026 ' })).to.equal(9 * 24 * 3_600_000 + 9_000);
  });

  it('takes anything else for no answer', () => {
    expect(read({})).to.equal(undefined);
    for (const odd of [
      '-1',
      'soon',
      '',
      '3 soon',
      '3x',
      'soon 3',
      '1.5.',
      'in 3 GMT',
      'Thu, 01 Jan 2026 00:00:09 GMT+0100',
      '2026-01-01',
      '1 Jan 2027',
      '25:00:00 GMT',
      'about Thu Jan  1 00:00:09 2026',
      'Thu Jan  1 00:00:09 2026 (about)',
    ])
      expect(read({ 'retry-after': odd }), odd).to.equal(undefined);
  });
});
