import { expect } from 'chai';
import { startSharedCall } from '../../src/auth/shared-call.js';
import { type Entry, entryFor } from '../../src/auth/token-entries.js';

const NOW = Date.UTC(2026, 0, 1);
const empty: Entry = { generation: 0, forceNext: false, backgroundNotBefore: 0 };
const held = { token: 'abc', refreshAfterTimestamp: NOW };
const call = startSharedCall(() => Promise.resolve('abc'), { detached: true });

describe('entryFor', () => {
  it('gives the same entry for the same key', () => {
    const entries = new Map<string, Entry>();
    const entry = entryFor('a', entries, NOW);
    expect(entry).to.deep.equal(empty);
    expect(entryFor('a', entries, NOW)).to.equal(entry);
  });

  it('drops what holds nothing any more, and only that, when an entry is made', () => {
    const entries = new Map<string, Entry>([
      ['done', { ...empty }],
      ['expired now', { ...empty, held: { ...held, expiresOnTimestamp: NOW } }],
      ['valid', { ...empty, held: { ...held, expiresOnTimestamp: NOW + 1 } }],
      ['under way', { ...empty, fetch: { call, forced: false } }],
      ['rejected', { ...empty, forceNext: true }],
    ]);
    entryFor('valid', entries, NOW);
    expect(entries.size, 'nothing is dropped as long as nothing is made').to.equal(5);
    entryFor('new', entries, NOW);
    expect([...entries.keys()]).to.deep.equal(['valid', 'under way', 'rejected', 'new']);
  });
});
