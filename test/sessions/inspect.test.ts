import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  azureIdentityAuth,
  createTokenCache,
  msalAuth,
  SessionsClient,
  SessionsNodeTool,
  SessionsPythonTool,
  SessionsShellTool,
  staticAuth,
} from '../../src/index.js';
import { json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

const TOKEN = 'opaque-token-4711';
const SESSION = 'session-4711';
const SETUP = 'password = "hunter2"';

/** What a log or a debugger shows of a value. */
function shown(value: unknown): string {
  const own = typeof value === 'object' && value !== null ? Reflect.ownKeys(value).map(String).join() : '';
  const options = { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity } as const;
  return [inspect(value, options), JSON.stringify(value), String(value), own].join('\n');
}

describe('what is shown of public objects', () => {
  afterEach(stopLoopbacks);

  it('holds no token, no session, no address and no code', async () => {
    const server = await startLoopback(
      json(200, { id: 'e', identifier: SESSION, status: 'Succeeded', result: { stdout: '', stderr: '' } }),
    );
    const authCallback = staticAuth(TOKEN);
    const options = { poolManagementEndpoint: server.endpoint, authCallback };
    const client = new SessionsClient({ ...options, identifier: SESSION });
    const tools = [
      new SessionsPythonTool({ ...options, sessionId: SESSION, setupCode: SETUP }),
      new SessionsNodeTool({ ...options, sessionId: SESSION, setupCode: SETUP }),
      new SessionsShellTool({ ...options, sessionId: SESSION }),
    ] as const;
    const cache = createTokenCache(authCallback, { opaqueTokenLifetimeMs: 60_000 });
    expect(await cache.get({ scope: 's' })).to.equal(TOKEN);
    const results = [await client.execute('1'), await tools[0].executeCode('1'), await tools[1].executeCode('1')];
    const credential = { getToken: () => Promise.resolve(null), secret: TOKEN };
    const callbacks = [authCallback, azureIdentityAuth(credential), msalAuth({ acquireToken: () => TOKEN })];
    for (const value of [client, ...tools, cache, ...results, ...callbacks]) {
      for (const secret of [TOKEN, SESSION, 'hunter2', 'resourceGroups']) expect(shown(value)).not.to.contain(secret);
    }
  });
});
