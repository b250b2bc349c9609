import { AzureLogger, setLogLevel } from '@azure/logger';
import { expect } from 'chai';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { cutOff, json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

describe('log', () => {
  const before = AzureLogger.log;
  afterEach(async () => {
    setLogLevel(undefined);
    AzureLogger.log = before;
    await stopLoopbacks();
  });

  it('names operations, statuses and times, and nothing secret', async () => {
    const lines: string[] = [];
    AzureLogger.log = (...words: unknown[]) => void lines.push(words.join(' '));
    setLogLevel('verbose');
    const server = await startLoopback(
      json(429, {}, { 'retry-after': '0' }),
      json(200, { id: 'e', status: 'Succeeded' }),
    );
    const options = {
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 'secret-token',
      identifier: 'secret-session',
    };
    await new SessionsClient(options).execute('print("secret code")');
    expect(lines.map((line) => line.replace(/in \d+ ms/, 'in N ms'))).to.deep.equal([
      'azure:dynamic-sessions:warning Running the code: 429; sent again in N ms',
      'azure:dynamic-sessions:info Running the code: 200 in N ms',
    ]);
  });

  it('names what broke a connection, and not the status of an answer that broke off', async () => {
    const lines: string[] = [];
    AzureLogger.log = (...words: unknown[]) => void lines.push(words.join(' '));
    setLogLevel('warning');
    const server = await startLoopback(cutOff('{'), json(200, { value: [] }));
    await new SessionsClient({
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 't',
      identifier: 'session-1',
    }).listFiles();
    expect(lines.map((line) => line.replace(/in \d+ ms/, 'in N ms'))).to.deep.equal([
      'azure:dynamic-sessions:warning Listing the files: ECONNRESET; sent again in N ms',
    ]);
  });

  it('is silent unless it is asked for', async () => {
    const lines: unknown[] = [];
    AzureLogger.log = (...words: unknown[]) => void lines.push(words);
    const server = await startLoopback(json(200, { value: [] }));
    await new SessionsClient({
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 't',
      identifier: 'session-1',
    }).listFiles();
    expect(lines).to.deep.equal([]);
  });
});
