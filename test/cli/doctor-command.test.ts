import { expect } from 'chai';
import { SessionPoolEmulator } from '../../src/emulator/index.js';
import { makeJwt } from '../helpers/make-jwt.js';
import { documentOf, environmentOf, runCommand } from '../helpers/run-command.js';
import type { ProgramOutcome } from '../helpers/run-program.js';
import { json, startLoopback, stopLoopbacks } from '../helpers/start-loopback.js';

const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600;

describe('dynamic-sessions doctor', () => {
  let emulator: SessionPoolEmulator;

  before(async () => {
    emulator = await SessionPoolEmulator.start();
  });

  after(() => emulator.stop());
  afterEach(stopLoopbacks);

  function doctor(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ProgramOutcome> {
    return runCommand(['doctor', ...words], { env });
  }

  it('finds nothing wrong with a pool that works, and leaves no session', async () => {
    const { stdout, stderr, exitCode } = await doctor([], environmentOf(emulator));
    expect(statuses(stdout)).to.deep.equal([
      'ok endpoint',
      'ok dns',
      'ok connection',
      'ok token',
      'skipped audience',
      'ok role',
      'ok execution',
    ]);
    expect([stderr, exitCode]).to.deep.equal(['', 0]);
    expect(stdout).not.to.contain(emulator.token);
    expect(emulator.requests.map(({ method }) => method)).to.deep.equal(['GET', 'POST', 'DELETE']);
  });

  it('checks an emulator of its own with --emulator', async () => {
    const outcome = await doctor(['--emulator', '--json']);
    expect(documentOf(outcome)['ok']).to.equal(true);
    expect([outcome.stderr, outcome.exitCode]).to.deep.equal(['', 0]);
  });

  it('says how to begin where there is no endpoint, and skips the rest', async () => {
    const { stdout, exitCode } = await doctor([]);
    expect(stdout).to.contain('ACA_POOL_MANAGEMENT_ENDPOINT').and.to.contain('doctor --emulator');
    expect(
      statuses(stdout)
        .slice(1)
        .every((line) => line.startsWith('skipped')),
    ).to.equal(true);
    expect(exitCode).to.equal(1);
  });

  it('says what is wrong with an endpoint', async () => {
    expect((await doctor(['--endpoint', 'http://pool.example.com'])).stdout).to.contain('https');
    expect((await doctor(['--endpoint', 'nonsense'])).stdout).to.contain('malformed');
    const cut = await doctor(['--endpoint', 'https://westus2.dynamicsessions.io/subscriptions/x']);
    expect(cut.stdout).to.contain('/sessionPools/').and.to.contain('az containerapp sessionpool show');
  });

  it('says so when nothing listens, and still looks at the token', async () => {
    const env = { ...environmentOf(emulator), ACA_POOL_MANAGEMENT_ENDPOINT: 'http://127.0.0.1:9/pool' };
    const closed = await doctor(['--json'], env);
    expect(findingOf(closed, 'connection')).to.include({ status: 'failed', detail: '127.0.0.1:9: ECONNREFUSED' });
    expect(findingOf(closed, 'token')).to.include({ status: 'ok' });
    expect(findingOf(closed, 'role')).to.include({ status: 'skipped', detail: 'since connection failed' });
    expect(closed.exitCode).to.equal(1);
  });

  it('refuses a wrong option before it looks at anything, and exits with 2', async () => {
    for (const [words, message] of [
      [['--api-version', '1999'], '--api-version is a version of the service, such as 2025-10-02-preview.'],
      [['--scope', ' '], '--scope is a text, such as https://dynamicsessions.io/.default.'],
    ] as const) {
      for (const where of [[], ['--emulator']]) {
        const { stdout, stderr, exitCode } = await doctor([...words, ...where], environmentOf(emulator));
        expect([stdout, stderr, exitCode]).to.deep.equal(['', `Error [invalid_options]: ${message}\n`, 2]);
      }
    }
    const document = documentOf(await doctor(['--json', '--api-version', '1999']));
    expect(document['error']).to.include({ code: 'invalid_options' });
  });

  it('tells the audience and the expiry of a token, and not the token', async () => {
    const pool = await startLoopback(json(403, { error: { code: 'Forbidden', message: 'no' } }));
    const token = makeJwt({ aud: 'https://management.azure.com', exp: IN_AN_HOUR });
    const outcome = await doctor(['--json'], {
      ACA_POOL_MANAGEMENT_ENDPOINT: pool.endpoint,
      DYNAMIC_SESSIONS_EMULATOR_TOKEN: token,
    });
    const audience = findingOf(outcome, 'audience');
    expect(audience).to.include({ status: 'failed' });
    expect(audience['detail']).to.match(/^https:\/\/management\.azure\.com; expires .*, in (59|60) min$/);
    expect(audience['advice']).to.contain('--scope https://dynamicsessions.io/.default');
    expect(findingOf(outcome, 'role')['detail']).to.contain('Azure ContainerApps Session Executor');
    expect(findingOf(outcome, 'execution')).to.include({ status: 'skipped' });
    expect(outcome.stdout + outcome.stderr).not.to.contain(token.split('.')[2]);
  });

  it('accepts the audiences of the service', async () => {
    const pool = await startLoopback(json(404, { error: { code: 'SessionWithIdentifierNotFound', message: 'none' } }));
    const env = { ACA_POOL_MANAGEMENT_ENDPOINT: pool.endpoint };
    for (const aud of ['https://dynamicsessions.io', 'https://acasessions.io/']) {
      const token = makeJwt({ aud, exp: IN_AN_HOUR });
      const outcome = await doctor(['--json'], { ...env, DYNAMIC_SESSIONS_EMULATOR_TOKEN: token });
      expect(findingOf(outcome, 'audience')).to.include({ status: 'ok' });
      expect(findingOf(outcome, 'role')).to.include({ status: 'ok' });
      expect(findingOf(outcome, 'execution')['advice']).to.contain('no such pool');
    }
  });

  it('runs a command in a Shell pool with --shell', async () => {
    const missing = json(400, { error: { code: 'SessionWithIdentifierNotFound', message: 'none' } });
    const ran = json(200, { status: '0', result: { stdout: '42\n', stderr: '' } });
    const pool = await startLoopback(missing, ran, json(204, ''));
    const env = { ACA_POOL_MANAGEMENT_ENDPOINT: pool.endpoint, DYNAMIC_SESSIONS_EMULATOR_TOKEN: 'a-token-of-ours' };
    expect(findingOf(await doctor(['--shell', '--json'], env), 'execution')).to.include({ status: 'ok' });
  });
});

function statuses(stdout: string): string[] {
  return [...stdout.matchAll(/^(ok|failed|skipped) +(\w+)/gm)].map(([, status, name]) => `${status} ${name}`);
}

function findingOf(outcome: ProgramOutcome, name: string): Record<string, unknown> {
  const checks = documentOf(outcome)['checks'] as readonly Record<string, unknown>[];
  return checks.find((check) => check['name'] === name) ?? {};
}
