/** How what the library tells programs is told to people at a terminal, where options have other names. */
interface Wording {
  /** Advice that a command line can follow, in place of advice that it cannot. */
  readonly advice: readonly (readonly [string | RegExp, string])[];
  /** The flag of an option that a message names. */
  readonly flags: ReadonlyMap<string, string>;
}

/** Of the commands that use a pool. */
const POOL_WORDING: Wording = {
  advice: [
    [', or name its host in `allowedDomains`', ''],
    [
      ', run where there is a managed identity, or pass an `authCallback`',
      ', or run where there is a managed identity',
    ],
    [', or pass an `authCallback`', ''],
    [', or pass the `connection` of the emulator', ''],
    [' (`forceRefresh`)', ''],
    ['; msalAuth(new ManagedIdentityApplication()) asks for a new one', ''],
    ['The static token expired at ', 'DYNAMIC_SESSIONS_EMULATOR_TOKEN holds a token that expired at '],
    ['Paste a new one, or use azureIdentityAuth().', 'Set it to a new one.'],
    [', or raise `connectTimeoutMs`', ''],
    ['Ask for it later with `getExecution`, or delete the session.', 'To end it, delete the session.'],
    [
      /(a pool of the kind '(\w+)' .*), or say by name that the code shall run as you, (.*): `isolate: 'none'` \(--isolate none\)\.$/,
      '$1, or start a pool in which the code runs as you, $3: dynamic-sessions emulator --pool-kind $2 --isolate none',
    ],
    [/The emulator's option `\w+`: /, 'The embedded emulator cannot start: '],
  ],
  flags: new Map([
    ['apiVersion', '--api-version'],
    ['poolManagementEndpoint', '--endpoint'],
    ['scope', '--scope'],
    ['name', '--name'],
    ['timeoutInSeconds', '--timeout'],
    ['outputStreamsMaxLength', '--max-output'],
  ]),
};

/** Of the emulator's own command. */
const EMULATOR_WORDING: Wording = {
  advice: [
    ["`isolate: 'none'` (--isolate none)", '--isolate none'],
    ['`pythonPath` (--python)', '--python'],
    [", or be 'scripted',", ''],
    ['must have a `url` that begins', 'must begin'],
    ['must have a text as `audience`', 'goes with a text as --audience'],
    [/^The emulator's option `/, '`'],
  ],
  flags: new Map([
    ['port', '--port'],
    ['host', '--host'],
    ['poolKind', '--pool-kind'],
    ['engine', '--engine'],
    ['pythonPath', '--python'],
    ['isolate', '--isolate'],
    ['maxSessions', '--max-sessions'],
    ['cooldownSeconds', '--cooldown'],
    ['timeoutInSeconds', '--timeout'],
    ['memoryMb', '--memory'],
    ['warm', '--warm'],
    ['dataDirectory', '--data'],
    ['packages', '--packages'],
    ['packagesBaseUrl', '--packages-base-url'],
    ['token', '--token'],
    ['dangerouslyAllowAnonymous', '--no-auth'],
    ['issuer', '--issuer'],
    ['apiVersionCheck', '--api-version-check'],
    ['latencyMs', '--latency'],
  ]),
};

/** A message of the library for who uses a pool from the command line. */
export function inPoolFlags(message: string): string {
  return reworded(message, POOL_WORDING);
}

/** A message of the emulator for who starts it from the command line. */
export function inEmulatorFlags(message: string): string {
  return reworded(message, EMULATOR_WORDING);
}

function reworded(message: string, { advice, flags }: Wording): string {
  const followable = advice.reduce((text, [said, instead]) => text.replace(said, instead), message);
  return followable.replace(/`(\w+)`/g, (quoted, option: string) => flags.get(option) ?? quoted);
}
