import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { takeTurn } from '../../src/functions/function-lock.js';
import { rejection } from '../helpers/in-both-modes.js';

const { signal } = new AbortController();

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('takeTurn', () => {
  it('lets one in at a time, first in, first out', async () => {
    const owner = {};
    const log: string[] = [];
    const run = async (name: string): Promise<void> => {
      const leave = await takeTurn(owner, '', signal);
      log.push(`${name} in`);
      await settle();
      log.push(`${name} out`);
      leave();
    };
    await Promise.all(['a', 'b', 'c'].map(run));
    expect(log).to.deep.equal(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('lets other owners and other keys in', async () => {
    const owner = {};
    const turns = [takeTurn(owner, 'a', signal), takeTurn(owner, 'b', signal), takeTurn({}, 'a', signal)];
    for (const leave of await Promise.all(turns)) leave();
  });

  it('lets nobody overtake when one that waits gives up', async () => {
    const owner = {};
    const log: string[] = [];
    const controller = new AbortController();
    const leave = await takeTurn(owner, '', signal);
    const second = rejection(takeTurn(owner, '', controller.signal));
    const third = takeTurn(owner, '', signal).then((leaveThird) => (log.push('third in'), leaveThird));
    controller.abort('enough');
    expect(await second).to.equal('enough');
    await settle();
    expect(log).to.deep.equal([]);
    leave();
    (await third)();
    expect(log).to.deep.equal(['third in']);
    (await takeTurn(owner, '', signal))();
  });

  it('refuses a signal that has aborted, and leaves no listener', async () => {
    const owner = {};
    expect(await rejection(takeTurn(owner, '', AbortSignal.abort('no')))).to.equal('no');
    const first = await takeTurn(owner, '', signal);
    const second = takeTurn(owner, '', signal);
    first();
    (await second)();
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('may be left twice', async () => {
    const owner = {};
    const log: string[] = [];
    const first = await takeTurn(owner, '', signal);
    const second = await Promise.all([takeTurn(owner, '', signal), first(), first()]).then(([leave]) => leave);
    const third = takeTurn(owner, '', signal).then((leave) => (log.push('third'), leave));
    first();
    await settle();
    expect(log).to.deep.equal([]);
    second();
    (await third)();
  });
});
