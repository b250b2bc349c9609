import type { SessionPoolEmulator } from '../emulator/index.js';

/** The flags that the banner tells of. */
export interface AccessFlags {
  readonly auth?: boolean;
  readonly issuer?: string;
}

/** For programs: where the emulator is and what it is. */
export function machineLine(emulator: SessionPoolEmulator): string {
  const { poolManagementEndpoint, token, details } = emulator;
  return JSON.stringify({ poolManagementEndpoint, token, ...details });
}

/** What a client of this library finds the emulator by. Where an issuer's tokens are asked for, ours is of no use to it. */
export function variablesFor(
  { poolManagementEndpoint, token }: SessionPoolEmulator,
  { issuer }: AccessFlags,
): Readonly<Record<string, string>> {
  const endpoint = { ACA_POOL_MANAGEMENT_ENDPOINT: poolManagementEndpoint };
  return issuer === undefined ? { ...endpoint, DYNAMIC_SESSIONS_EMULATOR_TOKEN: token } : endpoint;
}

/** For people: the same, with the lines to copy. */
export function banner(emulator: SessionPoolEmulator, flags: AccessFlags): string {
  const { poolManagementEndpoint, token, details } = emulator;
  const exports = Object.entries(variablesFor(emulator, flags)).map(([name, value]) => `  export ${name}='${value}'\n`);
  return `The session pool emulator listens. Ctrl+C stops it.

  endpoint   ${poolManagementEndpoint}
  token      ${token}${accessNote(flags)}
  engine     ${details.engine}
  isolation  ${details.isolation}
  data       ${details.dataDirectory}

${exports.join('')}`;
}

function accessNote({ auth, issuer }: AccessFlags): string {
  if (issuer !== undefined) return ` (for /_emulator only: the pool takes tokens of ${issuer})`;
  return auth === false ? ' (for /_emulator only: THE POOL LETS IN ANYBODY who reaches the port)' : '';
}
