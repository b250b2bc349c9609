import { expect } from 'chai';
import { FunctionChoiceBehavior, FunctionError } from '../../src/index.js';
import type { Kernel } from '../../src/index.js';
import { aKernel, aPromise, toolTexts } from '../helpers/a-kernel.js';
import { aModel, call, calls } from '../helpers/a-model.js';
import { inBothModes } from '../helpers/in-both-modes.js';

const FOUR_AT_ONCE = FunctionChoiceBehavior.auto({ concurrency: 4 });

async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A kernel whose model calls `lab-run` with `n` of 1, 2 and 3 in one message. */
function aBusyKernel(log: string[], exclusive: true | ((args: Readonly<Record<string, unknown>>) => string)): Kernel {
  const three = ['1', '2', '3'].map((n) => call('lab-run', { n }, n));
  return aKernel(aModel(calls(...three), 'Done.'), {
    run: [
      { exclusive },
      async ({ n }) => {
        log.push(`${String(n)} begins`);
        await settle();
        log.push(`${String(n)} ends`);
        return `ran ${String(n)}`;
      },
    ],
  });
}

/** Holds the call with this id up until the promise is there. */
function holdUp(kernel: Kernel, id: string, until: Promise<void>): void {
  kernel.addFilter('function', async ({ toolCall }, next) => {
    if (toolCall?.id === id) await until;
    await next();
  });
}

describe('Kernel: the order of exclusive calls', () => {
  inBothModes('50: is that of the message, however long a filter takes over a call', async (ask) => {
    const log: string[] = [];
    const slow = aPromise();
    const kernel = aBusyKernel(log, true);
    holdUp(kernel, '1', slow.promise);
    const run = ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
    await settle();
    expect(log).to.deep.equal([]);
    slow.resolve();
    expect(toolTexts((await run).messages)).to.deep.equal(['ran 1', 'ran 2', 'ran 3']);
    expect(log).to.deep.equal(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });

  inBothModes('50: holds where a filter gives a call its key', async (ask) => {
    const log: string[] = [];
    const slow = aPromise();
    const kernel = aBusyKernel(log, ({ session }) => String(session));
    holdUp(kernel, '1', slow.promise);
    kernel.addFilter('function', async (context, next) => {
      context.arguments = { ...context.arguments, session: 'shared' };
      await next();
    });
    const run = ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
    await settle();
    slow.resolve();
    await run;
    expect(log).to.deep.equal(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });

  inBothModes('50: lets calls with other keys run at once', async (ask) => {
    const log: string[] = [];
    await ask(
      aBusyKernel(log, ({ n }) => String(n)),
      'Go',
      { functions: FOUR_AT_ONCE },
    );
    expect(log.slice(0, 3)).to.deep.equal(['1 begins', '2 begins', '3 begins']);
  });

  inBothModes('50: lets no exclusive call wait for one that is not, before it in the message', async (ask) => {
    const log: string[] = [];
    const { promise, resolve } = aPromise();
    const kernel = aKernel(aModel(calls(call('lab-slow', {}, '1'), call('lab-run', {}, '2')), 'Done.'), {
      slow: async () => {
        await promise;
        log.push('slow ends');
      },
      run: [
        { exclusive: true },
        () => {
          log.push('run');
          resolve();
        },
      ],
    });
    setTimeout(resolve, 500).unref();
    await ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
    expect(log).to.deep.equal(['run', 'slow ends']);
  });

  inBothModes('50: goes on past a call that a filter answers, and past one that it refuses', async (ask) => {
    const log: string[] = [];
    const kernel = aBusyKernel(log, true);
    kernel.addFilter('function', async (context, next) => {
      await settle();
      if (context.toolCall?.id === '1') context.result = 'from the cache';
      else if (context.toolCall?.id === '2') throw new FunctionError('Not today.');
      else await next();
    });
    const { messages } = await ask(kernel, 'Go', { functions: FOUR_AT_ONCE });
    expect(toolTexts(messages)).to.deep.equal(['from the cache', 'Error: Not today.', 'ran 3']);
    expect(log).to.deep.equal(['3 begins', '3 ends']);
  });

  inBothModes('74: can be called off while a call waits for those before it', async (ask) => {
    const log: string[] = [];
    const controller = new AbortController();
    const kernel = aBusyKernel(log, true);
    holdUp(kernel, '1', new Promise(() => {}));
    const run = ask(kernel, 'Go', { functions: FOUR_AT_ONCE, signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    await settle();
    controller.abort('enough');
    expect(await run).to.equal('enough');
    expect(log).to.deep.equal([]);
  });
});
