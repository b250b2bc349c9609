import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const TRUSTED_MS = 100;
const TRUSTED_PER_COUNT = 20;

// Taken before Python can put its own in its place.
const now = performance.now.bind(performance);

/**
 * What a session's folder may hold. The parent writes there too, so what is there is counted again before a limit is reached, and
 * while code writes, as often as costs a twentieth of its time.
 */
export interface DataQuota {
  /** Whether `bytes` more still fit; if so they count as written. */
  takeBytes(bytes: number): boolean;
  /** Whether one more file or folder still fits; if so it counts as made. */
  takeEntry(): boolean;
  /** The parent may have written a good deal: what comes next is counted on what is there then. */
  doubt(): void;
}

export function createDataQuota(root: string, maxBytes: number, maxEntries: number): DataQuota {
  let used = { bytes: 0, entries: 0 };
  let trustedUntil = 0;
  const count = (): void => {
    const begun = now();
    used = measure(root);
    trustedUntil = now() + Math.max(TRUSTED_MS, TRUSTED_PER_COUNT * (now() - begun));
  };
  const isBeyond = (bytes: number, entries: number): boolean =>
    used.bytes + bytes > maxBytes || used.entries + entries > maxEntries;
  const take = (bytes: number, entries: number): boolean => {
    if (now() > trustedUntil || isBeyond(bytes, entries)) count();
    if (isBeyond(bytes, entries)) return false;
    used.bytes += bytes;
    used.entries += entries;
    return true;
  };
  return {
    takeBytes: (bytes) => take(bytes, 0),
    takeEntry: () => take(0, 1),
    doubt: () => {
      trustedUntil = 0;
    },
  };
}

function measure(directory: string): { bytes: number; entries: number } {
  const total = { bytes: 0, entries: 0 };
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name);
    total.entries += 1;
    // The parent may remove a file while it is being counted.
    if (entry.isFile()) total.bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (!entry.isDirectory()) continue;
    const inner = measure(path);
    total.bytes += inner.bytes;
    total.entries += inner.entries;
  }
  return total;
}

// Code may have locked a folder.
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
