import { expect } from 'chai';
import { Kernel } from '../../src/index.js';
import type { InvocationScope } from '../../src/index.js';
import { addLab } from '../helpers/a-kernel.js';

describe('Kernel.invoke: its result', () => {
  it('has the words for a model, made once', async () => {
    let made = 0;
    const value = {
      toModelString: () => {
        made += 1;
        return 'forty-two';
      },
    };
    const result = await kernelWith(() => value).invoke('lab-run');
    expect(result.value).to.equal(value);
    expect([result.text, String(result), `${result}`]).to.deep.equal(['forty-two', 'forty-two', 'forty-two']);
    expect(made).to.equal(1);
  });

  it('is plain data in JSON, its text included', async () => {
    const result = await kernelWith(() => 42).invoke('lab-run');
    expect(JSON.parse(JSON.stringify(result))).to.include({ value: 42, text: '42' });
  });

  it('says so in place of the words for a value that has none', async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['itself'] = cyclic;
    const result = await kernelWith(() => cyclic).invoke('lab-run');
    expect(result.value).to.equal(cyclic);
    expect(result.text).to.equal('[a value of "lab-run" that cannot be converted to text]');
  });

  it('gives each run of a filter that tries again a signal of its own', async () => {
    const signals: AbortSignal[] = [];
    const kernel = kernelWith((scope) => signals.push(scope.signal));
    kernel.addFilter('function', async (context, next) => {
      signals.push(context.signal);
      await next();
      await next();
    });
    await kernel.invoke('lab-run');
    expect(new Set(signals).size).to.equal(3);
  });

  it('gives each call a signal of its own, which aborts with the one of the caller', async () => {
    const signals: AbortSignal[] = [];
    const kernel = kernelWith((scope) => signals.push(scope.signal));
    const controller = new AbortController();
    await kernel.invoke('lab-run', {}, { signal: controller.signal });
    await kernel.invoke('lab-run', {}, { signal: controller.signal });
    expect(new Set([...signals, controller.signal]).size).to.equal(3);
    const waiting = kernelWith(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signals.push(signal);
    });
    const reason = new Error('enough');
    const run = waiting.invoke('lab-run', {}, { signal: controller.signal }).catch((error: unknown) => error);
    controller.abort(reason);
    expect(await run).to.equal(reason);
    expect(signals.at(-1)?.aborted).to.equal(true);
  });
});

function kernelWith(run: (scope: InvocationScope) => unknown): Kernel {
  const kernel = new Kernel();
  addLab(kernel, { run: (_input, scope) => run(scope) });
  return kernel;
}
