import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess } from './end-process.mjs';

const FIRST_VERSION = '/sys/fs/cgroup/pids';
const SECOND_VERSION = '/sys/fs/cgroup';
const OWN_GROUPS = '/proc/self/cgroup';
const ATTEMPTS = 100;
const PAUSE_MS = 50;

/**
 * Makes a group of processes, `most` at once and counted with their threads, and gives its folder; a process joins by
 * writing its number to `cgroup.procs` there. Gives nothing where this user may not make one.
 */
export function createControlGroup(most: number): string | undefined {
  return mounts()
    .map((mount) => `${mount}/dynamic-sessions-${randomUUID()}`)
    .find((folder) => settle(folder, most));
}

/** Ends the processes that are still in a group and removes it. @returns whether it is gone; false after five seconds. */
export async function removeControlGroup(folder: string): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (isRemoved(folder)) return true;
    membersOf(folder).forEach(endProcess);
    await sleep(PAUSE_MS);
  }
  return isRemoved(folder);
}

/** The processes of a group by their numbers; none where there is no such group. */
export function membersOf(folder: string): number[] {
  try {
    return readFileSync(`${folder}/cgroup.procs`, 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

// The second version has one hierarchy for all kinds of limits: who joins a group there leaves those of the group it was in.
function mounts(): string[] {
  if (existsSync(FIRST_VERSION)) return [FIRST_VERSION];
  return isInNoGroup() ? [SECOND_VERSION] : [];
}

function isInNoGroup(): boolean {
  try {
    return readFileSync(OWN_GROUPS, 'utf8').trim() === '0::/';
  } catch {
    return false;
  }
}

function settle(folder: string, most: number): boolean {
  try {
    mkdirSync(folder);
    // What is mounted there may be anything.
    if (!existsSync(`${folder}/cgroup.procs`)) throw new Error('It is no control group.');
    writeFileSync(`${folder}/pids.max`, String(most));
    return true;
  } catch {
    isRemoved(folder);
    return false;
  }
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
  } catch {
    return !existsSync(folder);
  }
  return true;
}
