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
