import { expect } from 'chai';
import { SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { findPyodide } from '../../src/emulator/pyodide-package.js';

describe('SessionPoolEmulator.start', () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ['a Python that is none', { engine: 'python', pythonPath: '/nowhere/python3', isolate: 'none' }, 'pythonPath'],
    ['a path to Python for Pyodide', { pythonPath: '/usr/bin/python3' }, 'pythonPath'],
    ['an engine for a pool that has its own', { engine: 'python', poolKind: 'Shell' }, 'engine'],
    ['an unknown engine', { engine: 'ruby' }, 'engine'],
    ['bubblewrap around Pyodide', { isolate: 'bwrap' }, 'isolate'],
    ['no isolation for Pyodide', { isolate: 'none' }, 'isolate'],
    ['an unknown isolation', { isolate: 'docker' }, 'isolate'],
    ['a pool of an unknown kind', { poolKind: 'CustomContainer' }, 'poolKind'],
    ['packages', { packages: 'online' }, 'packages'],
    ['an issuer', { issuer: { url: 'http://127.0.0.1' } }, 'issuer'],
    ['a host for all to reach', { host: '0.0.0.0' }, 'host'],
    ['a misspelt option', { maxSession: 3 }, 'maxSession'],
    ['a scripted engine without a script', { engine: 'scripted' }, 'script'],
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
