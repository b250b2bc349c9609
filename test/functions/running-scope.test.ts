import { inspect } from 'node:util';
import { expect } from 'chai';
import type { InvocationScope } from '../../src/index.js';
import { AbortSource, signalOf } from '../../src/abort-listeners.js';
import { RunningScope } from '../../src/functions/running-scope.js';
import { ScopeAbort } from '../../src/functions/scope-abort.js';
import { aKernel } from '../helpers/a-kernel.js';
import { aModel } from '../helpers/a-model.js';
import { countHiddenClasses } from '../helpers/hidden-class.js';

async function scopeOfRun(signal?: AbortSignal): Promise<InvocationScope> {
  let seen: InvocationScope | undefined;
  const kernel = aKernel(aModel(), { run: (_, scope) => void (seen = scope) });
  await kernel.invoke('lab-run', { given: 1 }, { signal });
  if (seen === undefined) throw new Error('The function was not run.');
  return seen;
}

describe('RunningScope', () => {
  it('is plain and frozen to whoever looks: its own fields, the signal among them, and no others', async () => {
    const scope = await scopeOfRun();
    expect(Object.keys(scope)).to.deep.equal(['kernel', 'function', 'signal', 'arguments']);
    expect(Object.isFrozen(scope)).to.equal(true);
    expect(inspect(scope, { depth: 0 })).to.not.match(/abortable|source/i);
  });

  it('has one signal, which a copy of it has too', async () => {
    const scope = await scopeOfRun();
    expect(scope.signal).to.be.instanceOf(AbortSignal).and.equal(scope.signal);
    expect({ ...scope }).to.include({ signal: scope.signal, function: scope.function });
  });

  it('gives its signal to what inherits from it, and through a proxy', async () => {
    const scope = await scopeOfRun();
    const { signal } = scope;
    expect((Object.create(scope) as InvocationScope).signal).to.equal(signal);
    expect(new Proxy(scope, {}).signal).to.equal(signal);
  });

  it('has a signal that aborts, also when it is first asked for afterwards', () => {
    const source = new AbortSource();
    const parts = { kernel: aKernel(aModel()), arguments: {}, signal: source };
    const metadata = { name: 'run', pluginName: 'lab', description: '', parameters: {}, modelVisible: true };
    const aScope = (): RunningScope => new RunningScope(metadata, parts, ScopeAbort.own(source));
    const [early, late] = [aScope(), aScope()];
    const { signal } = early;
    source.abort('the reason');
    expect(signal).to.include({ aborted: true, reason: 'the reason' });
    expect(late.signal).to.equal(signal);
  });

  it('tells what aborts it, and takes the signal of a scope that is none of its kind', () => {
    const source = new AbortSource();
    const parts = { kernel: aKernel(aModel()), arguments: {}, signal: source };
    const metadata = { name: 'run', pluginName: 'lab', description: '', parameters: {}, modelVisible: true };
    const scope = new RunningScope(metadata, parts, ScopeAbort.own(source));
    expect(RunningScope.abortableOf(scope)).to.equal(source);
    expect(RunningScope.abortableOf({ ...scope })).to.equal(source.signal);
  });

  it('does not tell of what aborts others too, which a tool would hear when the run is over', () => {
    const source = new AbortSource();
    const parts = { kernel: aKernel(aModel()), arguments: {}, signal: source };
    const metadata = { name: 'run', pluginName: 'lab', description: '', parameters: {}, modelVisible: true };
    const abort = ScopeAbort.shared(source);
    const scope = new RunningScope(metadata, parts, abort);
    const heard = RunningScope.abortableOf(scope);
    expect(scope.signal).to.equal(signalOf(heard));
    abort.release();
    source.abort('the reason');
    expect([heard.aborted, scope.signal.aborted]).to.deep.equal([false, false]);
  });

  it('is cheap to read: all scopes share a hidden class', async () => {
    const scopes = await Promise.all(Array.from({ length: 20 }, () => scopeOfRun()));
    expect(countHiddenClasses(scopes)).to.be.lessThan(4);
  });
});
