import type { Command } from 'commander';
import type { SessionInfo } from '../sessions/session-operations.js';
import { printJson } from './command-result.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { interruptible } from './interruption.js';
import { connect } from './open-pool.js';
import { addPoolOptions, addSessionOption, type PoolFlags } from './pool-options.js';

const EXAMPLES = `
Examples:
  $ dynamic-sessions session show --session "$NAME"
  $ dynamic-sessions session delete --session "$NAME"
${EXIT_CODES_HELP}`;

/** Adds `session`: one session of the pool. Its name is a secret and is not printed. */
export function addSessionCommand(program: Command): void {
  const session = program
    .command('session')
    .summary('show when a session ends, or end it')
    .description('Shows when a session ends, or ends it.')
    .addHelpText('after', EXAMPLES);
  withSession(session.command('show').description('Show when it was made, was last used, and ends.')).action(show);
  withSession(
    session
      .command('delete')
      .alias('rm')
      .description('End it, with its variables and files; it is no failure if it has ended already.'),
  ).action(remove);
}

function withSession(command: Command): Command {
  return addPoolOptions(addSessionOption(command, 'which session'));
}

async function show(flags: PoolFlags): Promise<void> {
  const client = connect(flags);
  const { createdAt, lastAccessedAt, expiresAt }: SessionInfo = await interruptible('', (signal) =>
    client.getSession({ signal }),
  );
  const facts = { createdAt, lastAccessedAt, expiresAt };
  if (flags.json) {
    printJson(facts);
    return;
  }
  console.log(`made       ${timeOf(createdAt)}`);
  console.log(`last used  ${timeOf(lastAccessedAt)}`);
  console.log(`ends       ${timeOf(expiresAt)}, unless it is used before`);
}

async function remove(flags: PoolFlags): Promise<void> {
  const client = connect(flags);
  await interruptible('The session may be gone already.', (signal) => client.deleteSession({ signal }));
  if (flags.json) printJson({ deleted: true });
  else console.error('The session has ended.');
}

function timeOf(date: Date | undefined): string {
  return date?.toISOString() ?? 'unknown';
}
