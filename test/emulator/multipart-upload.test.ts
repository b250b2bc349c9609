import { expect } from 'chai';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { rawSocket } from '../helpers/raw-socket.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { until } from '../helpers/until.js';

const OPEN_FILES = '/proc/self/fd';
const MANY = 10;

describe('an upload that breaks off (needs /proc)', () => {
  let emulator: SessionPoolEmulator;
  before(async () => {
    emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({ value: 1 }) });
  });
  after(() => emulator.stop());
  beforeEach(() => emulator.reset());

  /** The files of the emulator's sessions that this process has open, removed ones included. */
  const openUploads = (): string[] =>
    readdirSync(OPEN_FILES)
      .map((descriptor) => linkOf(join(OPEN_FILES, descriptor)))
      .filter((path) => path.startsWith(emulator.details.dataDirectory));
  const settled = async (): Promise<void> => {
    const [place = ''] = readdirSync(emulator.details.dataDirectory);
    const incoming = join(emulator.details.dataDirectory, place, 'incoming');
    await until(() => openUploads().length === 0 && readdirSync(incoming).length === 0);
  };

  it('leaves no file open when the sender gives up, however often', async function () {
    if (!existsSync(OPEN_FILES)) return this.skip();
    const client = new SessionsClient({ ...emulator.connection, identifier: 'session-1', retries: 0 });
    for (let n = 0; n < MANY; n += 1) {
      const stop = new AbortController();
      const reason = new Error('enough');
      const body = async function* (): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(1_000_000);
        await until(() => openUploads().length > 0);
        stop.abort(reason);
        yield new Uint8Array(1_000_000);
      };
      const upload = client.uploadFile(body(), { name: 'a.bin', signal: stop.signal });
      expect(await rejectionOf(upload)).to.equal(reason);
    }
    await settled();
    expect((await requestsTo(emulator).call('GET', 'files')).json).to.deep.equal({ value: [] });
  });

  it('leaves no file open when the connection is lost, and none when the body is malformed', async function () {
    if (!existsSync(OPEN_FILES)) return this.skip();
    const { host, pathname } = new URL(emulator.poolManagementEndpoint);
    const begin = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${'x'.repeat(100_000)}`;
    for (const end of [undefined, '\r\n--b\r\n--b--', 'x'.repeat(1000)]) {
      const raw = await rawSocket(emulator.poolManagementEndpoint);
      raw.write(
        [
          `POST ${pathname}/files?identifier=session-1&api-version=2025-10-02-preview HTTP/1.1`,
          `host: ${host}`,
          `authorization: Bearer ${emulator.token}`,
          'content-type: multipart/form-data; boundary=b',
          `content-length: ${begin.length + (end?.length ?? 1)}`,
          'connection: close',
          '',
          begin,
        ].join('\r\n'),
      );
      await until(() => openUploads().length > 0);
      if (end === undefined) raw.socket.destroy();
      else raw.write(end);
      await raw.closed;
      await settled();
    }
  });
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed in the meantime.
    return '';
  }
}
