import { expect } from 'chai';
import { ChatHistory, isKernelError } from '../../src/index.js';
import type { ChatMessage } from '../../src/index.js';
import { call, calls } from '../helpers/a-model.js';
import { expectValid } from '../helpers/in-both-modes.js';
import { thrownBy } from '../helpers/thrown-by.js';

const ASSISTANT = calls(call('lab-run', {}, 'x'), call('lab-stop', {}, 'y')).message;
const ANSWER: ChatMessage = { role: 'tool', toolCallId: 'x', name: 'lab-run', content: 'ok' };

describe('ChatHistory', () => {
  it('collects messages', () => {
    const history = new ChatHistory()
      .addSystem('Be brief.')
      .addUser('Hi')
      .addAssistant('Hello.')
      .add(ASSISTANT)
      .add(ANSWER);
    expect(history.messages).to.deep.equal([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
      ASSISTANT,
      ANSWER,
    ]);
  });

  it('is made of a list', () => {
    for (const messages of [null, 'Hi', {}, 5]) {
      const error = thrownBy(() => new ChatHistory(messages as never));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_history' });
      expect(error).to.have.property('message').that.contains('A history is made of a list of messages, not of ');
    }
    expect(new ChatHistory(undefined).messages).to.deep.equal([]);
  });

  it('keeps copies of what it is given, and gives copies away', () => {
    const message = structuredClone(calls({ ...call('lab-run'), id: 'x' }).message);
    const history = new ChatHistory([message]);
    const clone = history.clone();
    message.toolCalls?.pop();
    message.content = 'changed';
    const json = history.toJSON();
    json.messages.pop();
    clone.addUser('more');
    expect(history.messages).to.deep.equal([calls(call('lab-run', {}, 'x')).message]);
  });

  it('shares nothing of `extra` with what it is given and gives away', () => {
    // Of a service of somebody's own, which keeps something there that cannot be copied.
    const release = (): void => {};
    const extra = (): Record<string, unknown> => ({ responsesOutput: [{ type: 'reasoning', id: 'rs_1' }], release });
    const written = (): ChatMessage => ({
      role: 'assistant',
      content: null,
      toolCalls: [{ ...call('lab-run'), extra: { extra_content: { google: { thought_signature: 's' } } } }],
      extra: extra(),
    });
    const message = written();
    const history = new ChatHistory([message]);
    const copies = [message, history.clone().messages[0], history.toJSON().messages[0]];
    for (const copy of copies) {
      if (copy?.role !== 'assistant') throw new Error('This is not the message.');
      const { responsesOutput: items } = copy.extra as { responsesOutput: object[] };
      Object.assign(items[0] ?? {}, { id: 'forged' });
      Object.assign(copy.toolCalls?.[0]?.extra ?? {}, { extra_content: 'forged' });
    }
    expect(history.messages).to.deep.equal([written()]);
  });

  for (const [what, message] of [
    ['null', null],
    ['a string', 'Hi'],
    ['no role', { content: 'Hi' }],
    ['a role that there is not', { role: 'developer', content: 'Hi' }],
    ['a user without text', { role: 'user', content: null }],
    ['a user with parts', { role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    ['an assistant without content', { role: 'assistant' }],
    [
      'calls as the `openai` package has them',
      { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'b' } }] },
    ],
    ['calls that are no list', { role: 'assistant', content: null, toolCalls: {} }],
    ['a call without an id', { role: 'assistant', content: null, toolCalls: [{ id: '', name: 'a', arguments: '' }] }],
    [
      'a call whose arguments are no text',
      { role: 'assistant', content: null, toolCalls: [{ id: 'a', name: 'a', arguments: {} }] },
    ],
    ['a call that is null', { role: 'assistant', content: null, toolCalls: [null] }],
    ['a call without a name', { role: 'assistant', content: null, toolCalls: [{ id: 'a', arguments: '' }] }],
    ['two calls with one id', { role: 'assistant', content: null, toolCalls: [call('a'), call('b')] }],
    ['an answer without an id', { role: 'tool', toolCallId: '', name: 'a', content: '' }],
    ['an answer without a name', { role: 'tool', toolCallId: 'a', content: '' }],
    ['an answer without text', { role: 'tool', toolCallId: 'a', name: 'a', content: null }],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = thrownBy(() => new ChatHistory().addUser('Hi').add(message as never));
      expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_history' });
      expect(error)
        .to.have.property('message')
        .that.matches(/^Message 1 of the history /);
      const json = JSON.parse(JSON.stringify({ version: 1, messages: [message] })) as unknown;
      expect(thrownBy(() => ChatHistory.from(json))).to.include({ code: 'invalid_history' });
    });
  }

  it('names the calls that have no answer', () => {
    const history = new ChatHistory([{ role: 'user', content: 'Go' }, ASSISTANT, ANSWER]);
    expect(history.openCalls()).to.deep.equal([call('lab-stop', {}, 'y')]);
    history.add({ ...ANSWER, toolCallId: 'y' });
    expect(history.openCalls()).to.deep.equal([]);
  });

  it('closes open calls where their answers belong', () => {
    const history = new ChatHistory([
      ASSISTANT,
      ANSWER,
      { role: 'user', content: 'And?' },
      calls(call('lab-run', {}, 'z')).message,
    ]);
    history.closeOpenCalls();
    expect(history.messages).to.deep.equal([
      ASSISTANT,
      ANSWER,
      {
        role: 'tool',
        toolCallId: 'y',
        name: 'lab-stop',
        content: 'Error: cancelled by the caller before it finished.',
        isError: true,
      },
      { role: 'user', content: 'And?' },
      calls(call('lab-run', {}, 'z')).message,
      {
        role: 'tool',
        toolCallId: 'z',
        name: 'lab-run',
        content: 'Error: cancelled by the caller before it finished.',
        isError: true,
      },
    ]);
    expectValid(history);
    history.closeOpenCalls();
    expect(history.messages).to.have.lengthOf(6);
  });

  it('closes open calls with a text of the application', () => {
    const history = new ChatHistory([ASSISTANT]);
    history.closeOpenCalls('Error: the program was restarted.');
    expect(history.messages.slice(1).map(({ content }) => content)).to.deep.equal([
      'Error: the program was restarted.',
      'Error: the program was restarted.',
    ]);
    expectValid(history);
  });

  it('survives JSON, with errors and extra fields', () => {
    const extra = { reasoning_content: 'hm', nested: { list: [1, { a: null }] } };
    const history = new ChatHistory([
      { ...ASSISTANT, toolCalls: [{ ...call('lab-run', '{"bro', 'x'), extra }], extra, refusal: 'no' },
      { ...ANSWER, isError: true },
    ]);
    const text = JSON.stringify(history);
    expect(JSON.stringify(ChatHistory.from(JSON.parse(text)))).to.equal(text);
    expect(ChatHistory.from(history.toJSON()).messages).to.deep.equal(history.messages);
    expect(text).to.match(/^\{"version":1,"messages":\[/);
  });

  for (const json of [
    null,
    undefined,
    'text',
    [],
    {},
    { version: 2, messages: [] },
    { version: 1 },
    { version: 1, messages: 'x' },
  ]) {
    it(`refuses to read ${JSON.stringify(json)}`, () => {
      expect(thrownBy(() => ChatHistory.from(json)))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_history' });
    });
  }

  it('refuses to read answers to calls that are not open, and what is no plain data', () => {
    for (const messages of [
      [ANSWER],
      [ASSISTANT, ANSWER, ANSWER],
      [ASSISTANT, { role: 'user', content: '' }, ANSWER],
      [() => 1],
    ]) {
      expect(thrownBy(() => ChatHistory.from({ version: 1, messages })))
        .to.satisfy(isKernelError)
        .and.include({ code: 'invalid_history' });
    }
  });

  it('reads a history with open calls, to be closed', () => {
    const history = ChatHistory.from({ version: 1, messages: [ASSISTANT, ANSWER] });
    expect(history.openCalls()).to.have.lengthOf(1);
  });
});
