// A program with nothing but the emulator's command.
import { Command } from 'commander';
import { registerEmulatorCommand } from '../../src/cli/emulator-command.js';

const program = new Command('test');
registerEmulatorCommand(program);
await program.parseAsync();
