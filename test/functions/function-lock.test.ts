import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { inTurn, sendAway } from '../../src/functions/function-lock.js';
import { aPromise } from '../helpers/a-kernel.js';
import { rejection } from '../helpers/in-both-modes.js';

const { signal } = new AbortController();

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('inTurn', () => {
  let log: string[] = [];
  let owner = {};

  beforeEach(() => {
    log = [];
    owner = {};
  });

  async function noted(name: string): Promise<void> {
    log.push(`${name} in`);
    await settle();
    log.push(`${name} out`);
  }

  it('lets one in at a time, first in, first out', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => inTurn({ owner, key: '', signal }, () => noted(name))));
    expect(log).to.deep.equal(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('lets other owners and other keys in', async () => {
    const turns = [
      { owner, key: 'a' },
      { owner, key: 'b' },
      { owner: {}, key: 'a' },
    ];
    await Promise.all(turns.map((turn, index) => inTurn({ ...turn, signal }, () => noted(String(index)))));
    expect(log).to.deep.equal(['0 in', '1 in', '2 in', '0 out', '1 out', '2 out']);
  });

  it('gives what the body gives, and lets the next one in when it throws', async () => {
    const failing = inTurn({ owner, key: '', signal }, () => Promise.reject(new Error('x')));
    const next = inTurn({ owner, key: '', signal }, () => Promise.resolve('next'));
    expect(await rejection(failing)).to.be.instanceOf(Error);
    expect(await next).to.equal('next');
  });

  it('lets nobody overtake when one that waits gives up', async () => {
    const held = aPromise();
    const controller = new AbortController();
    const first = inTurn({ owner, key: '', signal }, () => held.promise);
    const second = rejection(inTurn({ owner, key: '', signal: controller.signal }, () => noted('second')));
    const third = inTurn({ owner, key: '', signal }, () => noted('third'));
    controller.abort('enough');
    expect(await second).to.equal('enough');
    await settle();
    expect(log).to.deep.equal([]);
    held.resolve();
    await Promise.all([first, third]);
    expect(log).to.deep.equal(['third in', 'third out']);
  });

  it('loses no turn to an abort that comes together with it', async () => {
    const controller = new AbortController();
    const first = inTurn({ owner, key: '', signal }, settle);
    const second = inTurn({ owner, key: '', signal: controller.signal }, () => noted('second'));
    const third = inTurn({ owner, key: '', signal }, () => noted('third'));
    void first.then(() => controller.abort());
    await Promise.all([second, third]);
    expect(log).to.deep.equal(['second in', 'second out', 'third in', 'third out']);
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
  });

  it('refuses a signal that has aborted, and leaves no listener', async () => {
    const aborted = inTurn({ owner, key: '', signal: AbortSignal.abort('no') }, () => noted('never'));
    expect(await rejection(aborted)).to.equal('no');
    await Promise.all([0, 1].map(() => inTurn({ owner, key: '', signal }, settle)));
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('does not let a run wait for itself, and lets those inside of it in one at a time', async () => {
    await inTurn({ owner, key: '', signal }, async () => {
      const outside = inTurn.bind(undefined, { owner, key: 'other', signal });
      await outside(() =>
        Promise.all(
          ['a', 'b'].map((name) =>
            inTurn({ owner, key: '', signal }, () => inTurn({ owner, key: '', signal }, () => noted(name))),
          ),
        ),
      );
    });
    expect(log).to.deep.equal(['a in', 'a out', 'b in', 'b out']);
  });

  it('lets work that outlives its turn wait like any other', async () => {
    const over = aPromise();
    let late: Promise<void> | undefined;
    await inTurn({ owner, key: '', signal }, async () => {
      late = over.promise.then(() => inTurn({ owner, key: '', signal }, () => noted('late')));
    });
    const held = aPromise();
    const next = inTurn({ owner, key: '', signal }, () => held.promise);
    over.resolve();
    await settle();
    expect(log).to.deep.equal([]);
    held.resolve();
    await Promise.all([next, late]);
    expect(log).to.deep.equal(['late in', 'late out']);
  });
});

describe('sendAway', () => {
  it('lets those who wait under one key reject, and leaves the one that has the turn and later ones alone', async () => {
    const owner = {};
    const held = aPromise();
    const turn = (key: string, body: () => Promise<unknown>) => inTurn({ owner, key, signal }, body);
    const first = turn('a', () => held.promise);
    const waiting = [0, 1].map(() => rejection(turn('a', settle)));
    const others = [turn('b', () => held.promise), turn('b', async () => 'other')];
    sendAway({ owner, key: 'a' }, 'closed');
    expect(await Promise.all(waiting)).to.deep.equal(['closed', 'closed']);
    const later = turn('a', async () => 'later');
    held.resolve();
    await first;
    expect(await later).to.equal('later');
    expect((await Promise.all(others))[1]).to.equal('other');
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('does nothing where nobody waits', () => {
    sendAway({ owner: {}, key: '' }, 'closed');
  });
});
