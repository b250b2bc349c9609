import { randomUUID } from 'node:crypto';
import { isSessionsError, type SessionsError } from '../errors.js';
import { readEndpoint } from '../sessions/endpoint.js';
import type { ExecutionResult } from '../sessions/execution-result.js';
import { SessionsClient } from '../sessions/sessions-client.js';
import { settingsFromEnv } from '../sessions/settings-from-env.js';
import { commandMessage } from './error-line.js';
import type { Outcome, Patient } from './finding.js';

const EXECUTION_SECONDS = 30;
const POOL_PATH = /\/sessionPools\/[^/]+\/$/i;
const SHOW_ENDPOINT =
  'Copy it again: az containerapp sessionpool show --name <pool> --resource-group <group> --query properties.poolManagementEndpoint';

/** Whether there is an endpoint, and whether it looks like one. */
export async function checkEndpoint(patient: Patient): Promise<Outcome> {
  const text = patient.settings.endpoint ?? settingsFromEnv().poolManagementEndpoint;
  if (text === undefined) {
    return {
      status: 'failed',
      detail: 'there is none',
      advice:
        'Set ACA_POOL_MANAGEMENT_ENDPOINT or pass --endpoint. Without Azure: "dynamic-sessions doctor --emulator", or start "dynamic-sessions emulator".',
    };
  }
  const endpoint = readEndpoint(text);
  patient.endpoint = endpoint;
  if (/\.(dynamic|aca)sessions\.io(:|$)/.test(new URL(endpoint.origin).host) && !POOL_PATH.test(endpoint.basePath))
    return { status: 'failed', detail: 'its path does not end in /sessionPools/<name>', advice: SHOW_ENDPOINT };
  return { status: 'ok', detail: new URL(endpoint.origin).host };
}

/** The client of the checks: as anybody's, but without patience. */
export function poolClient({ endpoint, authCallback, settings, scope }: Patient): SessionsClient {
  const query = endpoint?.query ? `?${endpoint.query}` : '';
  return new SessionsClient({
    poolManagementEndpoint: `${endpoint?.origin ?? ''}${endpoint?.basePath ?? ''}${query}`,
    authCallback,
    scope,
    apiVersion: settings.apiVersion,
    retries: 1,
    identifier: randomUUID(),
  });
}

/** Whether the pool lets the token in: a session is asked for that cannot exist, so that none comes about. */
export async function checkRole({ signal }: Patient, client: SessionsClient): Promise<Outcome> {
  try {
    await client.getSession({ signal });
    return { status: 'ok', detail: 'the pool accepts the token' };
  } catch (error) {
    signal.throwIfAborted();
    if (!isSessionsError(error)) throw error;
    if (error.code === 'not_found') return { status: 'ok', detail: 'the pool accepts the token' };
    if (error.code === 'unsupported')
      return { status: 'skipped', detail: 'this pool cannot be asked without running code' };
    return failed(error);
  }
}

/** Whether code runs. The session is deleted afterwards. */
export async function checkExecution({ settings, signal }: Patient, client: SessionsClient): Promise<Outcome> {
  const start = performance.now();
  const options = { timeoutInSeconds: EXECUTION_SECONDS, signal };
  try {
    const result = await (settings.shell ? client.executeShell('echo 42', options) : client.execute('6 * 7', options));
    if (!saysFortyTwo(result)) return { status: 'failed', detail: `6 * 7 gave ${result.status}, and not 42` };
    return { status: 'ok', detail: `6 * 7 is 42, in ${Math.round(performance.now() - start)} ms` };
  } catch (error) {
    signal.throwIfAborted();
    if (!isSessionsError(error)) throw error;
    return failed(error);
  } finally {
    await client.deleteSession().catch(() => undefined); // The pool's cooldown ends it too.
  }
}

function saysFortyTwo({ value, stdout }: ExecutionResult): boolean {
  return String(value) === '42' || stdout.trim() === '42';
}

/** The message has the advice in it; a wrong path is told apart by what else answers 404. */
function failed(error: SessionsError): Outcome {
  const outcome = { status: 'failed', detail: commandMessage(error) } as const;
  if (error.code === 'not_found')
    return { ...outcome, advice: `There is no such pool, or it is another kind. ${SHOW_ENDPOINT}` };
  if (error.code === 'invalid_request') return { ...outcome, advice: 'For a Shell pool pass --shell.' };
  return outcome;
}
