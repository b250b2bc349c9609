import { expect } from 'chai';
import { createSlots } from '../../src/http/slots.js';
import { rejectionOf } from '../helpers/rejection-of.js';

describe('createSlots', () => {
  it('lets as many in as there are slots, and the others in their order', async () => {
    const slots = createSlots(2);
    const order: string[] = [];
    const enter = async (name: string): Promise<() => void> => {
      const release = await slots.take();
      order.push(name);
      return release;
    };
    const [one, two] = [await enter('one'), await enter('two')];
    const waiting = [enter('three'), enter('four')];
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).to.deep.equal(['one', 'two']);
    two();
    two();
    (await waiting[0])?.();
    (await waiting[1])?.();
    one();
    expect(order).to.deep.equal(['one', 'two', 'three', 'four']);
    await Promise.all([enter('five'), enter('six')]);
  });

  it('lets one who waits leave, with the reason of the signal, and keeps the place of the others', async () => {
    const slots = createSlots(1);
    const release = await slots.take();
    const leaving = new AbortController();
    const left = slots.take(leaving.signal);
    const stays = slots.take(new AbortController().signal);
    const reason = new Error('enough');
    leaving.abort(reason);
    expect(await rejectionOf(left)).to.equal(reason);
    release();
    (await stays)();
    expect(await rejectionOf(slots.take(leaving.signal)), 'aborted already').to.equal(reason);
    await slots.take();
  });
});
