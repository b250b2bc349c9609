// A plugin of your own: as a class with decorators, and as plain functions. Both are called by the model and by you.
import assert from 'node:assert/strict';
import { FunctionError, Kernel, defineFunction, definePlugin, kernelFunction } from 'dynamic-sessions-kernel';
import type { InvocationScope } from 'dynamic-sessions-kernel';
import { ScriptedChatService } from 'dynamic-sessions-kernel/testing';

class Orders {
  readonly #orders = new Map([['A-17', { item: 'lamp', owner: 'ada' }]]);

  @kernelFunction({
    name: 'find_order',
    description: 'Finds an order of the current user.',
    parameters: {
      number: { type: 'string', description: 'Order number, such as A-17' },
      user: { type: 'string', hidden: true }, // The application says who asks; the model cannot.
    },
  })
  findOrder(number: string, user: string): { item: string } {
    const order = this.#orders.get(number);
    // What a FunctionError says, the model reads.
    if (order?.owner !== user) throw new FunctionError(`There is no order ${number}.`);
    return { item: order.item };
  }
}

const shipping = definePlugin('shipping', [
  defineFunction(
    {
      name: 'days_to_deliver',
      description: 'How many days a delivery takes.',
      input: {
        type: 'object',
        properties: { item: { type: 'string' } },
        required: ['item'],
        additionalProperties: false,
      },
    },
    ({ item }: { item: string }, scope: InvocationScope) => {
      scope.signal.throwIfAborted();
      return item === 'lamp' ? 3 : 14;
    },
  ),
]);

const model = new ScriptedChatService([
  { toolCalls: [{ name: 'orders-find_order', arguments: { number: 'A-17' } }] },
  { toolCalls: [{ name: 'shipping-days_to_deliver', arguments: { item: 'lamp' } }] },
  ({ messages }) => `Your lamp arrives in ${messages.at(-1)?.content} days.`,
]);
const kernel = new Kernel({ services: model });
const orders = kernel.addPlugin(new Orders(), 'orders');
kernel.addPlugin(shipping);

const result = await kernel.chat('When does A-17 arrive?', { arguments: { user: 'ada' } });
console.log(result.text);
assert.equal(result.text, 'Your lamp arrives in 3 days.');
assert.equal((await kernel.invoke(orders['find_order'], { number: 'A-17', user: 'ada' })).text, '{"item":"lamp"}');
await assert.rejects(kernel.invoke(orders['find_order'], { number: 'A-17', user: 'eve' }), /There is no order A-17/);
