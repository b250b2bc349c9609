import { readFileSync } from 'node:fs';

/** Whether a process of this machine runs; one that has ended and is not yet buried does not. Needs /proc. */
export function isRunning(processId: number): boolean {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
    return !/\) [ZX]/.test(stat);
  } catch {
    return false;
  }
}
