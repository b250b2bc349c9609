import { expect } from 'chai';
import OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import { Kernel } from '../../src/index.js';
import { OpenAIChatCompletion, OpenAIResponses } from '../../src/openai/index.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { sendEvents, sendJson, startLoopback } from '../helpers/loopback.js';
import type { Loopback } from '../helpers/loopback.js';
import type { ServerResponse } from 'node:http';

const NEW_PLACE = '/moved/';

describe('redirects of a model’s server', () => {
  let server: Loopback;
  let isMoved: boolean;

  beforeEach(async () => {
    isMoved = true;
    server = await startLoopback((response, { path, body }) => {
      if (isMoved && !path.startsWith(NEW_PLACE)) response.writeHead(308, { location: `/moved${path}` }).end();
      else if (path.endsWith('/responses')) answerResponses(response, body);
      else answerChat(response, body);
    });
  });

  afterEach(() => server.stop());

  function clientWith(options: ClientOptions = {}): OpenAI {
    return new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'test', maxRetries: 0, ...options });
  }

  const services = {
    chat: (client: OpenAI) => new OpenAIChatCompletion({ client, model: 'gpt-test' }),
    responses: (client: OpenAI) => new OpenAIResponses({ client, model: 'gpt-test' }),
  };

  for (const [name, path, service] of [
    ['OpenAIChatCompletion', '/v1/chat/completions', services.chat],
    ['OpenAIResponses', '/v1/responses', services.responses],
  ] as const) {
    inBothModes(`${name} follows them, and expects them from then on`, async (ask) => {
      const kernel = new Kernel({ services: service(clientWith()) });
      expect((await ask(kernel, 'Hi')).text).to.equal('Hi.');
      expect(pathsOf(server)).to.deep.equal([path, path, `/moved${path}`]);
      expect((await ask(kernel, 'Hi')).text).to.equal('Hi.');
      expect(pathsOf(server).slice(3)).to.deep.equal([path, `/moved${path}`]);
      const [, , first, , second] = server.requests;
      expect(first?.body).to.deep.equal(server.requests[0]?.body);
      expect(second?.body).to.deep.equal(first?.body);
    });

    inBothModes(`${name} follows one that comes after other answers`, async (ask) => {
      isMoved = false;
      const kernel = new Kernel({ services: service(clientWith()) });
      await ask(kernel, 'Hi');
      isMoved = true;
      expect((await ask(kernel, 'Hi')).text).to.equal('Hi.');
      expect(pathsOf(server)).to.deep.equal([path, path, path, `/moved${path}`]);
    });
  }

  it('leaves them to a client that says what is to be done', async () => {
    const follows = clientWith({ fetchOptions: { redirect: 'follow' } });
    await new Kernel({ services: services.chat(follows) }).chat('Hi');
    expect(pathsOf(server)).to.deep.equal(['/v1/chat/completions', '/moved/v1/chat/completions']);
    const refuses = clientWith({ fetchOptions: { redirect: 'error' } });
    const kernel = new Kernel({ services: services.chat(refuses) });
    expect(await rejection(kernel.chat('Hi'))).to.include({ code: 'service_failed' });
    expect(pathsOf(server).slice(2)).to.deep.equal(['/v1/chat/completions']);
  });

  it('leaves them to a `fetch` of the application', async () => {
    const seen: (RequestInit | undefined)[] = [];
    const own: typeof fetch = (input, init) => {
      seen.push(init);
      return fetch(input, init);
    };
    await new Kernel({ services: services.chat(clientWith({ fetch: own })) }).chat('Hi');
    expect(seen).to.have.lengthOf(1);
    expect(seen[0]).not.to.have.property('redirect');
    expect(pathsOf(server)).to.deep.equal(['/v1/chat/completions', '/moved/v1/chat/completions']);
  });

  it('repeats no request for another reason', async () => {
    await server.stop();
    server = await startLoopback((response) => void response.destroy());
    const kernel = new Kernel({ services: services.chat(clientWith()) });
    expect(await rejection(kernel.chat('Hi'))).to.include({ code: 'service_failed' });
    expect(server.requests).to.have.lengthOf(1);
  });

  it('tells what became of the request that was redirected', async () => {
    await server.stop();
    server = await startLoopback((response, { path }) => {
      if (path.startsWith(NEW_PLACE)) sendJson(response, { error: { message: 'No such model.' } }, 404);
      else response.writeHead(307, { location: `/moved${path}` }).end();
    });
    const kernel = new Kernel({ services: services.chat(clientWith()) });
    const error = await rejection(kernel.chat('Hi'));
    expect(error).to.include({ code: 'service_failed' });
    expect(error).to.have.nested.property('data.status', 404);
    expect(String(error)).to.contain('No such model.');
  });

  it('does not go on to a new place after an abort', async () => {
    await server.stop();
    const controller = new AbortController();
    server = await startLoopback((response, { path }) => {
      controller.abort(new Error('enough'));
      response.writeHead(307, { location: `/moved${path}` }).end();
    });
    const kernel = new Kernel({ services: services.chat(clientWith()) });
    expect(await rejection(kernel.chat('Hi', { signal: controller.signal }))).to.equal(controller.signal.reason);
    expect(server.requests).to.have.lengthOf(1);
  });
});

function pathsOf({ requests }: Loopback): string[] {
  return requests.map(({ path }) => path);
}

function answerChat(response: ServerResponse, { stream }: { readonly stream?: boolean }): void {
  const message = { role: 'assistant', content: 'Hi.' };
  if (stream === true) sendEvents(response, { choices: [{ index: 0, delta: message, finish_reason: 'stop' }] });
  else sendJson(response, { choices: [{ index: 0, message, finish_reason: 'stop' }] });
}

function answerResponses(response: ServerResponse, { stream }: { readonly stream?: boolean }): void {
  const content = [{ type: 'output_text', text: 'Hi.', annotations: [] }];
  const output = [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }];
  const answer = { id: 'resp_1', object: 'response', status: 'completed', output };
  if (stream === true) sendEvents(response, { type: 'response.completed', response: answer });
  else sendJson(response, answer);
}
