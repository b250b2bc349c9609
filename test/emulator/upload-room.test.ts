import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionFiles, type StoredFile } from '../../src/emulator/session-files.js';
import { UploadRoom, type UploadTarget } from '../../src/emulator/upload-room.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const GIGABYTE = 1024 ** 3;
const FULL = 'The session has no room for another file; delete some.';

describe('UploadRoom', () => {
  let folder: string;
  let files: SessionFiles;
  let room: UploadRoom;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'room-')));
    for (const name of ['data', 'incoming']) mkdirSync(join(folder, name));
    files = new SessionFiles(join(folder, 'data'));
    const limits = { maxDataBytes: 1000, maxDataFiles: 5, maxUploadBytes: 800 };
    room = new UploadRoom(() => files.list(null, true), limits);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, size: number): void => writeFileSync(join(folder, 'data', name), 'x'.repeat(size));
  const targetOf = (name: string, size: number, path: string | null = null): UploadTarget => ({ name, size, path });
  const putting =
    ({ name, size, path }: UploadTarget) =>
    (): Promise<StoredFile> => {
      const complete = join(folder, 'incoming', name);
      writeFileSync(complete, 'x'.repeat(size));
      return files.put(path, name, complete);
    };

  it('gives an upload what is left beside those on their way, and no more than any upload may have', async () => {
    const first = await room.reserve(700);
    expect(first.maxBytes).to.equal(800);
    const second = await room.reserve(600);
    expect(second.maxBytes).to.equal(300);
    expect(await rejectionOf(room.reserve(1))).to.have.property('message', FULL);
    second.release();
    expect((await room.reserve(0)).maxBytes).to.equal(300);
    first.release();
    expect((await room.reserve(0)).maxBytes).to.equal(800);
  });

  it('counts those on their way as files', async () => {
    for (const name of ['a', 'b', 'c']) write(name, 1);
    const [first] = await Promise.all([room.reserve(1), room.reserve(1)]);
    expect(await rejectionOf(room.reserve(1))).to.have.property('message', FULL);
    first.release();
    await room.reserve(1);
  });

  it('places of several that are complete together only those that fit', async () => {
    const targets = ['a', 'b', 'c'].map((name) => targetOf(name, 400));
    const outcomes = await Promise.allSettled(
      targets.map(async (target) => (await room.reserve(0)).place(target, putting(target))),
    );
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'fulfilled', 'rejected']);
    expect(readdirSync(join(folder, 'data'))).to.have.length(2);
  });

  it('places nothing that code has left no room for meanwhile, and what replaces another', async () => {
    const reserved = await room.reserve(400);
    write('code', 700);
    const target = targetOf('a', 400);
    expect(await rejectionOf(reserved.place(target, putting(target)))).to.have.property('message', FULL);
    const instead = targetOf('code', 800);
    expect(await reserved.place(instead, putting(instead))).to.include({ name: 'code', size: 800 });
  });

  it('counts the folders that are made for a file', async () => {
    write('a', 1);
    const reserved = await room.reserve(1);
    const deep = targetOf('f', 1, 'one/two/three/four');
    expect(await rejectionOf(reserved.place(deep, putting(deep)))).to.have.property('message', FULL);
    const fits = targetOf('f', 1, 'one/two/three');
    await reserved.place(fits, putting(fits));
    expect(await files.list(null, true)).to.have.length(5);
  });
});

describe('the room of a session', () => {
  it('holds 1 GB, also of files that are uploaded at once', async () => {
    const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({ value: 1 }) });
    try {
      const { upload, call } = requestsTo(emulator);
      await upload('big', 'x');
      const root = emulator.details.dataDirectory;
      const [place = ''] = readdirSync(root);
      truncateSync(join(root, place, 'data', 'big'), GIGABYTE - 1_000_000);
      const names = ['a', 'b', 'c', 'd'];
      const answers = await Promise.all(names.map((name) => upload(name, 'x'.repeat(400_000))));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 413, 413]);
      await call('DELETE', 'files/big');
      expect((await upload('e', 'x'.repeat(400_000))).status).to.equal(200);
    } finally {
      await emulator.stop();
    }
  });
});
