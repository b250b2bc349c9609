import { expect } from 'chai';
import { ChatHistory, Kernel, defineFunction, definePlugin, isKernelError } from '../../src/index.js';
import {
  OpenAIChatCompletion,
  OpenAIResponses,
  executeToolCall,
  executeToolCalls,
  getToolDefinition,
} from '../../src/openai/index.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';
import { thrownBy } from '../helpers/thrown-by.js';

const CREATE = { create: () => expect.fail('nothing is to be asked') };
const CLIENT = { chat: { completions: CREATE }, responses: CREATE };
const PLUGIN = definePlugin('lab', [
  defineFunction({ name: 'run', input: { type: 'object' } }, () => expect.fail('nothing is to run')),
]);
const CALL = { id: 'a', type: 'function', function: { name: 'run', arguments: '{}' } } as const;

describe('The options of ./openai', () => {
  for (const Adapter of [OpenAIChatCompletion, OpenAIResponses]) {
    it(`${Adapter.name} refuses what are no options, and one that there is none of`, () => {
      const given = (options: unknown): unknown => thrownBy(() => new Adapter(options as never));
      expectRefused(given(undefined), `${Adapter.name} takes its options as an object, not undefined.`);
      const misspelt = given({ client: CLIENT, model: 'm', profil: 'ollama' });
      expectRefused(misspelt, `${Adapter.name} has no option \`profil\`. There are: \`client\`, \`model\`, \`id\``);
      expectRefused(given({ client: CLIENT, model: 'm', id: 7 }), '`id` must be a text, not a number.');
    });
  }

  for (const Adapter of [OpenAIChatCompletion, OpenAIResponses]) {
    inBothModes(
      `${Adapter.name} refuses a setting that there is none of, which was left out without a word`,
      async (ask) => {
        const history = new ChatHistory().addUser('Go');
        const kernel = new Kernel({ services: new Adapter({ client: CLIENT, model: 'm' }) });
        const settings = { temperature: 0, max_tokens: 5, top_p: undefined };
        expectRefused(
          await rejection(ask(kernel, history, { settings })),
          '`settings` has no option `max_tokens`. There are: `temperature`, `topP`, `maxTokens`, `stop`, `seed`, `responseFormat`, `reasoningEffort`, `extra`. ' +
            'What only the service knows belongs in `settings.extra`, by its own name.',
        );
        expect(history.messages).to.have.length(1);
      },
    );
  }

  it('getToolDefinition refuses what are no options, and one that there is none of', () => {
    const given = (options: unknown): unknown => thrownBy(() => getToolDefinition(PLUGIN, options as never));
    expectRefused(given(undefined), 'getToolDefinition() takes its options as an object, not undefined.');
    expectRefused(
      given({ api: 'chat', nane: 'run' }),
      'getToolDefinition() has no option `nane`. There are: `api`, `name`',
    );
    expectRefused(given({ api: 'chat', as: 7 }), '`as` must be a text, not a number.');
    expectRefused(given({ api: 'chat', name: null }), '`name` must be a text, not null.');
    expectRefused(given({ api: 'responses', strict: 'no' }), '`strict` must be true or false, not a string.');
  });

  for (const [name, execute] of [
    ['executeToolCall', (options: unknown) => executeToolCall(PLUGIN, CALL, options as never)],
    ['executeToolCalls', (options: unknown) => executeToolCalls(PLUGIN, [CALL], options as never)],
  ] as const) {
    it(`${name} refuses what are no options, and one that there is none of, before anything runs`, async () => {
      const given = (options: unknown): Promise<unknown> => rejection(execute(options));
      expectRefused(await given(null), `${name}() takes its options as an object, not null.`);
      // Without the session that was meant, the code would run in that of everybody.
      const misspelt = await given({ argument: { sessionId: 'a session of one user' } });
      expectRefused(
        misspelt,
        `${name}() has no option \`argument\`. There are: \`as\`, \`name\`, \`arguments\`, \`signal\`.`,
      );
      expectRefused(
        await given({ arguments: 'x' }),
        '`arguments` is an object of values by their names, not a string.',
      );
      expectRefused(await given({ as: 7 }), '`as` must be a text, not a number.');
      expectRefused(await given({ signal: new AbortController() }), '`signal` must be an AbortSignal, not an object');
    });
  }
});

function expectRefused(error: unknown, message: string): void {
  expect(error).to.satisfy(isKernelError).and.include({ code: 'invalid_options' });
  expect(error).to.have.property('message').that.includes(message);
}
