import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endProcess } from './end-process.mjs';
import { removeTree } from './remove-tree.mjs';

const PROGRAM = fileURLToPath(new URL('./janitor.mjs', import.meta.url));

// One listener for all emulators of this program.
const cleanUps = new Set<() => void>();
const cleanAll = (): void => cleanUps.forEach((clean) => clean());

/** Sees to it that no process and no folder outlives this program, however it ends. */
export interface ProcessGuard {
  /** Returns what to call when that process has ended. `controlGroup` is a folder that is removed at the end, if it is still there. */
  watch(processId: number | undefined, controlGroup?: string): () => void;
  /** Removes the folder; waits until the guard itself is gone. */
  release(): Promise<void>;
}

/** `folder` is removed at the end, by us or, should this program be killed, by a small one that waits for that. */
export function createProcessGuard(folder: string | undefined): ProcessGuard {
  const watched = new Set<number>();
  const janitor = startJanitor(folder);
  const clean = (): void => {
    watched.forEach(endProcess);
    if (folder !== undefined) removeTree(folder);
  };
  if (cleanUps.size === 0) process.on('exit', cleanAll);
  cleanUps.add(clean);
  return {
    watch: (processId, controlGroup) => {
      // It is told of groups for good: to remove one a second time does no harm.
      if (controlGroup !== undefined) janitor.tell(`/${controlGroup}`);
      if (processId !== undefined) {
        watched.add(processId);
        janitor.tell(`+${processId}`);
      }
      return () => {
        if (processId === undefined) return;
        watched.delete(processId);
        janitor.tell(`-${processId}`);
      };
    },
    release: async () => {
      cleanUps.delete(clean);
      if (cleanUps.size === 0) process.off('exit', cleanAll);
      clean();
      await janitor.dismiss();
    },
  };
}

/** The program that waits for the end of this one. */
interface Janitor {
  tell(line: string): void;
  /** Waits until it is gone. */
  dismiss(): Promise<void>;
}

function startJanitor(folder: string | undefined): Janitor {
  const janitor = spawn(process.execPath, [PROGRAM, ...(folder === undefined ? [] : [folder])], {
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a group of its own: what ends the whole group must not end the one that cleans up after it.
    detached: true,
    windowsHide: true,
  });
  const gone = new Promise<void>((resolve) => {
    janitor.once('close', () => resolve());
    janitor.once('error', () => resolve());
  });
  // Its pipe breaks if somebody ends it; then only the clean-up after a kill is lost.
  janitor.stdin.on('error', () => undefined);
  janitor.unref();
  return {
    tell: (line) => {
      if (janitor.stdin.writable) janitor.stdin.write(`${line}\n`);
    },
    dismiss: () => {
      janitor.stdin.end();
      janitor.ref();
      return gone;
    },
  };
}
