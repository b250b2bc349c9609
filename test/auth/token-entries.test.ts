import { expect } from 'chai';
import { startSharedCall } from '../../src/auth/shared-call.js';
import { type Entry, entryFor } from '../../src/auth/token-entries.js';
import { aLimitClock } from '../helpers/a-limit-clock.js';

const NOW = Date.UTC(2026, 0, 1);
const empty: Entry = { generation: 0, oldestKept: 0, forceNext: false, backgroundNotBefore: 0 };
const held = { token: 'abc', refreshAfterTimestamp: NOW };

describe('entryFor', () => {
  it('gives the same entry for the same key', () => {
    const entries = new Map<string, Entry>();
    const entry = entryFor('a', entries, NOW);
    expect(entry).to.deep.equal(empty);
    expect(entryFor('a', entries, NOW)).to.equal(entry);
  });

  it('drops what holds nothing any more, and only that, when an entry is made', () => {
    const call = startSharedCall(() => Promise.resolve('abc'), { detached: true, clock: aLimitClock() });
    const entries = new Map<string, Entry>([
      ['done', { ...empty }],
      ['expired now', { ...empty, held: { ...held, expiresOnTimestamp: NOW } }],
      ['valid', { ...empty, held: { ...held, expiresOnTimestamp: NOW + 1 } }],
      ['under way', { ...empty, fetch: { call, forced: false, early: true } }],
      ['rejected', { ...empty, forceNext: true }],
    ]);
    entryFor('valid', entries, NOW);
    expect(entries.size, 'nothing is dropped as long as nothing is made').to.equal(5);
    entryFor('new', entries, NOW);
    expect([...entries.keys()]).to.deep.equal(['valid', 'under way', 'rejected', 'new']);
  });

  it('drops what waits for an answer that is not to be expected any more', () => {
    const clock = aLimitClock();
    const hung = startSharedCall(() => new Promise<string>(() => undefined), { detached: true, clock });
    const entries = new Map<string, Entry>([['hung', { ...empty, fetch: { call: hung, forced: false, early: true } }]]);
    entryFor('new', entries, NOW);
    expect([...entries.keys()]).to.deep.equal(['hung', 'new']);
    clock.advance(120_000);
    entryFor('newer', entries, NOW);
    expect([...entries.keys()]).to.deep.equal(['newer']);
  });
});
