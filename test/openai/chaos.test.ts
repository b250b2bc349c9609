import { LLMock } from '@copilotkit/aimock';
import { expect } from 'chai';
import OpenAI from 'openai';
import { ChatHistory, Kernel, isKernelError } from '../../src/index.js';
import { OpenAIChatCompletion, OpenAIResponses } from '../../src/openai/index.js';
import { addLab, closed } from '../helpers/a-kernel.js';
import { responsesProblems } from '../helpers/check-responses-request.js';
import { wireProblems } from '../helpers/check-wire-request.js';
import { expectValid } from '../helpers/in-both-modes.js';
import { randomNumbers } from '../helpers/random-numbers.js';

const ROUNDS = 500;
const SEED = 20_261_121;
const NAMES = ['lab-run', 'lab-run', 'lab.run', 'lab-fail', 'nope'];
const ARGUMENTS = ['{}', '{"n":1}', '{"n":"x"}', '{"n"', '[]', ''];

const ADAPTERS = [
  { Adapter: OpenAIChatCompletion, problemsOf: wireProblems },
  { Adapter: OpenAIResponses, problemsOf: responsesProblems },
];

for (const { Adapter, problemsOf } of ADAPTERS)
  describe(`${Adapter.name} against a server that misbehaves`, () => {
    const systemRandom = Math.random;
    let mock: LLMock;

    beforeEach(async () => {
      // The server draws its faults with it.
      Math.random = randomNumbers(SEED);
      mock = new LLMock({ port: 0, logLevel: 'silent' });
      mock.on(
        { predicate: () => Math.random() < 0.05 },
        { content: 'Cut off in the middle of it.' },
        { truncateAfterChunks: 1, chunkSize: 4 },
      );
      mock.on({ predicate: () => Math.random() < 0.5 }, () => ({
        toolCalls: Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => ({
          name: NAMES[Math.floor(Math.random() * NAMES.length)] ?? '',
          arguments: ARGUMENTS[Math.floor(Math.random() * ARGUMENTS.length)] ?? '',
        })),
      }));
      mock.on({ predicate: () => true }, { content: 'Done.' });
      mock.setChaos({ dropRate: 0.03, malformedRate: 0.03, rateLimitRate: 0.03, disconnectRate: 0.03 });
      await mock.start();
    });

    afterEach(async () => {
      Math.random = systemRandom;
      await mock.stop();
    });

    for (const mode of ['plain', 'streamed'] as const) {
      it(`keeps histories and requests valid through ${ROUNDS} runs (${mode})`, async function () {
        this.timeout(120_000);
        const unhandled: unknown[] = [];
        const listener = (reason: unknown): void => {
          unhandled.push(reason);
        };
        process.on('unhandledRejection', listener);
        // The server keeps requests in a form of its own; what was sent is kept here.
        const bodies: string[] = [];
        const recordingFetch: typeof fetch = (url, options) => {
          bodies.push(String(options?.body));
          return fetch(url, options);
        };
        const client = new OpenAI({ baseURL: `${mock.url}/v1`, apiKey: 'test', maxRetries: 0, fetch: recordingFetch });
        const kernel = new Kernel({ services: new Adapter({ client, model: 'gpt-test' }) });
        addLab(kernel, {
          run: [{ input: closed({ n: { type: 'number' } }) }, () => 'ok'],
          fail: () => {
            throw new Error('broken');
          },
        });
        const outcomes = new Map<string, number>();
        for (let round = 0; round < ROUNDS; round += 1) {
          const history = new ChatHistory().addUser('Go');
          const outcome = await outcomeOf(() =>
            mode === 'plain' ? kernel.chat(history) : kernel.chatStream(history).result,
          );
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          expectValid(history);
        }
        process.off('unhandledRejection', listener);
        expect(unhandled).to.deep.equal([]);
        expect([...outcomes.keys()]).to.include.members(['completed', 'service_failed', 'max_errors']);
        expect(bodies.length).to.be.above(ROUNDS);
        expect(bodies.flatMap((body) => problemsOf(JSON.parse(body)))).to.deep.equal([]);
      });
    }
  });

async function outcomeOf(run: () => Promise<{ readonly stopReason: string }>): Promise<string> {
  try {
    return (await run()).stopReason;
  } catch (error) {
    if (isKernelError(error)) return error.code;
    throw error;
  }
}
