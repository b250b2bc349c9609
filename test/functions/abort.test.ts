import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { isTimeout, linkSignal, untilAborted } from '../../src/functions/abort.js';
import { aKernel } from '../helpers/a-kernel.js';
import { aModel } from '../helpers/a-model.js';
import { rejection } from '../helpers/in-both-modes.js';

const LINKS = 100_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** In megabytes, without garbage. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

describe('linkSignal', () => {
  it('follows its parent, with the same reason', () => {
    const controller = new AbortController();
    const linked = linkSignal(controller.signal);
    const reason = { custom: true };
    controller.abort(reason);
    expect(linked.signal.reason).to.equal(reason);
    expect(linked.timedOut).to.equal(false);
    linked.release();
    expect(linkSignal(controller.signal, 1).signal.reason).to.equal(reason);
  });

  it('does not abort its parent', () => {
    const controller = new AbortController();
    const linked = linkSignal(controller.signal);
    linked.abort('mine');
    linked.release();
    expect(linked.signal.reason).to.equal('mine');
    expect(controller.signal.aborted).to.equal(false);
  });

  it('aborts with a TimeoutError when its time is up', async () => {
    const linked = linkSignal(undefined, 5);
    await new Promise((resolve) => linked.signal.addEventListener('abort', resolve));
    expect(linked.signal.reason).to.be.instanceOf(DOMException).and.include({
      name: 'TimeoutError',
      message: 'The operation did not finish within 5 ms and was cancelled; raise its `timeoutMs`.',
    });
    expect(linked.timedOut).to.equal(true);
    linked.release();
  });

  it(`leaves nothing behind after ${LINKS} links on one signal`, async function () {
    this.timeout(60_000);
    const { signal } = new AbortController();
    const link = async (): Promise<void> => {
      const linked = linkSignal(signal, 60_000);
      await untilAborted(Promise.resolve(), linked.signal);
      linked.release();
    };
    for (let warmUp = 0; warmUp < 5000; warmUp += 1) await link();
    const before = heapInUse();
    for (let links = 0; links < LINKS; links += 1) await link();
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    // AbortSignal.any() keeps 125 MB and more.
    expect(heapInUse() - before).to.be.below(10);
  });

  it('leaves nothing behind after 20000 invocations with one signal', async function () {
    this.timeout(60_000);
    const { signal } = new AbortController();
    const kernel = aKernel(aModel(), { run: [{ timeoutMs: 60_000, exclusive: true }, () => 'ok'] });
    const before = heapInUse();
    for (let runs = 0; runs < 20_000; runs += 1) await kernel.invoke('lab-run', {}, { signal, timeoutMs: 60_000 });
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    expect(heapInUse() - before).to.be.below(10);
  });
});

describe('untilAborted', () => {
  it('gives what the work gives, or its error', async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(1), signal)).to.equal(1);
    expect(await untilAborted(2, signal)).to.equal(2);
    const error = new Error('x');
    expect(await rejection(untilAborted(Promise.reject(error), signal))).to.equal(error);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('drops what becomes of work that is abandoned', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', listener);
    const controller = new AbortController();
    let fail: (error: Error) => void = () => {};
    const work = new Promise((_, reject) => (fail = reject));
    const waiting = rejection(untilAborted(work, controller.signal));
    controller.abort('enough');
    expect(await waiting).to.equal('enough');
    expect(await rejection(untilAborted(work, controller.signal))).to.equal('enough');
    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).to.deep.equal([]);
  });
});

describe('isTimeout', () => {
  it('takes positive times that a timer can keep', () => {
    expect([1, 0.5, 2 ** 31 - 1].map(isTimeout)).to.deep.equal([true, true, true]);
    expect([0, -1, Number.NaN, Infinity, 2 ** 31, '5', null].map(isTimeout)).to.deep.equal(
      Array.from({ length: 7 }, () => false),
    );
  });
});
