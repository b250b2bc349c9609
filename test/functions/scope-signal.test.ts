import { expect } from 'chai';
import { AbortSource } from '../../src/abort-listeners.js';
import { ScopeSignal } from '../../src/functions/scope-signal.js';

describe('ScopeSignal', () => {
  it('is the signal of what aborts the run, where that aborts nothing else', () => {
    const source = new AbortSource();
    expect(new ScopeSignal(source, false).signal).to.equal(source.signal);
  });

  it('has a signal of its own where others are aborted too, the same each time', () => {
    const source = new AbortSource();
    const [one, other] = [new ScopeSignal(source, true), new ScopeSignal(source, true)];
    const { signal } = one;
    expect(one.signal).to.equal(signal);
    expect(signal).to.not.equal(source.signal).and.not.equal(other.signal);
    source.abort('the reason');
    expect(signal).to.include({ aborted: true, reason: 'the reason' });
    expect(other.signal.reason).to.equal('the reason');
  });

  it('has aborted already, where it is first asked for after the abort', () => {
    const source = new AbortSource();
    const late = new ScopeSignal(source, true);
    source.abort('the reason');
    expect(late.signal).to.include({ aborted: true, reason: 'the reason' });
  });

  it('lets go of what aborts the run, whenever it was asked for', () => {
    const source = new AbortSource();
    const [early, late] = [new ScopeSignal(source, true), new ScopeSignal(source, true)];
    const { signal } = early;
    early.release();
    late.release();
    const signals = [signal, late.signal];
    source.abort('the reason');
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([false, false]);
  });

  it('listens to nothing unless it is asked for its signal', () => {
    const { signal } = new AbortController();
    const listened: unknown[] = [];
    signal.addEventListener = (...args: unknown[]) => void listened.push(args);
    const own = new ScopeSignal(signal, true);
    expect(listened).to.have.length(0);
    void own.signal;
    expect(listened).to.have.length(1);
    own.release();
  });
});
