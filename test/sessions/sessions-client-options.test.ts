import { expect } from 'chai';
import { SessionsClient } from '../../src/index.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

const connection = { poolManagementEndpoint: 'http://localhost/p', authCallback: () => 'a-token' };

describe('SessionsClientOptions', () => {
  it('are refused where there is none of a name', () => {
    for (const name of ['allowedDomain', 'sessionId', 'timeoutInSeconds']) {
      expect(thrownBy(() => new SessionsClient({ ...connection, [name]: ['pool.example'] })))
        .to.include({ code: 'invalid_options' })
        .and.have.property('message')
        .that.matches(new RegExp(`^SessionsClient has no option \`${name}\`\\. There are: .*\`identifier\``));
    }
  });

  it('may be undefined, whatever their names', () => {
    const options = untyped({ ...connection, allowedDomains: undefined, allowedDomain: undefined });
    expect(new SessionsClient(options)).to.be.instanceOf(SessionsClient);
  });

  for (const name of ['poolManagementEndpoint', 'authCallback', 'scope', 'apiVersion', 'identifier', 'retries']) {
    it(`do not mean the default by null: ${name}`, () => {
      const options = untyped({ ...connection, [name]: null });
      expect(thrownBy(() => new SessionsClient(options))).to.include({ code: 'invalid_options' });
    });
  }

  it('say how large a number may be where it is larger', () => {
    expect(thrownBy(() => new SessionsClient({ ...connection, waitForCapacityMs: 3_000_000_000 }))).to.include({
      code: 'invalid_options',
      message: '`waitForCapacityMs` is a whole number, 0 or more, and 2147483647 at most.',
    });
    expect(thrownBy(() => new SessionsClient({ ...connection, retries: -1 }))).to.include({
      message: '`retries` is a whole number, 0 or more.',
    });
  });

  it('are an object', () => {
    for (const options of [null, 'https://pool.example', [connection], 5]) {
      expect(thrownBy(() => new SessionsClient(untyped(options)))).to.include({ code: 'invalid_options' });
    }
  });

  it('are true or false where they say what may happen', () => {
    const options = untyped({ ...connection, dangerouslyExecuteAgainOn503: 'false' });
    expect(thrownBy(() => new SessionsClient(options))).to.include({
      code: 'invalid_options',
      message: '`dangerouslyExecuteAgainOn503` is true or false, not a string.',
    });
  });
});
