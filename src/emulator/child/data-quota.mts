import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a session's folder may hold. The parent writes there too, so a count that reaches a limit is taken afresh first. */
export interface DataQuota {
  /** Whether `bytes` more still fit; if so they count as written. */
  takeBytes(bytes: number): boolean;
  /** Whether one more file or folder still fits; if so it counts as made. */
  takeEntry(): boolean;
}

export function createDataQuota(root: string, maxBytes: number, maxEntries: number): DataQuota {
  let used = measure(root);
  const take = (bytes: number, entries: number): boolean => {
    if (used.bytes + bytes > maxBytes || used.entries + entries > maxEntries) used = measure(root);
    if (used.bytes + bytes > maxBytes || used.entries + entries > maxEntries) return false;
    used.bytes += bytes;
    used.entries += entries;
    return true;
  };
  return { takeBytes: (bytes) => take(bytes, 0), takeEntry: () => take(0, 1) };
}

function measure(directory: string): { bytes: number; entries: number } {
  const total = { bytes: 0, entries: 0 };
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    total.entries += 1;
    if (entry.isFile()) total.bytes += lstatSync(path).size;
    if (!entry.isDirectory()) continue;
    const inner = measure(path);
    total.bytes += inner.bytes;
    total.entries += inner.entries;
  }
  return total;
}
