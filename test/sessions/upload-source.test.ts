import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { fileError, openUploadSource } from '../../src/sessions/upload-source.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { untyped } from '../helpers/untyped.js';

async function sizesOf(pieces: AsyncIterable<unknown>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const piece of pieces) sizes.push((piece as Uint8Array).byteLength);
  return sizes;
}

function systemError(code: unknown): Error {
  return Object.assign(new Error(`the system's own words`), { code });
}

describe('openUploadSource', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'upload-source-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reads bytes, a blob and a file again, and a stream once', async () => {
    const path = join(directory, 'a.bin');
    await writeFile(path, Buffer.alloc(40_000));
    const sources = [Buffer.alloc(40_000), new Blob([Buffer.alloc(40_000)]), path] as const;
    for (const source of sources) {
      const opened = await openUploadSource(source);
      expect(opened).to.include({ replayable: true, sizeInBytes: 40_000 });
      for (const sizes of [await sizesOf(opened.read()), await sizesOf(opened.read())]) {
        expect(sizes.reduce((sum, size) => sum + size, 0)).to.equal(40_000);
      }
      await opened.close();
    }
    const stream = await openUploadSource(new Blob(['x']).stream());
    expect(stream.replayable).to.equal(false);
  });

  it('gives pieces that are small, full but for the last, and never empty', async () => {
    expect(await sizesOf((await openUploadSource(Buffer.alloc(40_000))).read())).to.deep.equal([16_384, 16_384, 7_232]);
    expect(await sizesOf((await openUploadSource(Buffer.alloc(16_384))).read())).to.deep.equal([16_384]);
    expect(await sizesOf((await openUploadSource(Buffer.alloc(0))).read())).to.deep.equal([]);
  });

  it('has the name of a file and of a File, and none of a nameless one', async () => {
    const path = join(directory, 'a.bin');
    await writeFile(path, 'x');
    const file = await openUploadSource(path);
    expect(file.name).to.equal('a.bin');
    await file.close();
    expect(await openUploadSource(new File(['x'], 'dir/b.csv'))).to.have.property('name', 'b.csv');
    for (const nameless of [new File(['x'], ''), new Blob(['x'])])
      expect(await openUploadSource(nameless)).to.not.have.property('name');
  });

  it('closes its file, which cannot be read then', async () => {
    const path = join(directory, 'a.bin');
    await writeFile(path, 'x');
    const opened = await openUploadSource(path);
    await opened.close();
    expect(await rejectionOf(sizesOf(opened.read()))).to.have.property('code', 'EBADF');
  });

  it('notices that a file becomes shorter', async () => {
    const path = join(directory, 'a.bin');
    await writeFile(path, Buffer.alloc(40_000));
    const opened = await openUploadSource(path);
    await truncate(path, 100);
    expect(await rejectionOf(sizesOf(opened.read()))).to.include({ code: 'invalid_request' });
    await opened.close();
  });

  it('refuses what cannot be opened, and says why', async () => {
    await symlink('loop', join(directory, 'loop'));
    await writeFile(join(directory, 'file'), '');
    for (const [path, code, words] of [
      [join(directory, 'none'), 'not_found', 'There is no local file'],
      [join(directory, 'file', 'below'), 'not_found', 'There is no local file'],
      [join(directory, 'loop'), 'path_denied', '(ELOOP)'],
      [join(directory, 'x'.repeat(300)), 'invalid_request', '(ENAMETOOLONG)'],
      [directory, 'invalid_request', 'is a directory'],
      ['/dev/null', 'invalid_request', 'is no regular file'],
      ['', 'invalid_request', 'empty'],
      ['a\0b', 'invalid_request', 'NUL'],
    ] as const) {
      const error = await rejectionOf(openUploadSource(path));
      expect(error, path).to.include({ code });
      expect(error.message).to.contain(words);
    }
    for (const none of [null, undefined, 7, {}]) {
      expect(await rejectionOf(openUploadSource(untyped(none)))).to.include({ code: 'invalid_options' });
    }
  });

  it('does not repeat a text that was to be uploaded itself, and says how that is done', async () => {
    const note = 'To upload a text itself, pass its bytes: Buffer.from(text).';
    expect(await rejectionOf(openUploadSource('a,b\n1,2\n'))).to.include({
      code: 'not_found',
      message: `There is no local file [a text of 8 characters]. ${note}`,
    });
    expect(await rejectionOf(openUploadSource('[1,2]'.repeat(1000)))).to.include({
      code: 'invalid_request',
      message: `The local file [a text of 5000 characters] cannot be used (ENAMETOOLONG). ${note}`,
    });
  });

  it('lets go of a stream that never gives another piece', async () => {
    const [node, beneath] = [stalling(), stalling()];
    const web = Readable.toWeb(beneath);
    for (const stream of [node, web]) {
      const source = await openUploadSource(untyped(stream));
      const reading = source.read()[Symbol.asyncIterator]();
      expect((await reading.next()).done).to.equal(false);
      const next = reading.next().catch(() => undefined);
      await source.close();
      await next;
    }
    expect([node.destroyed, beneath.destroyed, web.locked]).to.deep.equal([true, true, false]);
  });

  it('leaves a stream alone that it has not begun to read', async () => {
    const stream = stalling();
    await (await openUploadSource(stream)).close();
    expect(stream.destroyed).to.equal(false);
    const web = new Blob(['x']).stream();
    await (await openUploadSource(web)).close();
    expect(await readAll(web)).to.equal('x');
  });

  it('refuses a stream that was read before and has nothing left, and takes the rest of one and an empty one', async () => {
    for (const used of [Readable.from([Buffer.from('x')]), new Blob(['x']).stream()]) {
      await readAll(used);
      const error = await rejectionOf(readAll((await openUploadSource(untyped(used))).read()));
      expect(error).to.include({ code: 'invalid_request' });
      expect(error.message).to.contain('has been read already');
    }
    const rest = Readable.from([Buffer.from('a'), Buffer.from('b')]);
    for await (const _piece of rest.iterator({ destroyOnReturn: false })) break;
    expect(await readAll((await openUploadSource(rest)).read())).to.equal('b');
    for (const empty of [Readable.from([]), new Blob([]).stream()])
      expect(await readAll((await openUploadSource(untyped(empty))).read())).to.equal('');
  });
});

describe('fileError', () => {
  for (const [codes, code, words] of [
    [['ENOENT', 'ENOTDIR'], 'not_found', 'There is no local file "a\\"b".'],
    [['EISDIR'], 'invalid_request', '"a\\"b" is a directory'],
    [['EACCES', 'EPERM', 'ELOOP'], 'path_denied', 'denies access to "a\\"b"'],
    [['ENOSPC', 'EDQUOT'], 'invalid_request', 'The disk is full'],
    [['EIO'], 'invalid_request', 'cannot be used (EIO)'],
    [[7, undefined], 'invalid_request', 'cannot be used (unknown failure)'],
  ] as const) {
    it(`says what ${codes.join(', ')} means, in words of its own`, () => {
      for (const each of codes) {
        const error = fileError(systemError(each), 'a"b');
        expect(error).to.include({ code });
        expect(error.message).to.contain(words).and.not.contain('own words');
      }
    });
  }
});

function stalling(): Readable {
  const stream = new Readable({ read: () => undefined });
  stream.push('x');
  return stream;
}

async function readAll(source: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const piece of source) text += piece instanceof Uint8Array ? Buffer.from(piece).toString() : '?';
  return text;
}
