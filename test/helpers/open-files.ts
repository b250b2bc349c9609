import { readdir } from 'node:fs/promises';

/** How many files, sockets and pipes this process has open. */
export async function openFiles(): Promise<number> {
  return (await readdir('/dev/fd')).length;
}
