import { LLMock } from '@copilotkit/aimock';
import { expect } from 'chai';
import { OpenAI } from 'openai';
import { ChatHistory, Kernel, SessionsPythonTool, isKernelError, isSessionsError } from '../../src/index.js';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { OpenAIChatCompletion } from '../../src/openai/index.js';
import { rejectionOf } from '../helpers/rejection-of.js';

// From the question to the answer, with nothing stood in but the model's wits: the real openai client over HTTP, the
// kernel, the plugin, the token cache, HTTP again, and CPython in the emulator.
describe('from a question to an answer', () => {
  const model = new LLMock({ port: 0, logLevel: 'silent' });
  let emulator: SessionPoolEmulator;
  let python: SessionsPythonTool;
  let kernel: Kernel;

  before(async () => {
    await model.start();
    emulator = await SessionPoolEmulator.start();
  });

  beforeEach(() => {
    model.reset();
    python = new SessionsPythonTool(emulator.connection);
    const client = new OpenAI({ baseURL: `${model.url}/v1`, apiKey: 'test', maxRetries: 0 });
    kernel = new Kernel({ services: new OpenAIChatCompletion({ client, model: 'mock' }) });
    kernel.addPlugin(python, 'python');
  });

  afterEach(() => python.close());

  after(async () => {
    await emulator.stop();
    await model.stop();
  });

  /** The model makes these calls, one round each, and then says what the last one gave. */
  function scriptModel(...calls: readonly { name?: string; arguments: string }[]): void {
    for (const [turnIndex, { name = 'python-execute_code', arguments: args }] of calls.entries()) {
      model.on({ turnIndex }, { toolCalls: [{ name, arguments: args }] });
    }
    model.on({ turnIndex: calls.length }, ({ messages }) => ({
      content: `Python says: ${String(messages.at(-1)?.content)}`,
    }));
  }

  function runs(code: string): { arguments: string } {
    return { arguments: JSON.stringify({ code }) };
  }

  it('lets the model compute, and remember what it computed', async () => {
    scriptModel(runs('total = sum(range(101))'), runs('total * 2'));
    const history = new ChatHistory().addUser('Twice the sum of 0 to 100?');
    const result = await kernel.chat(history);
    expect(result.text).to.equal('Python says: Status: Succeeded\nResult: 10100');
    expect(result.calls.map(({ value }) => Reflect.get(Object(value), 'status'))).to.deep.equal([
      'Succeeded',
      'Succeeded',
    ]);
    expect(history.openCalls()).to.deep.equal([]);
  });

  it('streams the same', async () => {
    scriptModel(runs('6 * 7'));
    let text = '';
    for await (const piece of kernel.chatStream('What is 6 times 7?').text()) text += piece;
    expect(text).to.equal('Python says: Status: Succeeded\nResult: 42');
  });

  it('tells the model of its mistakes, so that it can do better', async () => {
    scriptModel(
      { name: 'python-run_code', arguments: '{"code":"1"}' },
      { arguments: '{"code": "1' },
      runs('1 / 0'),
      { arguments: '{"source":"1"}' },
      runs('"better"'),
    );
    const { text, calls } = await kernel.chat('Try.');
    expect(text).to.equal('Python says: Status: Succeeded\nResult: better');
    expect(calls.map(({ result }) => result.content?.split('\n')[0]?.slice(0, 60))).to.deep.equal([
      'Error: there is no function named "python-run_code". Availab',
      'Error: the arguments for "python-execute_code" are not valid',
      'Status: Failed',
      'Error: invalid arguments for "python-execute_code":',
      'Status: Succeeded',
    ]);
    expect(calls[2]?.result.content).to.contain('ZeroDivisionError: division by zero');
  });

  it('shows the model the two functions that are for it, without the session', async () => {
    model.on({ userMessage: 'Hello' }, { content: 'Hello.' });
    await kernel.chat('Hello');
    const request = model.getRequests()[0]?.body as { tools: { function: { name: string } }[] };
    expect(request.tools.map((tool) => tool.function.name).sort()).to.deep.equal([
      'python-execute_code',
      'python-list_files',
    ]);
    expect(JSON.stringify(model.getRequests())).not.to.contain(python.sessionId);
  });

  it('runs each user’s Python in that user’s session', async () => {
    scriptModel(runs('globals().setdefault("seen", []).append(1)\nlen(seen)'));
    const answers = await Promise.all(
      ['ada-0123456789', 'bob-0123456789'].map((sessionId) => kernel.chat('Count', { arguments: { sessionId } })),
    );
    const again = await kernel.chat('Count', { arguments: { sessionId: 'ada-0123456789' } });
    expect([...answers, again].map(({ text }) => text.split('Result: ')[1])).to.deep.equal(['1', '1', '2']);
  });

  it('rejects with one error when the pool refuses the token, and keeps the history valid', async () => {
    scriptModel(runs('print("secret code")'));
    const stranger = new SessionsPythonTool({ ...emulator.connection, authCallback: () => 'a-wrong-token' });
    kernel.addPlugin(stranger, 'python', { replace: true });
    const history = new ChatHistory().addUser('Go');
    const error = await rejectionOf(kernel.chat(history));
    expect(isKernelError(error) && error.code).to.equal('function_failed');
    expect(isKernelError(error) && isSessionsError(error.cause) && error.cause.code).to.equal('unauthorized');
    expect(history.openCalls()).to.deep.equal([]);
    expect(history.messages.at(-1)).to.deep.include({ role: 'tool', content: 'Error: "python-execute_code" failed.' });
    expect(JSON.stringify(history)).not.to.contain('a-wrong-token');
    await stranger.close().catch(() => undefined); // It may not delete its session either.
  });

  it('tells the model when the pool is full, and goes on', async () => {
    emulator.failNext({ operation: 'execute', status: 429, times: 4 });
    scriptModel(runs('1'), runs('2'));
    const { text, calls } = await kernel.chat('Go');
    expect(calls[0]?.error).to.be.an('error');
    expect(calls[0]?.result.content).to.match(/^Error: .*(full|session)/i);
    expect(text).to.equal('Python says: Status: Succeeded\nResult: 2');
  });

  it('stops at once when the caller aborts, with every call answered', async () => {
    scriptModel(runs('while True: pass'));
    const controller = new AbortController();
    const history = new ChatHistory().addUser('Go');
    const stream = kernel.chatStream(history, { signal: controller.signal });
    const error = await rejectionOf(
      (async () => {
        for await (const event of stream) if (event.type === 'call') controller.abort(new Error('enough'));
      })(),
    );
    expect(error).to.have.property('message', 'enough');
    expect(history.messages.map(({ role }) => role)).to.deep.equal(['user', 'assistant', 'tool']);
  });
});
