import { readdirSync, readFileSync } from 'node:fs';

/** A process as /proc tells of it. */
export interface ProcessEntry {
  readonly id: number;
  readonly parentId: number;
  readonly groupId: number;
  readonly residentBytes: number;
}

const PAGE_BYTES = 4096;
// Counted after the name, which may hold anything.
const PARENT = 1;
const GROUP = 2;
const RESIDENT_PAGES = 21;

/** The processes of this machine; none where there is no /proc. */
export function readProcesses(): ProcessEntry[] {
  return processIds().flatMap((id) => readProcess(id) ?? []);
}

/** Those that a process has started, and those that these have started, without itself. */
export function descendants(processes: readonly ProcessEntry[], ancestor: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of processes) children.set(entry.parentId, [...(children.get(entry.parentId) ?? []), entry]);
  const found: ProcessEntry[] = [];
  const waiting = [ancestor];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const young = children.get(id) ?? [];
    found.push(...young);
    waiting.push(...young.map((entry) => entry.id));
  }
  return found;
}

/** How many processes and threads this machine has, without looking at each; 0 where there is no /proc. */
export function countTasks(): number {
  try {
    const [, total = '0'] = /\/(\d+)/.exec(readFileSync('/proc/loadavg', 'latin1')) ?? [];
    return Number(total);
  } catch {
    return 0;
  }
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function readProcess(id: number): ProcessEntry | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'latin1');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parentId = 0, groupId = 0] = [fields[PARENT], fields[GROUP]];
    return { id, parentId, groupId, residentBytes: (fields[RESIDENT_PAGES] ?? 0) * PAGE_BYTES };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
