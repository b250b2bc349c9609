import type { Command } from 'commander';
import { checkApiVersion } from '../sessions/api-version.js';
import { readScope } from '../sessions/pool-connection.js';
import { startActivity } from './activity.js';
import { printJson } from './command-result.js';
import { diagnose } from './diagnosis.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Finding, Surroundings } from './finding.js';
import { wrapped } from './help-text.js';
import { interruptible } from './interruption.js';
import { startEmulator } from './open-pool.js';
import { addEmulatorOption, addPoolOptions, type PoolFlags } from './pool-options.js';
import { printable } from './printable.js';

interface DoctorFlags extends PoolFlags {
  readonly shell?: boolean;
}

const DESCRIPTION = `Looks at everything between this machine and the pool, one thing after the other: the endpoint,
DNS, the connection, a token and its audience, the role, and one execution in a session that is deleted afterwards. Says
what works, what does not, and what to do. No token is printed.`;

const EXAMPLES = `
Examples:
  $ dynamic-sessions doctor
  $ dynamic-sessions doctor --emulator        # is this machine able to run the emulator?
  $ dynamic-sessions doctor --json | jq '.checks[] | select(.status == "failed")'

Exit codes:
  0  nothing failed
  1  something failed
  2  the command line is wrong; nothing was looked at`;

/** Adds `doctor`: what works, what does not, and what to do. */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .summary('what works on the way to a pool, what does not, and what to do')
    .description(wrapped(DESCRIPTION))
    .option('--shell', 'the pool is a Shell pool: the execution is a command');
  addEmulatorOption(addPoolOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DoctorFlags) => {
      process.exitCode = await doctor(flags);
    });
}

/** @returns the exit code */
async function doctor(flags: DoctorFlags): Promise<number> {
  // What is wrong with the command line is no finding about the pool.
  if (flags.apiVersion !== undefined) checkApiVersion(flags.apiVersion);
  if (flags.scope !== undefined) readScope(flags.scope);
  const findings = await interruptible('', async (signal) => {
    const emulator = flags.emulator ? await startEmulator(flags.shell ? 'Shell' : 'PythonLTS') : undefined;
    try {
      return await collect(
        { ...flags, ...(emulator && { endpoint: emulator.poolManagementEndpoint }) },
        {
          signal,
          authCallback: emulator?.authCallback,
        },
      );
    } finally {
      await emulator?.stop();
    }
  });
  const ok = findings.every(({ status }) => status !== 'failed');
  if (flags.json) printJson({ ok, checks: findings });
  return ok ? EXIT_CODES.done : EXIT_CODES.codeFailed;
}

async function collect(flags: DoctorFlags, surroundings: Surroundings): Promise<Finding[]> {
  const findings: Finding[] = [];
  let activity = startActivity('Looking', { quiet: flags.json });
  try {
    for await (const finding of diagnose(flags, surroundings)) {
      activity.end();
      findings.push(finding);
      if (!flags.json) print(finding);
      activity = startActivity('Looking', { quiet: flags.json });
    }
  } finally {
    activity.end();
  }
  return findings;
}

function print({ name, status, detail, advice }: Finding): void {
  console.log(printable(`${status.padEnd(7)}  ${name.padEnd(10)}  ${detail}`));
  if (advice !== undefined) console.log(printable(`${' '.repeat(21)}${advice}`));
}
