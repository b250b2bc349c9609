import { randomUUID } from 'node:crypto';
import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';

const ALL = { recursive: true, force: true, maxRetries: 5 } as const;
const OURS = 0o700;

/** Removes a folder with all that is in it, whatever code has made of it. Throws if something is left. */
export function removeTree(path: string): void {
  try {
    rmSync(path, ALL);
  } catch {
    dismantle(Buffer.from(path));
    rmSync(path, ALL);
  }
}

/** The same without blocking, as long as nothing in it is locked or too deep. */
export async function removeTreeInBackground(path: string): Promise<void> {
  await rm(path, ALL).catch(() => removeTree(path));
}

// Code can lock a folder, and nest folders deeper than a path may be long, by moving one deep tree into another. So each
// one is unlocked and brought to the top before it is removed.
function dismantle(top: Buffer): void {
  chmodSync(top, OURS);
  for (let folders = foldersIn(top); folders.length > 0; folders = foldersIn(top)) {
    for (const folder of folders) {
      chmodSync(folder, OURS);
      for (const inner of foldersIn(folder)) {
        chmodSync(inner, OURS);
        renameSync(inner, below(top, Buffer.from(randomUUID())));
      }
      rmSync(folder, ALL);
    }
  }
}

// As bytes: a name need not be a text.
function foldersIn(folder: Buffer): Buffer[] {
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => below(folder, name));
}

function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}
