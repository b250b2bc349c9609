import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { checkAllowedTarget, openAllowedFile, writeAllowedFile } from '../../src/plugins/local-files.js';
import { writeWholeFile } from '../../src/sessions/whole-file.js';
import { rejectionOf } from '../helpers/rejection-of.js';

describe('local files', () => {
  let root = '';
  let allowed = '';
  let outside = '';
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'local-files-')));
    allowed = join(root, 'allowed');
    outside = join(root, 'outside');
    await mkdir(join(allowed, 'sub'), { recursive: true });
    await mkdir(outside);
    await writeFile(join(allowed, 'data.csv'), 'inside');
    await writeFile(join(allowed, 'sub', 'deep.csv'), 'deep');
    await writeFile(join(outside, 'secret'), 'outside');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const uploads = (...directories: string[]) => ({ directories, option: 'uploadDirectories' }) as const;
  const downloads = (...directories: string[]) => ({ directories, option: 'downloadDirectories' }) as const;

  async function read(path: string, ...directories: string[]): Promise<string> {
    const file = await openAllowedFile(path, uploads(...directories));
    try {
      const pieces: Uint8Array[] = [];
      for await (const piece of file) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    } finally {
      await file.close();
    }
  }

  const written = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    yield Buffer.from('writ');
    yield Buffer.from('ten');
  };
  const write = (path: string, ...directories: string[]): Promise<number> =>
    writeAllowedFile(path, downloads(...directories), (target) => writeWholeFile(target, written()));

  describe('openAllowedFile', () => {
    it('opens files in an allowed directory and below, written in any way', async () => {
      expect(await read(join(allowed, 'data.csv'), allowed)).to.equal('inside');
      expect(await read(join(allowed, 'sub', '..', 'data.csv'), allowed)).to.equal('inside');
      expect(await read(join(allowed, 'sub', 'deep.csv'), outside, `${allowed}/`)).to.equal('deep');
      expect(await read(relative(process.cwd(), join(allowed, 'data.csv')), relative(process.cwd(), allowed))).to.equal(
        'inside',
      );
    });

    it('opens a file in a directory that is allowed by the name of a link to it', async () => {
      await symlink(allowed, join(root, 'alias'));
      expect(await read(join(root, 'alias', 'data.csv'), join(root, 'alias'))).to.equal('inside');
      expect(await read(join(allowed, 'data.csv'), join(root, 'alias'))).to.equal('inside');
    });

    it('follows a link that stays inside', async () => {
      await symlink(join(allowed, 'sub', 'deep.csv'), join(allowed, 'link'));
      expect(await read(join(allowed, 'link'), allowed)).to.equal('deep');
    });

    it('denies everything where nothing is allowed, and says what to set', async () => {
      const error = await rejectionOf(read(join(allowed, 'data.csv')));
      expect(error).to.include({ code: 'path_denied', fatal: false });
      expect(error.message).to.contain('no local directory is allowed; set `uploadDirectories`');
    });

    const denials: Readonly<Record<string, () => Promise<string> | string>> = {
      'a file outside': () => join(outside, 'secret'),
      'a file outside that does not exist': () => join(outside, 'none'),
      'a way out by ..': () => `${allowed}/../outside/secret`,
      'a directory whose name only begins alike': async () => {
        await mkdir(`${allowed}-not`);
        await writeFile(join(`${allowed}-not`, 'x'), 'x');
        return join(`${allowed}-not`, 'x');
      },
      'the allowed directory in other letters': () => join(root, 'ALLOWED', 'data.csv'),
      'a link to the outside': async () => {
        await symlink(join(outside, 'secret'), join(allowed, 'link'));
        return join(allowed, 'link');
      },
      'a chain of links to the outside': async () => {
        await symlink(join(outside, 'secret'), join(allowed, 'one'));
        await symlink(join(allowed, 'one'), join(allowed, 'two'));
        await symlink('two', join(allowed, 'three'));
        return join(allowed, 'three');
      },
      'a file behind a link to a directory outside': async () => {
        await symlink(outside, join(allowed, 'sub', 'link'));
        return join(allowed, 'sub', 'link', 'secret');
      },
      'a file that does not exist behind a link to a directory outside': async () => {
        await symlink(outside, join(allowed, 'sub', 'link'));
        return join(allowed, 'sub', 'link', 'none');
      },
      'a link in a link': async () => {
        await symlink(outside, join(allowed, 'first'));
        await symlink(join(allowed, 'first'), join(allowed, 'sub', 'second'));
        return join(allowed, 'sub', 'second', 'secret');
      },
    };
    for (const [what, prepare] of Object.entries(denials)) {
      it(`denies ${what}`, async () => {
        const path = await prepare();
        const error = await rejectionOf(read(path, allowed));
        expect(error).to.include({ code: 'path_denied' });
        if (!path.includes('outside'))
          expect(error.message, 'where a link leads is not told').not.to.contain('outside');
      });
    }

    it('says that a file is missing inside, that a directory is none, and refuses NUL', async () => {
      expect(await rejectionOf(read(join(allowed, 'none'), allowed))).to.include({ code: 'not_found' });
      expect(await rejectionOf(read(join(allowed, 'sub'), allowed))).to.include({ code: 'invalid_request' });
      expect(await rejectionOf(read('a\0b', allowed))).to.include({ code: 'invalid_request' });
      expect(await rejectionOf(read('', allowed))).to.include({ code: 'invalid_request' });
    });

    it('refuses a path that is too long for any file, without repeating it', async () => {
      for (const path of [join(allowed, 'x/'.repeat(100_000)), `/${'y'.repeat(4096)}`]) {
        const error = await rejectionOf(read(path, allowed));
        expect(error).to.include({ code: 'invalid_request' });
        expect(error.message).to.equal(`A local path has at most 4096 characters; this one has ${path.length}.`);
      }
      expect(await rejectionOf(read(join(allowed, 'x/'.repeat(1500)), allowed))).to.include({ code: 'not_found' });
    });

    it('does not repeat a text that was to be uploaded itself, and says how that is done', async () => {
      const note = 'To upload a text itself, pass its bytes: Buffer.from(text).';
      const denied = await rejectionOf(read('a,b\n1,2\n'));
      expect(denied.message).to.equal(
        `Access to the local path [a text of 8 characters] is denied: no local directory is allowed; set \`uploadDirectories\`. ${note}`,
      );
      const missing = await rejectionOf(read(join(allowed, 'a,b\n1,2'), allowed));
      expect(missing.message)
        .to.match(/^There is no local file \[a text of \d+ characters\]\. /)
        .and.contain(note);
    });

    it('says of a dangling link no more than that', async () => {
      await symlink(join(allowed, 'none'), join(allowed, 'dangling'));
      expect(await rejectionOf(read(join(allowed, 'dangling'), allowed))).to.include({ code: 'not_found' });
    });

    it('reads the file it opened, whatever its path comes to mean meanwhile', async () => {
      const file = await openAllowedFile(join(allowed, 'data.csv'), uploads(allowed));
      await rename(allowed, `${allowed}-moved`);
      await symlink(outside, allowed);
      const pieces: Uint8Array[] = [];
      for await (const piece of file) pieces.push(piece);
      await file.close();
      expect(Buffer.concat(pieces).toString()).to.equal('inside');
    });
  });

  describe('writeAllowedFile', () => {
    it('writes into an allowed directory, over a file that is there, and leaves nothing beside it', async () => {
      await write(join(allowed, 'new.csv'), allowed);
      await write(join(allowed, 'data.csv'), allowed);
      expect(await readFile(join(allowed, 'new.csv'), 'utf8')).to.equal('written');
      expect(await readFile(join(allowed, 'data.csv'), 'utf8')).to.equal('written');
      expect((await readdir(allowed)).sort()).to.deep.equal(['data.csv', 'new.csv', 'sub']);
    });

    const denials: Readonly<Record<string, () => Promise<string> | string>> = {
      'a file outside': () => join(outside, 'new'),
      'a way out by ..': () => `${allowed}/../outside/new`,
      'the allowed directory itself': () => allowed,
      'a link to a file outside in its place': async () => {
        await symlink(join(outside, 'secret'), join(allowed, 'link'));
        return join(allowed, 'link');
      },
      'a dangling link to the outside in its place': async () => {
        await symlink(join(outside, 'new'), join(allowed, 'link'));
        return join(allowed, 'link');
      },
      'a link inside in its place': async () => {
        await symlink(join(allowed, 'data.csv'), join(allowed, 'link'));
        return join(allowed, 'link');
      },
      'a directory that is a link to the outside': async () => {
        await symlink(outside, join(allowed, 'link'));
        return join(allowed, 'link', 'new');
      },
    };
    for (const [what, prepare] of Object.entries(denials)) {
      it(`denies ${what}, before and at the writing`, async () => {
        const path = await prepare();
        expect(await rejectionOf(checkAllowedTarget(path, downloads(allowed)))).to.include({ code: 'path_denied' });
        expect(await rejectionOf(write(path, allowed))).to.include({ code: 'path_denied' });
        expect(await readdir(outside)).to.deep.equal(['secret']);
        expect(await readFile(join(outside, 'secret'), 'utf8')).to.equal('outside');
      });
    }

    it('writes into the directory that was checked although its name leads elsewhere by the time that all is written', async function () {
      if (platform() !== 'linux') this.skip();
      await writeAllowedFile(join(allowed, 'new'), downloads(allowed), (target) =>
        writeWholeFile(
          target,
          (async function* () {
            yield* written();
            await rename(allowed, `${allowed}-moved`);
            await symlink(outside, allowed);
          })(),
        ),
      );
      expect(await readdir(outside)).to.deep.equal(['secret']);
      expect(await readFile(join(`${allowed}-moved`, 'new'), 'utf8')).to.equal('written');
    });

    it('leaves nothing behind of a file that does not come completely, and the one that was there', async () => {
      const broken = (async function* () {
        yield* written();
        throw new Error('broken off');
      })();
      const target = join(allowed, 'data.csv');
      const write = writeAllowedFile(target, downloads(allowed), (place) => writeWholeFile(place, broken));
      expect(await rejectionOf(write)).to.include({ message: 'broken off' });
      expect(await readFile(target, 'utf8')).to.equal('inside');
      expect((await readdir(allowed)).sort()).to.deep.equal(['data.csv', 'sub']);
    });

    it('does not make directories, nor replace one', async () => {
      expect(await rejectionOf(write(join(allowed, 'none', 'x'), allowed))).to.include({ code: 'not_found' });
      expect(await rejectionOf(write(join(allowed, 'sub'), allowed))).to.include({ code: 'invalid_request' });
    });
  });
});
