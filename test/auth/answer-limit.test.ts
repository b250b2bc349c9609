import { expect } from 'chai';
import type { AccessToken, AuthCallback, AuthContext } from '../../src/auth/auth-callback.js';
import { allowTimeToSignIn, setSystemTimer } from '../../src/auth/answer-limit.js';
import { azureIdentityAuth } from '../../src/auth/azure-identity.js';
import { msalAuth } from '../../src/auth/msal.js';
import { startSharedCall } from '../../src/auth/shared-call.js';
import { createRenewingTokenCache, type RenewingTokenCache } from '../../src/auth/token-cache.js';
import { aLimitClock, type HandMovedLimitClock } from '../helpers/a-limit-clock.js';
import { rejectionOf } from '../helpers/rejection-of.js';
import { runProgram } from '../helpers/run-program.js';
import { until } from '../helpers/until.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIMIT = 2 * MINUTE;
const SCOPE = { scope: 'https://dynamicsessions.io/.default' };
const UNANSWERED =
  'The auth callback did not answer within 120 s and was given up; the next call asks it anew. ' +
  'Check what it waits for, give that a time limit of its own, and pass `signal` on to it.';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A provider that answers when the test says so, and otherwise never. */
function aSilentProvider(clock: HandMovedLimitClock) {
  const asked: (AuthContext & { answer: (token: AccessToken | string) => void; fail: (error: unknown) => void })[] = [];
  const callback: AuthCallback = (context) => new Promise((answer, fail) => asked.push({ ...context, answer, fail }));
  const cache = createRenewingTokenCache(callback, { now: clock.now }, clock.setTimer);
  const token = (name: string, lifetimeMs = HOUR) => ({ token: name, expiresOnTimestamp: clock.now() + lifetimeMs });
  return { asked, cache, token };
}

/** As a silent provider, after its token has come to where it is renewed early, and that has begun. */
async function anEarlyRefresh(clock: HandMovedLimitClock) {
  const provider = aSilentProvider(clock);
  const first = provider.cache.get(SCOPE);
  provider.asked[0]?.answer(provider.token('old'));
  await first;
  clock.advance(HOUR - MINUTE);
  expect(await provider.cache.get(SCOPE)).to.equal('old');
  expect(provider.asked).to.have.length(2);
  return provider;
}

/** Asks until the callback is given up. */
async function askInVain(
  cache: RenewingTokenCache,
  clock: HandMovedLimitClock,
  request: Parameters<RenewingTokenCache['get']>[0] = SCOPE,
): Promise<void> {
  const asking = rejectionOf(cache.get(request));
  clock.advance(LIMIT);
  await asking;
}

describe('a callback that does not answer', () => {
  it('is given up after 120 s: its signal aborts, all who wait hear of it, and the next asks anew', async () => {
    const clock = aLimitClock();
    const { asked, cache } = aSilentProvider(clock);
    const waiting = [cache.get(SCOPE), cache.get({ ...SCOPE, signal: new AbortController().signal })].map((call) =>
      rejectionOf(call),
    );
    clock.advance(LIMIT - 1);
    expect(asked[0]?.signal?.aborted).to.equal(false);
    clock.advance(1);
    for (const error of await Promise.all(waiting)) {
      expect(error).to.include({ name: 'SessionsError', code: 'auth_failed', fatal: true, message: UNANSWERED });
    }
    expect(asked[0]?.signal?.aborted).to.equal(true);
    const next = cache.get(SCOPE);
    asked[1]?.answer('fresh');
    expect(await next).to.equal('fresh');
    asked[0]?.fail(new Error('aborted'));
    await settle();
    expect(clock.pending()).to.deep.equal([]);
  });

  it('is not joined any more once the clock says so, even if its timer has slept', async () => {
    const clock = aLimitClock();
    let asked = 0;
    const callback: AuthCallback = () => ((asked += 1) === 1 ? new Promise(() => undefined) : 'fresh');
    const sleeping = () => ({ cancel: () => undefined, ref: () => undefined, unref: () => undefined });
    const cache = createRenewingTokenCache(callback, { now: clock.now }, sleeping);
    void cache.get(SCOPE);
    clock.advance(LIMIT);
    expect(await cache.get(SCOPE)).to.equal('fresh');
    expect(asked).to.equal(2);
  });

  it('changes nothing while the old token is valid, and is asked again early', async () => {
    const clock = aLimitClock();
    const provider = aSilentProvider(clock);
    const first = provider.cache.get(SCOPE);
    provider.asked[0]?.answer(provider.token('old'));
    await first;
    clock.advance(HOUR - 5 * MINUTE);
    await provider.cache.get(SCOPE);
    clock.advance(LIMIT - 1);
    expect(await provider.cache.get(SCOPE)).to.equal('old');
    expect(provider.asked).to.have.length(2);
    clock.advance(1);
    expect(provider.asked[1]?.signal?.aborted).to.equal(true);
    expect(await provider.cache.get(SCOPE)).to.equal('old');
    expect(provider.asked).to.have.length(3);
    provider.asked[2]?.answer(provider.token('new'));
    await settle();
    expect(await provider.cache.get(SCOPE)).to.equal('new');
  });

  it('fails no call that has only joined its early refresh: that asks for itself', async () => {
    const clock = aLimitClock();
    const { asked, cache, token } = await anEarlyRefresh(clock);
    clock.advance(MINUTE);
    const joining = [cache.get(SCOPE), cache.get(SCOPE)];
    expect(asked).to.have.length(2);
    clock.advance(MINUTE);
    await until(() => asked.length === 3);
    asked[2]?.answer(token('new'));
    expect(await Promise.all(joining)).to.deep.equal(['new', 'new']);
    expect(asked).to.have.length(3);
  });

  it('fails those who have joined its early refresh once it does not answer them either', async () => {
    const clock = aLimitClock();
    const { asked, cache } = await anEarlyRefresh(clock);
    clock.advance(MINUTE);
    const joining = rejectionOf(cache.get(SCOPE));
    clock.advance(MINUTE);
    await until(() => asked.length === 3);
    clock.advance(LIMIT);
    expect((await joining).message).to.equal(UNANSWERED);
  });

  it('is not asked anew for one who joins its early refresh, and leaves as that is given up', async () => {
    const clock = aLimitClock();
    const { asked, cache } = await anEarlyRefresh(clock);
    clock.advance(MINUTE);
    const leaving = new AbortController();
    const reason = new Error('left');
    const joining = rejectionOf(cache.get({ ...SCOPE, signal: leaving.signal }));
    clock.advance(MINUTE);
    leaving.abort(reason);
    expect(await joining).to.equal(reason);
    expect(asked).to.have.length(2);
  });

  it('may still answer: a token that comes late is handed out, also to those who have asked anew', async () => {
    const clock = aLimitClock();
    const { asked, cache, token } = aSilentProvider(clock);
    await askInVain(cache, clock);
    const second = cache.get(SCOPE);
    asked[0]?.answer(token('late'));
    await settle();
    expect(await cache.get(SCOPE)).to.equal('late');
    clock.advance(LIMIT);
    expect(await second).to.equal('late');
    asked[1]?.answer(token('older', MINUTE));
    await settle();
    expect(await cache.get(SCOPE), 'the answer to the last question wins').to.equal('older');
  });

  it('does not bring back with a late answer what was rejected since, nor what serves for a shorter time', async () => {
    const clock = aLimitClock();
    const { asked, cache, token } = aSilentProvider(clock);
    await askInVain(cache, clock);
    const second = cache.get(SCOPE);
    asked[1]?.answer(token('second'));
    await second;
    asked[0]?.answer(token('short', MINUTE));
    await settle();
    expect(await cache.get(SCOPE)).to.equal('second');

    const forced = rejectionOf(cache.get({ ...SCOPE, forceRefresh: true }));
    clock.advance(LIMIT);
    expect((await forced).message, 'the token at hand is no answer to who wants another').to.equal(UNANSWERED);
    cache.invalidate('second');
    const renewed = cache.get(SCOPE);
    asked[2]?.answer(token('asked before the rejection'));
    await settle();
    asked[3]?.answer(token('renewed'));
    expect(await renewed).to.equal('renewed');
  });

  it('may still answer a refresh that was forced, too', async () => {
    const clock = aLimitClock();
    const { asked, cache, token } = aSilentProvider(clock);
    await askInVain(cache, clock, { ...SCOPE, forceRefresh: true });
    const next = cache.get(SCOPE);
    asked[0]?.answer(token('late'));
    await settle();
    expect(await cache.get(SCOPE)).to.equal('late');
    clock.advance(LIMIT);
    expect(await next).to.equal('late');
    expect(asked).to.have.length(2);
  });

  it('does not replace a token with a late one that serves no longer', async () => {
    const clock = aLimitClock();
    const { asked, cache } = aSilentProvider(clock);
    const expiresOnTimestamp = clock.now() + HOUR;
    await askInVain(cache, clock);
    const second = cache.get(SCOPE);
    asked[1]?.answer({ token: 'second', expiresOnTimestamp });
    await second;
    asked[0]?.answer({ token: 'late', expiresOnTimestamp });
    await settle();
    expect(await cache.get(SCOPE)).to.equal('second');
  });

  it('does not hand out the late answer to a plain question once a refresh is forced', async () => {
    const clock = aLimitClock();
    const { asked, cache, token } = aSilentProvider(clock);
    const plain = cache.get(SCOPE);
    const forced = cache.get({ ...SCOPE, forceRefresh: true });
    asked[0]?.answer(token('plain'));
    expect(await plain).to.equal('plain');
    const next = cache.get(SCOPE);
    asked[1]?.answer(token('forced'));
    expect([await forced, await next]).to.deep.equal(['forced', 'forced']);
  });

  it('keeps no process alive but for those who wait, and leaves no timer', async () => {
    const clock = aLimitClock();
    const { asked, cache, token } = await anEarlyRefresh(clock);
    expect([clock.pending().length, clock.keepingAlive()], 'early').to.deep.equal([1, 0]);
    clock.advance(MINUTE);
    const leaving = new AbortController();
    const left = rejectionOf(cache.get({ ...SCOPE, signal: leaving.signal }));
    expect([clock.pending().length, clock.keepingAlive()], 'joined').to.deep.equal([1, 1]);
    leaving.abort(new Error('left'));
    await left;
    expect([clock.pending().length, clock.keepingAlive()], 'left').to.deep.equal([1, 0]);
    asked[1]?.answer(token('new'));
    await settle();
    expect(clock.pending()).to.deep.equal([]);
    await leaveForeground(cache);
    expect(clock.pending(), 'a call that all have left').to.deep.equal([]);
  });

  it('does not keep a program from ending', async () => {
    const cacheModule = new URL('../../src/auth/token-cache.js', import.meta.url).href;
    const program = `
      const { createTokenCache } = await import(${JSON.stringify(cacheModule)});
      let asked = 0;
      const expiresOnTimestamp = Date.now() + 3_600_000;
      const callback = () => (++asked > 1 ? new Promise(() => {}) : { token: 'a', expiresOnTimestamp, refreshAfterTimestamp: 1 });
      const cache = createTokenCache(callback);
      await cache.get({ scope: 's' });
      console.log(await cache.get({ scope: 's' }), asked);`;
    const outcome = await runProgram(['--input-type=module', '-e', program]);
    expect(outcome).to.deep.equal({ stdout: 'a 2\n', stderr: '', exitCode: 0 });
  });

  it('has 20 minutes from when MSAL shows a person where to sign in', async () => {
    const clock = aLimitClock();
    const client = {
      acquireTokenSilent: () => undefined,
      acquireTokenByDeviceCode: ({ deviceCodeCallback }: { deviceCodeCallback: (info: object) => void }) =>
        new Promise(() => clock.setTimer(() => deviceCodeCallback({}), MINUTE)),
    };
    const callback = msalAuth(client, { deviceCodeCallback: () => undefined });
    await expectSignIn(createRenewingTokenCache(callback, { now: clock.now }, clock.setTimer), clock, MINUTE);
  });

  it('has no 20 minutes if it is a credential that waits for nobody', async () => {
    const clock = aLimitClock();
    const credential = { getToken: () => new Promise(() => undefined) };
    const cache = createRenewingTokenCache(azureIdentityAuth(credential), { now: clock.now }, clock.setTimer);
    const asking = rejectionOf(cache.get(SCOPE));
    await settle();
    clock.advance(LIMIT);
    expect((await asking).message).to.equal(UNANSWERED);
  });

  it('has 20 minutes if it is a credential that waits for a person', async () => {
    const clock = aLimitClock();
    const credential = { getToken: () => new Promise(() => undefined), authenticate: () => undefined };
    const cache = createRenewingTokenCache(azureIdentityAuth(credential), { now: clock.now }, clock.setTimer);
    await expectSignIn(cache, clock, 0);
  });
});

describe('allowTimeToSignIn', () => {
  /** A call that has not ended, and the signal that its callback was handed. */
  function aCall(detached: boolean) {
    const clock = aLimitClock();
    let signal: AbortSignal | undefined;
    let answer = (_token: string): void => undefined;
    const call = startSharedCall(
      (handed) => {
        signal = handed;
        return new Promise<string>((resolve) => (answer = resolve));
      },
      { detached, clock },
    );
    return { clock, call, answer: (token: string) => answer(token), signIn: () => allowTimeToSignIn(signal) };
  }

  it('keeps the process alive for those who wait while a person signs in', async () => {
    const { clock, call, answer, signIn } = aCall(true);
    signIn();
    expect([clock.pending().length, clock.keepingAlive()], 'nobody waits').to.deep.equal([1, 0]);
    const leaving = new AbortController();
    const left = rejectionOf(call.wait(leaving.signal));
    signIn();
    expect([clock.pending().length, clock.keepingAlive()], 'somebody waits').to.deep.equal([1, 1]);
    leaving.abort(new Error('left'));
    await left;
    signIn();
    expect([clock.pending().length, clock.keepingAlive()], 'nobody waits any more').to.deep.equal([1, 0]);
    answer('abc');
    await settle();
    expect(clock.pending()).to.deep.equal([]);
  });

  it('sets no timer once the call has ended, been left, or been given up', async () => {
    const ended = aCall(false);
    ended.answer('abc');
    await ended.call.wait();
    const abandoned = aCall(false);
    const leaving = new AbortController();
    const left = rejectionOf(abandoned.call.wait(leaving.signal));
    leaving.abort(new Error('left'));
    await left;
    const givenUp = aCall(false);
    const unanswered = rejectionOf(givenUp.call.wait());
    givenUp.clock.advance(LIMIT);
    await unanswered;
    for (const { clock, signIn } of [ended, abandoned, givenUp]) {
      signIn();
      expect(clock.pending()).to.deep.equal([]);
    }
  });

  it('takes a signal that is not of a token cache, or none', () => {
    allowTimeToSignIn(undefined);
    allowTimeToSignIn(new AbortController().signal);
  });
});

describe('setSystemTimer', () => {
  it('keeps the process alive as it is told, until it is cancelled', () => {
    const alive = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = alive();
    const timer = setSystemTimer(() => undefined, LIMIT);
    expect(alive() - before, 'set').to.equal(1);
    timer.unref();
    expect(alive() - before, 'let go of').to.equal(0);
    timer.ref();
    expect(alive() - before, 'held').to.equal(1);
    timer.cancel();
    expect(alive() - before, 'cancelled').to.equal(0);
  });
});

async function leaveForeground(cache: RenewingTokenCache): Promise<void> {
  const leaving = new AbortController();
  const left = rejectionOf(cache.get({ ...SCOPE, forceRefresh: true, signal: leaving.signal }));
  leaving.abort(new Error('left'));
  await left;
}

async function expectSignIn(
  cache: RenewingTokenCache,
  clock: HandMovedLimitClock,
  shownAfterMs: number,
): Promise<void> {
  const asking = rejectionOf(cache.get(SCOPE));
  let ended = false;
  void asking.then(() => (ended = true));
  await settle();
  clock.advance(shownAfterMs);
  clock.advance(20 * MINUTE - 1);
  const joining = rejectionOf(cache.get(SCOPE));
  await settle();
  expect(ended).to.equal(false);
  clock.advance(1);
  expect(await joining, 'nobody is asked to sign in twice').to.equal(await asking);
  expect((await asking).message).to.contain('did not answer within 1200 s');
}
