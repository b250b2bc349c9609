import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inHeldDirectory } from '../../src/plugins/held-directory.js';
import { rejectionOf } from '../helpers/rejection-of.js';

describe('inHeldDirectory', () => {
  let root = '';
  let allowed = '';
  let outside = '';
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'held-directory-')));
    allowed = join(root, 'allowed');
    outside = join(root, 'outside');
    await mkdir(allowed);
    await mkdir(outside);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function swap(): Promise<void> {
    await rename(allowed, `${allowed}-moved`);
    await symlink(outside, allowed);
  }

  it('writes into the directory that was checked although its name leads elsewhere by then', async function () {
    if (platform() !== 'linux') this.skip();
    await inHeldDirectory(allowed, 'shown', async (directory) => {
      await swap();
      await directory.confirm();
      await writeFile(join(directory.path, 'file'), 'x');
    });
    expect(await readdir(outside)).to.deep.equal([]);
    expect(await readdir(`${allowed}-moved`)).to.deep.equal(['file']);
  });

  it('denies a directory that has become a link since it was resolved', async () => {
    await swap();
    const used = inHeldDirectory(allowed, 'shown', () => Promise.resolve());
    expect(await rejectionOf(used))
      .to.have.property('code')
      .that.is.oneOf(['path_denied', 'not_found']);
  });

  it('denies a directory above which something has become a link', async () => {
    await mkdir(join(allowed, 'sub'));
    await mkdir(join(outside, 'sub'));
    await swap();
    expect(await rejectionOf(inHeldDirectory(join(allowed, 'sub'), 'shown', () => Promise.resolve()))).to.include({
      code: 'path_denied',
      message: 'The local path "shown" changed while it was checked.',
    });
  });

  it('says that a directory is gone', async () => {
    await rm(allowed, { recursive: true });
    const error = await rejectionOf(inHeldDirectory(allowed, 'shown', () => Promise.resolve()));
    expect(error).to.include({ code: 'not_found', message: 'There is no local file "shown".' });
  });
});
