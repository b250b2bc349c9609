import type { Engine } from '../engine.js';

/** One cell on its way to a program. */
export interface CellRequest {
  readonly id: number;
  /** Written to both streams when the cell is over. */
  readonly mark: string;
  readonly code: string;
  readonly args: readonly string[] | undefined;
  readonly stdin: string | undefined;
}

/** Where and how a program is started. */
export interface ProgramPlace {
  /** Where the session finds our part. */
  readonly directory: string;
  /** Whether there is a sandbox around it. */
  readonly isolated: boolean;
  readonly memoryMb: number;
}

/**
 * A program of this machine that runs cells: it reads requests on descriptor 3, answers in lines of JSON on descriptor 4, the
 * first of them when it is ready, and takes SIGINT for the end of the running cell's time.
 */
export interface HostProgram {
  readonly description: string;
  readonly runtime: Engine['runtime'];
  readonly packages?: NonNullable<Engine['packages']>;
  /** What it needs to read of the host besides the system's own folders. */
  readonly readable: readonly string[];
  /** Where our part of it lies. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the kernel may refuse it memory; else it has a limit of its own, or only that of the whole session. */
  readonly takesRefusals: boolean;
  command(place: ProgramPlace): readonly string[];
  encode(cell: CellRequest): string;
}
