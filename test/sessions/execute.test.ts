import { expect } from 'chai';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { hangUp, json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const succeeded = json(200, {
  id: 'e1',
  status: 'Succeeded',
  result: { stdout: 'hi\n', stderr: '', executionResult: 42, executionTimeInMilliseconds: 7 },
});

function aClient(endpoint: string, options: object = {}): SessionsClient {
  return new SessionsClient({
    poolManagementEndpoint: endpoint,
    authCallback: () => 'a-token',
    identifier: 'session-1',
    ...options,
  });
}

describe('SessionsClient.execute', () => {
  afterEach(stopLoopbacks);

  it('sends the code as the current versions want it and reads the result', async () => {
    const server = await startLoopback(succeeded);
    const result = await aClient(server.endpoint).execute('6 * 7', { timeoutInSeconds: 60 });
    const [request] = server.requests;
    expect(request?.method).to.equal('POST');
    expect(`${request?.url.pathname}${request?.url.search}`).to.equal(
      '/subscriptions/s/resourceGroups/g/sessionPools/p/executions?api-version=2025-10-02-preview&identifier=session-1',
    );
    expect(request?.headers.authorization).to.equal('Bearer a-token');
    expect(JSON.parse(request?.body.toString() ?? '')).to.deep.equal({
      codeInputType: 'Inline',
      executionType: 'Synchronous',
      code: '6 * 7',
      timeoutInSeconds: 60,
      outputStreamsMaxLength: 100_000,
    });
    expect(result).to.deep.include({
      id: 'e1',
      status: 'Succeeded',
      value: 42,
      stdout: 'hi\n',
      stderr: '',
      executionTimeMs: 7,
    });
  });

  it('never sends code again whose answer was lost', async () => {
    const server = await startLoopback(hangUp, succeeded);
    const error = await rejectionOf(aClient(server.endpoint).execute('6 * 7'));
    expect(error).to.include({ name: 'SessionsError', code: 'network' });
    expect(server.requests).to.have.length(1);
  });

  it('sends code again when the pool is full', async () => {
    const server = await startLoopback(json(429, {}, { 'retry-after': '0' }), succeeded);
    const result = await aClient(server.endpoint).execute('6 * 7');
    expect(result.value).to.equal(42);
    expect(server.requests).to.have.length(2);
  });
});
