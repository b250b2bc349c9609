import { expect } from 'chai';
import { isKernelError } from '../../src/index.js';
import { ScriptedChatService } from '../../src/testing/index.js';
import { rejection } from '../helpers/in-both-modes.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

describe('ScriptedChatService', () => {
  for (const turns of [undefined, null, 'Hello.', { toolCalls: [] }]) {
    it(`refuses ${JSON.stringify(turns)} in place of a list of turns`, () => {
      expect(thrownBy(() => new ScriptedChatService(untyped(turns))))
        .to.include({ code: 'invalid_options' })
        .and.have.property('message')
        .that.contains("A script is a list of turns, such as ['Hello.'], not ");
    });
  }

  for (const turn of [undefined, null, 7, {}, { content: 'Hello.' }, { toolCalls: 'none' }, { toolCalls: [null] }]) {
    const title = `refuses ${JSON.stringify(turn)} in place of a turn, and says which`;
    it(title, async () => {
      const problem =
        /^Turn 2 of the script is none: it is a text, \{ toolCalls: \[\{ name, arguments \}\] \}, or a whole/;
      const error = thrownBy(() => new ScriptedChatService(['Hello.', untyped(turn)]));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
      expect(error).to.have.property('message').that.matches(problem);
      const late = new ScriptedChatService(['Hello.', () => untyped(turn)]);
      const { signal } = new AbortController();
      await late.complete({ messages: [] }, { signal });
      expect(await rejection(late.complete({ messages: [] }, { signal })))
        .to.have.property('message')
        .that.matches(problem);
    });
  }
});
