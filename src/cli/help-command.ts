import type { Command } from 'commander';
import { printable } from './printable.js';

/** Gives a command, and those of its commands that have some, a `help` that goes to any depth and says what there is not. */
export function addHelpCommand(command: Command): void {
  for (const below of command.commands) if (below.commands.length > 0) addHelpCommand(below);
  command
    .helpCommand(false)
    .command('help')
    .argument('[command...]', 'which command')
    .helpOption(false)
    .description('show what a command does')
    .action((names: readonly string[]) => showHelp(command, names));
}

function showHelp(top: Command, names: readonly string[]): void {
  let command = top;
  for (const [index, name] of names.entries()) {
    const { commands } = command;
    const found = commands.find((below) => below.name() === name || below.aliases().includes(name));
    if (found === undefined) {
      const asked = printable(names.slice(0, index + 1).join(' '));
      const known = commands.map((below) => below.name()).join(', ');
      return command.error(`error: unknown command '${asked}'${known === '' ? '' : `; there are: ${known}`}`);
    }
    command = found;
  }
  command.help();
}
