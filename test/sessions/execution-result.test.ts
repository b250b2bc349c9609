import { inspect } from 'node:util';
import { expect } from 'chai';
import { readExecutionJson } from '../../src/sessions/execution-json.js';
import { readExecutionResult } from '../../src/sessions/execution-result.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

function current(result: object, rest: object = {}): unknown {
  return {
    $id: '1',
    id: 'e1',
    identifier: 's',
    executionType: 'synchronous',
    status: 'Succeeded',
    result: { $id: '2', ...result },
    ...rest,
  };
}

describe('readExecutionResult', () => {
  it('reads the flat answer of the current versions', () => {
    const result = { stdout: 'Hello world\n', stderr: '', executionResult: '', executionTimeInMilliseconds: 7 };
    expect(readExecutionResult(current(result))).to.deep.equal({
      id: 'e1',
      status: 'Succeeded',
      stdout: 'Hello world\n',
      stderr: '',
      images: [],
      executionTimeMs: 7,
      raw: {
        $id: '1',
        id: 'e1',
        executionType: 'synchronous',
        status: 'Succeeded',
        result: { $id: '2', ...result },
      },
    });
  });

  for (const properties of [null, 'none']) {
    it(`keeps \`properties\` that wrap nothing in \`raw\`: ${JSON.stringify(properties)}`, () => {
      const { raw } = readExecutionResult({ id: 'e', identifier: 's', status: 'Succeeded', properties });
      expect(raw).to.deep.equal({ id: 'e', status: 'Succeeded', properties });
    });
  }

  it('reads an answer that is nested without end', () => {
    const depth = 20_000;
    const raw: unknown = JSON.parse(`${'{"status":"0","properties":'.repeat(depth)}{"status":"0"}${'}'.repeat(depth)}`);
    expect(readExecutionResult(raw)).to.include({ status: 'Succeeded', stdout: '' });
  });

  it('keeps the identifier of the session out of `raw`, in either form, and leaves the answer alone', () => {
    const answers = [
      current({ stdout: '', stderr: '' }, { identifier: 'a-secret-session' }),
      { identifier: 'a-secret-session', properties: { identifier: 'a-secret-session', status: 'Success', result: 2 } },
    ];
    for (const answer of answers) {
      const result = readExecutionResult(answer);
      expect(inspect(result, { depth: 10 })).not.to.contain('a-secret-session');
      expect(JSON.stringify(answer)).to.contain('a-secret-session');
    }
  });

  it('reads the wrapped answer of the older versions', () => {
    const properties = {
      $id: '2',
      status: 'Success',
      stdout: 'out',
      stderr: 'warn',
      result: 2,
      executionTimeInMilliseconds: 35,
    };
    const raw = { $id: '1', properties };
    expect(readExecutionResult(raw)).to.deep.equal({
      status: 'Succeeded',
      value: 2,
      stdout: 'out',
      stderr: 'warn',
      images: [],
      executionTimeMs: 35,
      raw,
    });
    expect(readExecutionResult({ properties: { status: 'Success', executionResult: 'x' } }).value).to.equal('x');
  });

  it('reads the answer of a shell pool, whose status is the exit code', () => {
    const raw = { id: 'e', status: '0', result: { stdout: 'x', stderr: '' } };
    expect(readExecutionResult(raw)).to.deep.equal({
      id: 'e',
      status: 'Succeeded',
      exitCode: 0,
      stdout: 'x',
      stderr: '',
      images: [],
      raw,
    });
    expect(readExecutionResult({ id: 'e', status: 3 })).to.include({ status: 'Failed', exitCode: 3 });
    expect(readExecutionResult({ id: 'e', status: '-9' })).to.include({ status: 'Failed', exitCode: -9 });
    const failed = readExecutionResult({
      id: 'e',
      status: '127',
      result: { stdout: '', stderr: 'sh: nope: not found\n' },
    });
    expect(failed).to.include({ status: 'Failed', exitCode: 127 });
    expect(failed.error).to.deep.equal({
      name: 'ExitCode',
      message: 'The command ended with exit code 127.',
      traceback: 'sh: nope: not found',
    });
  });

  for (const value of [2, 1.5, 0, false, true, 'text', null, [1], { a: 1 }]) {
    it(`keeps ${JSON.stringify(value)} as it is`, () => {
      expect(readExecutionResult(current({ executionResult: value })).value).to.deep.equal(value);
      const wrapped = readExecutionResult({ properties: { status: 'Success', result: value } });
      if (value !== null) expect(wrapped.value).to.deep.equal(value);
    });
  }

  it('has no value where the code ended in a statement', () => {
    expect(readExecutionResult(current({ executionResult: '' }))).not.to.have.property('value');
    expect(readExecutionResult(current({}))).not.to.have.property('value');
  });

  it('makes bytes of a picture, named by what they are and not by what they are called', () => {
    const image = { type: 'image', format: '../../evil.sh', base64_data: PNG.toString('base64') };
    for (const raw of [
      current({ executionResult: image }),
      { properties: { status: 'Success', result: image } },
      { status: 'Success', result: image },
    ]) {
      const result = readExecutionResult(raw);
      expect(result.images).to.deep.equal([{ format: 'png', bytes: new Uint8Array(PNG) }]);
      expect(result).not.to.have.property('value');
    }
  });

  for (const [format, bytes] of [
    ['jpeg', Buffer.from('ffd8ffe0', 'hex')],
    ['gif', Buffer.from('GIF89a....')],
    ['webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
    ['svg', Buffer.from('<svg>')],
    ['svg', Buffer.from('<?xml version="1.0"?>\n<!-- made --> <!--<svg>-->\n<svg xmlns="x"></svg>')],
    ['svg', Buffer.from('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [\n<!ENTITY a "b">\n]>\n<SVG\n>')],
  ] as const) {
    it(`knows ${format} by ${JSON.stringify(bytes.toString('latin1'))}`, () => {
      const image = { type: 'image', format: 'png', base64_data: bytes.toString('base64') };
      expect(readExecutionResult(current({ executionResult: image })).images).to.deep.equal([
        { format, bytes: new Uint8Array(bytes) },
      ]);
    });
  }

  it('finds at once that bytes which only begin like a picture are none', () => {
    for (const start of ['<!---->', '<?xml?>', '<!doctype svg>', '<!doctype svg [', ' ', '<!--']) {
      const bytes = Buffer.from(start.repeat(1_000));
      const result = readExecutionResult(current({ executionResult: { base64_data: bytes.toString('base64') } }));
      expect(result.images).to.deep.equal([]);
    }
  });

  it('does not take other bytes for a picture, nor show them as a value', () => {
    const result = readExecutionResult(
      current({ executionResult: { type: 'image', format: 'png', base64_data: 'AAAA' } }),
    );
    expect(result.images).to.deep.equal([]);
    expect(result).not.to.have.property('value');
  });

  it('reads what was raised, without colours', () => {
    const stderr = '\u001b[0;31mTraceback (most recent call last):\n  File "x", line 1\u001b[0m\nKeyError: \'sales\'';
    const result = readExecutionResult(current({ stdout: '', stderr }, { status: 'Failed' }));
    expect(result.status).to.equal('Failed');
    expect(result.stderr).not.to.contain('\u001b');
    expect(result.error).to.include({ name: 'KeyError', message: "'sales'" });
    expect(readExecutionResult(current({ stderr: 'DeprecationWarning: old' }))).not.to.have.property('error');
  });

  it('reads an error that stands beside the result', () => {
    const raw = { id: 'e', status: 'Failed', error: { error: { code: 'Timeout', message: 'too long' } } };
    expect(readExecutionResult(raw).error).to.deep.equal({
      name: 'Timeout',
      message: 'too long',
      traceback: 'too long',
    });
    expect(readExecutionResult({ ...raw, result: { stderr: ' \n' } }).error).to.include({ name: 'Timeout' });
  });

  it('believes stderr rather than an error that stands beside it', () => {
    const stderr = 'Traceback (most recent call last):\n  File "x", line 1\nKeyError: 1';
    const error = { code: 'Failed', message: 'The code failed.' };
    expect(readExecutionResult(current({ stderr }, { status: 'Failed', error })).error).to.include({
      name: 'KeyError',
      message: '1',
    });
  });

  for (const [status, expected] of [
    ['NotStarted', 'NotStarted'],
    ['running', 'Running'],
    ['Cancelled', 'Canceled'],
    ['FAILURE', 'Failed'],
  ] as const) {
    it(`reads the status ${status}`, () => {
      expect(readExecutionResult({ id: 'e', status }).status).to.equal(expected);
    });
  }

  for (const raw of [
    null,
    7,
    'text',
    [],
    {},
    { status: 'Wonderful' },
    { status: '__proto__' },
    { status: 'v7' },
    { status: '7 of 9' },
    { properties: {} },
    { status: {} },
  ]) {
    it(`refuses ${JSON.stringify(raw)}, and says that the code may have run`, () => {
      expect(() => readExecutionResult(raw))
        .to.throw(/cannot be read.*may have run/)
        .with.property('code', 'invalid_response');
    });
  }
});

describe('readExecutionResult, of an answer it cannot read,', () => {
  for (const [what, raw, message] of [
    ['a text', 'text', /it is no JSON object/],
    ['an object without a status', {}, /it has no `status`/],
    ['an unknown status', { status: 'Wonderful' }, /its `status` is none that is known/],
  ] as const) {
    it(`says what is wrong with ${what}`, () => {
      expect(() => readExecutionResult(raw)).to.throw(message);
    });
  }
});

describe('readExecutionJson', () => {
  const read = (text: string): unknown =>
    readExecutionJson({ status: 200, text, header: () => undefined, redact: (said) => said }, 'Running');

  it('keeps whole numbers exact that JavaScript would round', () => {
    expect(read('{"result":{"executionResult":18446744073709551616,"stdout":""}}')).to.deep.equal({
      result: { executionResult: '18446744073709551616', stdout: '' },
    });
    expect(read('{"properties":{"result": -12345678901234567890}}')).to.deep.equal({
      properties: { result: '-12345678901234567890' },
    });
  });

  it('leaves other numbers and texts alone', () => {
    expect(read('{"result":{"executionResult":9007199254740991}}')).to.deep.equal({
      result: { executionResult: 9007199254740991 },
    });
    const text = '{"stdout":"{\\"result\\":18446744073709551616}"}';
    expect(read(text)).to.deep.equal(JSON.parse(text));
    expect(read('{"executionResult":1234567890123456.5}')).to.deep.equal({ executionResult: 1234567890123456.5 });
  });
});
