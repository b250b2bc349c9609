import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { expect } from 'chai';
import { ChatHistory, FunctionError, Kernel, KernelError, isKernelError } from '../../src/index.js';
import type { ChatResponse, ChatService } from '../../src/index.js';
import { ScriptedChatService } from '../../src/testing/index.js';
import { addLab, closed } from '../helpers/a-kernel.js';
import { inBothModes, rejection } from '../helpers/in-both-modes.js';

const CODE = closed({ code: { type: 'string' } }, ['code']);
const SAID = ['What is it', 'print(42)', 'ran print', 'It is 42', 'broken by'];

describe('the telemetry of Kernel', () => {
  let exporter: InMemorySpanExporter;
  let provider: BasicTracerProvider;

  // Made for each run: the mutation tests run these several times in one process, and what was shut down stays so.
  before(() => {
    exporter = new InMemorySpanExporter();
    provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });

  afterEach(() => exporter.reset());

  after(async () => {
    trace.disable();
    context.disable();
    await provider.shutdown();
  });

  function aTracedKernel(turns: ConstructorParameters<typeof ScriptedChatService>[0], captureContent = false): Kernel {
    const kernel = new Kernel({ services: new ScriptedChatService(turns), captureContent });
    addLab(kernel, {
      run: [{ description: 'Runs code.', input: CODE }, ({ code }) => `ran ${String(code)}`],
      fail: () => {
        throw new Error('broken by print(42)');
      },
      tell: () => {
        throw new FunctionError('broken by the model');
      },
    });
    return kernel;
  }

  inBothModes('has a span for the run, for each request and for each call, one below the other', async (ask) => {
    const final: ChatResponse = {
      message: { role: 'assistant', content: 'It is 42' },
      finishReason: 'stop',
      id: 'resp-2',
      model: 'scripted-1',
      usage: { inputTokens: 12, outputTokens: 3, cachedInputTokens: 4 },
    };
    const kernel = aTracedKernel([
      { toolCalls: [{ id: 'c1', name: 'lab-run', arguments: { code: 'print(42)' } }] },
      final,
    ]);
    await ask(kernel, 'What is it?', { settings: { temperature: 0.5, maxTokens: 9, stop: 'END' } });
    const spans = exporter.getFinishedSpans();
    const run = spanNamed(spans, 'invoke_agent');
    expect(spans.map(({ name }) => name).sort()).to.deep.equal([
      'chat scripted',
      'chat scripted',
      'execute_tool lab-run',
      'invoke_agent',
    ]);
    for (const span of spans.filter((each) => each !== run)) {
      expect(span.parentSpanContext?.spanId, span.name).to.equal(run.spanContext().spanId);
    }
    expect(run.attributes).to.deep.equal({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.request.model': 'scripted',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 3,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'dynamic_sessions_kernel.stop_reason': 'completed',
      'dynamic_sessions_kernel.attempts': 2,
    });
    const request = spans.filter(({ name }) => name === 'chat scripted').at(-1);
    expect(request?.kind).to.equal(SpanKind.CLIENT);
    expect(request?.attributes).to.deep.include({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.id': 'resp-2',
      'gen_ai.response.model': 'scripted-1',
      'gen_ai.response.finish_reasons': ['stop'],
    });
    const call = spanNamed(spans, 'execute_tool lab-run');
    expect(call.kind).to.equal(SpanKind.INTERNAL);
    expect(call.attributes).to.deep.equal({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'lab-run',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.description': 'Runs code.',
      'gen_ai.tool.call.id': 'c1',
    });
  });

  inBothModes('holds nothing that was said, also where something fails', async (ask) => {
    const calls = ['lab-run', 'lab-fail', 'lab-tell'].map((name) => ({ name, arguments: { code: 'print(42)' } }));
    const kernel = aTracedKernel([{ toolCalls: calls }, 'It is 42']);
    await ask(kernel, 'What is it?');
    const failed = spanNamed(exporter.getFinishedSpans(), 'execute_tool lab-fail');
    expect(failed.status).to.deep.equal({ code: SpanStatusCode.ERROR });
    expect(failed.attributes['error.type']).to.equal('function_failed');
    const recorded = JSON.stringify(
      exporter.getFinishedSpans().map(({ attributes, events, status }) => [attributes, events, status]),
    );
    for (const said of SAID) expect(recorded).not.to.contain(said);
  });

  inBothModes('holds what was said when that is asked for', async (ask) => {
    const kernel = aTracedKernel(
      [{ toolCalls: [{ name: 'lab-run', arguments: { code: 'print(42)' } }] }, 'It is 42'],
      true,
    );
    await ask(kernel, 'What is it?');
    const spans = exporter.getFinishedSpans();
    const call = spanNamed(spans, 'execute_tool lab-run');
    expect(call.attributes['gen_ai.tool.call.arguments']).to.equal('{"code":"print(42)"}');
    expect(call.attributes['gen_ai.tool.call.result']).to.equal('ran print(42)');
    const request = spans.filter(({ name }) => name === 'chat scripted').at(-1);
    expect(request?.attributes['gen_ai.input.messages']).to.contain('What is it?');
    expect(request?.attributes['gen_ai.output.messages']).to.contain('It is 42');
    expect(request?.attributes['gen_ai.tool.definitions']).to.contain('lab-run');
  });

  inBothModes('leaves out what cannot be written as text, and lets the run go on', async (ask) => {
    const message = { role: 'assistant' as const, content: 'It is 42', extra: { tokens: 42n } };
    const kernel = aTracedKernel([{ message, finishReason: 'stop' }, 'It is 43'], true);
    const history = new ChatHistory().addUser('What is it?');
    expect((await ask(kernel, history)).text).to.equal('It is 42');
    expect((await ask(kernel, history.addUser('And then?'))).text).to.equal('It is 43');
    const requests = exporter.getFinishedSpans().filter(({ name }) => name === 'chat scripted');
    expect(requests.map(({ attributes }) => 'gen_ai.output.messages' in attributes)).to.deep.equal([false, true]);
    expect(requests.map(({ attributes }) => 'gen_ai.input.messages' in attributes)).to.deep.equal([true, false]);
  });

  inBothModes('names the kind of a failure and ends every span', async (ask) => {
    const refuse = (): never => {
      throw Object.assign(new Error('What is it'), { status: 503 });
    };
    const error = await rejection(ask(aTracedKernel([refuse]), 'What is it?'));
    expect(isKernelError(error) && error.code).to.equal('service_failed');
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name, attributes }) => [name, attributes['error.type']])).to.deep.equal([
      ['chat scripted', '503'],
      ['invoke_agent', '503'],
    ]);
    expect(JSON.stringify(spans.map(({ attributes, events, status }) => [attributes, events, status]))).not.to.contain(
      'What',
    );
  });

  it('has a span for a function that the developer invokes', async () => {
    const kernel = aTracedKernel([]);
    await kernel.invoke('lab-run', { code: 'print(42)' });
    const span = spanNamed(exporter.getFinishedSpans(), 'execute_tool lab-run');
    expect(span.attributes['gen_ai.tool.name']).to.equal('lab-run');
    expect(JSON.stringify(span.attributes)).not.to.contain('print');
  });

  inBothModes('has what is set of a request, and what was used for it', async (ask) => {
    const final: ChatResponse = {
      message: { role: 'assistant', content: 'It is 42' },
      finishReason: 'stop',
      usage: { inputTokens: 12, outputTokens: 3, reasoningTokens: 2 },
    };
    const service = Object.assign(new ScriptedChatService([final]), { provider: 'lab' });
    const kernel = new Kernel({ services: service, captureContent: true });
    await ask(kernel, 'What is it?', { settings: { topP: 0.9, seed: 7 } });
    const spans = exporter.getFinishedSpans();
    expect(spanNamed(spans, 'chat scripted').attributes).to.deep.include({
      'gen_ai.provider.name': 'lab',
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.seed': 7,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'gen_ai.tool.definitions': '[]',
    });
    expect(spanNamed(spans, 'chat scripted').attributes).to.not.have.any.keys(
      'gen_ai.request.stop_sequences',
      'gen_ai.request.temperature',
    );
    expect(spanNamed(spans, 'invoke_agent').attributes['gen_ai.usage.reasoning.output_tokens']).to.equal(2);
  });

  it('tells requests for a stream from others, and when the first piece of the answer came', async () => {
    const kernel = aTracedKernel([{ toolCalls: [{ name: 'lab-tell', arguments: {} }] }, 'It is 42', 'It is 43']);
    const startedAt = performance.now();
    await kernel.chatStream('What is it?').result;
    const seconds = (performance.now() - startedAt) / 1000;
    await kernel.chat('What is it?');
    const service = kernel.getService();
    const complete: ChatService['complete'] = (...given) => service.complete(...given);
    const whole = new Kernel({ services: { modelId: 'whole', complete } });
    expect(await rejection(whole.chatStream('What is it?').result)).to.include({ code: 'service_failed' });
    const [call, answer, plain, ...others] = exporter.getFinishedSpans().filter(({ name }) => name.startsWith('chat '));
    expect([call, answer, plain, ...others].map((span) => span?.attributes['gen_ai.request.stream'])).to.deep.equal([
      true,
      true,
      undefined,
      undefined,
    ]);
    const first = 'gen_ai.response.time_to_first_chunk';
    expect(answer?.attributes[first]).to.be.within(0, seconds);
    expect([call, plain].map((span) => span?.attributes[first])).to.deep.equal([undefined, undefined]);
  });

  it('notes the first piece of an answer, and none of the later ones', async () => {
    const noted: string[] = [];
    const watched = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart: (span) => {
            const setAttribute = span.setAttribute.bind(span);
            span.setAttribute = (name, value) => {
              noted.push(name);
              return setAttribute(name, value);
            };
          },
          onEnd: () => {},
          forceFlush: async () => {},
          shutdown: async () => {},
        },
      ],
    });
    trace.disable();
    trace.setGlobalTracerProvider(watched);
    try {
      const kernel = new Kernel({ services: new ScriptedChatService(['It is 42, and that is all there is to say.']) });
      const texts: string[] = [];
      for await (const event of kernel.chatStream('What is it?')) if (event.type === 'text') texts.push(event.text);
      expect(texts.length).to.be.greaterThan(1);
    } finally {
      trace.disable();
      trace.setGlobalTracerProvider(provider);
    }
    expect(noted.filter((name) => name === 'gen_ai.response.time_to_first_chunk')).to.have.length(1);
  });

  it('names an error of the kernel by its code, and by its status only where a service failed', async () => {
    const kinds: unknown[] = [];
    const fail = (error: unknown) => (): never => {
      throw error;
    };
    for (const error of [
      new Error('no status'),
      new KernelError('invalid_response', 'none', { data: { status: 500 } }),
      new KernelError('service_failed', 'some', { data: { status: 500 } }),
    ]) {
      await rejection(aTracedKernel([fail(error)]).chat('What is it?'));
      kinds.push(spanNamed(exporter.getFinishedSpans(), 'invoke_agent').attributes['error.type']);
      exporter.reset();
    }
    expect(kinds).to.deep.equal(['service_failed', 'invalid_response', '500']);
  });

  it('names the kind of what is no error of the kernel', async () => {
    const kinds: unknown[] = [];
    for (const reason of [new DOMException('over', 'TimeoutError'), new RangeError('far'), 'print(42)']) {
      const kernel = aTracedKernel([() => new Promise(() => {})]);
      const aborts = new AbortController();
      const running = rejection(kernel.chat('What is it?', { signal: aborts.signal }));
      setImmediate(() => aborts.abort(reason));
      expect(await running).to.equal(reason);
      kinds.push(spanNamed(exporter.getFinishedSpans(), 'invoke_agent').attributes['error.type']);
      exporter.reset();
    }
    expect(kinds).to.deep.equal(['TimeoutError', 'RangeError', '_OTHER']);
  });
});

function spanNamed(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span named ${name}`);
  return found;
}
