/** What a run must show: each line says whether it holds. Growth is the last third against the first one after warm-up. */
export function judge({ users, pool, poolSamples }) {
  const calls = Object.values(users.counts).reduce((sum, count) => sum + count, 0);
  const brokenRuns = sumOf(users.counts, /connection broke/);
  const breaking = sumOf(pool.faults, /^execute (reset|truncated)/);
  const refusals = sumOf(users.counts, /two answers 401/);
  const unauthorised = sumOf(pool.faults, / 401$/);
  return [
    line('calls were made', calls > 0, `${calls}`),
    line('no call failed without a cause', users.unexpected.length === 0, `${users.unexpected.length}`),
    line('no code ran twice', pool.twice === 0, `${pool.twice} of ${pool.runs}`),
    line('no more broken executions than broken connections', brokenRuns <= breaking, `${brokenRuns} of ${breaking}`),
    line(
      'no more than one refusal for two answers 401',
      refusals * 2 <= unauthorised,
      `${refusals} of ${unauthorised}`,
    ),
    line('no unhandled rejection or warning', users.unhandled.length === 0, `${users.unhandled.length}`),
    grows('heap of the users', users.samples, 'heapMb', { slack: 3, unit: 'MiB' }),
    grows('handles of the users', users.samples, 'handles', { slack: 20, unit: '' }),
    grows('heap of the emulator', poolSamples, 'heapMb', { slack: 8, unit: 'MiB' }),
    line('no listener stays on the shared signal', users.listeners === 0, `${users.listeners}`),
    line('nothing is left open after close', users.leftOver.length === 0, users.leftOver.join(', ') || 'nothing'),
  ];
}

function line(what, holds, seen) {
  return { what, holds, seen };
}

function grows(what, samples, field, { slack, unit }) {
  const warm = samples.slice(Math.floor(samples.length / 5));
  const third = Math.ceil(warm.length / 3);
  const early = median(warm.slice(0, third).map((sample) => sample[field]));
  const late = median(warm.slice(-third).map((sample) => sample[field]));
  return line(
    `no growth: ${what}`,
    late <= early * 1.1 + slack,
    `${early.toFixed(1)} to ${late.toFixed(1)} ${unit}`.trim(),
  );
}

function sumOf(counts, pattern) {
  return Object.entries(counts)
    .filter(([name]) => pattern.test(name))
    .reduce((sum, [, count]) => sum + count, 0);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
