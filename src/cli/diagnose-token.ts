import { readJwtClaims } from '../auth/jwt.js';
import { sharedTokenCache } from '../auth/token-cache.js';
import { defaultAuth, readScope } from '../sessions/pool-connection.js';
import { settingsFromEnv } from '../sessions/settings-from-env.js';
import { commandMessage } from './error-line.js';
import type { Outcome, Patient } from './finding.js';

const KNOWN_AUDIENCES = ['https://dynamicsessions.io', 'https://acasessions.io'];
const EMULATOR_TOKEN = 'Set DYNAMIC_SESSIONS_EMULATOR_TOKEN to the token that the emulator printed.';
const APPLICATION_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a token can be had. It is kept for the checks that follow, in the cache that the client uses too. */
export async function checkToken(patient: Patient): Promise<Outcome> {
  const { endpoint, settings, signal } = patient;
  const environment = settingsFromEnv();
  if (endpoint === undefined) return { status: 'skipped', detail: 'there is no endpoint' };
  patient.scope = readScope(settings.scope ?? environment.scope ?? endpoint.defaultScope);
  patient.authCallback ??= defaultAuth(endpoint, environment);
  const start = performance.now();
  try {
    patient.token = await sharedTokenCache(patient.authCallback).get({ scope: patient.scope, signal });
    return { status: 'ok', detail: `for ${patient.scope}, in ${Math.round(performance.now() - start)} ms` };
  } catch (error) {
    signal.throwIfAborted();
    const failed = { status: 'failed', detail: commandMessage(error) } as const; // Which says how to sign in.
    return endpoint.isLoopback && environment.emulatorToken !== undefined
      ? { ...failed, advice: EMULATOR_TOKEN }
      : failed;
  }
}

/** Whether the token is for this service, and for how long. */
export async function checkAudience({ token, scope }: Patient): Promise<Outcome> {
  const claims = token === undefined ? undefined : readJwtClaims(token);
  if (claims === undefined || scope === undefined)
    return { status: 'skipped', detail: 'the token is opaque: only the pool can tell' };
  const expected = withoutSlash(scope.replace(/\/\.default$/, ''));
  const { audiences, expiresOnTimestamp } = claims;
  const found = `${audiences.join(', ') || 'none'}; ${expiryOf(expiresOnTimestamp)}`;
  if (audiences.length > 0 && audiences.every((audience) => APPLICATION_ID.test(audience)))
    return { status: 'skipped', detail: `${found}; an application's id: only the pool can tell` };
  if (audiences.map(withoutSlash).some((audience) => [expected, ...KNOWN_AUDIENCES].includes(audience)))
    return { status: 'ok', detail: found };
  return { status: 'failed', detail: found, advice: `Expected is ${expected}: pass --scope ${expected}/.default.` };
}

function expiryOf(expiresOnTimestamp: number | undefined): string {
  if (expiresOnTimestamp === undefined) return 'without an expiry';
  const minutes = Math.round((expiresOnTimestamp - Date.now()) / 60_000);
  return `expires ${new Date(expiresOnTimestamp).toISOString()}, in ${minutes} min`;
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '');
}
