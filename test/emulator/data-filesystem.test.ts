import { expect } from 'chai';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { type EmulatorRequests, requestsTo } from '../helpers/emulator-requests.js';

describe('/mnt/data in Pyodide', () => {
  let emulator: SessionPoolEmulator;
  let pool: EmulatorRequests;
  before(async () => {
    emulator = await SessionPoolEmulator.start();
    pool = requestsTo(emulator);
  });
  after(() => emulator.stop());

  const valueOf = async (code: string): Promise<unknown> => {
    const { value, stderr } = await pool.execute(code);
    expect(stderr).to.equal('');
    return value;
  };

  describe('an open file', () => {
    it('is synchronised, a folder too', async () => {
      await valueOf(`
import os
with open("/mnt/data/kept.txt", "w") as f:
    f.write("kept"); f.flush(); os.fsync(f.fileno()); os.fdatasync(f.fileno())
folder = os.open("/mnt/data", os.O_RDONLY)
os.fsync(folder); os.close(folder)`);
      expect((await pool.call('GET', 'files/kept.txt/content')).text).to.equal('kept');
    });

    it('gets another mode and other times', async () => {
      const code = `
f = open("/mnt/data/mode.txt", "w")
os.fchmod(f.fileno(), 0o640); os.utime(f.fileno(), (1_000_000_000, 1_000_000_001)); os.truncate(f.fileno(), 3)
oct(os.stat("/mnt/data/mode.txt").st_mode), os.fstat(f.fileno()).st_mtime > 1_000_000_000, os.path.getsize("/mnt/data/mode.txt")`;
      expect(await valueOf(`import os\n${code}`)).to.equal("('0o100640', True, 3)");
    });

    it('gets no mode in the place of another that has its name now', async () => {
      const code = `
import os
f = open("/mnt/data/old.txt", "w")
os.remove("/mnt/data/old.txt"); open("/mnt/data/old.txt", "w").close(); os.chmod("/mnt/data/old.txt", 0o600)
try: os.fchmod(f.fileno(), 0o644)
except FileNotFoundError: pass
oct(os.stat("/mnt/data/old.txt").st_mode)`;
      expect(await valueOf(code)).to.equal('0o100600');
    });

    it('is what a mailbox flushes', async () => {
      await valueOf('import mailbox\nbox = mailbox.mbox("/mnt/data/m.mbox")\nbox.add("From: a\\n\\nhi")\nbox.flush()');
      expect(await valueOf('len(mailbox.mbox("/mnt/data/m.mbox"))')).to.equal(1);
    });
  });

  describe('a name that the HTTP side changes', () => {
    it('is a folder where it was a file', async () => {
      await valueOf('import os, shutil\nopen("/mnt/data/turns", "w").close()\nos.path.isfile("/mnt/data/turns")');
      await pool.call('DELETE', 'files/turns');
      await pool.upload('f.txt', 'in the folder', { query: { path: 'turns' } });
      expect(await valueOf('os.listdir("/mnt/data/turns"), open("/mnt/data/turns/f.txt").read()')).to.equal(
        "(['f.txt'], 'in the folder')",
      );
    });

    it('is a file where it was a folder', async () => {
      await valueOf('import os\nos.makedirs("/mnt/data/folder/deep")\nos.listdir("/mnt/data/folder")');
      // No request removes a folder; a program of the host may, in a `dataDirectory`.
      const root = emulator.details.dataDirectory;
      const [folder = ''] = readdirSync(root)
        .map((place) => join(root, place, 'data', 'folder'))
        .filter((path) => existsSync(path));
      rmSync(folder, { recursive: true });
      expect(await valueOf('os.path.exists("/mnt/data/folder"), os.path.exists("/mnt/data/folder/deep")')).to.equal(
        '(False, False)',
      );
      await pool.upload('folder', 'a file now');
      expect(await valueOf('os.path.isdir("/mnt/data/folder"), open("/mnt/data/folder").read()')).to.equal(
        "(False, 'a file now')",
      );
    });

    it('can be written anew after it was deleted', async () => {
      await valueOf('open("/mnt/data/again", "w").write("first")');
      await pool.call('DELETE', 'files/again');
      expect(await valueOf('os.path.exists("/mnt/data/again")')).to.equal(false);
      expect(await valueOf('open("/mnt/data/again", "x").write("second")')).to.equal(6);
      expect((await pool.call('GET', 'files/again/content')).text).to.equal('second');
    });
  });
});
