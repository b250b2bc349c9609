// The program that outlives the emulator by a moment. However the emulator ends, this one's input ends with it: then it
// ends the processes that are still there and removes the folder. Lines: "+<pid>" and "-<pid>".
import { createInterface } from 'node:readline';
import { removeTree } from './remove-tree.mjs';

const [folder] = process.argv.slice(2);
const processes = new Set<number>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const id = Number(line.slice(1));
    if (line.startsWith('+')) processes.add(id);
    else processes.delete(id);
  })
  .on('close', () => {
    for (const id of processes) {
      try {
        process.kill(id, 'SIGKILL');
      } catch {
        // It was gone already.
      }
    }
    if (folder !== undefined) removeTree(folder);
  });
