import { expect } from 'chai';
import { ChatHistory } from '../../src/index.js';
import { WireMessages } from '../../src/kernel/wire-messages.js';
import { call } from '../helpers/a-model.js';

function aHistory(): ChatHistory {
  return new ChatHistory([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: null, toolCalls: [call('functions.run', '{"a":'), call('x'.repeat(70), {}, '2')] },
    { role: 'tool', toolCallId: 'call_1', name: 'functions.run', content: 'no', isError: true },
    { role: 'tool', toolCallId: '2', name: '', content: 'yes' },
    { role: 'assistant', content: 'Done.' },
  ]);
}

function firstCallOf(message: object): object {
  const [first] = (message as { toolCalls: readonly object[] }).toolCalls;
  return first ?? {};
}

describe('WireMessages', () => {
  it('mends names and arguments, and leaves the history as it is', () => {
    const history = aHistory();
    const before = structuredClone(history.messages);
    const wire = new WireMessages().of(history.messages);
    expect(history.messages).to.deep.equal(before);
    expect(wire.slice(0, 2)).to.deep.equal(before.slice(0, 2));
    expect(wire.slice(2)).to.deep.equal([
      {
        role: 'assistant',
        content: null,
        toolCalls: [
          { id: 'call_1', name: 'functions_run', arguments: '{}' },
          { id: '2', name: 'x'.repeat(64), arguments: '{}' },
        ],
      },
      { role: 'tool', toolCallId: 'call_1', name: 'functions_run', content: 'no', isError: true },
      { role: 'tool', toolCallId: '2', name: 'unknown', content: 'yes' },
      { role: 'assistant', content: 'Done.' },
    ]);
  });

  it('sends a replacement for the half of a character, which services take for broken JSON in every request from then on', () => {
    const { messages } = new ChatHistory([
      { role: 'system', content: 'a\uD83D' },
      { role: 'user', content: '\uDE00b 😀' },
      { role: 'assistant', content: 'c\uD83D', refusal: 'd\uD83D', toolCalls: [call('run', '{"code":"e\uD83D"}')] },
      { role: 'tool', toolCallId: 'call_1', name: 'run', content: 'f\uD83D\uD83D' },
      { role: 'assistant', content: 'g\uD83D', extra: { thinking: 'h' } },
    ]);
    const before = structuredClone(messages);
    const sent = new WireMessages();
    const wire = sent.of(messages);
    expect(wire).to.deep.equal([
      { role: 'system', content: 'a\uFFFD' },
      { role: 'user', content: '\uFFFDb 😀' },
      {
        role: 'assistant',
        content: 'c\uFFFD',
        refusal: 'd\uFFFD',
        toolCalls: [{ ...call('run'), arguments: '{"code":"e\uFFFD"}' }],
      },
      { role: 'tool', toolCallId: 'call_1', name: 'run', content: 'f\uFFFD\uFFFD' },
      { role: 'assistant', content: 'g\uFFFD', extra: { thinking: 'h' } },
    ]);
    expect(messages).to.deep.equal(before);
    expect(sent.of(messages)[3]).to.equal(wire[3]);
  });

  it('gives the same frozen copies each time', () => {
    const { messages } = aHistory();
    const sent = new WireMessages();
    const [first, second] = [sent.of(messages), sent.of(messages)];
    for (const [index, message] of first.entries()) {
      expect(second[index]).to.equal(message);
      expect(Object.isFrozen(message)).to.equal(true);
      expect(message).not.to.equal(messages[index]);
    }
    const [, , assistant] = first;
    const toolCalls = assistant?.role === 'assistant' ? assistant.toolCalls : undefined;
    expect([toolCalls, toolCalls?.[0]].map(Object.isFrozen)).to.deep.equal([true, true]);
    expect(toolCalls).to.have.length(2);
  });

  it('notices what is written to a message of the history', () => {
    const { messages } = aHistory();
    const sent = new WireMessages();
    sent.of(messages);
    const [, user, assistant, tool] = messages;
    if (user?.role !== 'user' || assistant?.role !== 'assistant' || tool?.role !== 'tool') throw new Error('roles');
    user.content = 'Goodbye';
    tool.content = 'redacted';
    delete tool.isError;
    assistant.content = 'Let me see.';
    assistant.toolCalls?.pop();
    const [first] = assistant.toolCalls ?? [];
    if (first !== undefined) first.arguments = '{"a":1}';
    expect(sent.of(messages).slice(1, 4)).to.deep.equal([
      { role: 'user', content: 'Goodbye' },
      {
        role: 'assistant',
        content: 'Let me see.',
        toolCalls: [{ id: 'call_1', name: 'functions_run', arguments: '{"a":1}' }],
      },
      { role: 'tool', toolCallId: 'call_1', name: 'functions_run', content: 'redacted' },
    ]);
    Object.assign(Object(first), { id: 'a', name: 'renamed' });
    Object.assign(tool, { toolCallId: 'a', name: 'renamed' });
    expect(sent.of(messages).slice(2, 4)).to.deep.equal([
      { role: 'assistant', content: 'Let me see.', toolCalls: [{ id: 'a', name: 'renamed', arguments: '{"a":1}' }] },
      { role: 'tool', toolCallId: 'a', name: 'renamed', content: 'redacted' },
    ]);
    assistant.toolCalls?.push(call('other', {}, 'c'));
    expect(sent.of(messages)[2]).to.have.property('toolCalls').with.lengthOf(2);
    assistant.toolCalls?.splice(0, 2, call('other', {}, 'b'));
    expect(sent.of(messages)[2]).to.have.deep.property('toolCalls', [{ id: 'b', name: 'other', arguments: '{}' }]);
  });

  const written: [string, number, (message: object) => void][] = [
    ['the role of the user', 1, (message) => Object.assign(message, { role: 'system' })],
    ['the role of an answer', 5, (message) => Object.assign(message, { role: 'user' })],
    ['the role of a result', 4, (message) => Object.assign(message, { role: 'user' })],
    ['the content of the user', 1, (message) => Object.assign(message, { content: 'new' })],
    ['the content of an answer', 5, (message) => Object.assign(message, { content: 'new' })],
    ['the refusal of an answer', 5, (message) => Object.assign(message, { refusal: 'No.' })],
    ['the extra of an answer', 5, (message) => Object.assign(message, { extra: { thinking: 'x' } })],
    ['the id of a result', 4, (message) => Object.assign(message, { toolCallId: 'new' })],
    ['the name of a result', 4, (message) => Object.assign(message, { name: 'new' })],
    ['the content of a result', 4, (message) => Object.assign(message, { content: 'new' })],
    ['that a result is an error', 4, (message) => Object.assign(message, { isError: true })],
    ['the id of a call', 2, (message) => Object.assign(firstCallOf(message), { id: 'new' })],
    ['the name of a call', 2, (message) => Object.assign(firstCallOf(message), { name: 'new' })],
    ['the arguments of a call', 2, (message) => Object.assign(firstCallOf(message), { arguments: '{"new":1}' })],
  ];
  for (const [what, place, write] of written) {
    it(`notices ${what}, written to alone`, () => {
      const { messages } = aHistory();
      const sent = new WireMessages();
      const before = sent.of(messages)[place];
      write(Object(messages[place]));
      const after = sent.of(messages)[place];
      expect(after).to.deep.equal(new WireMessages().of(messages)[place]);
      expect(after).to.not.deep.equal(before);
    });
  }

  it('knows messages again that stand elsewhere, and is not confused by others in their places', () => {
    const { messages } = aHistory();
    const sent = new WireMessages();
    sent.of(messages);
    const moved = [...messages.slice(2), ...messages.slice(0, 2)];
    expect(sent.of(moved).map(({ role }) => role)).to.deep.equal(moved.map(({ role }) => role));
    expect(sent.of(messages)).to.deep.equal(new WireMessages().of(messages));
  });

  it('freezes nothing of the history, and nothing that holds a part of it', () => {
    const thinking = { text: 'b' };
    const { messages } = new ChatHistory([{ role: 'assistant', content: 'a', extra: { thinking } }]);
    const [wire] = new WireMessages().of(messages);
    expect([messages[0], thinking, wire].map(Object.isFrozen)).to.deep.equal([false, false, false]);
    const signed = { ...call('run'), extra: { signature: 'c' } };
    const { messages: others } = new ChatHistory([
      { role: 'assistant', content: null, toolCalls: [call('run', {}, '2'), signed] },
    ]);
    expect(new WireMessages().of(others).map(Object.isFrozen)).to.deep.equal([false]);
  });

  it('notices a field that a call is given to be replayed', () => {
    const made = call('f');
    const { messages } = new ChatHistory([{ role: 'assistant', content: null, toolCalls: [made] }]);
    const sent = new WireMessages();
    sent.of(messages);
    const [assistant] = messages;
    if (assistant?.role === 'assistant') Object.assign(Object(assistant.toolCalls?.[0]), { extra: { signature: 'a' } });
    expect(sent.of(messages)).to.deep.equal([
      { role: 'assistant', content: null, toolCalls: [{ ...made, extra: { signature: 'a' } }] },
    ]);
  });

  it('notices what is written into the fields that are replayed verbatim', () => {
    const { messages } = new ChatHistory([
      { role: 'assistant', content: 'a', extra: { thinking: { text: 'b' } } },
      { role: 'assistant', content: null, toolCalls: [{ ...call('f'), extra: { signature: { text: 'c' } } }] },
      { role: 'tool', toolCallId: 'call_1', name: 'f', content: 'd' },
    ]);
    const sent = new WireMessages();
    const texts = (): unknown[] =>
      sent.of(messages).flatMap((message) => {
        if (message.role !== 'assistant') return [];
        return [message.extra, ...(message.toolCalls ?? []).map(({ extra }) => extra)];
      });
    expect(texts()).to.deep.equal([{ thinking: { text: 'b' } }, undefined, { signature: { text: 'c' } }]);
    const [one, two] = messages;
    if (one?.role === 'assistant') Object.assign(Object(one.extra?.['thinking']), { text: 'B' });
    if (two?.role === 'assistant') Object.assign(Object(two.toolCalls?.[0]?.extra), { signature: 'C' });
    expect(texts()).to.deep.equal([{ thinking: { text: 'B' } }, undefined, { signature: 'C' }]);
  });
});
