import { expect } from 'chai';
import { SessionSetup } from '../../src/plugins/session-setup.js';
import type { ExecutionResult } from '../../src/sessions/execution-result.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const succeeded: ExecutionResult = { status: 'Succeeded', stdout: '', stderr: '', images: [], raw: {} };

describe('SessionSetup', () => {
  let time = 0;
  let runs = 0;
  const run = (): Promise<ExecutionResult> => {
    runs += 1;
    return Promise.resolve(succeeded);
  };
  beforeEach(() => {
    time = Date.UTC(2026, 0, 1);
    runs = 0;
  });

  it('runs once for each session that is in use', async () => {
    const setup = new SessionSetup(() => time);
    for (let minute = 0; minute < 60; minute += 4) {
      await setup.ensure('one', run);
      time += 4 * 60_000;
    }
    expect(runs).to.equal(1);
    await setup.ensure('two', run);
    expect(runs).to.equal(2);
  });

  it('runs again in a session that was not used for the shortest cooldown, or that is forgotten', async () => {
    const setup = new SessionSetup(() => time);
    await setup.ensure('one', run);
    time += 300_000;
    await setup.ensure('one', run);
    setup.forget('one');
    await setup.ensure('one', run);
    expect(runs).to.equal(3);
  });

  it('runs once for all who wait for it, and again if it has failed for the first', async () => {
    const setup = new SessionSetup(() => time);
    let fail = (_error: Error): void => undefined;
    const failing = setup.ensure('one', () => new Promise((_resolve, reject) => (fail = reject)));
    const others = [setup.ensure('one', run), setup.ensure('one', run)];
    fail(new Error('aborted'));
    expect(await rejectionOf(failing)).to.include({ message: 'aborted' });
    await Promise.all(others);
    expect(runs).to.equal(1);
  });

  it('runs again if it is forgotten while it runs', async () => {
    const setup = new SessionSetup(() => time);
    let finish = (): void => undefined;
    const slow = (): Promise<ExecutionResult> =>
      runs === 0 ? new Promise((resolve) => (finish = () => resolve(run()))) : run();
    const first = setup.ensure('one', slow);
    setup.forget('one');
    finish();
    await first;
    expect(runs).to.equal(2);
    await setup.ensure('one', run);
    expect(runs).to.equal(2);
  });
});
