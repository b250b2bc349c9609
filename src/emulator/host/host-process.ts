import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { EngineLimits } from '../engine.js';
import type { HostProgram } from './host-program.js';
import type { Isolation } from './isolation.js';
import { createMarkedStream, type MarkedStream } from './marked-stream.js';
import { descendants, readProcesses } from './process-table.js';
import { readLines } from './read-lines.js';
import { createControlGroup, removeControlGroup } from '../control-group.mjs';
import { limited, MAX_PROCESSES, withoutInherited } from './resource-limits.js';
import { HOME, PATH, PROGRAM_DIRECTORY, sessionFlags } from './sandbox.js';

/** What a process is started with. */
export interface HostLaunch {
  readonly program: HostProgram;
  readonly isolation: Isolation;
  readonly directory: string;
  readonly limits: EngineLimits;
}

const REQUESTS = 3;
const REPLIES = 4;
const OUR_DESCRIPTORS = 5;
const LAST_OUTPUT_MS = 500;
// The watch is to be the first to see too many processes: it ends the session, and says why.
const BEYOND_WATCH = 2;

/** A process of a session with all that it starts. */
export class HostProcess {
  readonly stdout: MarkedStream;
  readonly stderr: MarkedStream;
  /** Resolves with the reason when it is gone; never rejects. */
  readonly ended: Promise<string>;
  /** The folder of the control group that it is in, where the kernel counts its processes no other way. */
  readonly controlGroup: string | undefined;
  readonly #child: ChildProcess;
  readonly #isolated: boolean;
  #innerId: number | undefined;

  constructor(launch: HostLaunch, onLine: (line: string) => void) {
    this.#isolated = launch.isolation.type === 'bwrap';
    this.controlGroup = isRoot() ? createControlGroup(BEYOND_WATCH * MAX_PROCESSES) : undefined;
    this.#child = spawnFor({ ...launch, controlGroup: this.controlGroup });
    this.stdout = createMarkedStream(readable(this.#child, 1));
    this.stderr = createMarkedStream(readable(this.#child, 2));
    readLines(readable(this.#child, REPLIES), onLine, () => this.kill());
    writable(this.#child, REQUESTS).on('error', () => this.kill());
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', () => this.#endRest());
      this.#child.once('close', (code, signal) => resolve(`it ended (${signal ?? `exit code ${code}`})`));
    });
  }

  /** The process that a guard must end: the leader of the group, as a negative number. */
  get groupId(): number | undefined {
    return this.#child.pid === undefined ? undefined : -this.#child.pid;
  }

  /** The process that runs the cells, as the host numbers it. */
  get processId(): number | undefined {
    this.#innerId ??= this.#findInner();
    return this.#innerId ?? this.#child.pid;
  }

  send(request: string): void {
    writable(this.#child, REQUESTS).write(request);
  }

  /** Tells it that the time of its cell is over. */
  interrupt(): void {
    this.#innerId ??= this.#findInner();
    const { exitCode, signalCode } = this.#child;
    if (this.#innerId !== undefined && exitCode === null && signalCode === null) signal(this.#innerId, 'SIGINT');
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.#child;
    // What is gone must not be ended again: its number may be another's by now.
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const processes = readProcesses();
    const first = this.#isolated ? processes.find(({ parentId }) => parentId === pid) : undefined;
    if (first) {
      // When the first process of a sandbox is gone, all the others are; what waits for it outside ends after that.
      signal(first.id, 'SIGKILL');
      const timer = setTimeout(() => signal(-pid, 'SIGKILL'), LAST_OUTPUT_MS);
      this.#child.once('exit', () => clearTimeout(timer));
      return;
    }
    // What has left the group must be looked for.
    const strays = descendants(processes, pid);
    signal(-pid, 'SIGKILL');
    for (const { id } of strays) signal(id, 'SIGKILL');
  }

  // What the code has started may outlive it and hold the pipes open.
  #endRest(): void {
    if (this.#child.pid !== undefined) signal(-this.#child.pid, 'SIGKILL');
    const timer = setTimeout(() => this.#child.stdio.forEach((stream) => stream?.destroy()), LAST_OUTPUT_MS);
    this.#child.once('close', () => clearTimeout(timer));
  }

  // Between our process and the one that runs the cells, bubblewrap has one that is the sandbox's first.
  #findInner(): number | undefined {
    if (!this.#isolated) return this.#child.pid;
    const processes = readProcesses();
    const first = processes.find(({ parentId }) => parentId === this.#child.pid);
    return first && processes.find(({ parentId }) => parentId === first.id)?.id;
  }
}

type Spawned = HostLaunch & { readonly controlGroup: string | undefined };

function spawnFor(launch: Spawned): ChildProcess {
  try {
    return launch.isolation.type === 'bwrap' ? spawnInside(launch, launch.isolation.sandbox) : spawnAsIs(launch);
  } catch (error) {
    if (launch.controlGroup !== undefined) void removeControlGroup(launch.controlGroup);
    throw error;
  }
}

function spawnInside(launch: Spawned, sandbox: Parameters<typeof sessionFlags>[0]): ChildProcess {
  const { program, directory, limits, controlGroup } = launch;
  const environment = { ...sharedEnvironment(HOME), USER: 'ubuntu', LOGNAME: 'ubuntu', ...program.environment };
  const { memoryMb } = limits;
  const command = program.command({ directory: PROGRAM_DIRECTORY, isolated: true, memoryMb });
  const inside = limited(command, { ...limitsOf(program, limits), limitsProcesses: true });
  const { readable: folders, directory: programDirectory } = program;
  const flags = [
    ...sessionFlags(sandbox, { dataDirectory: directory, readable: folders, programDirectory }),
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
  return start([sandbox.path, ...flags, ...inside], { cwd: '/', env: {}, controlGroup });
}

function spawnAsIs({ program, directory, limits, controlGroup }: Spawned): ChildProcess {
  const home = join(dirname(directory), 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const { memoryMb } = limits;
  const plain = program.command({ directory: program.directory, isolated: false, memoryMb });
  const command = limited(plain, { ...limitsOf(program, limits), limitsProcesses: false });
  const env = { ...sharedEnvironment(home), ...program.environment };
  return start(command, { cwd: directory, env, controlGroup });
}

function start(
  command: readonly string[],
  { cwd, env, controlGroup }: { cwd: string; env: Record<string, string>; controlGroup: string | undefined },
): ChildProcess {
  const [file, ...args] = withoutInherited(command, { ours: OUR_DESCRIPTORS, controlGroup });
  // In a group of its own, so that all of it can be ended, and so that Ctrl+C in a terminal is not its business.
  return spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] });
}

// No resource limit holds back the processes of root.
function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function limitsOf(
  { takesRefusals }: HostProgram,
  { memoryMb, maxDataBytes }: EngineLimits,
): { memoryMb: number | undefined; maxFileBytes: number } {
  return { memoryMb: takesRefusals ? memoryMb : undefined, maxFileBytes: maxDataBytes };
}

function sharedEnvironment(home: string): Record<string, string> {
  return { PATH, HOME: home, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TERM: 'dumb' };
}

function readable(child: ChildProcess, descriptor: number): Readable {
  return child.stdio[descriptor] as Readable;
}

function writable(child: ChildProcess, descriptor: number): Writable {
  return child.stdio[descriptor] as Writable;
}

function signal(processId: number, name: NodeJS.Signals): void {
  try {
    process.kill(processId, name);
  } catch {
    // It was gone already.
  }
}
