import { inspect } from 'node:util';
import { expect } from 'chai';
import type { AccessToken, AuthContext } from '../../src/auth/auth-callback.js';
import { SessionsError } from '../../src/errors.js';
import { createTokenCache, sharedTokenCache } from '../../src/auth/token-cache.js';
import { aClock } from '../helpers/a-clock.js';
import { makeJwt } from '../helpers/make-jwt.js';
import { untyped } from '../helpers/untyped.js';
import { rejectionOf } from '../helpers/rejection-of.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SCOPE = { scope: 'https://dynamicsessions.io/.default' };

/** A provider whose answers the test gives one by one. */
function aProvider() {
  const asked: (AuthContext & { answer: (token: AccessToken | string) => void; fail: (error: unknown) => void })[] = [];
  const callback = (context: AuthContext): Promise<AccessToken | string> =>
    new Promise((answer, fail) => asked.push({ ...context, answer, fail }));
  return { asked, callback };
}

/** A provider that answers at once with token-1, token-2, … that live an hour. */
function aQuickProvider(now: () => number, lifetimeMs = HOUR) {
  const contexts: AuthContext[] = [];
  const callback = (context: AuthContext): AccessToken => {
    contexts.push(context);
    return { token: `token-${contexts.length}`, expiresOnTimestamp: now() + lifetimeMs };
  };
  return { contexts, callback };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A cache whose token, `old`, lasts for an hour. */
async function aCacheOfOneToken() {
  const clock = aClock();
  const { asked, callback } = aProvider();
  const cache = createTokenCache(callback, { now: clock.now });
  const first = cache.get(SCOPE);
  asked[0]?.answer({ token: 'old', expiresOnTimestamp: clock.now() + HOUR });
  await first;
  return { clock, asked, cache };
}

/** A cache whose token has expired while its renewal, which has begun, is still to be answered. */
async function aLateRenewal() {
  const { clock, asked, cache } = await aCacheOfOneToken();
  clock.advance(HOUR - 1);
  await cache.get(SCOPE);
  clock.advance(1);
  return { clock, asked, cache };
}

describe('createTokenCache', () => {
  it('asks once and hands the token out until it expires', async () => {
    const clock = aClock();
    const { contexts, callback } = aQuickProvider(clock.now);
    const cache = createTokenCache(callback, { now: clock.now, refreshBeforeExpiryMs: 0 });
    expect(await cache.get(SCOPE)).to.equal('token-1');
    clock.advance(HOUR - 1);
    expect(await cache.get(SCOPE)).to.equal('token-1');
    expect(contexts).to.have.length(1);
    clock.advance(1);
    expect(await cache.get(SCOPE)).to.equal('token-2');
  });

  it('makes one request for ten thousand who ask at once', async () => {
    const { asked, callback } = aProvider();
    const cache = createTokenCache(callback);
    const all = Promise.all(
      Array.from({ length: 10_000 }, () => cache.get({ ...SCOPE, signal: new AbortController().signal })),
    );
    expect(asked).to.have.length(1);
    asked[0]?.answer('opaque');
    expect(new Set(await all)).to.deep.equal(new Set(['opaque']));
    expect(asked).to.have.length(1);
  });

  it('tells the callback the scope, the claims and whether a refresh is forced', async () => {
    const clock = aClock();
    const { contexts, callback } = aQuickProvider(clock.now);
    const cache = createTokenCache(callback, { now: clock.now });
    await cache.get({ ...SCOPE, claims: '{"a":1}' });
    await cache.get({ ...SCOPE, forceRefresh: true });
    expect(contexts.map(({ signal: _signal, ...rest }) => rest)).to.deep.equal([
      { scope: SCOPE.scope, forceRefresh: false, claims: '{"a":1}' },
      { scope: SCOPE.scope, forceRefresh: true },
    ]);
  });

  it('keeps scopes and claims apart', async () => {
    const clock = aClock();
    const { callback } = aQuickProvider(clock.now);
    const cache = createTokenCache(callback, { now: clock.now });
    expect(await cache.get({ scope: 'a' })).to.equal('token-1');
    expect(await cache.get({ scope: 'b' })).to.equal('token-2');
    expect(await cache.get({ scope: 'a', claims: '{}' })).to.equal('token-3');
    expect(await cache.get({ scope: 'a', claims: '{"b":1}' })).to.equal('token-4');
    expect(await cache.get({ scope: 'a' })).to.equal('token-1');
  });

  it('renews early in the background while the old token serves', async () => {
    const clock = aClock();
    const { asked, callback } = aProvider();
    const cache = createTokenCache(callback, { now: clock.now });
    const first = cache.get(SCOPE);
    asked[0]?.answer({ token: 'old', expiresOnTimestamp: clock.now() + HOUR });
    expect(await first).to.equal('old');
    clock.advance(HOUR - 5 * MINUTE - 1);
    await cache.get(SCOPE);
    expect(asked).to.have.length(1);
    clock.advance(1);
    expect(await cache.get(SCOPE)).to.equal('old');
    expect(await cache.get(SCOPE)).to.equal('old');
    expect(asked).to.have.length(2);
    asked[1]?.answer({ token: 'new', expiresOnTimestamp: clock.now() + HOUR });
    await settle();
    expect(await cache.get(SCOPE)).to.equal('new');
  });

  it('renews when the token itself says so', async () => {
    const clock = aClock();
    const { asked, callback } = aProvider();
    const cache = createTokenCache(callback, { now: clock.now });
    const first = cache.get(SCOPE);
    const now = clock.now();
    asked[0]?.answer({ token: 'old', expiresOnTimestamp: now + HOUR, refreshAfterTimestamp: now + MINUTE });
    await first;
    clock.advance(MINUTE);
    await cache.get(SCOPE);
    expect(asked).to.have.length(2);
  });

  it('does not renew a token of a few seconds at every call', async () => {
    const clock = aClock();
    const { contexts, callback } = aQuickProvider(clock.now, 4_000);
    const cache = createTokenCache(callback, { now: clock.now });
    for (let second = 0; second < 8; second += 1) {
      await cache.get(SCOPE);
      await cache.get(SCOPE);
      clock.advance(1_000);
    }
    expect(contexts).to.have.length(3);
  });

  it('keeps quiet about a failing renewal while the token is valid, and tells it once the token is gone', async () => {
    const clock = aClock();
    let fails = false;
    let calls = 0;
    const cache = createTokenCache(
      () => {
        calls += 1;
        if (fails) throw new Error('the provider is down');
        return { token: 'old', expiresOnTimestamp: clock.now() + HOUR };
      },
      { now: clock.now },
    );
    await cache.get(SCOPE);
    fails = true;
    clock.advance(HOUR - MINUTE);
    expect(await cache.get(SCOPE)).to.equal('old');
    await settle();
    expect(await cache.get(SCOPE)).to.equal('old');
    expect(calls, 'a failing provider is not asked at every call').to.equal(2);
    clock.advance(MINUTE);
    const error = await rejectionOf(cache.get(SCOPE));
    expect(error).to.include({ code: 'auth_failed', message: 'The auth callback failed: the provider is down' });
  });

  it('asks a failing provider again after 30 s, or a quarter of what the token still has', async () => {
    const clock = aClock();
    let calls = 0;
    const cache = createTokenCache(
      () => {
        calls += 1;
        if (calls > 1) throw new Error('the provider is down');
        return { token: 'old', expiresOnTimestamp: clock.now() + HOUR };
      },
      { now: clock.now },
    );
    const callsAfter = async (ms: number): Promise<number> => {
      clock.advance(ms);
      await cache.get(SCOPE);
      await settle();
      return calls;
    };
    await cache.get(SCOPE);
    expect(await callsAfter(HOUR - 4 * MINUTE)).to.equal(2);
    expect([await callsAfter(29_999), await callsAfter(1)]).to.deep.equal([2, 3]);
    expect(await callsAfter(2.5 * MINUTE)).to.equal(4);
    expect([await callsAfter(14_999), await callsAfter(1)]).to.deep.equal([4, 5]);
  });

  it('goes on with a renewal in the background when who joined it has left', async () => {
    const { clock, asked, cache } = await aLateRenewal();
    const leaving = new AbortController();
    const left = rejectionOf(cache.get({ ...SCOPE, signal: leaving.signal }));
    leaving.abort(new Error('left'));
    await left;
    expect(asked[1]?.signal?.aborted).to.equal(false);
    asked[1]?.answer({ token: 'new', expiresOnTimestamp: clock.now() + HOUR });
    await settle();
    expect(await cache.get(SCOPE)).to.equal('new');
    expect(asked).to.have.length(2);
  });

  it('never hands out an expired token, even if its renewal is still under way', async () => {
    const { clock, asked, cache } = await aLateRenewal();
    const second = cache.get(SCOPE);
    asked[1]?.answer({ token: 'new', expiresOnTimestamp: clock.now() + HOUR });
    expect(await second).to.equal('new');
    expect(asked).to.have.length(2);
  });

  it('tells who waits for a renewal that it has failed, and does not ask again of itself', async () => {
    const { asked, cache } = await aLateRenewal();
    const joining = rejectionOf(cache.get(SCOPE));
    asked[1]?.fail(new Error('the provider is down'));
    await settle();
    expect(asked).to.have.length(2);
    expect((await joining).message).to.equal('The auth callback failed: the provider is down');
  });

  it('never keeps a failure', async () => {
    let calls = 0;
    const cache = createTokenCache(() => {
      calls += 1;
      if (calls === 1) throw new Error('once');
      return 'opaque';
    });
    await rejectionOf(cache.get(SCOPE));
    expect(await cache.get(SCOPE)).to.equal('opaque');
  });

  it('forgets an invalidated token and forces the next fetch', async () => {
    const clock = aClock();
    const { contexts, callback } = aQuickProvider(clock.now);
    const cache = createTokenCache(callback, { now: clock.now });
    const token = await cache.get(SCOPE);
    cache.invalidate('another');
    expect(await cache.get(SCOPE)).to.equal('token-1');
    cache.invalidate(token);
    expect(await cache.get(SCOPE)).to.equal('token-2');
    expect(contexts.map(({ forceRefresh }) => forceRefresh)).to.deep.equal([false, true]);
  });

  it('forces the next fetch after the rejection of a token that is not kept, too', async () => {
    const forced: boolean[] = [];
    const cache = createTokenCache(({ forceRefresh }) => `opaque-${forced.push(forceRefresh)}`);
    cache.invalidate(await cache.get(SCOPE));
    expect(await cache.get(SCOPE)).to.equal('opaque-2');
    expect(await cache.get(SCOPE)).to.equal('opaque-3');
    expect(forced).to.deep.equal([false, true, false]);
  });

  it('does not let a slow earlier reply undo an invalidation', async () => {
    const { clock, asked, cache } = await aCacheOfOneToken();
    clock.advance(HOUR - MINUTE);
    await cache.get(SCOPE);
    cache.invalidate('old');
    asked[1]?.answer({ token: 'old', expiresOnTimestamp: clock.now() + MINUTE });
    await settle();
    const next = cache.get(SCOPE);
    expect(asked, 'the reply to the earlier question was not kept').to.have.length(3);
    asked[2]?.answer({ token: 'new', expiresOnTimestamp: clock.now() + HOUR });
    expect(await next).to.equal('new');
    expect(await cache.get(SCOPE)).to.equal('new');
  });

  it('does not take the reply to an earlier question for that to the one under way', async () => {
    const { clock, asked, cache } = await aCacheOfOneToken();
    clock.advance(HOUR - MINUTE);
    await cache.get(SCOPE);
    cache.invalidate('old');
    const next = cache.get(SCOPE);
    asked[1]?.answer({ token: 'old', expiresOnTimestamp: clock.now() + MINUTE });
    await settle();
    const joining = cache.get(SCOPE);
    asked[2]?.answer({ token: 'new', expiresOnTimestamp: clock.now() + HOUR });
    expect([await next, await joining]).to.deep.equal(['new', 'new']);
    expect(asked).to.have.length(3);
  });

  it('does not join a fetch that is not forced when a refresh is', async () => {
    const { asked, callback } = aProvider();
    const cache = createTokenCache(callback);
    const plain = cache.get(SCOPE);
    const forced = cache.get({ ...SCOPE, forceRefresh: true });
    expect(asked.map(({ forceRefresh }) => forceRefresh)).to.deep.equal([false, true]);
    asked[1]?.answer('new');
    asked[0]?.answer('old');
    expect([await plain, await forced]).to.deep.equal(['old', 'new']);
  });

  it('keeps a forced fetch that is under way when the token is invalidated', async () => {
    const { clock, asked, cache } = await aCacheOfOneToken();
    const forced = cache.get({ ...SCOPE, forceRefresh: true });
    cache.invalidate('old');
    const joining = cache.get(SCOPE);
    expect(asked).to.have.length(2);
    asked[1]?.answer({ token: 'new', expiresOnTimestamp: clock.now() + HOUR });
    expect([await forced, await joining, await cache.get(SCOPE)]).to.deep.equal(['new', 'new', 'new']);
    expect(asked).to.have.length(2);
  });

  it('lets one waiter leave without the others', async () => {
    const { asked, callback } = aProvider();
    const cache = createTokenCache(callback);
    const leaving = new AbortController();
    const left = cache.get({ ...SCOPE, signal: leaving.signal });
    const stays = cache.get({ ...SCOPE, signal: new AbortController().signal });
    const reason = new Error('left');
    leaving.abort(reason);
    expect(await rejectionOf(left)).to.equal(reason);
    expect(asked[0]?.signal?.aborted).to.equal(false);
    asked[0]?.answer('opaque');
    expect(await stays).to.equal('opaque');
  });

  it('aborts the fetch when all who waited have left, and starts anew for the next', async () => {
    const { asked, callback } = aProvider();
    const cache = createTokenCache(callback);
    const leaving = new AbortController();
    const left = cache.get({ ...SCOPE, signal: leaving.signal });
    leaving.abort(new Error('left'));
    await rejectionOf(left);
    expect(asked[0]?.signal?.aborted).to.equal(true);
    const next = cache.get(SCOPE);
    expect(asked).to.have.length(2);
    asked[0]?.fail(new Error('aborted'));
    await settle();
    const joining = cache.get(SCOPE);
    expect(asked, 'the end of the abandoned fetch leaves the new one alone').to.have.length(2);
    asked[1]?.answer('opaque');
    expect([await next, await joining]).to.deep.equal(['opaque', 'opaque']);
  });

  it('rejects with the reason of a signal that is aborted already, without asking', async () => {
    const { asked, callback } = aProvider();
    const reason = new Error('too late');
    expect(await rejectionOf(createTokenCache(callback).get({ ...SCOPE, signal: AbortSignal.abort(reason) }))).to.equal(
      reason,
    );
    expect(asked).to.have.length(0);
  });

  it('does not keep opaque tokens, unless it is told how long they live', async () => {
    const clock = aClock();
    let calls = 0;
    const callback = (): string => `opaque-${(calls += 1)}`;
    const forgetful = createTokenCache(callback, { now: clock.now });
    expect([await forgetful.get(SCOPE), await forgetful.get(SCOPE)]).to.deep.equal(['opaque-1', 'opaque-2']);
    const keeping = createTokenCache(callback, { now: clock.now, opaqueTokenLifetimeMs: MINUTE });
    expect([await keeping.get(SCOPE), await keeping.get(SCOPE)]).to.deep.equal(['opaque-3', 'opaque-3']);
    clock.advance(MINUTE);
    expect(await keeping.get(SCOPE)).to.equal('opaque-4');
  });

  it('keeps a bare JSON Web Token until its exp', async () => {
    const clock = aClock();
    let calls = 0;
    const callback = (): string => {
      calls += 1;
      return makeJwt({ exp: clock.now() / 1000 + 60, jti: calls });
    };
    const cache = createTokenCache(callback, { now: clock.now, refreshBeforeExpiryMs: 0 });
    const token = await cache.get(SCOPE);
    clock.advance(MINUTE - 1);
    expect(await cache.get(SCOPE)).to.equal(token);
    clock.advance(1);
    expect(await cache.get(SCOPE)).not.to.equal(token);
    expect(calls).to.equal(2);
  });

  it('shares one forced fetch among those who force one at the same time', async () => {
    const { asked, callback } = aProvider();
    const cache = createTokenCache(callback);
    const all = [
      cache.get({ ...SCOPE, forceRefresh: true }),
      cache.get({ ...SCOPE, forceRefresh: true }),
      cache.get(SCOPE),
    ];
    expect(asked).to.have.length(1);
    asked[0]?.answer('opaque');
    expect(await Promise.all(all)).to.deep.equal(['opaque', 'opaque', 'opaque']);
  });

  it('accepts callables of every kind', async () => {
    const lambda = (): Promise<string> => Promise.resolve('lambda');
    class Provider {
      readonly word = 'method';
      token(): string {
        return this.word;
      }
    }
    const provider = new Provider();
    expect(await createTokenCache(lambda).get(SCOPE)).to.equal('lambda');
    expect(await createTokenCache(async () => 'async').get(SCOPE)).to.equal('async');
    expect(await createTokenCache(() => provider.token()).get(SCOPE)).to.equal('method');
  });

  it('refuses a callback that is no function, and durations that are no numbers', () => {
    expect(() => createTokenCache(untyped('token')))
      .to.throw(/not a function/)
      .with.property('code', 'invalid_options');
    for (const [options, found] of [
      [null, 'null'],
      ['5', 'a string'],
      [() => ({}), 'a function'],
    ] as const) {
      expect(() => createTokenCache(() => 'x', untyped(options)))
        .to.throw(`createTokenCache takes its options as an object, not ${found}.`)
        .with.property('code', 'invalid_options');
    }
    for (const refreshBeforeExpiryMs of [-1, Number.NaN, untyped('5')]) {
      expect(() => createTokenCache(() => 'x', { refreshBeforeExpiryMs })).to.throw(
        /`refreshBeforeExpiryMs` is a number/,
      );
    }
  });

  it('asks for no token without a scope', async () => {
    const cache = createTokenCache(() => expect.fail('must not be asked'));
    for (const question of [undefined, null, {}, 'scope', { scope: '' }, { scope: ['s'] }]) {
      const error = await rejectionOf(cache.get(untyped(question)));
      expect(error).to.include({ code: 'invalid_options' });
      expect(error.message).to.contain('`scope`');
    }
  });

  it('refuses a misspelt option and a clock that is none', () => {
    for (const [options, message] of [
      [{ opaqueTokenLifetime: 5 }, /has no option `opaqueTokenLifetime`\. There are: .*`opaqueTokenLifetimeMs`, `now`/],
      [{ now: 5 }, /`now` is a function/],
      [{ now: null }, /`now` is a function/],
    ] as const) {
      expect(() => createTokenCache(() => 'x', untyped(options)))
        .to.throw(message)
        .with.property('code', 'invalid_options');
    }
  });

  it('wraps what a callback throws but for its own word on the matter, which it takes over with its cause', async () => {
    const failures = [
      new SessionsError('network', 'no way'),
      new SessionsError('auth_failed', 'no login'),
      new SessionsError('auth_failed', 'no login', { cause: new Error('the cause') }),
    ];
    const cache = createTokenCache(() => Promise.reject(failures.shift()));
    const wrapped = await rejectionOf(cache.get(SCOPE));
    expect(wrapped).to.include({ code: 'auth_failed', message: 'The auth callback failed: no way' });
    const bare = await rejectionOf(cache.get(SCOPE));
    expect(bare).to.include({ code: 'auth_failed', message: 'no login' }).and.not.have.property('cause');
    const caused = await rejectionOf(cache.get(SCOPE));
    expect(caused.message).to.equal('no login');
    expect(caused.cause).to.be.an('error').with.property('message', 'the cause');
  });

  it('keeps nothing of what the callback failed with but name, message and code', async () => {
    const failure = Object.assign(new Error('refused: Bearer abc.def client_secret=hunter2'), {
      code: 'E_BROKER',
      config: { headers: { Authorization: 'Bearer hunter2' } },
    });
    const error = await rejectionOf(createTokenCache(() => Promise.reject(failure)).get(SCOPE));
    expect(error.message).to.equal('The auth callback failed: refused: Bearer [redacted] client_secret=[redacted]');
    expect(error.cause).to.be.an('error').that.includes({ code: 'E_BROKER' });
    expect(Object.keys(Object(error.cause))).to.deep.equal([]);
  });

  it('tells of no opaque token that it has seen, whoever repeats it', async () => {
    const [handedOut, unusable] = ['opaque-one', 'opaque-two'];
    const answers = [
      () => handedOut,
      () => ({ token: unusable, expiresOnTimestamp: Number.NaN }),
      () => Promise.reject(new Error(`${handedOut} and ${unusable} are no good`, { cause: handedOut })),
      () => Promise.reject(new SessionsError('auth_failed', `no ${handedOut}`, { cause: new Error(unusable) })),
    ];
    const cache = createTokenCache(() => answers.shift()?.() ?? '');
    expect(await cache.get(SCOPE)).to.equal(handedOut);
    const failures = [];
    while (answers.length > 0) failures.push(await rejectionOf(cache.get(SCOPE)));
    expect(failures.map(({ message }) => message)).to.deep.equal([
      'The auth callback returned NaN in `expiresOnTimestamp`. It is a number: milliseconds since 1970.',
      'The auth callback failed: [redacted] and [redacted] are no good',
      'no [redacted]',
    ]);
    const shown = failures.map((failure) => inspect(failure, { depth: Infinity, showHidden: true })).join();
    expect(shown).not.to.contain(handedOut).and.not.to.contain(unusable);
  });
});

describe('sharedTokenCache', () => {
  it('is one cache for one callback, and another for another', () => {
    const callback = (): string => 'a';
    expect(sharedTokenCache(callback)).to.equal(sharedTokenCache(callback));
    expect(sharedTokenCache(callback)).not.to.equal(sharedTokenCache(() => 'a'));
  });

  it('refreshes once for all whose token was rejected, whenever they find out', async () => {
    const clock = { now: () => Date.now() };
    const { contexts, callback } = aQuickProvider(clock.now);
    const cache = sharedTokenCache(callback);
    const rejected = await cache.get(SCOPE);
    const early = [cache.getInsteadOf(rejected, SCOPE), cache.getInsteadOf(rejected, SCOPE)];
    expect(await Promise.all(early)).to.deep.equal(['token-2', 'token-2']);
    expect(await cache.getInsteadOf(rejected, SCOPE)).to.equal('token-2');
    expect(contexts.map(({ forceRefresh }) => forceRefresh)).to.deep.equal([false, true]);
  });

  it('forces a refresh where the token of another caller has expired too', async () => {
    const systemNow = Date.now;
    const clock = aClock();
    Date.now = clock.now;
    try {
      const { contexts, callback } = aQuickProvider(clock.now);
      const cache = sharedTokenCache(callback);
      await cache.get(SCOPE);
      clock.advance(HOUR);
      expect(await cache.getInsteadOf('rejected', SCOPE)).to.equal('token-2');
      expect(contexts.map(({ forceRefresh }) => forceRefresh)).to.deep.equal([false, true]);
    } finally {
      Date.now = systemNow;
    }
  });
});
