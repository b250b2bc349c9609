import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeWholeFile } from '../../src/sessions/whole-file.js';
import { openFiles } from '../helpers/open-files.js';
import { rejectionOf } from '../helpers/rejection-of.js';

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const text of texts) yield Buffer.from(text);
}

describe('writeWholeFile', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'whole-file-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('writes all pieces and gives the size', async () => {
    expect(await writeWholeFile({ path: join(directory, 'a') }, pieces('one', '', 'two'))).to.equal(6);
    expect(await readFile(join(directory, 'a'), 'utf8')).to.equal('onetwo');
    expect(await readdir(directory)).to.deep.equal(['a']);
  });

  it('replaces a file, and a link to one, but not what the link leads to', async () => {
    await writeFile(join(directory, 'target'), 'old');
    await symlink(join(directory, 'target'), join(directory, 'link'));
    await writeWholeFile({ path: join(directory, 'link') }, pieces('new'));
    expect(await readFile(join(directory, 'target'), 'utf8')).to.equal('old');
    expect((await lstat(join(directory, 'link'))).isFile()).to.equal(true);
  });

  it('never takes the place of a device, a pipe or a directory', async () => {
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    await symlink('/dev/null', join(directory, 'null'));
    await mkdir(join(directory, 'sub'));
    for (const [name, what] of [
      ['pipe', 'a device, a pipe or a socket'],
      ['null', 'a device, a pipe or a socket'],
      ['sub', 'a directory'],
    ] as const) {
      const path = join(directory, name);
      const error = await rejectionOf(writeWholeFile({ path, shown: 'shown' }, pieces('x')));
      expect(error).to.include({ code: 'invalid_request', message: `"shown" is ${what} where a file is needed.` });
    }
    expect((await readdir(directory)).sort()).to.deep.equal(['null', 'pipe', 'sub']);
  });

  it('looks again before the file takes its place', async () => {
    const path = join(directory, 'a');
    const late = (async function* () {
      yield* pieces('x');
      await mkdir(path);
    })();
    expect(await rejectionOf(writeWholeFile({ path }, late))).to.include({ code: 'invalid_request' });
    const confirm = (): Promise<void> => Promise.reject(new Error('it has changed'));
    const refused = writeWholeFile({ path: join(directory, 'b'), confirm }, pieces('x'));
    expect(await rejectionOf(refused)).to.include({ message: 'it has changed' });
    expect(await readdir(directory)).to.deep.equal(['a']);
  });

  it('says what stands in the way of a file', async () => {
    await writeFile(join(directory, 'file'), '');
    const missing = await rejectionOf(
      writeWholeFile({ path: join(directory, 'none', 'a'), shown: 'none/a' }, pieces('x')),
    );
    expect(missing).to.include({
      code: 'not_found',
      message: 'The directory of "none/a" does not exist; make it first.',
    });
    const long = await rejectionOf(writeWholeFile({ path: join(directory, 'x'.repeat(300)) }, pieces('x')));
    expect(long).to.include({ code: 'invalid_request' });
    expect(long.message).to.contain('ENAMETOOLONG');
    for (const path of ['', 'a\0b'])
      expect(await rejectionOf(writeWholeFile({ path }, pieces('x')))).to.include({ code: 'invalid_request' });
    await symlink('loop', join(directory, 'loop'));
    const looped = await rejectionOf(writeWholeFile({ path: join(directory, 'loop', 'a') }, pieces('x')));
    expect(looped).to.include({ code: 'path_denied' });
    expect((await readdir(directory)).sort()).to.deep.equal(['file', 'loop']);
  });

  it('closes and removes what it has begun when the pieces fail', async () => {
    const before = await openFiles();
    const failing = (async function* () {
      yield* pieces('x');
      throw new Error('cut off');
    })();
    expect(await rejectionOf(writeWholeFile({ path: join(directory, 'a') }, failing))).to.include({
      message: 'cut off',
    });
    expect(await readdir(directory)).to.deep.equal([]);
    expect(await openFiles()).to.equal(before);
  });
});
