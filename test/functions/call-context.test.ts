import { expect } from 'chai';
import { Kernel, currentInvocation, defineFunction, definePlugin } from '../../src/index.js';
import type { ChatService, KernelFunction } from '../../src/index.js';
import { currentContext, inContext } from '../../src/functions/call-context.js';
import { aKernel, aPromise, toolTexts } from '../helpers/a-kernel.js';
import { aModel, aService, call, calls, response } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';

const DEEPEST = 8;
const TOO_DEEP = 'Runs of chat() inside functions are nested more than 8 deep.';

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function plain(name: string, body: () => unknown, timeoutMs?: number): KernelFunction {
  return defineFunction({ name, input: { type: 'object' }, ...(timeoutMs !== undefined && { timeoutMs }) }, body);
}

describe('inContext', () => {
  it('keeps the contexts of runs at once apart, also after others have ended', async () => {
    const depths = new Map<number, (number | undefined)[]>();
    const run = (depth: number): Promise<void> =>
      inContext({ depth }, async () => {
        const seen: (number | undefined)[] = [];
        depths.set(depth, seen);
        for (let steps = 0; steps < depth; steps += 1) {
          seen.push(currentContext()?.depth);
          await settle();
        }
        seen.push(currentContext()?.depth);
      });
    await Promise.all([1, 5, 2].map(run));
    expect(currentContext()).to.equal(undefined);
    await run(3);
    expect(Object.fromEntries(depths)).to.deep.equal({
      1: [1, 1],
      2: [2, 2, 2],
      3: [3, 3, 3, 3],
      5: [5, 5, 5, 5, 5, 5],
    });
  });

  it('has what it does not say from the context around it', async () => {
    const turn = { owner: {}, key: 'k' };
    const inner = await inContext({ depth: 3, turn }, () => inContext({}, async () => currentContext()));
    expect(inner).to.include({ depth: 3, turn: undefined });
    expect(inner?.outer?.turn).to.equal(turn);
  });

  it('is left by work that goes on after its end', async () => {
    const gate = aPromise();
    let left: Promise<unknown> = Promise.resolve();
    await inContext({ depth: 1 }, () =>
      inContext({ depth: 2 }, async () => {
        left = gate.promise.then(() => currentContext());
      }),
    );
    await inContext({ depth: 7 }, async () => {
      gate.resolve();
      expect(await left).to.equal(undefined);
    });
  });
});

describe('currentInvocation', () => {
  it('is that of a function that was given up, until it ends', async () => {
    const gate = aPromise();
    const seen: (string | undefined)[] = [];
    const slow = async (): Promise<void> => {
      await gate.promise;
      seen.push(currentInvocation()?.function.name);
      setImmediate(() => seen.push(currentInvocation()?.function.name));
    };
    const kernel = new Kernel();
    kernel.addPlugin(definePlugin('lab', [plain('slow', slow, 5)]));
    expect(await rejection(kernel.invoke('slow'))).to.include({ code: 'function_timeout' });
    gate.resolve();
    await settle();
    await settle();
    expect(seen).to.deep.equal(['slow', undefined]);
  });
});

describe('currentInvocation in functions that return values at once', () => {
  const name = (): string | undefined => currentInvocation()?.function.name;

  function kernelWith(bodies: Readonly<Record<string, () => unknown>>): Kernel {
    const kernel = new Kernel();
    kernel.addPlugin(
      definePlugin(
        'lab',
        Object.entries(bodies).map(([key, body]) => plain(key, body)),
      ),
    );
    return kernel;
  }

  it("is their own in each call, and nobody's in between", async () => {
    const seen: unknown[] = [];
    const kernel = kernelWith({ note: () => seen.push(name()) });
    for (let times = 0; times < 3; times += 1) {
      const run = kernel.invoke('note');
      seen.push(name());
      await run;
      seen.push(name());
    }
    expect(seen).to.deep.equal(Array.from({ length: 3 }, () => ['note', undefined, undefined]).flat());
  });

  it("is that of the innermost, and the outer one's again after it, whatever kind each is of", async () => {
    const seen: unknown[] = [];
    let inner: Promise<unknown> = Promise.resolve();
    const around = (target: string) => (): void => {
      seen.push(name());
      inner = kernel.invoke(target);
      seen.push(name());
    };
    const kernel = kernelWith({
      value: () => void seen.push(name()),
      promise: async () => {
        seen.push(name());
        await settle();
        seen.push(name());
      },
      aroundValue: around('value'),
      aroundPromise: around('promise'),
    });
    for (const target of ['value', 'aroundValue', 'aroundPromise']) await kernel.invoke(target);
    await inner;
    seen.splice(0);
    await kernel.invoke('aroundValue');
    expect(seen).to.deep.equal(['aroundValue', 'value', 'aroundValue']);
    seen.splice(0);
    await kernel.invoke('aroundPromise');
    await inner;
    expect(seen).to.deep.equal(['aroundPromise', 'promise', 'aroundPromise', 'promise']);
  });

  it("is nobody's for what such a function set off and forgot", async () => {
    const seen: unknown[] = [];
    const kernel = kernelWith({ forget: () => void settle().then(() => seen.push(name())) });
    for (let times = 0; times < 2; times += 1) await kernel.invoke('forget');
    await settle();
    expect(seen).to.deep.equal([undefined, undefined]);
  });

  it('stays its own in one that returns a promise after all, until that settles, and in its later calls', async () => {
    const seen: unknown[] = [];
    let isCached = true;
    const look = (): unknown =>
      isCached
        ? seen.push(name())
        : settle()
            .then(() => seen.push(name()))
            .then(() => kernel.invoke('note'))
            .then(() => seen.push(name()));
    const kernel = kernelWith({ look, note: () => void seen.push(name()) });
    await kernel.invoke('look');
    isCached = false;
    for (let times = 0; times < 2; times += 1) {
      seen.splice(0);
      await kernel.invoke('look');
      expect(seen).to.deep.equal(['look', 'note', 'look']);
      expect(name()).to.equal(undefined);
    }
  });

  it('stays its own also inside of another function, and beside another call of it', async () => {
    const seen: unknown[] = [];
    let isCached = true;
    const id = (): unknown => currentInvocation()?.arguments['id'];
    const look = (): unknown => (isCached ? 'cached' : settle().then(() => seen.push([name(), id()])));
    const bodies = { look, around: async () => void (await kernel.invoke('look', { id: 'inner' })) };
    const kernel = kernelWith(bodies);
    await kernel.invoke('look');
    isCached = false;
    await kernel.invoke('around');
    expect(seen).to.deep.equal([['look', 'inner']]);

    const another = kernelWith({ look });
    isCached = true;
    await another.invoke('look');
    isCached = false;
    seen.splice(0);
    await Promise.all(['first', 'second'].map((value) => another.invoke('look', { id: value })));
    expect(seen).to.deep.equal([
      ['look', 'first'],
      ['look', 'second'],
    ]);
  });

  it("is nobody else's while such a function returns a promise after all", async () => {
    const gate = aPromise();
    let isCached = true;
    const kernel = kernelWith({ look: () => (isCached ? 'cached' : gate.promise) });
    for (let times = 0; times < 2; times += 1) await kernel.invoke('look');
    isCached = false;
    const another = aPromise();
    const seenByAnother = another.promise.then(() => currentInvocation()?.arguments);
    const run = kernel.invoke('look', { user: 'ada' });
    expect(currentInvocation()).to.equal(undefined);
    another.resolve();
    expect(await seenByAnother).to.equal(undefined);
    gate.resolve();
    await run;
  });

  it('stays its own beside another function of that kind', async () => {
    const seen: unknown[] = [];
    let isCached = true;
    const look = (): unknown => (isCached ? 'cached' : settle().then(() => seen.push(name())));
    const kernel = kernelWith({ first: () => look(), second: () => look() });
    for (const target of ['first', 'second']) await kernel.invoke(target);
    isCached = false;
    await Promise.all(['first', 'second'].map((target) => kernel.invoke(target)));
    expect(seen).to.deep.equal(['first', 'second']);
  });

  it('is undone when such a function throws, or the promise it returned after all rejects', async () => {
    let what: () => unknown = () => 'value';
    const kernel = kernelWith({ fail: () => what() });
    await kernel.invoke('fail');
    what = () => {
      throw new Error('at once');
    };
    expect(await rejection(kernel.invoke('fail'))).to.include({ code: 'function_failed' });
    expect(name()).to.equal(undefined);
    what = () => settle().then(() => Promise.reject(new Error('later')));
    expect(await rejection(kernel.invoke('fail'))).to.include({ code: 'function_failed' });
    expect(name()).to.equal(undefined);
  });
});

describe('Kernel: the depth of runs inside of runs', () => {
  // The innermost run that is refused tells; those around it fail or answer because of it.
  const refusals: string[] = [];
  beforeEach(() => refusals.splice(0));

  async function deeper(kernel: Kernel): Promise<void> {
    await kernel.chat('Deeper').catch((error: Error) => {
      refusals.push(error.message);
      throw error;
    });
  }

  inBothModes('48: counts runs that a service starts', async (ask) => {
    let asked = 0;
    const service: ChatService = aService(async () => {
      asked += 1;
      await settle();
      await deeper(kernel);
      return response({ content: 'Done.' });
    });
    const kernel = aKernel(service);
    expect(await rejection(ask(kernel, 'Go'))).to.be.instanceOf(Error);
    expect(asked).to.equal(DEEPEST);
    expect(refusals[0]).to.equal(TOO_DEEP);
  });

  for (const kind of ['prompt', 'function', 'autoFunction'] as const) {
    inBothModes(`48: counts runs that a filter of the kind ${kind} starts`, async (ask) => {
      let entered = 0;
      const service = aService(({ messages }) =>
        messages.some(({ role }) => role === 'tool') ? response({ content: 'Done.' }) : calls(call('lab-run')),
      );
      const kernel = aKernel(service, { run: () => 'ran' });
      const filter = async (_: unknown, next: () => Promise<void>): Promise<void> => {
        entered += 1;
        await settle();
        await deeper(kernel);
        await next();
      };
      if (kind === 'prompt') kernel.addFilter('prompt', filter);
      else if (kind === 'function') kernel.addFilter('function', filter);
      else kernel.addFilter('autoFunction', filter);
      expect(await rejection(ask(kernel, 'Go'))).to.include({ code: 'filter_failed' });
      expect(entered).to.equal(DEEPEST);
      expect(refusals[0]).to.equal(TOO_DEEP);
    });
  }

  inBothModes('48: counts runs that a schema starts', async (ask) => {
    let entered = 0;
    const validate = async (value: unknown): Promise<unknown> => {
      entered += 1;
      await settle();
      await deeper(kernel).catch(() => undefined);
      return { value };
    };
    const input = { '~standard': { version: 1 as const, vendor: 'own', validate } };
    const service = aService(({ messages }) =>
      messages.some(({ role }) => role === 'tool') ? response({ content: 'Done.' }) : calls(call('lab-run')),
    );
    const kernel = new Kernel({ services: service });
    const run = defineFunction({ name: 'run', input, inputJsonSchema: { type: 'object' } }, () => 'ran');
    kernel.addPlugin(definePlugin('lab', [run]));
    expect(toolTexts((await ask(kernel, 'Go')).messages)).to.deep.equal(['ran']);
    expect(entered).to.equal(DEEPEST);
    expect(refusals).to.deep.equal([TOO_DEEP]);
  });

  inBothModes('48: does not count a run that a function set off and did not wait for', async (ask) => {
    const later: Promise<unknown>[] = [];
    const kernel = aKernel(aModel(calls(call('lab-run')), 'Done.', 'Later.'), {
      run: () => {
        later.push(
          settle()
            .then(settle)
            .then(() => currentContext()?.depth),
        );
        return 'ran';
      },
    });
    await ask(kernel, 'Go');
    expect(await Promise.all(later)).to.deep.equal([undefined]);
  });
});

describe('a leaf', () => {
  it('runs without a context of its own, and is as exclusive as others', async () => {
    const kernel = new Kernel();
    const seen: unknown[] = [];
    let running = 0;
    const work = defineFunction({ name: 'work', input: { type: 'object' }, exclusive: true, leaf: true }, async () => {
      running += 1;
      await settle();
      seen.push(running, currentContext());
      running -= 1;
      return 'worked';
    });
    kernel.addPlugin(definePlugin('lab', [work]));
    const results = await Promise.all([kernel.invoke('lab-work'), kernel.invoke('lab-work')]);
    expect(results.map(String)).to.deep.equal(['worked', 'worked']);
    expect(seen).to.deep.equal([1, undefined, 1, undefined]);
  });

  it('does not hold up one that it runs in', async () => {
    const kernel = new Kernel();
    const inner = defineFunction({ name: 'inner', input: { type: 'object' }, exclusive: true, leaf: true }, () => 'in');
    const outer = defineFunction({ name: 'outer', input: { type: 'object' }, exclusive: true }, async (_input, scope) =>
      String(await scope.kernel.invoke('lab-inner')),
    );
    kernel.addPlugin(definePlugin('lab', [inner, outer]));
    expect(String(await kernel.invoke('lab-outer'))).to.equal('in');
  });
});
