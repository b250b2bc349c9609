import type { Engine, EngineLimits } from '../engine.js';

/** One cell on its way to a program. */
export interface CellRequest {
  readonly id: number;
  /** Written to both streams when the cell is over. */
  readonly mark: string;
  readonly code: string;
  readonly args: readonly string[] | undefined;
  readonly stdin: string | undefined;
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
  /** Address space in MiB, if it can live with a limit of that; memory itself is always limited. */
  addressSpaceMb?(limits: EngineLimits): number;
  /** `directory` is where the session finds our part, `isolated` whether there is a sandbox around it. */
  command(directory: string, isolated: boolean): readonly string[];
  encode(cell: CellRequest): string;
}
