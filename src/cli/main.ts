#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { emulatorVersion } from '../emulator/emulator-version.js';
import { addChatCommand } from './chat-command.js';
import { printJson } from './command-result.js';
import { addDoctorCommand } from './doctor-command.js';
import { registerEmulatorCommand } from './emulator-command.js';
import { loadEnvFile } from './env-file.js';
import { errorDocument, errorLine, withoutValues } from './error-line.js';
import { addExecCommand } from './exec-command.js';
import { EXIT_CODES, exitCodeOf } from './exit-codes.js';
import { addFilesCommand } from './files-command.js';
import { addHelpCommand } from './help-command.js';
import { printable } from './printable.js';
import { addSessionCommand } from './session-command.js';
import { typedOptions } from './typed-options.js';

const EXAMPLES = `
Begin here:
  $ dynamic-sessions chat "sum(range(101))"      # nothing to set up: Python in an embedded emulator
  $ dynamic-sessions exec --file report.py
  $ dynamic-sessions doctor                      # what works on the way to a pool, and what does not

Settings come from options, from the environment (ACA_POOL_MANAGEMENT_ENDPOINT, ACA_TOKEN_ENDPOINT), and from a file
named .env in the current folder. "dynamic-sessions help <command>" has examples and exit codes.`;

// A reader that has seen enough (`| head`), or a terminal that is gone, is no failure: what is to be put in order still is.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || code === 'EIO') return;
    if (stream === process.stdout) process.stderr.write(`Error: standard output cannot be written (${code}).\n`);
    process.once('exit', () => void (process.exitCode ||= EXIT_CODES.notDone));
  });
}

/** What is wrong with the command line goes into the document. */
const SILENT = { outputError: () => undefined, writeErr: () => undefined };

const wantsJson = typedOptions().includes('--json');

async function main(): Promise<void> {
  loadEnvFile();
  const program = new Command('dynamic-sessions')
    .description('Run Python in Azure Container Apps dynamic sessions, or in a local emulator of the session pool.')
    .version(emulatorVersion())
    .enablePositionalOptions() // After `chat`, "-V" is a line.
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput(wantsJson ? SILENT : { outputError: (text, write) => write(printable(withoutValues(text))) })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  addChatCommand(program);
  addExecCommand(program);
  addFilesCommand(program);
  addSessionCommand(program);
  addDoctorCommand(program);
  registerEmulatorCommand(program);
  addHelpCommand(program);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  process.exitCode = exitCodeOf(error);
  if (process.exitCode === 0) return; // Help, or the version.
  if (wantsJson) printJson(errorDocument(error));
  else if (!(error instanceof CommanderError)) console.error(errorLine(error)); // Which has said what is wrong itself.
});
