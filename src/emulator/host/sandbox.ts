import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where bubblewrap is, and what this one can do. */
export interface Sandbox {
  readonly path: string;
  readonly age: SandboxAge;
}

/** `new` ones can also forbid further user namespaces, `old` ones cannot limit how much is written to memory. */
export type SandboxAge = 'new' | 'middle' | 'old';

/** What one session sees inside. */
export interface SandboxContents {
  /** The folder that is /mnt/data. */
  readonly dataDirectory: string;
  /** Folders that are read at the same place as outside. */
  readonly readable: readonly string[];
  /** The folder of the program that runs the cells. */
  readonly programDirectory: string;
}

const MB = 1024 * 1024;
const SCRATCH_BYTES = 256 * MB;
const HOME_BYTES = 64 * MB;
const USER_ID = '1000';
const ETC = fileURLToPath(new URL('./etc/', import.meta.url));

export const HOME = '/home/ubuntu';
export const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
/** Where the program that runs the cells is found inside. */
export const PROGRAM_DIRECTORY = '/opt/emulator';

// Either links into /usr or folders of their own, by distribution.
const SYSTEM_FOLDERS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

// What programs under /usr cannot do without, and nothing that is anybody's secret. /nix holds programs, where there is one.
const SYSTEM_FILES = [
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
  '/etc/fonts',
  '/etc/localtime',
  '/etc/matplotlibrc',
  '/etc/mime.types',
  '/etc/nsswitch.conf',
  '/etc/os-release',
  '/etc/ssl/openssl.cnf',
  '/nix/store',
];

/**
 * All that shuts a process in. The folders of the system can be read, two small folders in memory can be written, and of the
 * host there is nothing else: no network, no processes, no user, no environment. It ends when its parent ends.
 */
export function sandboxFlags({ age }: Sandbox): string[] {
  const inMemory = (path: string, bytes: number): string[] =>
    age === 'old' ? ['--tmpfs', path] : ['--size', String(bytes), '--perms', '1777', '--tmpfs', path];
  return [
    ['--unshare-user', '--unshare-all', '--die-with-parent', '--new-session', '--clearenv'],
    age === 'new' ? ['--disable-userns'] : [],
    ['--cap-drop', 'ALL', '--uid', USER_ID, '--gid', USER_ID, '--hostname', 'session'],
    ['--ro-bind', '/usr', '/usr'],
    ...SYSTEM_FOLDERS.map(systemFolder),
    ...SYSTEM_FILES.map((path) => ['--ro-bind-try', path, path]),
    ...['passwd', 'group', 'hosts'].map((name) => ['--ro-bind', ETC + name, `/etc/${name}`]),
    ['--proc', '/proc'],
    // An emulator that runs as root would otherwise lend the code root's right to write there.
    ['--ro-bind', '/proc/sys', '/proc/sys'],
    existsSync('/proc/sysrq-trigger') ? ['--ro-bind', '/dev/null', '/proc/sysrq-trigger'] : [],
    ['--dev', '/dev', ...inMemory('/dev/shm', SCRATCH_BYTES), '--remount-ro', '/dev'],
    inMemory('/tmp', SCRATCH_BYTES),
    inMemory(HOME, HOME_BYTES),
    ['--chdir', HOME],
  ].flat();
}

/** The flags of one session; what is to be run follows them. */
export function sessionFlags(sandbox: Sandbox, contents: SandboxContents): string[] {
  const { dataDirectory, readable, programDirectory } = contents;
  return [
    sandboxFlags(sandbox),
    ...readable.filter((path) => !isSystem(path)).map((path) => ['--ro-bind', path, path]),
    ['--ro-bind', programDirectory, PROGRAM_DIRECTORY],
    ['--bind', dataDirectory, '/mnt/data'],
    ['--remount-ro', '/'],
  ].flat();
}

function systemFolder(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  return stats.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

function isSystem(path: string): boolean {
  return [...SYSTEM_FOLDERS, '/usr', '/nix/store'].some((folder) => path === folder || path.startsWith(`${folder}/`));
}
