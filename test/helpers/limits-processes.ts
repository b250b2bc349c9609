import { rmdirSync } from 'node:fs';
import { createControlGroup } from '../../src/emulator/control-group.mjs';

/**
 * Whether the kernel limits the processes of a session here: of root it counts none but those in a control group, and a
 * watch alone may come too late on a busy machine.
 */
export function limitsProcesses(): boolean {
  if (process.getuid?.() !== 0) return true;
  const group = createControlGroup(8);
  if (group !== undefined) rmdirSync(group);
  return group !== undefined;
}
