import { expect } from 'chai';
import { ScriptedChatService } from '../../src/testing/index.js';
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
});
