#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { addChatCommand } from './chat-command.js';
import { CommandError } from './command-error.js';
import { emulatorVersion } from '../emulator/emulator-version.js';
import { registerEmulatorCommand } from './emulator-command.js';
import { errorLine } from './error-line.js';

const USAGE_EXIT_CODE = 2;

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const program = new Command('dynamic-sessions')
    .description('Run Python in Azure Container Apps dynamic sessions, or in a local emulator of the session pool.')
    .version(emulatorVersion())
    .enablePositionalOptions() // After `chat`, "-V" is a line.
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : USAGE_EXIT_CODE);
    });
  addChatCommand(program);
  registerEmulatorCommand(program);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  console.error(errorLine(error));
  process.exitCode = error instanceof CommandError ? USAGE_EXIT_CODE : 1;
});
