// The program that outlives the emulator by a moment. However the emulator ends, this one's input ends with it: then it
// ends the processes that are still there and removes the folder. Lines: "+<pid>", "-<pid>", and "/" before the folder of a
// control group.
import { createInterface } from 'node:readline';
import { removeControlGroup } from './control-group.mjs';
import { endProcess } from './end-process.mjs';
import { removeTree } from './remove-tree.mjs';

const [folder] = process.argv.slice(2);
const processes = new Set<number>();
const controlGroups = new Set<string>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const rest = line.slice(1);
    if (line.startsWith('/')) controlGroups.add(rest);
    else if (line.startsWith('+')) processes.add(Number(rest));
    else processes.delete(Number(rest));
  })
  .on('close', () => {
    processes.forEach(endProcess);
    void removeAll();
  });

async function removeAll(): Promise<void> {
  // First: it ends what is still in them.
  await Promise.all([...controlGroups].map(removeControlGroup));
  if (folder !== undefined) removeTree(folder);
}
