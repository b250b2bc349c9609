import { expect } from 'chai';
import { SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { findPyodide } from '../../src/emulator/pyodide-package.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { thrownBy } from '../helpers/thrown-by.js';
import { untyped } from '../helpers/untyped.js';

describe('SessionPoolEmulator.start', () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ['a Python that is none', { engine: 'python', pythonPath: '/nowhere/python3', isolate: 'none' }, 'pythonPath'],
    ['a path to Python for Pyodide', { pythonPath: '/usr/bin/python3' }, 'pythonPath'],
    ['an engine for a pool that has its own', { engine: 'python', poolKind: 'Shell' }, 'engine'],
    ['an unknown engine', { engine: 'ruby' }, 'engine'],
    ['an issuer that is no address', { issuer: { url: 'issuer' } }, 'issuer'],
    ['an issuer that is a file', { issuer: { url: 'file:///issuer' } }, 'issuer'],
    ['an issuer with a misspelt field', { issuer: { url: 'https://x.example', audiance: 'a' } }, 'issuer'],
    ['an empty audience', { issuer: { url: 'https://x.example', audience: '' } }, 'issuer'],
    [
      'an issuer whose tokens nobody needs',
      { issuer: { url: 'https://x.example' }, dangerouslyAllowAnonymous: true },
      'dangerouslyAllowAnonymous',
    ],
    ['another check of versions', { apiVersionCheck: 'lax' }, 'apiVersionCheck'],
    ['a latency below nothing', { latencyMs: -1 }, 'latencyMs'],
    ['a variant that is none', { variants: { objectId: true } }, 'variants'],
    ['a variant of another kind', { variants: { fullPoolStatus: 503 } }, 'variants'],
    ['an observer that cannot be called', { onRequest: 'log' }, 'onRequest'],
    ['an unknown kind of packages', { packages: 'all' }, 'packages'],
    ['packages for another engine', { packages: 'online', engine: 'scripted', script: () => ({}) }, 'packages'],
    ['a mirror that is not needed', { packagesBaseUrl: 'https://example.com/' }, 'packagesBaseUrl'],
    ['a mirror that is no address', { packages: 'online', packagesBaseUrl: 'example.com' }, 'packagesBaseUrl'],
    ['a mirror with a password', { packages: 'online', packagesBaseUrl: 'https://a:b@example.com' }, 'packagesBaseUrl'],
    ['bubblewrap around Pyodide', { isolate: 'bwrap' }, 'isolate'],
    ['no isolation for Pyodide', { isolate: 'none' }, 'isolate'],
    ['an unknown isolation', { isolate: 'docker' }, 'isolate'],
    ['a pool of an unknown kind', { poolKind: 'CustomContainer' }, 'poolKind'],
    ['a host for all to reach', { host: '0.0.0.0' }, 'host'],
    ['a misspelt option', { maxSession: 3 }, 'maxSession'],
    ['a scripted engine without a script', { engine: 'scripted' }, 'script'],
    ['a script that cannot be called', { engine: 'scripted', script: 'print' }, 'script'],
    ['a clock that cannot be asked', { now: 0 }, 'now'],
    ['a folder without a name', { dataDirectory: '' }, 'dataDirectory'],
    ['a folder that is no text', { dataDirectory: 5 }, 'dataDirectory'],
    ['a mirror that is no text', { packages: 'online', packagesBaseUrl: 5 }, 'packagesBaseUrl'],
    ['a token that is no text', { token: 123_456_789 }, 'token'],
    ['a script for Python', { script: () => ({}) }, 'script'],
    ['a port out of range', { port: 70_000 }, 'port'],
    ['no sessions', { maxSessions: 0 }, 'maxSessions'],
    ['a fraction of a second', { cooldownSeconds: 0.5 }, 'cooldownSeconds'],
    ['a token with a blank', { token: 'a token' }, 'token'],
    ['a short token', { token: 'short' }, 'token'],
    ['too little memory', { memoryMb: 8 }, 'memoryMb'],
  ];
  for (const [what, options, name] of cases) {
    it(`refuses ${what}, naming the option`, async () => {
      const failure: unknown = await SessionPoolEmulator.start(options as SessionPoolEmulatorOptions).catch(
        (error: unknown) => error,
      );
      expect(failure).to.include({ name: 'SessionsError', code: 'invalid_options', fatal: true });
      expect(failure).to.have.property('message').that.contains(`\`${name}\``);
    });
  }

  it('says which options there are instead of a misspelt one', async () => {
    const error = await rejectionOf(SessionPoolEmulator.start(untyped({ maxSession: 3 })));
    expect(error.message).to.match(/^The emulator has no option `maxSession`\. There are: .*`maxSessions`/);
  });

  for (const options of [null, 'pyodide', []]) {
    it(`refuses ${JSON.stringify(options)} in place of options`, async () => {
      expect(await rejectionOf(SessionPoolEmulator.start(untyped(options)))).to.include({ code: 'invalid_options' });
    });
  }

  it('refuses rules that are no objects', async () => {
    const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}) });
    try {
      for (const rule of [null, undefined, 503]) {
        expect(thrownBy(() => emulator.failNext(untyped(rule)))).to.include({ code: 'invalid_options' });
      }
    } finally {
      await emulator.stop();
    }
  });

  it('counts fields of a rule that are undefined as left out', async () => {
    const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}) });
    try {
      const rule = {
        reset: 'before',
        status: undefined,
        body: undefined,
        headers: undefined,
        times: undefined,
      } as const;
      expect(() => emulator.failNext(rule)).not.to.throw();
    } finally {
      await emulator.stop();
    }
  });

  it('takes a token of the caller', async () => {
    const token = 'a-token-of-mine';
    const emulator = await SessionPoolEmulator.start({ engine: 'scripted', script: () => ({}), token });
    expect(emulator.token).to.equal(token);
    await emulator.stop();
  });

  it('names the command that installs the package when Pyodide is missing', () => {
    const missing = (): string => {
      throw new Error('Cannot find module');
    };
    expect(() => findPyodide(missing))
      .to.throw('npm install pyodide@')
      .with.property('code', 'invalid_options');
  });
});
