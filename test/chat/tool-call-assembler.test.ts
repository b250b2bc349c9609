import { expect } from 'chai';
import { ToolCallAssembler } from '../../src/chat/tool-call-assembler.js';
import type { ToolCallDelta } from '../../src/chat/tool-call-assembler.js';
import type { ToolCall } from '../../src/index.js';

const TWO: ToolCall[] = [
  { id: 'a', name: 'one', arguments: '{"x":1}' },
  { id: 'b', name: 'two', arguments: '{"y":2}' },
];

/** A piece; what is undefined is left out. */
function piece(index?: number, id?: string | null, name?: string | null, args?: unknown): ToolCallDelta {
  return JSON.parse(
    JSON.stringify({ index, id, type: 'function', function: { name, arguments: args } }),
  ) as ToolCallDelta;
}

function assemble(pieces: readonly ToolCallDelta[]): ToolCall[] {
  const assembler = new ToolCallAssembler();
  for (const each of pieces) assembler.add(each);
  return assembler.finish();
}

function withoutIds(calls: readonly ToolCall[]): Omit<ToolCall, 'id'>[] {
  expect(new Set(calls.map((call) => call.id)).size).to.equal(calls.length);
  for (const { id } of calls) expect(id).to.match(/^call_[0-9a-f-]{36}$/);
  return calls.map(({ name, arguments: args }) => ({ name, arguments: args }));
}

const TWO_WITHOUT_IDS = [
  { name: 'one', arguments: '{"x":1}' },
  { name: 'two', arguments: '{"y":2}' },
];

describe('ToolCallAssembler', () => {
  it('puts a regular stream together', () => {
    const pieces = [
      piece(0, 'a', 'one', ''),
      piece(0, undefined, undefined, '{"x"'),
      piece(0, undefined, undefined, ':1}'),
      piece(1, 'b', 'two', ''),
      piece(1, undefined, undefined, '{"y":2}'),
    ];
    expect(assemble(pieces)).to.deep.equal(TWO);
  });

  it('puts interleaved calls together', () => {
    const pieces = [
      piece(0, 'a', 'one', ''),
      piece(1, 'b', 'two', '{"y"'),
      piece(0, undefined, undefined, '{"x":1}'),
      piece(1, undefined, undefined, ':2}'),
    ];
    expect(assemble(pieces)).to.deep.equal(TWO);
  });

  it('tells calls apart that all have index 0', () => {
    expect(assemble([piece(0, 'a', 'one', '{"x":1}'), piece(0, 'b', 'two', '{"y":2}')])).to.deep.equal(TWO);
    const inPieces = [
      piece(0, 'a', 'one', '{"x"'),
      piece(0, 'a', undefined, ':1}'),
      piece(0, 'b', 'two', ''),
      piece(0, 'b', undefined, '{"y":2}'),
    ];
    expect(assemble(inPieces)).to.deep.equal(TWO);
  });

  it('does without an index', () => {
    const pieces = [
      piece(undefined, 'a', 'one', '{"x"'),
      piece(undefined, 'a', undefined, ':1}'),
      piece(undefined, 'b', 'two', ''),
      piece(undefined, undefined, undefined, '{"y":2}'),
    ];
    expect(assemble(pieces)).to.deep.equal(TWO);
  });

  it('makes ids where there are none', () => {
    const pieces = [
      piece(0, undefined, 'one', '{"x"'),
      piece(0, undefined, undefined, ':1}'),
      piece(1, undefined, 'two', '{"y":2}'),
    ];
    expect(withoutIds(assemble(pieces))).to.deep.equal(TWO_WITHOUT_IDS);
  });

  it('makes ids where they are empty or null', () => {
    const pieces = [piece(0, '', 'one', '{"x"'), piece(0, '', '', ':1}'), piece(1, null, 'two', '{"y":2}')];
    expect(withoutIds(assemble(pieces))).to.deep.equal(TWO_WITHOUT_IDS);
  });

  it('keeps the first id where every piece has one of its own', () => {
    const pieces = [
      piece(0, 'a', 'one', ''),
      piece(0, 'a2', undefined, '{"x"'),
      piece(0, 'a3', null, ':1}'),
      piece(1, 'b', 'two', '{"y"'),
      piece(1, 'b2', '', ':2}'),
    ];
    expect(assemble(pieces)).to.deep.equal(TWO);
  });

  it('appends to neither id nor name where both are repeated', () => {
    const pieces = [
      piece(0, 'a', 'one', '{"x"'),
      piece(0, 'a', 'one', ':1}'),
      piece(1, 'b', 'two', '{"y"'),
      piece(1, 'b', 'two', ':2}'),
    ];
    expect(assemble(pieces)).to.deep.equal(TWO);
    const withoutIndex = pieces.map((each) => ({ ...each, index: undefined }));
    expect(assemble(withoutIndex)).to.deep.equal(TWO);
  });

  it('takes arguments that are an object', () => {
    expect(assemble([piece(0, 'a', 'one', { x: 1 }), piece(1, 'b', 'two', { y: 2 })])).to.deep.equal(TWO);
  });

  it('takes indexes that begin with 1', () => {
    expect(assemble([piece(1, 'a', 'one', '{"x":1}'), piece(2, 'b', 'two', '{"y":2}')])).to.deep.equal(TWO);
  });

  it('leaves placeholders out', () => {
    const pieces = [piece(0, 'p', '', ''), piece(1, 'a', 'one', '{"x":1}'), piece(2, 'b', 'two', '{"y":2}'), piece(3)];
    expect(assemble(pieces)).to.deep.equal(TWO);
    expect(assemble([piece(0), { index: 0 }, {}])).to.deep.equal([]);
  });

  it('tells calls apart that reuse an index without ids', () => {
    const pieces = [
      piece(0, undefined, 'one', '{"x"'),
      piece(0, undefined, undefined, ':1}'),
      piece(0, undefined, 'two', '{"y":2}'),
    ];
    expect(withoutIds(assemble(pieces))).to.deep.equal(TWO_WITHOUT_IDS);
  });

  it('goes on with a call whose name is repeated without an id before its arguments are whole', () => {
    const pieces = [
      piece(0, undefined, 'one', '{"x"'),
      piece(0, undefined, 'one', ':{}'),
      piece(0, undefined, 'one', '}'),
    ];
    expect(withoutIds(assemble(pieces))).to.deep.equal([{ name: 'one', arguments: '{"x":{}}' }]);
    const withoutIndex = pieces.map((each) => ({ ...each, index: undefined }));
    expect(withoutIds(assemble(withoutIndex))).to.deep.equal([{ name: 'one', arguments: '{"x":{}}' }]);
  });

  it('tells calls apart that have neither index nor id', () => {
    const pieces = [piece(undefined, undefined, 'one', '{"x":1} '), piece(undefined, undefined, 'two', '{"y":2}')];
    expect(withoutIds(assemble(pieces))).to.deep.equal([{ name: 'one', arguments: '{"x":1} ' }, TWO_WITHOUT_IDS[1]]);
  });

  it('keeps fields that it does not know', () => {
    const pieces = [
      { ...piece(0, 'a', 'one', '{"x":1}'), extra_content: { google: { thought_signature: 's' } } },
      { ...piece(0), other: 1 },
    ];
    expect(assemble(pieces)).to.deep.equal([
      { ...TWO[0], extra: { extra_content: { google: { thought_signature: 's' } }, other: 1 } },
    ]);
  });

  it('keeps a field called __proto__ as a field', () => {
    const odd = JSON.parse(
      '{"index":0,"id":"a","function":{"name":"one","arguments":"{}"},"__proto__":{"polluted":true}}',
    ) as ToolCallDelta;
    const [call] = assemble([odd, odd]);
    expect(call).not.to.have.property('polluted');
    expect(JSON.stringify(call?.extra)).to.equal('{"__proto__":{"polluted":true}}');
    expect(call?.extra?.['polluted']).to.equal(undefined);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('survives pieces that are garbage', () => {
    const garbage = [
      { index: '0', id: 5, function: 'x' },
      { function: null },
      { index: Number.NaN, function: { name: 7, arguments: 7 } },
    ];
    expect(assemble(garbage)).to.deep.equal([]);
  });

  it('knows whether all of it is whole', () => {
    const assembler = new ToolCallAssembler();
    expect(assembler.isComplete).to.equal(true);
    assembler.add(piece(0, 'a', 'one', ''));
    expect(assembler.isComplete).to.equal(false);
    assembler.add(piece(0, undefined, undefined, '{"x"'));
    expect(assembler.isComplete).to.equal(false);
    assembler.add(piece(0, undefined, undefined, ':1}'));
    expect(assembler.isComplete).to.equal(true);
    assembler.add(piece(1));
    expect(assembler.isComplete).to.equal(true);
    assembler.add(piece(1, 'b'));
    expect(assembler.isComplete).to.equal(false);
    assembler.add(piece(1, undefined, 'two', ' '));
    expect(assembler.isComplete).to.equal(false);
    assembler.add(piece(1, undefined, undefined, {}));
    expect(assembler.isComplete).to.equal(true);
  });

  it('takes no longer per piece for long arguments of a server that repeats the name', () => {
    const startedAt = process.cpuUsage();
    const pieces = 60_000;
    const assembler = new ToolCallAssembler();
    assembler.add(piece(0, undefined, 'one', '{"code":"'));
    for (let each = 0; each < pieces; each += 1) assembler.add(piece(0, undefined, 'one', 'x = 1; '));
    assembler.add(piece(0, undefined, 'one', '"}'));
    const [call] = assembler.finish();
    expect(call?.arguments).to.have.lengthOf(pieces * 7 + 11);
    // Parsing the whole at each piece takes minutes.
    expect(process.cpuUsage(startedAt).user / 1000).to.be.below(5000);
  });
});
