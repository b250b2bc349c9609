import type { RemoteFile } from '../sessions/remote-file.js';

/** A file of a session in words for a model: its path, and its size where it is known. */
export function describeFile({ fullPath, type, sizeInBytes }: RemoteFile): string {
  if (type === 'directory') return `${fullPath}/`;
  return sizeInBytes === undefined ? fullPath : `${fullPath} (${sizeInBytes} bytes)`;
}

/** A download in words for a model. */
export function describeDownload(name: string, sizeInBytes: number, localFilePath: string | undefined): string {
  const place = localFilePath === undefined ? '' : `, saved as ${localFilePath}`;
  return `Downloaded ${name}: ${sizeInBytes} bytes${place}`;
}
