import { extname } from 'node:path';

const BY_EXTENSION = new Map<string, string>([
  ['.csv', 'text/csv; charset=utf-8'],
  ['.gif', 'image/gif'],
  ['.htm', 'text/html; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.md', 'text/markdown; charset=utf-8'],
  ['.pdf', 'application/pdf'],
  ['.png', 'image/png'],
  ['.py', 'text/x-python; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.webp', 'image/webp'],
  ['.xml', 'text/xml; charset=utf-8'],
  ['.zip', 'application/zip'],
]);

/** What the service reports as `contentType`; for unknown endings, bytes. */
export function mediaType(name: string): string {
  return BY_EXTENSION.get(extname(name).toLowerCase()) ?? 'application/octet-stream';
}
