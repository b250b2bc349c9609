// A program with nothing but the emulator's command.
import { Command } from 'commander';
import { addEmulatorCommand } from '../../src/cli/emulator-command.js';

const program = new Command('test');
addEmulatorCommand(program);
await program.parseAsync();
