import { expect } from 'chai';
import { fullPathOf, readRemoteDirectory, readRemotePath } from '../../src/sessions/remote-path.js';
import { untyped } from '../helpers/untyped.js';

describe('readRemotePath', () => {
  for (const [name, directory, expected] of [
    ['data.csv', undefined, { directory: '', name: 'data.csv' }],
    ['./data.csv', undefined, { directory: '', name: 'data.csv' }],
    ['.//data.csv', undefined, { directory: '', name: 'data.csv' }],
    ['/mnt/data/data.csv', undefined, { directory: '', name: 'data.csv' }],
    ['/mnt/data/a/b/data.csv', undefined, { directory: 'a/b', name: 'data.csv' }],
    ['a/b/data.csv', undefined, { directory: 'a/b', name: 'data.csv' }],
    ['b/data.csv', 'a', { directory: 'a/b', name: 'data.csv' }],
    ['data.csv', '/mnt/data/a/', { directory: 'a', name: 'data.csv' }],
    ['/mnt/data/data.csv', 'a', { directory: '', name: 'data.csv' }],
    ['data.csv', '/', { directory: '', name: 'data.csv' }],
    ['data.csv', '.', { directory: '', name: 'data.csv' }],
    ['mnt/data/x', undefined, { directory: 'mnt/data', name: 'x' }],
    ['a #1?%&=+ü 数据.csv', undefined, { directory: '', name: 'a #1?%&=+ü 数据.csv' }],
    ['..csv', undefined, { directory: '', name: '..csv' }],
  ] as const) {
    it(`reads ${name} in ${directory ?? 'no directory'}`, () => {
      expect(readRemotePath(name, directory)).to.deep.equal(expected);
    });
  }

  for (const [name, message] of [
    ['', /is empty/],
    ['..', /`\.` or `\.\.`/],
    ['.', /names a directory/],
    ['../x', /`\.\.`/],
    ['a/../x', /`\.\.`/],
    ['/mnt/data/../x', /`\.\.`/],
    ['a/./x', /`\.`/],
    ['a//x', /doubled slashes/],
    ['a/', /ends in a slash/],
    ['/mnt/data', /names a directory/],
    ['/mnt/data/', /names a directory/],
    ['/etc/passwd', /outside \/mnt\/data/],
    ['/mnt/database', /outside/],
    ['/', /outside/],
    ['//x', /outside/],
    ['a\0b', /NUL/],
    ['\ud800', /well-formed/],
  ] as const) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(() => readRemotePath(name))
        .to.throw(message)
        .with.property('code', 'invalid_request');
    });
  }

  it('refuses what is no text, and a bad directory', () => {
    expect(() => readRemotePath(untyped(undefined))).to.throw(/is empty/);
    expect(() => readRemotePath(5)).to.throw('A file name is a text, not a number.');
    expect(() => readRemotePath('x', untyped(5))).to.throw('A directory is a text, not a number.');
    expect(() => readRemoteDirectory(untyped(['a']))).to.throw('A directory is a text, not an array.');
    expect(() => readRemotePath('x', '../y')).to.throw(/A directory holds/);
    expect(() => readRemoteDirectory('/etc')).to.throw(/outside/);
  });
});

describe('fullPathOf', () => {
  it('puts the parts together', () => {
    expect(fullPathOf({ directory: '', name: 'x' })).to.equal('/mnt/data/x');
    expect(fullPathOf({ directory: 'a/b', name: 'x' })).to.equal('/mnt/data/a/b/x');
  });
});
