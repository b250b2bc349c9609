import { OpenAI } from '@llamaindex/openai';
import { agent, agentToolCallResultEvent } from '@llamaindex/workflow';
import { expect } from 'chai';
import { SessionsPythonTool, staticAuth } from 'dynamic-sessions-kernel';
import { toLlamaIndexTools } from 'dynamic-sessions-kernel/llamaindex';
import { SUM, aRoad } from './question.mjs';

describe('toLlamaIndexTools', () => {
  let road;
  let llm;
  before(async () => {
    road = await aRoad();
    llm = new OpenAI({ model: 'gpt-4o-mini', apiKey: 'test', baseURL: road.baseURL, maxRetries: 0 });
  });
  after(() => road.stop());

  async function ask(tools) {
    const results = [];
    const events = agent({ llm, tools }).runStream('The sum?');
    let last;
    for await (const event of events) {
      if (agentToolCallResultEvent.include(event)) results.push(event.data);
      last = event;
    }
    return { text: last.data.result, results };
  }

  it('answers a question by Python, under the name that users of LlamaIndex know', async () => {
    road.script('code_interpreter', SUM);
    const { text, results } = await ask(toLlamaIndexTools(road.python));
    // LlamaIndex writes what a tool gives as JSON, and takes the quotes away.
    expect(text).to.equal('Answer: Status: Succeeded\\nResult: 5050');
    expect(results[0].toolOutput).to.include({ isError: false });
    const shown = road
      .requests()[0]
      .tools.map(({ function: { name, parameters } }) => [name, Object.keys(parameters.properties)]);
    expect(shown).to.deep.equal([
      ['code_interpreter', ['code']],
      ['list_files', []],
    ]);
  });

  it('tells the model what is wrong with its arguments', async () => {
    road.script('code_interpreter', '{"sessionId": "of-another"}', SUM);
    const { text, results } = await ask(toLlamaIndexTools(road.python));
    expect(text).to.contain('5050');
    expect(results[0].toolOutput).to.include({ isError: true });
    expect(results[0].toolOutput.result).to.contain('sessionId: is not a parameter');
  });

  it("keeps the application's failures from the model", async () => {
    road.script('code_interpreter', SUM);
    const { poolManagementEndpoint } = road.emulator;
    const refused = new SessionsPythonTool({ poolManagementEndpoint, authCallback: staticAuth('not-the-token') });
    const { results } = await ask(toLlamaIndexTools(refused));
    expect(results[0].toolOutput.result)
      .to.contain('"code_interpreter" failed.')
      .and.not.match(/audience|token|401/i);
  });
});
