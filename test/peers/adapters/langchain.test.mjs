import { createRequire } from 'node:module';
import { AIMessage, ToolMessage } from '@langchain/core/messages';
import { ToolInputParsingException } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { expect } from 'chai';
import { FunctionError, SessionsPythonTool, defineFunction, definePlugin, staticAuth } from 'dynamic-sessions-kernel';
import { toLangChainTools } from 'dynamic-sessions-kernel/langchain';
import { createAgent } from 'langchain';
import { PICTURE, PICTURE_DATA, SUM, aRoad } from './question.mjs';

const TEXT = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };

function lab(body, options = {}) {
  return definePlugin('lab', [defineFunction({ input: TEXT, ...options, name: 'run' }, body)]);
}

function aCall(args, name = 'run') {
  return { type: 'tool_call', id: 'c1', name, args };
}

describe('toLangChainTools', () => {
  let road;
  let ask;
  before(async () => {
    road = await aRoad();
    const configuration = { baseURL: road.baseURL };
    const model = new ChatOpenAI({ model: 'mock', apiKey: 'test', configuration, maxRetries: 0 });
    ask = async (tools) => {
      const { messages } = await createAgent({ model, tools }).invoke({
        messages: [{ role: 'user', content: 'The sum?' }],
      });
      return { text: messages.at(-1).content, results: messages.filter((message) => ToolMessage.isInstance(message)) };
    };
  });
  after(() => road.stop());

  it('answers a question by Python, the text apart from the result', async () => {
    road.script('code_interpreter', SUM);
    const { text, results } = await ask(toLangChainTools(road.python, { names: { execute_code: 'code_interpreter' } }));
    expect(text).to.equal('Answer: Status: Succeeded\nResult: 5050');
    expect(results[0]).to.include({ content: 'Status: Succeeded\nResult: 5050', status: 'success' });
    expect(results[0].artifact).to.include({ status: 'Succeeded', value: 5050 });
  });

  it('answers in CommonJS programs too', async () => {
    const require = createRequire(import.meta.url);
    const commonJs = { ...require('@langchain/openai'), ...require('langchain') };
    const tools = require('dynamic-sessions-kernel/langchain').toLangChainTools(road.python);
    const configuration = { baseURL: road.baseURL };
    const model = new commonJs.ChatOpenAI({ model: 'mock', apiKey: 'test', configuration, maxRetries: 0 });
    road.script('execute_code', '{"sessionId": "of-another"}', SUM);
    const question = { role: 'user', content: 'The sum?' };
    const { messages } = await commonJs.createAgent({ model, tools }).invoke({ messages: [question] });
    expect(messages.at(-1).content).to.equal('Answer: Status: Succeeded\nResult: 5050');
  });

  it('keeps a figure in the artifact, and out of what the model is sent', async () => {
    road.script('execute_code', PICTURE);
    const { results } = await ask(toLangChainTools(road.python));
    const [{ format, bytes }] = results[0].artifact.images;
    expect([format, Buffer.from(bytes).toString('base64')]).to.deep.equal(['png', PICTURE_DATA]);
    expect(road.told()).to.match(/^Status: Succeeded\n\[image 1: png, \d+ bytes, shown to the user, not to you\]$/);
  });

  it('shows the model the schemas of what it may call, and nothing of the session', async () => {
    road.script('execute_code', SUM);
    await ask(toLangChainTools(road.python));
    const [{ tools }] = road.requests();
    const shown = tools.map(({ function: { name, parameters } }) => [name, Object.keys(parameters.properties)]);
    expect(shown).to.deep.equal([
      ['execute_code', ['code']],
      ['list_files', []],
    ]);
    expect(JSON.stringify(road.requests())).not.to.contain(road.python.sessionId);
  });

  it('tells the model what is wrong with its arguments, before the function runs', async () => {
    road.script('execute_code', '{"sessionId": "of-another"}', SUM);
    const { text, results } = await ask(toLangChainTools(road.python));
    expect(text).to.contain('5050');
    expect(results[0].status).to.equal('error');
    expect(results[0].content).to.contain('"code"');
    const [tool] = toLangChainTools(road.python);
    const hidden = { code: '1', sessionId: 'of-another' };
    expect(await rejection(tool.invoke(hidden))).to.be.instanceOf(ToolInputParsingException);
  });

  it('tells the model by a message with the status error what a function says of its failure', async () => {
    const [run] = toLangChainTools(lab(() => Promise.reject(new FunctionError('Try another city.'))));
    const message = await run.invoke(aCall({ text: '' }));
    expect(message).to.be.instanceOf(ToolMessage);
    expect(message).to.include({
      content: 'Error: Try another city.',
      status: 'error',
      tool_call_id: 'c1',
      name: 'run',
    });
    const thrown = await rejection(run.invoke({ text: '' }));
    expect(thrown).to.include({ code: 'function_failed', message: 'Try another city.' });
    const open = { type: 'object', properties: { n: {} } };
    const [checked] = toLangChainTools(lab(() => '', { input: { ...open, additionalProperties: false } }));
    expect(await checked.invoke(aCall({ n: 1 }))).to.include({ content: '(no output)', status: 'success' });
  });

  it("throws the application's failures without their details, and never tells them the model", async () => {
    road.script('execute_code', SUM);
    const { poolManagementEndpoint } = road.emulator;
    const refused = new SessionsPythonTool({ poolManagementEndpoint, authCallback: staticAuth('not-the-token') });
    const [tool] = toLangChainTools(refused);
    const thrown = await rejection(tool.invoke(aCall({ code: '1' }, 'execute_code')));
    expect(thrown.message).to.equal('"execute_code" failed.');
    expect(thrown.cause).to.have.property('code', 'unauthorized');
    const { results } = await ask(toLangChainTools(refused));
    expect(results[0].content)
      .to.contain('"execute_code" failed.')
      .and.not.match(/audience|token|401/i);
  });

  it('answers a call to what the model may not see as unknown', async () => {
    road.script('upload_file', '{"localFilePath": "/etc/passwd"}');
    const { results } = await ask(toLangChainTools(road.python));
    expect(results[0]).to.include({ status: 'error' });
    expect(results[0].content).to.contain('upload_file is not a valid tool');
  });

  it('passes the signal on', async () => {
    const controller = new AbortController();
    let reason;
    const [wait] = toLangChainTools(
      lab((_, { signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        controller.abort(new Error('enough'));
        return new Promise(() => {});
      }),
    );
    const thrown = await rejection(wait.invoke(aCall({ text: '' }), { signal: controller.signal }));
    expect([thrown.message, reason.message]).to.deep.equal(['enough', 'enough']);
  });

  it('is bound to a model by hand too', async () => {
    road.script('execute_code', SUM);
    const configuration = { baseURL: road.baseURL };
    const model = new ChatOpenAI({ model: 'mock', apiKey: 'test', configuration, maxRetries: 0 });
    const tools = toLangChainTools(road.python);
    const question = { role: 'user', content: 'The sum?' };
    const asked = await model.bindTools(tools).invoke([question]);
    expect(asked).to.be.instanceOf(AIMessage);
    const results = await Promise.all(asked.tool_calls.map((call) => tools[0].invoke(call)));
    const answer = await model.invoke([question, asked, ...results]);
    expect(answer.content).to.contain('5050');
  });
});

async function rejection(promise) {
  const [{ status, reason }] = await Promise.allSettled([promise]);
  expect(status).to.equal('rejected');
  return reason;
}
