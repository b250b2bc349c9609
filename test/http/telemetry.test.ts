import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { hangUp, json, startLoopback, stopLoopbacks, text } from '../helpers/start-loopback.js';

const SECRETS = ['secret-session', 'a-token', 'print(42)', 'secret-file', 'resourceGroups'];

describe('the telemetry of requests', () => {
  let exporter: InMemorySpanExporter;
  let provider: BasicTracerProvider;

  // Made for each run: the mutation tests run these several times in one process, and what was shut down stays so.
  before(() => {
    exporter = new InMemorySpanExporter();
    provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterEach(async () => {
    await stopLoopbacks();
    exporter.reset();
  });
  after(async () => {
    trace.disable();
    context.disable();
    await provider.shutdown();
  });

  const aClient = (poolManagementEndpoint: string, retries = 0): SessionsClient =>
    new SessionsClient({
      poolManagementEndpoint,
      retries,
      identifier: 'secret-session',
      authCallback: () => 'a-token',
    });

  function spans(): { name: string; attributes: object; code: SpanStatusCode }[] {
    const finished = exporter.getFinishedSpans();
    const shown = JSON.stringify(
      finished.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
    for (const secret of SECRETS) expect(shown).not.to.contain(secret);
    expect(finished.every(({ kind }) => kind === SpanKind.CLIENT)).to.equal(true);
    return finished.map(({ name, attributes, status }) => ({ name, attributes, code: status.code }));
  }

  it('has a span for each attempt, below the one that is active, and tells nothing secret', async () => {
    const again = json(503, {}, { 'retry-after-ms': '0' });
    const server = await startLoopback(again, json(200, { value: [] }));
    const parent = trace.getTracer('test').startSpan('parent');
    await context.with(trace.setSpan(context.active(), parent), () => aClient(server.endpoint, 1).listFiles());
    const attributes = {
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(server.origin).port),
      'url.scheme': 'http',
      'dynamic_sessions_kernel.operation': 'Listing the files',
    };
    expect(spans()).to.deep.equal([
      {
        name: 'GET',
        attributes: { ...attributes, 'http.response.status_code': 503, 'error.type': '503' },
        code: SpanStatusCode.ERROR,
      },
      {
        name: 'GET',
        attributes: { ...attributes, 'http.request.resend_count': 1, 'http.response.status_code': 200 },
        code: SpanStatusCode.UNSET,
      },
    ]);
    const parents = exporter.getFinishedSpans().map(({ parentSpanContext }) => parentSpanContext?.spanId);
    expect(parents).to.deep.equal([parent.spanContext().spanId, parent.spanContext().spanId]);
  });

  it('names failures in a word', async () => {
    const server = await startLoopback(hangUp, text(404, 'no secret-file for secret-session'));
    const client = aClient(server.endpoint);
    await client.execute('print(42)').catch(() => undefined);
    await client.downloadFile('secret-file').catch(() => undefined);
    await client.listFiles({ signal: AbortSignal.abort() }).catch(() => undefined);
    await server.stop();
    await aClient(server.endpoint)
      .execute('print(42)')
      .catch(() => undefined);
    const failures = spans().map(({ attributes }) => Reflect.get(attributes, 'error.type'));
    expect(failures).to.deep.equal(['ECONNRESET', '404', 'ECONNREFUSED']);
  });
});
