import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineLimits } from '../engine.js';
import { countTasks, descendants, readProcesses } from './process-table.js';
import { MAX_PROCESSES } from './resource-limits.js';

/** A session as the watch sees it. */
export interface WatchedSession {
  /** The leader of its processes, as a negative number. */
  readonly groupId: number | undefined;
  readonly directory: string;
  readonly busy: boolean;
  /** What was there before is not the fault of what runs now: it may be removing it. */
  readonly dataAtStart: DataUse;
  end(reason: string): void;
}

/** Ends sessions that take more than the kernel's limits, which are for single processes and files, can hold back. */
export interface SessionWatch {
  start(limits: EngineLimits): void;
  close(): void;
}

const LOOK_EVERY_MS = 250;
const GLANCE_EVERY_MS = 20;
const MB = 1024 * 1024;
// A process has its programs besides its data, and what processes share is counted once for each of them.
const ONE_PROCESS_FACTOR = 1.25;
const ALL_PROCESSES_FACTOR = 2;

export function createSessionWatch(sessions: ReadonlySet<WatchedSession>): SessionWatch {
  const timers: NodeJS.Timeout[] = [];
  let looking = false;
  let tasks = 0;
  const lookAtProcesses = (limits: EngineLimits): void => {
    tasks = countTasks();
    watchProcesses(sessions, limits);
  };
  const look = async (limits: EngineLimits): Promise<void> => {
    if (looking || sessions.size === 0) return;
    looking = true;
    lookAtProcesses(limits);
    await Promise.all([...sessions].map((session) => watchData(session, limits)));
    looking = false;
  };
  // Processes can become thousands within the time from one look to the next, but not unnoticed.
  const glance = (limits: EngineLimits): void => {
    const busy = [...sessions].some((session) => session.busy);
    if (busy && countTasks() > tasks + MAX_PROCESSES / 2) lookAtProcesses(limits);
  };
  return {
    start: (limits) => {
      if (timers.length > 0) return;
      timers.push(
        setInterval(() => void look(limits), LOOK_EVERY_MS),
        setInterval(() => glance(limits), GLANCE_EVERY_MS),
      );
      for (const timer of timers) timer.unref();
    },
    close: () => timers.forEach((timer) => clearInterval(timer)),
  };
}

function watchProcesses(sessions: ReadonlySet<WatchedSession>, { memoryMb }: EngineLimits): void {
  const processes = readProcesses();
  const limit = memoryMb * MB;
  for (const session of sessions) {
    if (session.groupId === undefined) continue;
    const own = descendants(processes, -session.groupId);
    const sizes = own.map(({ residentBytes }) => residentBytes);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const tooLarge = Math.max(0, ...sizes) > limit * ONE_PROCESS_FACTOR || total > limit * ALL_PROCESSES_FACTOR;
    if (own.length > MAX_PROCESSES) session.end(ended(`had more than ${MAX_PROCESSES} processes`));
    else if (tooLarge) session.end(ended(`used more memory than ${memoryMb} MB`));
  }
}

async function watchData(session: WatchedSession, { maxDataBytes, maxDataFiles }: EngineLimits): Promise<void> {
  if (!session.busy) return;
  const used = await measureData(session.directory);
  const { dataAtStart } = session;
  if (used.bytes > Math.max(maxDataBytes, dataAtStart.bytes)) {
    session.end(ended(`filled /mnt/data with more than ${maxDataBytes / MB} MB`));
  } else if (used.files > Math.max(maxDataFiles, dataAtStart.files)) {
    session.end(ended(`made more than ${maxDataFiles} files in /mnt/data`));
  }
}

/** What lies in a session's folder. */
export interface DataUse {
  readonly bytes: number;
  readonly files: number;
}

export async function measureData(directory: string): Promise<DataUse> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  let files = entries.length;
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      const below = await measureData(path);
      bytes += below.bytes;
      files += below.files;
    } else if (entry.isFile()) {
      // What is on the disk, not what a file with holes says of itself.
      const stats = await lstat(path).catch(() => undefined);
      bytes += (stats?.blocks ?? 0) * 512;
    }
  }
  return { bytes, files };
}

function ended(what: string): string {
  return `The emulator ended the session's interpreter: the code ${what}.`;
}
