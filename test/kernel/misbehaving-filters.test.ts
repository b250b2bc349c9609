import { expect } from 'chai';
import { ChatHistory, isKernelError } from '../../src/index.js';
import { aKernel, roles } from '../helpers/a-kernel.js';
import { aModel } from '../helpers/a-model.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';

describe('Kernel: filters that set what is none', () => {
  for (const [what, set] of [
    ['undefined for its messages', { messages: undefined }],
    ['a text for its messages', { messages: 'Be brief.' }],
    ['a message that is null', { messages: [null] }],
    ['undefined for its settings', { settings: undefined }],
    ['a number for its settings', { settings: 7 }],
  ] as const) {
    inBothModes(`67: rejects for a prompt filter that sets ${what}, before anything is asked`, async (ask) => {
      const history = new ChatHistory().addUser('Go');
      const model = aModel('Hello.');
      const kernel = aKernel(model);
      kernel.addFilter('prompt', async (context, next) => {
        Object.assign(context, set);
        await next();
      });
      const error = await rejection(ask(kernel, history));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'filter_failed' });
      expect(error)
        .to.have.property('message')
        .that.matches(new RegExp(`^A filter failed: it set \`${Object.keys(set)[0]}\` to `));
      expect(model.requests).to.have.lengthOf(0);
      expect(roles(history.messages)).to.deep.equal(['user']);
    });
  }
});
