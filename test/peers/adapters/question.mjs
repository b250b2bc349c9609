// What every test here asks: a question in, Python run in the emulator, an answer out. The model is a server on this
// machine that speaks OpenAI's Chat Completions.
import { LLMock } from '@copilotkit/aimock';
import { SessionsPythonTool } from 'dynamic-sessions-kernel';
import { SessionPoolEmulator } from 'dynamic-sessions-kernel/emulator';

export const SUM = JSON.stringify({ code: 'sum(range(101))' });

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Python that ends with a picture of one pixel. */
export const PICTURE = JSON.stringify({
  code: `
import base64
class Dot:
    def _repr_png_(self):
        return base64.b64decode("${PNG}")
Dot()
`,
});

/** The bytes of that picture, in base64. */
export const PICTURE_DATA = PNG;

/** Starts a model and a pool, and makes a tool that uses it. */
export async function aRoad() {
  const model = new LLMock({ port: 0, logLevel: 'silent' });
  await model.start();
  const emulator = await SessionPoolEmulator.start();
  return {
    baseURL: `${model.url}/v1`,
    emulator,
    python: new SessionsPythonTool(emulator.connection),
    /** The model makes these calls, one round each, then says what the last one gave. */
    script(name, ...calls) {
      model.reset();
      for (const [turnIndex, args] of calls.entries()) {
        model.on({ turnIndex }, { toolCalls: [{ name, arguments: args }] });
      }
      model.on({ turnIndex: calls.length }, ({ messages }) => ({ content: `Answer: ${lastText(messages)}` }));
    },
    /** What the model was sent, the newest last. */
    requests: () => model.getRequests().map(({ body }) => body),
    /** What it was told of its call in that round, by default the last one. */
    told: (round = model.getRequests().length - 1) => lastText(model.getRequests()[round].body.messages),
    async stop() {
      await emulator.stop();
      await model.stop();
    },
  };
}

function lastText(messages) {
  const content = messages.at(-1)?.content;
  return typeof content === 'string' ? content : JSON.stringify(content);
}
