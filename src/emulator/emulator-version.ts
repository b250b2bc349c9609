import { createRequire } from 'node:module';

/** The version of this package, for the header `x-emulator`. */
export function emulatorVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('dynamic-sessions-kernel/package.json');
  const version: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : '';
  return String(version);
}
