import { messageOf } from '../errors.js';
import { SessionsPythonTool } from '../plugins/sessions-python-tool.js';
import { settingsFromEnv } from '../sessions/settings-from-env.js';

/** An interpreter, where it runs, and what gives everything back. */
export interface OpenPool {
  readonly python: SessionsPythonTool;
  readonly note: string;
  close(): Promise<void>;
}

/** The pool that the environment names; without one, an embedded emulator. */
export async function openPool(): Promise<OpenPool> {
  const endpoint = settingsFromEnv().poolManagementEndpoint;
  if (endpoint !== undefined) {
    const python = new SessionsPythonTool();
    return { python, note: `Python: the session pool at ${hostOf(endpoint)}.`, close: () => closeSession(python) };
  }
  const { SessionPoolEmulator } = await import('../emulator/session-pool-emulator.js');
  const emulator = await SessionPoolEmulator.start({ warm: 1 });
  const python = new SessionsPythonTool(emulator.connection);
  const close = async (): Promise<void> => {
    await python.close().catch(() => undefined); // The emulator goes, and the session with it.
    await emulator.stop();
  };
  return { python, note: 'Python: the embedded emulator (CPython in Pyodide).', close };
}

// Whatever was answered has been answered, and what went wrong before counts.
function closeSession(python: SessionsPythonTool): Promise<void> {
  return python.close().catch((error: unknown) => {
    console.error(`The session is left to end by itself: ${messageOf(error)}`);
  });
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : 'ACA_POOL_MANAGEMENT_ENDPOINT';
}
