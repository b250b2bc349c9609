/** The results as Markdown. */
export function report({ minutes, seed, machine, users, pool, poolSamples, lines }) {
  return [
    '# Soak',
    '',
    'Written by `npm run soak`: 50 users of one client, one tool and one kernel against an emulator in another process, which checks',
    'tokens that live 20 seconds, has room for 45 sessions, lets them expire after 3 seconds, and breaks every so many requests.',
    '',
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Machine: ${machine.cores} cores, Node ${machine.node}, load ${machine.load.toFixed(1)} (5 minutes' mean)`,
    `- Seed ${seed}, ${minutes} min; ${users.tokens} tokens asked for, ${pool.tokenRequests} given`,
    '',
    ...table(
      ['must hold', 'seen', ''],
      lines.map(({ what, holds, seen }) => [what, seen, holds ? 'holds' : '**FAILS**']),
    ),
    '',
    '## What came of the calls',
    '',
    ...table(['call', 'count'], Object.entries(users.counts)),
    '',
    '## Faults that were put in the way',
    '',
    ...table(
      ['fault', 'count'],
      Object.entries(pool.faults).sort(([a], [b]) => a.localeCompare(b)),
    ),
    '',
    "## What the users' process held",
    '',
    ...table(
      ['seconds', 'calls', 'heap, MiB', 'resident, MiB', 'handles', 'listeners'],
      every(users.samples, 12).map((each) => [
        each.seconds,
        each.calls,
        each.heapMb.toFixed(1),
        each.rssMb.toFixed(0),
        each.handles,
        each.listeners,
      ]),
    ),
    '',
    `The emulator's heap: ${every(poolSamples, 12)
      .map(({ heapMb }) => heapMb.toFixed(1))
      .join(', ')} MiB.`,
    '',
  ].join('\n');
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function every(list, count) {
  const step = Math.max(1, Math.ceil(list.length / count));
  return list.filter((_, place) => place % step === step - 1);
}
