import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError } from './command-error.js';

/** Where a command finds its pool, and how it reports. */
export interface PoolFlags {
  readonly endpoint?: string;
  readonly scope?: string;
  readonly apiVersion?: string;
  readonly emulator?: boolean;
  readonly session?: string;
  readonly json?: boolean;
}

/** The variable that names a session, for those who do not want it in the list of processes. */
export const SESSION_VARIABLE = 'DYNAMIC_SESSIONS_SESSION';

/** Adds what every command needs to find its pool. */
export function addPoolOptions(command: Command): Command {
  return command
    .option('--endpoint <url>', 'the pool management endpoint (default: ACA_POOL_MANAGEMENT_ENDPOINT)')
    .option('--scope <scope>', 'what tokens are asked for (default: ACA_TOKEN_ENDPOINT, else by the endpoint)')
    .option('--api-version <version>', "version of the service's API (default: the newest)")
    .option('--json', 'print one JSON document on standard output, for failures too');
}

/** Adds the option that names a session. */
export function addSessionOption(command: Command, description: string): Command {
  return command.option('--session <name>', `${description}; also ${SESSION_VARIABLE}`);
}

/** Adds the option for people without a pool. */
export function addEmulatorOption(command: Command): Command {
  return command.addOption(
    new Option('--emulator', 'use an emulator that is started for it, also where an endpoint is set').conflicts(
      'endpoint',
    ),
  );
}

/** The session that the command line or the environment names; a blank variable counts as unset. */
export function namedSession({ session }: PoolFlags): string | undefined {
  return session ?? (process.env[SESSION_VARIABLE]?.trim() || undefined);
}

/** The session that has to be named. @throws CommandError */
export function requiredSession(flags: PoolFlags): string {
  const session = namedSession(flags);
  if (session !== undefined && session !== '') return session;
  throw new CommandError(`Name the session: --session NAME, or set ${SESSION_VARIABLE}. It has 4 to 128 characters.`);
}

/** For commander: a whole number of 1 or more. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}
