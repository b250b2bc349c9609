// The road through the AI SDK, which is the same for each of its versions.
import { expect } from 'chai';
import { FunctionError, SessionsPythonTool, defineFunction, definePlugin, staticAuth } from 'dynamic-sessions-kernel';
import { toAiSdkTools } from 'dynamic-sessions-kernel/ai-sdk';
import { PICTURE, PICTURE_DATA, SUM, aRoad } from './question.mjs';

/** Describes the adapter with one version of `ai` and of its provider for servers that speak like OpenAI's. */
export function describeAiSdk(version, { ai, createOpenAICompatible }) {
  const { convertToModelMessages, generateText, stepCountIs, streamText } = ai;

  describe(`toAiSdkTools with ai ${version}`, () => {
    let road;
    let question;
    before(async () => {
      road = await aRoad();
      const provider = createOpenAICompatible({ name: 'mock', baseURL: road.baseURL });
      question = { model: provider('mock'), stopWhen: stepCountIs(4), maxRetries: 0, prompt: 'The sum?' };
    });
    after(() => road.stop());

    it('answers a question by Python', async () => {
      road.script('code_interpreter', SUM);
      const tools = toAiSdkTools(road.python, { names: { execute_code: 'code_interpreter' } });
      const { text, steps } = await generateText({ ...question, tools });
      expect(text).to.equal('Answer: Status: Succeeded\nResult: 5050');
      expect(steps[0].toolResults[0].output).to.deep.include({ text: 'Status: Succeeded\nResult: 5050', images: [] });
      expect(steps[0].toolResults[0].output.value).to.include({ status: 'Succeeded', value: 5050 });
    });

    it('shows the model the schemas of what it may call, and nothing of the session', async () => {
      road.script('execute_code', SUM);
      await generateText({ ...question, tools: toAiSdkTools(road.python) });
      const [{ tools }] = road.requests();
      const shown = tools.map(({ function: { name, parameters } }) => [name, Object.keys(parameters.properties)]);
      expect(shown).to.deep.equal([
        ['execute_code', ['code']],
        ['list_files', []],
      ]);
      expect(JSON.stringify(road.requests())).not.to.contain(road.python.sessionId);
    });

    it('streams the answer, and gives a browser a figure that the model is not sent', async () => {
      road.script('execute_code', PICTURE);
      const tools = toAiSdkTools(road.python);
      const result = streamText({ ...question, tools });
      const parts = [];
      for await (const part of result.toUIMessageStream()) parts.push(part);
      const { output } = parts.find(({ type }) => type === 'tool-output-available');
      expect(JSON.parse(JSON.stringify(output)).images).to.deep.equal([{ mediaType: 'image/png', data: PICTURE_DATA }]);
      expect(await result.text).to.equal(`Answer: ${road.told()}`);
      expect(road.told()).to.match(/^Status: Succeeded\n\[image 1: png, \d+ bytes, shown to the user, not to you\]$/);
      const stored = { type: 'tool-execute_code', toolCallId: 'c', state: 'output-available', input: {}, output };
      const messages = await convertToModelMessages([{ role: 'assistant', parts: [stored] }], { tools });
      expect(messages[1].content[0].output).to.deep.equal({ type: 'text', value: output.text });
    });

    it('tells the model what is wrong with its arguments', async () => {
      road.script('execute_code', '{"code": 7, "sessionId": "of-another"}', SUM);
      const { text, steps } = await generateText({ ...question, tools: toAiSdkTools(road.python) });
      expect(text).to.contain('5050');
      const [failure] = steps[0].content.filter(({ type }) => type === 'tool-error');
      expect(failure.error).to.have.property('code', 'invalid_arguments');
      expect(road.told(1)).to.contain('sessionId: is not a parameter');
    });

    it('answers a call to what the model may not see as unknown', async () => {
      road.script('upload_file', '{"localFilePath": "/etc/passwd"}');
      const { steps } = await generateText({ ...question, tools: toAiSdkTools(road.python) });
      expect(steps[0].toolCalls[0].error.name).to.equal('AI_NoSuchToolError');
    });

    it("keeps the application's failures from the model", async () => {
      road.script('execute_code', SUM);
      const { poolManagementEndpoint } = road.emulator;
      const refused = new SessionsPythonTool({ poolManagementEndpoint, authCallback: staticAuth('not-the-token') });
      const { steps } = await generateText({ ...question, tools: toAiSdkTools(refused) });
      const [{ error }] = steps[0].content.filter(({ type }) => type === 'tool-error');
      expect(error.message).to.equal('"execute_code" failed.');
      expect(error.cause).to.have.property('code', 'unauthorized');
      expect(road.told()).to.match(/^(KernelError: )?"execute_code" failed\.$/);
    });

    it('keeps free objects of a schema free, and asks for strictness where the function does', async () => {
      const input = { type: 'object', properties: { any: { type: 'object' } }, required: ['any'] };
      const seen = [];
      const keep = defineFunction({ name: 'keep', input, strict: true }, ({ any }) => {
        seen.push(any);
        throw new FunctionError('Kept.');
      });
      road.script('keep', '{"any": {"a": 1}}');
      await generateText({ ...question, tools: toAiSdkTools(definePlugin('lab', [keep])) });
      const [{ tools }] = road.requests();
      expect(tools[0].function.strict).to.equal(true);
      expect(tools[0].function.parameters.properties.any).to.deep.equal({ type: 'object', additionalProperties: {} });
      expect(seen).to.deep.equal([{ a: 1 }]);
      expect(road.told()).to.match(/^(KernelError: )?Kept\.$/);
    });

    it('stops the function when the run is aborted', async () => {
      const controller = new AbortController();
      let reason;
      const wait = defineFunction({ name: 'wait', input: { type: 'object' } }, (_, { signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        controller.abort(new Error('enough'));
        return new Promise(() => {});
      });
      road.script('wait', '{}');
      const run = generateText({
        ...question,
        tools: toAiSdkTools(definePlugin('lab', [wait])),
        abortSignal: controller.signal,
      });
      const [{ status }] = await Promise.allSettled([run]);
      expect(status).to.equal('rejected');
      expect(reason).to.have.property('message', 'enough');
    });
  });
}
