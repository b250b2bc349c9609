/** What the environment says about the session pool. A blank variable counts as unset. */
export interface EnvironmentSettings {
  /** `ACA_POOL_MANAGEMENT_ENDPOINT`, then `AZURE_POOL_MANAGEMENT_ENDPOINT`. */
  readonly poolManagementEndpoint?: string;
  /** `ACA_TOKEN_ENDPOINT`. */
  readonly scope?: string;
  /** `DYNAMIC_SESSIONS_EMULATOR_TOKEN`; to be used for loopback hosts only. */
  readonly emulatorToken?: string;
}

/** Reads the environment. Nothing else in the library does. */
export function settingsFromEnv(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EnvironmentSettings {
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const poolManagementEndpoint = read('ACA_POOL_MANAGEMENT_ENDPOINT') ?? read('AZURE_POOL_MANAGEMENT_ENDPOINT');
  const scope = read('ACA_TOKEN_ENDPOINT');
  const emulatorToken = read('DYNAMIC_SESSIONS_EMULATOR_TOKEN');
  return {
    ...(poolManagementEndpoint === undefined ? {} : { poolManagementEndpoint }),
    ...(scope === undefined ? {} : { scope }),
    ...(emulatorToken === undefined ? {} : { emulatorToken }),
  };
}
