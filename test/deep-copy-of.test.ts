import { expect } from 'chai';
import { deepCopyOf } from '../src/deep-copy-of.js';

describe('deepCopyOf', () => {
  it('copies plain data all the way down', () => {
    const args = { text: 'a', list: [1, { deep: [null, true] }], object: { inner: { n: 1 } } };
    const copy = deepCopyOf(args);
    expect(copy).to.deep.equal(args);
    args.object.inner.n = 2;
    args.list.push(3);
    expect(copy).to.deep.equal({ text: 'a', list: [1, { deep: [null, true] }], object: { inner: { n: 1 } } });
  });

  it('clones what is no plain data, and keeps what cannot be cloned', () => {
    const body = (): void => {};
    const args = { at: new Date(0), map: new Map([['a', { n: 1 }]]), bytes: Buffer.from('ab'), body, mixed: { body } };
    const copy = deepCopyOf(args);
    expect(copy['at']).to.deep.equal(new Date(0));
    expect(copy['at']).not.to.equal(args.at);
    expect(copy['map']).to.deep.equal(args.map);
    expect(copy['map']).not.to.equal(args.map);
    expect([...(copy['bytes'] as Uint8Array)]).to.deep.equal([97, 98]);
    expect(copy['body']).to.equal(body);
    expect(copy['mixed']).to.deep.equal({ body });
    expect(copy['mixed']).not.to.equal(args.mixed);
  });

  it('keeps a property that is called __proto__ a property', () => {
    const args = JSON.parse('{"a":{"__proto__":{"polluted":true},"b":1}}') as Record<string, unknown>;
    const copy = deepCopyOf(args)['a'];
    expect(Object.keys(Object(copy))).to.deep.equal(['__proto__', 'b']);
    expect(Reflect.get(Object(copy), 'polluted')).to.equal(undefined);
  });

  it('takes circles, and what is nested too deeply to follow', () => {
    const circle: Record<string, unknown> = { n: 1 };
    circle['self'] = circle;
    const copy = deepCopyOf({ circle })['circle'] as Record<string, unknown>;
    expect(copy['self']).to.equal(copy);
    expect(copy).not.to.equal(circle);
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    expect(deepCopyOf({ deep, n: 1 })).to.have.keys('deep', 'n');
  });
});
