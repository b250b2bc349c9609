import { expect } from 'chai';
import { AbortSource, signalOf } from '../../src/abort-listeners.js';
import { ScopeAbort } from '../../src/functions/scope-abort.js';

describe('ScopeAbort', () => {
  it('is what aborts the run, where that aborts nothing else', () => {
    const source = new AbortSource();
    expect(ScopeAbort.own(source).abortable).to.equal(source);
  });

  it('is one of the run’s own where others are aborted too, the same each time', () => {
    const source = new AbortSource();
    const [one, other] = [ScopeAbort.shared(source), ScopeAbort.shared(source)];
    const { abortable } = one;
    expect(one.abortable).to.equal(abortable);
    expect(abortable).to.not.equal(source).and.not.equal(other.abortable);
    source.abort('the reason');
    expect(abortable).to.include({ aborted: true, reason: 'the reason' });
    expect(other.abortable.reason).to.equal('the reason');
  });

  it('has aborted already, where it is first asked for after the abort, also of a run that is over by then', () => {
    const source = new AbortSource();
    const [late, later] = [ScopeAbort.shared(source), ScopeAbort.shared(source)];
    source.abort('the reason');
    expect(late.abortable).to.include({ aborted: true, reason: 'the reason' });
    later.release();
    expect(later.abortable).to.include({ aborted: true, reason: 'the reason' });
  });

  it('hears nothing of what comes after the run, whenever it is asked for', () => {
    const source = new AbortSource();
    const [early, late, last] = [ScopeAbort.shared(source), ScopeAbort.shared(source), ScopeAbort.shared(source)];
    const all = [early.abortable];
    for (const each of [early, late, last]) each.release();
    all.push(late.abortable);
    source.abort('the reason');
    all.push(last.abortable);
    expect(all.map(({ aborted }) => aborted)).to.deep.equal([false, false, false]);
  });

  it('listens to nothing unless it is asked for', () => {
    const { signal } = new AbortController();
    const listened: unknown[] = [];
    signal.addEventListener = (...args: unknown[]) => void listened.push(args);
    const own = ScopeAbort.shared(signal);
    expect(listened).to.have.length(0);
    expect(signalOf(own.abortable)).to.be.instanceOf(AbortSignal);
    expect(listened).to.have.length(1);
    own.release();
  });
});
