import { expect } from 'chai';
import * as fc from 'fast-check';
import { ToolCallAssembler } from '../../src/chat/tool-call-assembler.js';

const RUNS = { seed: 20_261_121, numRuns: 2_000 };

const text = fc.oneof(fc.string(), fc.constantFrom('', 'a', '{', '}', '{}', '{"x":1}', ' ', '"'));
const anything = fc.jsonValue({ maxDepth: 2 });
const piece = fc.record(
  {
    index: fc.oneof(fc.nat(2), anything),
    id: fc.oneof(fc.constantFrom('a', 'b', ''), anything),
    type: fc.oneof(fc.constant('function'), anything),
    function: fc.oneof(
      fc.record({ name: fc.oneof(text, anything), arguments: fc.oneof(text, anything) }, { requiredKeys: [] }),
      anything,
    ),
    other: anything,
    ['__proto__']: anything,
  },
  { requiredKeys: [] },
);

describe('ToolCallAssembler, whatever the pieces,', () => {
  it('makes whole calls of them, each with an id', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const assembler = new ToolCallAssembler();
        for (const each of pieces) {
          assembler.add(each);
          expect(assembler.isComplete).to.be.a('boolean');
        }
        for (const call of assembler.finish()) {
          expect([typeof call.id, typeof call.name, typeof call.arguments]).to.deep.equal([
            'string',
            'string',
            'string',
          ]);
          expect(call.id).not.to.equal('');
          expect(call.name + call.arguments).not.to.equal('');
        }
      }),
      RUNS,
    );
  });

  it('gives calls back as they were, wherever their arguments are cut', () => {
    const call = fc.record({
      name: fc.string({ minLength: 1 }),
      arguments: fc.dictionary(fc.string(), anything).map((value) => JSON.stringify(value)),
    });
    const cuts = fc.array(fc.nat(40), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(call, cuts), { maxLength: 4 }), fc.boolean(), (calls, isIndexed) => {
        const assembler = new ToolCallAssembler();
        for (const [index, [{ name, arguments: all }, places]] of calls.entries()) {
          const place = isIndexed ? { index } : {};
          assembler.add({ ...place, id: `call-${index}`, function: { name, arguments: '' } });
          const ends = [...places.filter((cut) => cut < all.length).sort((left, right) => left - right), all.length];
          for (const [at, end] of ends.entries())
            assembler.add({ ...place, function: { arguments: all.slice(ends[at - 1] ?? 0, end) } });
        }
        const expected = calls.map(([each], index) => ({ id: `call-${index}`, ...each }));
        expect(assembler.finish()).to.deep.equal(expected);
        expect(assembler.isComplete).to.equal(true);
      }),
      RUNS,
    );
  });
});
