import { expect } from 'chai';
import type { SessionsError } from '../../src/errors.js';
import { errorFromAnswer, type RefusedRequest, saysPoolFull } from '../../src/http/map-error.js';
import { makeJwt } from '../helpers/make-jwt.js';

const TOKEN = makeJwt({ aud: 'https://dynamicsessions.io', sub: 'ada' });

function refused(status: number, body: unknown = '', changes: Partial<RefusedRequest> = {}): SessionsError {
  return errorFromAnswer({
    operation: 'Running the code',
    status,
    header: () => undefined,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    now: Date.UTC(2026, 0, 1),
    scope: 'https://dynamicsessions.io/.default',
    token: TOKEN,
    secrets: ['session-4711', 'print("hush")'],
    replay: 'execute',
    ...changes,
  });
}

describe('errorFromAnswer', () => {
  const codes: readonly (readonly [number, unknown, string])[] = [
    [302, '', 'invalid_response'],
    [400, { error: { code: 'SessionRequestValidationFailed', message: 'bad' } }, 'invalid_request'],
    [400, { error: { code: 'SessionWithIdentifierNotFound', message: 'gone' } }, 'not_found'],
    [400, { error: { code: 'SessionRequestNotSupported', message: 'no' } }, 'unsupported'],
    [401, '', 'unauthorized'],
    [403, '', 'forbidden'],
    [404, { error: { code: 'FileNotFound', message: 'The file is not there' } }, 'not_found'],
    [404, { error: { message: 'Session was not found.' } }, 'not_found'],
    [404, 'No more sessions can be allocated', 'pool_full'],
    [404, { error: { message: 'The maximum number of concurrent sessions has been reached' } }, 'pool_full'],
    [408, '', 'timeout'],
    [409, '', 'invalid_request'],
    [413, '', 'too_large'],
    [429, '', 'pool_full'],
    [500, '', 'service_error'],
    [503, '', 'service_error'],
  ];
  for (const [status, body, code] of codes) {
    it(`makes ${code} of ${status} ${JSON.stringify(body)}`, () => {
      expect(refused(status, body)).to.include({ name: 'SessionsError', code, status });
    });
  }

  for (const status of [408, 500, 502, 503, 504]) {
    it(`says after ${status} that code may have run and files may have arrived, and to try again after reads only`, () => {
      const advice = (changes: Partial<RefusedRequest>): string =>
        refused(status, '', changes).message.replace(/^.*answered \d+\. /, '');
      const report = 'If it stays so, report the trace id and the correlation id to the service.';
      const look = 'see what it did before you send it again.';
      expect(advice({ replay: 'execute' })).to.equal(`The code may have run: ${look} ${report}`);
      expect(advice({ replay: 'idempotent' })).to.equal(`Try again later. ${report}`);
      expect(advice({ replay: 'upload' })).to.equal(
        `The file may have arrived; list the files before sending it again. ${report}`,
      );
      expect(advice({ replay: 'idempotent', asksForCode: true })).to.equal(
        `The code has been started, and may have run: ${look} ${report}`,
      );
    });
  }

  it('says of code that was started so after every refusal, and of code that was refused nothing', () => {
    for (const status of [401, 403, 404, 429]) {
      expect(refused(status, '', { replay: 'idempotent', asksForCode: true }).message).to.contain('has been started');
      expect(refused(status, '', { replay: 'execute' }).message).not.to.match(/has been started|may have run/);
    }
  });

  it('understands the envelope of the service, with its trace id and details', () => {
    const error = refused(400, {
      error: {
        code: 'SessionPropertiesMissing',
        message: 'Missing.',
        traceId: 't-1',
        details: [{ message: 'code is required' }],
      },
    });
    expect(error).to.include({ serviceCode: 'SessionPropertiesMissing', traceId: 't-1' });
    expect(error.message).to.equal(
      'Running the code failed: the session pool answered 400 SessionPropertiesMissing: Missing. code is required.',
    );
  });

  it('understands a doubled envelope, problem details, an OAuth error, a message alone, JSON text and plain text', () => {
    const said = (body: unknown): string =>
      refused(400, body)
        .message.replace(/^.*answered /, '')
        .trim();
    expect(said({ error: { error: { code: 'A', message: 'inner' } } })).to.equal('400 A: inner.');
    expect(said({ title: 'Not valid.', status: 400, errors: { code: ['is empty', 'is short'] } })).to.equal(
      '400: Not valid. code: is empty is short.',
    );
    const odd = [{ toString: 1 }, 'is odd', [['nested']]];
    expect(said({ title: 'Not valid.', errors: { code: odd, more: { valueOf: 1 } } })).to.equal(
      '400: Not valid. code: is odd more.',
    );
    expect(said({ error: 'invalid_token', error_description: 'it expired' })).to.equal(
      '400 invalid_token: it expired.',
    );
    expect(said({ message: 'nothing but this' })).to.equal('400: nothing but this.');
    expect(said('"a JSON text"')).to.equal('400: a JSON text.');
    expect(said('plain text\n over lines')).to.equal('400: plain text over lines.');
    expect(said('[1,2]')).to.equal('400: [1,2].');
    expect(said('')).to.equal('400.');
  });

  it('does not repeat a page, and says what a page means', () => {
    const error = refused(502, '<!DOCTYPE html><html><body>Bad gateway SECRET</body></html>');
    expect(error.message).to.contain('answered 502 with an HTML page').and.not.contain('SECRET');
  });

  it('keeps the ids of the service and what it asks to wait', () => {
    const headers: Record<string, string> = {
      'mise-correlation-id': 'c-1',
      'retry-after': '3',
      'x-ms-error-code': 'TooMany',
    };
    expect(refused(429, '', { header: (name) => headers[name] })).to.include({
      correlationId: 'c-1',
      retryAfterMs: 3_000,
      serviceCode: 'TooMany',
    });
  });

  it('explains 401 by the audience of the token, without the token', () => {
    const token = makeJwt({ aud: ['https://management.azure.com', 'https://graph.microsoft.com'] });
    const error = refused(401, '', { token });
    expect(error.message).to.equal(
      "Running the code failed: the session pool answered 401. The token's audience is https://management.azure.com, https://graph.microsoft.com; expected is https://dynamicsessions.io (https://dynamicsessions.io, or https://acasessions.io with older pools). If the audience is right, the token has expired, was revoked or comes from another tenant.",
    );
    expect(refused(401, '', { token: 'opaque' }).message).to.contain(
      'The token is opaque; expected is one with the audience https://dynamicsessions.io.',
    );
    expect(refused(401).modelMessage).to.equal(undefined);
  });

  it('explains 401 on this machine by the token of an emulator, and by the audience if it came with one', () => {
    const advice =
      'An emulator takes the token that it printed when it started, and makes another one each time: set ' +
      'DYNAMIC_SESSIONS_EMULATOR_TOKEN to that, or pass the `connection` of the emulator.';
    const said = (changes: Partial<RefusedRequest>): string =>
      refused(401, '', { isLoopback: true, ...changes }).message.replace('Running the code failed: ', '');
    expect(said({ token: 'opaque', isRepeated: true })).to.equal(`the session pool answered 401. ${advice}`);
    expect(said({})).to.contain(`answered 401. ${advice} The token's audience is https://dynamicsessions.io;`);
  });

  it('explains 413 by what was sent', () => {
    const said = (replay: RefusedRequest['replay']): string =>
      refused(413, '', { replay }).message.replace('Running the code failed: ', '');
    expect(said('upload')).to.equal('the session pool answered 413. The service takes files of up to 128 MB.');
    expect(said('execute')).to.equal(
      'the session pool answered 413. The code is larger than what one request may hold: upload its data as a file, and let the code read that.',
    );
    expect(said('idempotent')).to.equal('the session pool answered 413.');
  });

  it('explains 403 by the role that is missing and the command that grants it', () => {
    expect(refused(403).message).to.contain(
      'The identity lacks a role on the pool. Grant it: az role assignment create --role "Azure ContainerApps Session Executor" --assignee <principal id> --scope <resource id of the pool>.',
    );
  });

  it('takes token, identifier and code out of what the service echoes', () => {
    const echo = `no session session-4711 for Bearer ${TOKEN}; code print("hush") at https://host/x?identifier=session-4711`;
    for (const body of [
      echo,
      { error: { code: 'session-4711', message: echo, traceId: 'session-4711' } },
      { title: echo },
    ]) {
      const error = refused(400, body, { header: () => 'session-4711' });
      const shown = JSON.stringify([
        error.message,
        error.serviceCode,
        error.traceId,
        error.correlationId,
        error.modelMessage,
      ]);
      for (const secret of ['session-4711', 'hush', TOKEN, TOKEN.slice(0, 40)]) expect(shown).not.to.contain(secret);
    }
  });

  it('quotes no part of the code, in whatever it tells', () => {
    const body = { error: { code: 'lookup-Alice', message: 'bad: lookup("Alice")', traceId: 'lookup.Alice' } };
    const error = refused(400, body, { header: () => 'Alice', userTexts: ['x = lookup("Alice")'] });
    expect(error.message).to.equal(
      'Running the code failed: the session pool answered 400 [redacted]-[redacted]: bad: [redacted].',
    );
    expect(error).to.include({
      serviceCode: '[redacted]-[redacted]',
      traceId: '[redacted].[redacted]',
      correlationId: '[redacted]',
    });
  });

  it('tells what is wrong by all that the pool says, also where that is not repeated', () => {
    const full = { error: { code: 'None', message: 'No more sessions can be allocated' } };
    expect(refused(404, full, { secrets: ['sessions'] })).to.include({ code: 'pool_full' });
    const gone = { error: { code: 'SessionWithIdentifierNotFound', message: 'gone' } };
    expect(refused(400, gone, { secrets: ['SessionWithIdentifierNotFound'] })).to.include({
      code: 'not_found',
      serviceCode: '[redacted]',
    });
  });

  it('cuts long texts', () => {
    expect(refused(400, 'x'.repeat(100_000)).message.length).to.be.below(700);
    expect(refused(400, 'x'.repeat(2_000_000)).message.length).to.be.below(200);
  });
});

describe('saysPoolFull', () => {
  it('knows 429, and the 404 of older documentation, from a file that is missing', () => {
    expect(saysPoolFull(429, '')).to.equal(true);
    expect(saysPoolFull(404, 'no more sessions are allocated')).to.equal(true);
    expect(saysPoolFull(404, '{"error":{"message":"File not found"}}')).to.equal(false);
    expect(saysPoolFull(500, 'no more sessions')).to.equal(false);
  });
});
