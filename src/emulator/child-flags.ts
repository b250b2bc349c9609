/** What a session's process may touch on the host. Folders end in a slash and exist; paths are real ones. */
export interface ChildAccess {
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  readonly memoryMb: number;
}

const WASM_PAGES_PER_MB = 16;
const FIRST_WITH_STABLE_PERMISSIONS = 22;

/** The flags for Node that shut a session's process in. */
export function childFlags(access: ChildAccess, nodeMajor = Number.parseInt(process.versions.node, 10)): string[] {
  return [
    nodeMajor < FIRST_WITH_STABLE_PERMISSIONS ? '--experimental-permission' : '--permission',
    ...[...access.readable, ...access.writable].map((path) => `--allow-fs-read=${path}`),
    ...access.writable.map((path) => `--allow-fs-write=${path}`),
    '--disallow-code-generation-from-strings',
    '--disable-proto=delete',
    '--experimental-vm-modules',
    `--wasm-max-mem-pages=${access.memoryMb * WASM_PAGES_PER_MB}`,
    '--no-warnings',
  ];
}
