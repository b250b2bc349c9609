import { expect } from 'chai';
import OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import { Kernel } from '../../src/index.js';
import { OpenAIChatCompletion, OpenAIResponses } from '../../src/openai/index.js';
import { aPromise } from '../helpers/a-kernel.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { sendEvents, sendJson, startLoopback } from '../helpers/loopback.js';
import type { Loopback } from '../helpers/loopback.js';
import type { ServerResponse } from 'node:http';

const NEW_PLACE = '/moved/';

describe('redirects of a model’s server', () => {
  let server: Loopback;
  let isMoved: boolean;
  let isMisdirected: boolean;

  beforeEach(async () => {
    isMoved = true;
    isMisdirected = false;
    server = await startLoopback((response, { path, body }) => {
      if (isMisdirected) {
        isMisdirected = false;
        response.writeHead(421).end();
      } else if (isMoved && !path.startsWith(NEW_PLACE)) response.writeHead(308, { location: `/moved${path}` }).end();
      else if (path.endsWith('/responses')) answerResponses(response, body);
      else answerChat(response, body);
    });
  });

  afterEach(() => server.stop());

  function clientWith(options: ClientOptions = {}): OpenAI {
    return new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'test', ...options });
  }

  const services = {
    chat: (client: OpenAI) => new OpenAIChatCompletion({ client, model: 'gpt-test' }),
    responses: (client: OpenAI) => new OpenAIResponses({ client, model: 'gpt-test' }),
  };

  for (const [name, path, service] of [
    ['OpenAIChatCompletion', '/v1/chat/completions', services.chat],
    ['OpenAIResponses', '/v1/responses', services.responses],
  ] as const) {
    inBothModes(`${name} follows them as the client does`, async (ask) => {
      const kernel = new Kernel({ services: service(clientWith()) });
      for (let times = 0; times < 2; times += 1) expect((await ask(kernel, 'Hi')).text).to.equal('Hi.');
      const once = [path, `/moved${path}`];
      expect(pathsOf(server)).to.deep.equal([...once, ...once]);
      expect(server.requests[1]?.body).to.deep.equal(server.requests[0]?.body);
    });

    inBothModes(`${name} follows one that comes after other answers, and expects them from then on`, async (ask) => {
      isMoved = false;
      const kernel = new Kernel({ services: service(clientWith({ maxRetries: 0 })) });
      await ask(kernel, 'Hi');
      isMoved = true;
      expect((await ask(kernel, 'Hi')).text).to.equal('Hi.');
      expect(pathsOf(server)).to.deep.equal([path, path, path, `/moved${path}`]);
      expect((await ask(kernel, 'Hi')).text).to.equal('Hi.');
      expect(pathsOf(server).slice(4)).to.deep.equal([path, `/moved${path}`]);
    });

    inBothModes(`${name} has a request answered that was on the wrong connection`, async (ask) => {
      isMoved = false;
      const kernel = new Kernel({ services: service(clientWith({ maxRetries: 0 })) });
      await ask(kernel, 'Hi');
      isMisdirected = true;
      expect((await ask(kernel, 'Hi')).text).to.equal('Hi.');
    });
  }

  it('leaves them to a client that says what is to be done', async () => {
    isMoved = false;
    const kernel = new Kernel({ services: services.chat(clientWith({ fetchOptions: { redirect: 'follow' } })) });
    await kernel.chat('Hi');
    isMoved = true;
    await kernel.chat('Hi');
    const path = '/v1/chat/completions';
    expect(pathsOf(server)).to.deep.equal([path, path, `/moved${path}`]);
  });

  it('leaves them to a `fetch` of the application', async () => {
    isMoved = false;
    const seen: (RequestInit | undefined)[] = [];
    const own: typeof fetch = (input, init) => {
      seen.push(init);
      return fetch(input, init);
    };
    const kernel = new Kernel({ services: services.chat(clientWith({ fetch: own })) });
    for (let times = 0; times < 2; times += 1) await kernel.chat('Hi');
    expect(seen).to.have.lengthOf(2);
    for (const init of seen) expect(init).not.to.have.property('redirect');
  });

  it('leaves them to a client whose answers do not tell of them', async () => {
    const client = aClient(async () => ANSWER);
    await complete(client, 3);
    expect(client.given.map(({ fetchOptions }) => fetchOptions)).to.deep.equal([undefined, undefined, undefined]);
  });

  it('expects none once an answer has come without, by any words for one', async () => {
    for (const cause of [
      'unexpected redirect',
      new Error('responded with a redirect'),
      failed(new Error('Redirect')),
    ]) {
      const client = aClient((place) => (place === 3 ? Promise.reject(new TypeError('No.', { cause })) : told(ANSWER)));
      const signal = await complete(client, 4);
      expect(client.given).to.deep.equal([
        { signal },
        { signal, fetchOptions: { redirect: 'error' } },
        { signal, fetchOptions: { redirect: 'error' } },
        { signal },
        { signal },
      ]);
      for (const given of client.given) expect(given.signal).to.equal(signal);
    }
  });

  it('repeats no request for another reason', async () => {
    for (const cause of [undefined, 'reset', new Error('reset'), failed(new Error('reset'))]) {
      const error = new TypeError('No redirect.', { cause });
      const client = aClient((place) => (place === 2 ? Promise.reject(error) : told(ANSWER)));
      expect(await rejection(complete(client, 2))).to.equal(error);
      expect(client.given).to.have.lengthOf(2);
    }
  });

  for (const [which, slowIsRedirected] of [
    ['slower', true],
    ['faster', false],
  ] as const) {
    it(`expects them if only the ${which} one of two first answers was redirected`, async () => {
      const slowResponse = aPromise<object>();
      const client = aClient((place) =>
        told(ANSWER, place === 1 ? slowResponse.promise : { redirected: place === 2 && !slowIsRedirected }),
      );
      const service = new OpenAIChatCompletion({ client, model: 'gpt-test' });
      const { signal } = new AbortController();
      const slow = service.complete({ messages: [] }, { signal });
      await service.complete({ messages: [] }, { signal });
      slowResponse.resolve({ redirected: slowIsRedirected });
      await slow;
      await service.complete({ messages: [] }, { signal });
      expect(client.given.map(({ fetchOptions }) => fetchOptions)).to.deep.equal([undefined, undefined, undefined]);
    });
  }

  it('tells what became of the request that was redirected', async () => {
    await server.stop();
    let isOver = false;
    server = await startLoopback((response, { path, body }) => {
      if (path.startsWith(NEW_PLACE)) sendJson(response, { error: { message: 'No such model.' } }, 404);
      else if (isOver) response.writeHead(307, { location: `/moved${path}` }).end();
      else answerChat(response, body);
    });
    const kernel = new Kernel({ services: services.chat(clientWith({ maxRetries: 0 })) });
    await kernel.chat('Hi');
    isOver = true;
    const error = await rejection(kernel.chat('Hi'));
    expect(error).to.include({ code: 'service_failed' });
    expect(error).to.have.nested.property('data.status', 404);
    expect(String(error)).to.contain('No such model.');
  });
});

interface GivenOptions {
  readonly signal: AbortSignal;
  readonly fetchOptions?: object;
}

/** A client that uses the global `fetch` as far as can be seen; `answer` is given the place of the request, from 1. */
function aClient(answer: (place: number) => unknown): { readonly given: GivenOptions[] } {
  const given: GivenOptions[] = [];
  const create = (_: object, options: GivenOptions): unknown => answer(given.push(options));
  return Object.assign({ given }, { fetch: globalThis.fetch, chat: { completions: { create } } });
}

/** Makes some requests, one after another, with the same signal. */
async function complete(client: object, times: number): Promise<AbortSignal> {
  const service = new OpenAIChatCompletion({ client, model: 'gpt-test' });
  const { signal } = new AbortController();
  for (let made = 0; made < times; made += 1) await service.complete({ messages: [] }, { signal });
  return signal;
}

/** What the client gives for an answer. */
function told(data: unknown, response: unknown = { redirected: false }): unknown {
  return Object.assign(Promise.resolve(data), { withResponse: async () => ({ data, response: await response }) });
}

function failed(cause: Error): Error {
  return new TypeError('fetch failed', { cause });
}

function pathsOf({ requests }: Loopback): string[] {
  return requests.map(({ path }) => path);
}

const ANSWER = { choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }] };

function answerChat(response: ServerResponse, { stream }: { readonly stream?: boolean }): void {
  const message = { role: 'assistant', content: 'Hi.' };
  if (stream === true) sendEvents(response, { choices: [{ index: 0, delta: message, finish_reason: 'stop' }] });
  else sendJson(response, ANSWER);
}

function answerResponses(response: ServerResponse, { stream }: { readonly stream?: boolean }): void {
  const content = [{ type: 'output_text', text: 'Hi.', annotations: [] }];
  const output = [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }];
  const answer = { id: 'resp_1', object: 'response', status: 'completed', output };
  if (stream === true) sendEvents(response, { type: 'response.completed', response: answer });
  else sendJson(response, answer);
}
