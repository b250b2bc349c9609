import { expect } from 'chai';
import { SessionsClient } from '../../src/index.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

const client = new SessionsClient({
  poolManagementEndpoint: 'http://localhost:1/p',
  authCallback: () => expect.fail('must not be asked'),
  identifier: 'a-session',
});

const calls: Readonly<Record<string, (options: never) => Promise<unknown>>> = {
  execute: (options) => client.execute('1', options),
  executeShell: (options) => client.executeShell('ls', options),
  startExecution: (options) => client.startExecution('1', options),
  getExecution: (options) => client.getExecution('id', options),
  waitForExecution: (options) => client.waitForExecution('id', options),
  listFiles: (options) => client.listFiles(options),
  getFile: (options) => client.getFile('x', options),
  uploadFile: (options) => client.uploadFile(new Uint8Array(1), options),
  downloadFile: (options) => client.downloadFile('x', options),
  deleteFile: (options) => client.deleteFile('x', options),
  getSession: (options) => client.getSession(options),
  deleteSession: (options) => client.deleteSession(options),
  getPoolMetadata: (options) => client.getPoolMetadata(options),
};

/** Bytes have no name of their own. */
function needed(call: string): object {
  return call === 'uploadFile' ? { name: 'x' } : {};
}

describe('the options of a call', () => {
  for (const [name, call] of Object.entries(calls)) {
    it(`${name}: are an object`, async () => {
      for (const options of [null, 'a-session', 5]) {
        const error = await rejectionOf(call(untyped(options)));
        expect(error).to.include({ name: 'SessionsError', code: 'invalid_options' });
        expect(error.message).to.match(/^The options of a call are an object, not (null|a string|a number)\.$/);
      }
    });

    it(`${name}: hold a signal, not its controller`, async () => {
      const error = await rejectionOf(call(untyped({ signal: new AbortController() })));
      expect(error).to.include({
        code: 'invalid_options',
        message: '`signal` is an AbortSignal, not an object; of an AbortController pass `controller.signal`.',
      });
      for (const signal of [null, 5, {}]) {
        expect(await rejectionOf(call(untyped({ signal })))).to.include({ code: 'invalid_options' });
      }
    });
  }

  for (const [name, call] of Object.entries(calls)) {
    if (name === 'getPoolMetadata') continue;
    it(`${name}: do not mean the session of the client by null`, async () => {
      const error = await rejectionOf(call(untyped({ ...needed(name), identifier: null })));
      expect(error).to.include({ code: 'invalid_options' });
      expect(error.message).to.match(/^No session is named\./);
    });
  }

  for (const [name, call] of Object.entries(calls)) {
    it(`${name}: are those that there are, since a misspelt session would be that of the client`, async () => {
      const error = await rejectionOf(call(untyped({ ...needed(name), idenifier: 'another', retries: 0 })));
      expect(error).to.include({ name: 'SessionsError', code: 'invalid_options' });
      expect(error.message)
        .to.contain(`${name}() has no option \`idenifier\`, \`retries\`. There are: `)
        .and.contain('`signal`');
    });
  }

  it('execute: undefined counts as left out, whatever its name', async () => {
    const error = await rejectionOf(client.execute('1', untyped({ idenifier: undefined, identifier: null })));
    expect(error.message).to.match(/^No session is named\./);
  });

  for (const name of ['uploadFile', 'downloadFile']) {
    it(`${name}: hold a function that is told of the progress`, async () => {
      for (const onProgress of [null, 5, 'log', {}]) {
        const error = await rejectionOf(Promise.resolve(calls[name]?.(untyped({ ...needed(name), onProgress }))));
        expect(error).to.include({ code: 'invalid_options' });
        expect(error.message).to.match(/^`onProgress` is a function, not /);
      }
    });
  }

  it('listSessions: are checked at once', () => {
    for (const options of [null, { signal: new AbortController() }, { identifier: 'a-session' }]) {
      expect(thrownBy(() => client.listSessions(untyped(options)))).to.include({ code: 'invalid_options' });
    }
  });
});
