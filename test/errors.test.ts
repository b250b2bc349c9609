import { inspect } from 'node:util';
import { expect } from 'chai';
import { FunctionError, KernelError, SessionsError } from '../src/index.js';

/** Without the stack. */
function shownProperties(error: Error): string {
  return inspect(error).replace(error.stack ?? '', '');
}

describe('errors, as a log shows them', () => {
  it('have their code and what is known, and nothing that is undefined', () => {
    expect(shownProperties(new KernelError('invalid_options', 'No.'))).to.equal(" {\n  code: 'invalid_options'\n}");
    expect(shownProperties(new KernelError('invalid_arguments', 'No.', { data: { issues: ['x'] } }))).to.equal(
      " {\n  code: 'invalid_arguments',\n  data: { issues: [ 'x' ] }\n}",
    );
    expect(shownProperties(new SessionsError('forbidden', 'No.', { status: 403 }))).to.equal(
      " {\n  code: 'forbidden',\n  fatal: true,\n  status: 403\n}",
    );
    expect(shownProperties(new FunctionError('No.'))).to.equal(" {\n  modelMessage: 'No.'\n}");
  });

  it('begin with their name and message, and end with what caused them', () => {
    const error = new SessionsError('network', 'No pool.', { cause: new Error('refused') });
    expect(inspect(error))
      .to.match(/^SessionsError: No pool\.\n/)
      .and.contain('[cause]: Error: refused');
  });
});
