import type { Command } from 'commander';
import type { RemoteFile } from '../sessions/remote-file.js';
import { printJson } from './command-result.js';
import { EXIT_CODES_HELP } from './exit-codes.js';
import { wrapped } from './help-text.js';
import { getFile, type GetFlags, putFiles, type PutFlags } from './file-transfer.js';
import { interruptible } from './interruption.js';
import { connect } from './open-pool.js';
import { addPoolOptions, addSessionOption, type PoolFlags } from './pool-options.js';
import { printable, readableSize } from './printable.js';
import { checkRemoteDirectory, checkRemoteFile } from './remote-names.js';

const DESCRIPTION = `Lists, uploads, downloads and deletes the files in /mnt/data of a session.

A session is named by --session, or by DYNAMIC_SESSIONS_SESSION; it comes about with its first use, and ends some minutes
after its last (the cooldown of the pool), and its files with it.`;

const EXAMPLES = `
Examples:
  $ export DYNAMIC_SESSIONS_SESSION=$(openssl rand -hex 16)
  $ dynamic-sessions files put sales.csv
  $ dynamic-sessions exec "open('/mnt/data/sales.csv').read().count(chr(10))"
  $ dynamic-sessions files list
  $ dynamic-sessions files get report.html
  $ dynamic-sessions files get sales.csv - | head
  $ dynamic-sessions files rm sales.csv
${EXIT_CODES_HELP}`;

const NOTHING_CHANGED = '';

interface ListFlags extends PoolFlags {
  readonly recursive?: boolean;
}

/** Adds `files`: what lies in a session. */
export function addFilesCommand(program: Command): void {
  const files = program
    .command('files')
    .summary('list, put, get and rm the files of a session')
    .description(wrapped(DESCRIPTION))
    .addHelpText('after', EXAMPLES);
  withSession(files.command('list').alias('ls').description('List the files.').argument('[directory]', 'in /mnt/data'))
    .option('-r, --recursive', 'go into directories')
    .action((directory: string | undefined, flags: ListFlags) => list(directory, flags));
  withSession(
    files
      .command('put')
      .description('Upload files of up to 128 MB each, in place of those of the same name.')
      .argument('<file...>', 'local files; "-" is standard input and needs --name'),
  )
    .option('--name <name>', 'what the file is to be called (default: its own name)')
    .option('--directory <path>', 'where it is to lie in /mnt/data (default: /mnt/data itself)')
    .action((paths: readonly string[], flags: PutFlags) => putFiles(paths, flags));
  withSession(
    files
      .command('get')
      .description('Download a file, complete or not at all.')
      .argument('<name>', 'its name in /mnt/data')
      .argument('[path]', 'where to save it; "-" is standard output (default: its name, in the current folder)'),
  )
    .option('--force', 'replace a local file that is there already')
    .action((name: string, path: string | undefined, flags: GetFlags) => getFile(name, path, flags));
  withSession(
    files
      .command('rm')
      .description('Delete files; it is no failure if one is gone already.')
      .argument('<name...>', 'their names in /mnt/data'),
  ).action((names: readonly string[], flags: PoolFlags) => remove(names, flags));
}

function withSession(command: Command): Command {
  return addPoolOptions(addSessionOption(command, 'the session that the files are in'));
}

async function list(directory: string | undefined, flags: ListFlags): Promise<void> {
  checkRemoteDirectory(directory);
  const client = connect(flags);
  const files = await interruptible(NOTHING_CHANGED, (signal) =>
    client.listFiles({ signal, directory, recursive: flags.recursive }),
  );
  if (flags.json) printJson(files);
  else if (files.length === 0) console.error('There are no files.');
  else process.stdout.write(table(files));
}

async function remove(names: readonly string[], flags: PoolFlags): Promise<void> {
  for (const name of names) checkRemoteFile(name); // Of several, either all can be deleted or none is.
  const client = connect(flags);
  await interruptible('Files named before this one may be deleted already.', async (signal) => {
    for (const name of names) await client.deleteFile(name, { signal });
  });
  if (flags.json) printJson({ deleted: names });
}

/** Size, time and path, one file a line. */
function table(files: readonly RemoteFile[]): string {
  const rows = files.map(({ type, sizeInBytes, lastModifiedAt, fullPath }) => ({
    size: type === 'directory' ? '-' : sizeInBytes === undefined ? '?' : readableSize(sizeInBytes),
    time: lastModifiedAt.getTime() === 0 ? '' : lastModifiedAt.toISOString().slice(0, 19).replace('T', ' '),
    path: printable(fullPath).replaceAll('\n', '?') + (type === 'directory' ? '/' : ''),
  }));
  const width = Math.max(...rows.map(({ size }) => size.length));
  return rows.map(({ size, time, path }) => `${size.padStart(width)}  ${time.padEnd(19)}  ${path}\n`).join('');
}
