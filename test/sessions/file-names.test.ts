import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const UPLOADABLE = [
  'plain.csv',
  'with blanks  in it .txt',
  ' leading and trailing ',
  // What the service's documentation lists.
  "-_.@$&=;,#%^()'",
  'a%20b%2Fc%22d.txt',
  'a+b&c=d?e#f.txt',
  '100%',
  '.hidden',
  '...',
  'Übergröße – 数据 – данные – नमस्ते.csv',
  'decomposed e\u0301.txt',
  'emoji 👩‍🔬 🎉.png',
  'right-to-left \u202Egnp.exe',
  "quote's `back` <tag> |pipe| *star* ~tilde~ !bang! [brackets] {braces} a:b",
  'filename=x; name=y',
  '--boundary',
];
const REFUSED = ['a"b', 'a\\b', 'a\rb', 'a\nb', 'a\tb', '"', 'x"; filename="y', 'a\u001bb', 'a\u007fb'];

describe('file names', () => {
  let emulator: SessionPoolEmulator;
  let client: SessionsClient;
  before(async () => {
    emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}) });
  });
  beforeEach(() => {
    client = new SessionsClient({ ...emulator.connection, identifier: `names-${emulator.requests.length}` });
  });
  after(() => emulator.stop());

  for (const apiVersion of ['2025-10-02-preview', '2024-02-02-preview']) {
    describe(`in ${apiVersion}`, () => {
      for (const name of UPLOADABLE) {
        it(`go up, are listed, come down and go away as they are: ${JSON.stringify(name)}`, async () => {
          const versioned = new SessionsClient({ ...emulator.connection, apiVersion, identifier: 'all-names' });
          const bytes = Buffer.from(`content of ${name}`);
          expect(await versioned.uploadFile(bytes, { name })).to.include({ name, fullPath: `/mnt/data/${name}` });
          expect((await versioned.listFiles()).map((file) => file.name)).to.deep.equal([name]);
          expect(await versioned.getFile(name)).to.include({ name, sizeInBytes: bytes.length });
          expect(Buffer.from(await versioned.downloadFile(name))).to.deep.equal(bytes);
          await versioned.deleteFile(name);
          expect(await versioned.listFiles()).to.deep.equal([]);
        });
      }
    });
  }

  for (const name of UPLOADABLE) {
    it(`may be those of directories: ${JSON.stringify(name)}`, async () => {
      const bytes = Buffer.from('deep');
      await client.uploadFile(bytes, { name: `${name}/${name}` });
      expect((await client.listFiles({ directory: name })).map((file) => file.fullPath)).to.deep.equal([
        `/mnt/data/${name}/${name}`,
      ]);
      expect(Buffer.from(await client.downloadFile(`${name}/${name}`))).to.deep.equal(bytes);
    });
  }

  for (const name of REFUSED) {
    it(`that a form cannot carry are refused before anything is sent: ${JSON.stringify(name)}`, async () => {
      const before = emulator.requests.length;
      const error = await rejectionOf(client.uploadFile(Buffer.from('x'), { name }));
      expect(error).to.include({ code: 'invalid_request', fatal: false });
      expect(error.message).to.contain('pass another as `name`');
      expect(emulator.requests).to.have.length(before);
    });
  }

  it('of local files are refused alike, unless another is passed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'file-names-'));
    try {
      const path = join(directory, 'Messung "1".csv');
      await writeFile(path, 'x');
      expect(await rejectionOf(client.uploadFile(path))).to.include({ code: 'invalid_request' });
      expect(await client.uploadFile(path, { name: 'Messung 1.csv' })).to.include({ name: 'Messung 1.csv' });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('that code has chosen can be read whatever they are', async () => {
    const refused = await rejectionOf(client.getFile('a"b\n\\c'));
    expect(refused).to.have.property('code').that.is.oneOf(['not_found', 'invalid_request']);
    expect(emulator.requests.at(-1)?.path).to.contain(encodeURIComponent('a"b\n'));
  });
});
