import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { startSharedCall } from '../../src/auth/shared-call.js';
import { aLimitClock } from '../helpers/a-limit-clock.js';
import { rejectionOf } from '../helpers/rejection-of.js';

describe('startSharedCall', () => {
  it('rejects who has left before the call was joined', async () => {
    const leaving = new AbortController();
    const reason = new Error('left');
    const call = startSharedCall(
      () => {
        leaving.abort(reason);
        return new Promise<string>(() => undefined);
      },
      { detached: false, clock: aLimitClock() },
    );
    expect(await rejectionOf(call.wait(leaving.signal))).to.equal(reason);
    expect(call.abandoned, 'nobody had joined').to.equal(false);
  });

  it('leaves nothing on the signals of those who were served or have left', async () => {
    let answer = (_value: string): void => undefined;
    const call = startSharedCall(() => new Promise<string>((resolve) => (answer = resolve)), {
      detached: false,
      clock: aLimitClock(),
    });
    const [staying, leaving] = [new AbortController(), new AbortController()];
    const [stays, left] = [call.wait(staying.signal), call.wait(leaving.signal)];
    leaving.abort(new Error('left'));
    await rejectionOf(left);
    expect(getEventListeners(leaving.signal, 'abort')).to.deep.equal([]);
    answer('abc');
    expect(await stays).to.equal('abc');
    await new Promise((resolve) => setImmediate(resolve));
    expect(getEventListeners(staying.signal, 'abort')).to.deep.equal([]);
  });
});
