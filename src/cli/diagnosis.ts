import { checkConnection, checkName } from './diagnose-network.js';
import { checkEndpoint, checkExecution, checkRole, poolClient } from './diagnose-pool.js';
import { checkAudience, checkToken } from './diagnose-token.js';
import { commandMessage } from './error-line.js';
import type { DiagnosisSettings, Finding, Outcome, Patient, Surroundings } from './finding.js';

interface Check {
  readonly name: string;
  /** Without these there is nothing to look at. */
  readonly needs: readonly string[];
  readonly run: (patient: Patient) => Promise<Outcome>;
}

const CHECKS: readonly Check[] = [
  { name: 'endpoint', needs: [], run: checkEndpoint },
  { name: 'dns', needs: ['endpoint'], run: checkName },
  { name: 'connection', needs: ['dns'], run: checkConnection },
  { name: 'token', needs: ['endpoint'], run: checkToken },
  { name: 'audience', needs: ['token'], run: checkAudience },
  { name: 'role', needs: ['connection', 'token'], run: async (patient) => checkRole(patient, poolClient(patient)) },
  { name: 'execution', needs: ['role'], run: async (patient) => checkExecution(patient, poolClient(patient)) },
];

/** Looks at one thing after the other. What depends on something that failed is skipped. */
export async function* diagnose(
  settings: DiagnosisSettings,
  { signal, authCallback }: Surroundings,
): AsyncGenerator<Finding, void, undefined> {
  const patient: Patient = { settings, signal, authCallback };
  // What cannot be looked at, and because of what.
  const barred = new Map<string, string>();
  for (const { name, needs, run } of CHECKS) {
    const cause = needs.map((need) => barred.get(need)).find((found) => found !== undefined);
    const outcome: Outcome =
      cause === undefined
        ? await run(patient).catch((error: unknown) => failure(error, signal))
        : { status: 'skipped', detail: `since ${cause} failed` };
    if (outcome.status === 'failed' || cause !== undefined) barred.set(name, cause ?? name);
    yield { name, ...outcome };
  }
}

function failure(error: unknown, signal: AbortSignal): Outcome {
  signal.throwIfAborted();
  return { status: 'failed', detail: commandMessage(error) };
}
