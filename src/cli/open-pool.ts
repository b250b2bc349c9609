import type { SessionPoolEmulator, SessionPoolEmulatorOptions } from '../emulator/index.js';
import { SessionsPythonTool } from '../plugins/sessions-python-tool.js';
import { SessionsClient } from '../sessions/sessions-client.js';
import { settingsFromEnv } from '../sessions/settings-from-env.js';
import { CommandError } from './command-error.js';
import { commandMessage } from './error-line.js';
import { namedSession, type PoolFlags, requiredSession } from './pool-options.js';
import { printable } from './printable.js';

/** An interpreter, where it runs, and what gives everything back. */
export interface OpenPool {
  readonly python: SessionsPythonTool;
  readonly note: string;
  /** Whether it is the emulator that was started for this command. */
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** What is asked of a pool. */
export type PoolSettings = Pick<PoolFlags, 'endpoint' | 'scope' | 'apiVersion' | 'emulator' | 'session'> & {
  /** Of an emulator that has to be started. @default 'PythonLTS' */
  readonly poolKind?: SessionPoolEmulatorOptions['poolKind'];
};

const NOT_KEPT =
  'The session that was named ends with this command; to keep one, run "dynamic-sessions emulator" in another terminal.';

/** Whether code runs in an emulator that is started for the command, and everything in it ends with the command. */
export function isEmbedded({ endpoint, emulator }: PoolSettings): boolean {
  return emulator === true || (endpoint ?? settingsFromEnv().poolManagementEndpoint) === undefined;
}

/** The pool that the command line or the environment names; without one, an embedded emulator. */
export async function openPool(settings: PoolSettings = {}): Promise<OpenPool> {
  const endpoint = settings.endpoint ?? settingsFromEnv().poolManagementEndpoint;
  const options = connectionOptions(settings);
  const sessionId = namedSession(settings);
  if (endpoint !== undefined && !isEmbedded(settings)) {
    const python = new SessionsPythonTool({
      ...options,
      poolManagementEndpoint: endpoint,
      sessionId,
    });
    const note = `Code runs in the session pool at ${hostOf(endpoint)}.`;
    return { python, note, embedded: false, close: () => closeSession(python) };
  }
  const emulator = await startEmulator(settings.poolKind);
  try {
    const python = new SessionsPythonTool({ ...options, ...emulator.connection, sessionId });
    const pool = embeddedPool(python, emulator);
    return sessionId === undefined ? pool : { ...pool, note: `${pool.note} ${NOT_KEPT}` };
  } catch (error) {
    await emulator.stop(); // It would keep the program alive.
    throw error;
  }
}

/**
 * A client for a session that outlives the command.
 *
 * @throws CommandError where no pool or no session is named: in an emulator of its own there would be nothing to find
 */
export function connect(flags: PoolFlags): SessionsClient {
  const identifier = requiredSession(flags);
  const poolManagementEndpoint = flags.endpoint ?? settingsFromEnv().poolManagementEndpoint;
  if (poolManagementEndpoint === undefined) {
    throw new CommandError(
      'There is no session pool: pass --endpoint URL, or set ACA_POOL_MANAGEMENT_ENDPOINT. To try it without Azure, run "dynamic-sessions emulator" in another terminal.',
    );
  }
  return new SessionsClient({ ...connectionOptions(flags), poolManagementEndpoint, identifier });
}

/** Starts an emulator in this program. */
export async function startEmulator(poolKind: PoolSettings['poolKind'] = 'PythonLTS'): Promise<SessionPoolEmulator> {
  const { SessionPoolEmulator } = await import('../emulator/session-pool-emulator.js');
  return SessionPoolEmulator.start({ warm: 1, poolKind });
}

function embeddedPool(python: SessionsPythonTool, emulator: SessionPoolEmulator): OpenPool {
  const { engine, isolation } = emulator.details;
  const close = async (): Promise<void> => {
    await python.close().catch(() => undefined); // The emulator goes, and the session with it.
    await emulator.stop();
  };
  const note = `Code runs in the embedded emulator, by ${engine}; isolation: ${isolation}.`;
  return { python, note, embedded: true, close };
}

function connectionOptions({ scope, apiVersion }: PoolFlags): { scope?: string; apiVersion?: string } {
  return { ...(scope === undefined ? {} : { scope }), ...(apiVersion === undefined ? {} : { apiVersion }) };
}

// Whatever was answered has been answered, and what went wrong before counts.
function closeSession(python: SessionsPythonTool): Promise<void> {
  return python.close().catch((error: unknown) => {
    console.error(printable(`The session is left to end by itself: ${commandMessage(error)}`));
  });
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : 'ACA_POOL_MANAGEMENT_ENDPOINT';
}
