import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { AbortSource, onAbort, signalOf } from '../src/abort-listeners.js';
import { Kernel } from '../src/kernel/kernel.js';
import { defineFunction, definePlugin } from '../src/functions/define-plugin.js';
import { SessionsClient } from '../src/sessions/sessions-client.js';
import { startLoopback } from './helpers/start-loopback.js';

function listenersOn(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

describe('onAbort', () => {
  it('calls all who wait, once, in their order', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('first'));
    onAbort(controller.signal, () => called.push('second'));
    controller.abort();
    controller.abort();
    expect(called).to.deep.equal(['first', 'second']);
    expect(listenersOn(controller.signal)).to.equal(0);
  });

  it('does not call those who have left, and leaves nothing on the signal with the last of them', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const leave = onAbort(controller.signal, () => called.push('first'));
    const leaveToo = onAbort(controller.signal, () => called.push('second'));
    leave();
    expect(listenersOn(controller.signal)).to.equal(1);
    leaveToo();
    leaveToo();
    expect(listenersOn(controller.signal)).to.equal(0);
    const leaveLast = onAbort(controller.signal, () => called.push('third'));
    controller.abort();
    leaveLast();
    expect(called).to.deep.equal(['third']);
  });

  it('lets one leave while others are called', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => {
      called.push('first');
      leave();
    });
    const leave = onAbort(controller.signal, () => called.push('second'));
    controller.abort();
    expect(called).to.deep.equal(['first', 'second']);
  });

  it('does nothing with a signal that has aborted, or with none', () => {
    const called: string[] = [];
    onAbort(AbortSignal.abort(), () => called.push('aborted'))();
    onAbort(undefined, () => called.push('none'))();
    expect(called).to.deep.equal([]);
  });
});

describe('AbortSource', () => {
  it('tells all who wait once, those who listen for the event too, and puts no event listener of its own on the signal', () => {
    const source = new AbortSource();
    const called: string[] = [];
    onAbort(source.signal, () => called.push('waited'));
    const leave = onAbort(source.signal, () => called.push('left'));
    expect(listenersOn(source.signal)).to.equal(0);
    source.signal.addEventListener('abort', () => called.push('listened'));
    leave();
    source.abort('the reason');
    source.abort('another');
    expect(called).to.have.members(['waited', 'listened']);
    expect(source.signal.reason).to.equal('the reason');
  });

  it('has aborted when it tells, and tells nobody who comes later', () => {
    const source = new AbortSource();
    const seen: boolean[] = [];
    onAbort(source.signal, () => {
      seen.push(source.signal.aborted);
      onAbort(source.signal, () => seen.push(false));
    });
    source.abort();
    expect(seen).to.deep.equal([true]);
  });

  it('tells those who wait for it alone, without a signal', () => {
    const source = new AbortSource();
    const called: unknown[] = [];
    onAbort(source, () => called.push(source.reason));
    onAbort(source, () => called.push('left'))();
    source.abort('the reason');
    onAbort(source, () => called.push('late'));
    expect(called).to.deep.equal(['the reason']);
    expect(() => source.throwIfAborted()).to.throw('the reason');
  });

  it('gives the same signal each time, aborted if it was made after the abort', () => {
    const [early, late] = [new AbortSource(), new AbortSource()];
    const { signal } = early;
    early.abort('the reason');
    late.abort('the reason');
    for (const source of [early, late]) {
      expect(source.signal).to.equal(source.signal).and.include({ aborted: true, reason: 'the reason' });
      expect(signalOf(source)).to.equal(source.signal);
    }
    expect(early.signal).to.equal(signal);
    expect(signalOf(signal)).to.equal(signal);
  });

  it('aborts with an AbortError unless it is given a reason, as a controller does', () => {
    const [source, controller] = [new AbortSource(), new AbortController()];
    source.abort();
    controller.abort();
    const { name, message } = controller.signal.reason as DOMException;
    expect(source.reason).to.be.instanceOf(DOMException).and.include({ name, message });
  });

  it('looks like any other signal', () => {
    expect(inspect(new AbortSource().signal)).to.equal(inspect(new AbortController().signal));
  });
});

describe('two copies of the package', () => {
  it('know the sources and the signals of each other', async () => {
    const url = new URL('../src/abort-listeners.js?again', import.meta.url).href;
    const copy = (await import(url)) as { readonly AbortSource: typeof AbortSource };
    expect(copy.AbortSource).to.not.equal(AbortSource);
    const source = new copy.AbortSource();
    const called: string[] = [];
    onAbort(source, () => called.push('source'));
    onAbort(source.signal, () => called.push('signal'));
    expect(listenersOn(source.signal)).to.equal(0);
    expect(signalOf(source)).to.equal(source.signal);
    source.abort();
    expect(called).to.deep.equal(['source', 'signal']);
  });
});

describe('a signal that many calls share', () => {
  it('has one listener of a client, however many executions are under way, and none afterwards', async () => {
    const { signal } = new AbortController();
    let most = 0;
    const pool = await startLoopback((_request, response) => {
      most = Math.max(most, listenersOn(signal));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: 'Succeeded', result: { executionResult: 1, stdout: '', stderr: '' } }));
    });
    const client = new SessionsClient({
      poolManagementEndpoint: pool.endpoint,
      authCallback: () => 'a-token',
      identifier: 'shared-signal',
    });
    try {
      await Promise.all(Array.from({ length: 20 }, () => client.execute('1', { signal })));
    } finally {
      await pool.stop();
    }
    expect(most).to.equal(1);
    expect(listenersOn(signal)).to.equal(0);
  });

  it('has one listener of a kernel, however many functions run', async () => {
    const { signal } = new AbortController();
    const kernel = new Kernel();
    let most = 0;
    const look = defineFunction({ name: 'look', input: { type: 'object' } }, async (_input, scope) => {
      await Promise.resolve();
      most = Math.max(most, listenersOn(signal));
      return scope.signal.aborted;
    });
    kernel.addPlugin(definePlugin('eyes', [look]));
    await Promise.all(Array.from({ length: 20 }, () => kernel.invoke('eyes-look', {}, { signal })));
    expect(most).to.equal(1);
    expect(listenersOn(signal)).to.equal(0);
  });
});
