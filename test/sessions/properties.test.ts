import { expect } from 'chai';
import * as fc from 'fast-check';
import { isSessionsError } from '../../src/errors.js';
import { operationUrl, readEndpoint } from '../../src/sessions/endpoint.js';
import { readExecutionResult } from '../../src/sessions/execution-result.js';
import { checkIdentifier, deriveSessionId } from '../../src/sessions/identifier.js';
import { readExecutionError, stripAnsi } from '../../src/sessions/python-error.js';
import { readRemoteFile, readRemoteFilePage } from '../../src/sessions/remote-file.js';
import { fullPathOf, readRemotePath } from '../../src/sessions/remote-path.js';
import { SessionsClient } from '../../src/sessions/sessions-client.js';
import { type Answer, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

/** What a reader gives, or the code of the SessionsError that it throws; anything else fails the property. */
function outcomeOf<Value>(read: () => Value): { value: Value } | { code: string; message: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (isSessionsError(error)) return { code: error.code, message: error.message };
    throw error;
  }
}

const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
const validIdentifier = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 4, maxLength: 128 })
  .map((codes) => String.fromCharCode(...codes));
const endpoint = readEndpoint('https://westus.dynamicsessions.io/subscriptions/s/sessionPools/p?tier=1');

describe('identifiers, whatever they hold,', () => {
  it('are taken as they are or refused without being shown', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, validIdentifier), (text) => {
        const outcome = outcomeOf(() => checkIdentifier(text));
        if (/^[\x21-\x7e]{4,128}$/.test(text)) expect(outcome).to.deep.equal({ value: text });
        else expect(outcome).to.include({ code: 'invalid_options' });
        if ('message' in outcome && text.length > 40) expect(outcome.message).not.to.contain(text);
      }),
    );
  });

  it('arrive in one parameter of the address and change nothing else of it', () => {
    fc.assert(
      fc.property(validIdentifier, (identifier) => {
        const url = new URL(operationUrl(endpoint, ['executions'], { identifier, 'api-version': 'v' }).href);
        expect([...url.searchParams]).to.deep.equal([
          ['tier', '1'],
          ['identifier', identifier],
          ['api-version', 'v'],
        ]);
        expect(url.pathname).to.equal('/subscriptions/s/sessionPools/p/executions');
      }),
    );
  });

  it('that are derived are valid, and differ wherever the parts do', () => {
    const secret = 's'.repeat(32);
    const parts = fc.array(
      anyText.filter((text) => !/\p{Surrogate}/u.test(text)),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const identifier = deriveSessionId(secret, ...left);
        expect(checkIdentifier(identifier)).to.equal(identifier);
        const alike = JSON.stringify(left) === JSON.stringify(right);
        expect(deriveSessionId(secret, ...right) === identifier).to.equal(alike);
      }),
    );
  });
});

describe('names of files, whatever they hold,', () => {
  const segment = fc.oneof(anyText, fc.constantFrom('..', '.', '', 'mnt', 'data', '%2e%2e', 'a b#?&+.csv'));
  const anyPath = fc.oneof(
    anyText,
    fc.array(segment, { maxLength: 5 }).map((segments) => segments.join('/')),
  );

  it('stay below /mnt/data, or are refused', () => {
    fc.assert(
      fc.property(anyPath, fc.option(anyPath, { nil: undefined }), (name, directory) => {
        const outcome = outcomeOf(() => readRemotePath(name, directory));
        if (!('value' in outcome)) {
          expect(outcome.code).to.equal('invalid_request');
          return;
        }
        const steps = fullPathOf(outcome.value).split('/');
        expect(steps.slice(0, 3)).to.deep.equal(['', 'mnt', 'data']);
        for (const step of steps.slice(3)) expect(step).not.to.be.oneOf(['', '.', '..']);
        expect(readRemotePath(fullPathOf(outcome.value))).to.deep.equal(outcome.value);
      }),
      { numRuns: 500 },
    );
  });

  it('are one segment of the address, which gives them back', () => {
    fc.assert(
      fc.property(anyPath, (name) => {
        const outcome = outcomeOf(() => readRemotePath(name));
        if (!('value' in outcome)) return;
        const { pathname } = new URL(operationUrl(endpoint, ['files', outcome.value.name, 'content'], {}).href);
        const [file = '', content, ...rest] = pathname.slice(`${endpoint.basePath}files/`.length).split('/');
        expect([decodeURIComponent(file), content, rest]).to.deep.equal([outcome.value.name, 'content', []]);
      }),
    );
  });
});

describe('the readers of answers', () => {
  afterEach(stopLoopbacks);

  const status = fc.oneof(fc.constantFrom('Succeeded', 'Failed', 'Success', '0', '3', 1), fc.jsonValue());
  const streams = fc.record(
    { stdout: fc.jsonValue(), stderr: fc.oneof(anyText, fc.jsonValue()), executionResult: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const execution = fc.oneof(
    fc.jsonValue(),
    fc.record({ status, result: streams }, { requiredKeys: [] }),
    fc.record({
      properties: fc.record({ status, result: fc.jsonValue(), error: fc.jsonValue() }, { requiredKeys: [] }),
    }),
  );

  it('give a whole result of any JSON, or invalid_response', () => {
    fc.assert(
      fc.property(execution, (raw) => {
        const outcome = outcomeOf(() => readExecutionResult(raw, 10));
        if (!('value' in outcome)) {
          expect(outcome.code).to.equal('invalid_response');
          return;
        }
        const { status: read, stdout, stderr, images, error } = outcome.value;
        expect(read).to.be.oneOf(['NotStarted', 'Running', 'Succeeded', 'Failed', 'Canceled']);
        expect([typeof stdout, typeof stderr, Array.isArray(images)]).to.deep.equal(['string', 'string', true]);
        expect(error === undefined, 'a failure always has its error').to.equal(read !== 'Failed');
      }),
      { numRuns: 500 },
    );
  });

  it('give files of any JSON, or invalid_response', () => {
    const asked = { directory: '', name: 'asked' };
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ value: fc.array(fc.jsonValue()) })), (raw) => {
        for (const read of [() => readRemoteFile(raw, asked), () => readRemoteFilePage(raw, '')]) {
          const outcome = outcomeOf<unknown>(read);
          if ('code' in outcome) expect(outcome.code).to.equal('invalid_response');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('give an error of any traceback', () => {
    fc.assert(
      fc.property(
        fc.array(anyText).map((lines) => lines.join('\n')),
        (stderr) => {
          const { name, message, traceback } = readExecutionError(stripAnsi(stderr));
          expect([typeof name, typeof message, typeof traceback]).to.deep.equal(['string', 'string', 'string']);
          expect(name).not.to.equal('');
        },
      ),
    );
  });

  it('answer any bytes with any status by a value or a SessionsError', async () => {
    let reply: { status: number; bytes: Uint8Array; contentType: string } | undefined;
    const answer: Answer = (_request, response) => {
      response.writeHead(reply?.status ?? 500, { 'content-type': reply?.contentType ?? '' }).end(reply?.bytes);
    };
    const server = await startLoopback(answer);
    const client = new SessionsClient({
      poolManagementEndpoint: server.endpoint,
      authCallback: () => 'a-token',
      identifier: 'any-bytes',
      retries: 0,
    });
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    );
    const replies = fc.record({
      status: fc.constantFrom(200, 201, 202, 206, 299, 302, 400, 403, 404, 408, 413, 418, 429, 500, 503, 599),
      bytes,
      contentType: fc.constantFrom('application/json', 'text/html', 'application/octet-stream', 'nonsense'),
    });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.startExecution('1'),
      () => client.listFiles(),
      () => client.uploadFile(new Uint8Array(3), { name: 'x' }),
      () => client.getSession(),
      () => client.downloadFile('x'),
      () => client.deleteFile('x'),
      () => client.getPoolMetadata(),
    ];
    await fc.assert(
      fc.asyncProperty(replies, fc.nat({ max: calls.length - 1 }), async (next, index) => {
        reply = next;
        const failure: unknown = await calls[index]?.().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(failure === undefined || isSessionsError(failure), String(failure)).to.equal(true);
        if (next.status >= 300) expect(failure === undefined && index !== 5).to.equal(false);
      }),
      { numRuns: 300 },
    );
  });
});
