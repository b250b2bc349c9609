/** What the child tells its parent on its standard output: one byte of kind, four of length (big-endian), the payload. */
export const FRAME_KINDS = {
  ready: 1,
  stdout: 2,
  stderr: 3,
  result: 4,
  died: 5,
  snapshot: 6,
  imports: 7,
  begun: 8,
} as const;

export type FrameKind = keyof typeof FRAME_KINDS;

/** What the parent asks over IPC. If the code imports what is not there, `imports` is the answer, and the parent provides. */
export interface RunRequest {
  readonly type: 'run';
  readonly id: number;
  readonly code: string;
  readonly timeoutMs: number;
  /** Per stream; what is printed beyond it is dropped and reported as cut. */
  readonly maxOutputBytes: number;
}

/** The answer to `imports`. Only then, and after a `begun`, the code runs. */
export interface PackageAnswer {
  readonly type: 'packages';
  /** In the order in which they are to be loaded. */
  readonly packages: readonly PackageFile[];
  /** By module: why there is none. */
  readonly missing: Readonly<Record<string, string>>;
}

export interface PackageFile {
  readonly name: string;
  /** In the folder of the packages. */
  readonly fileName: string;
  readonly installDirectory: 'site' | 'dynlib';
}

/** What the parent says once, as the program's only argument, in JSON. */
export interface ChildConfig {
  readonly pyodideDirectory: string;
  readonly pythonDirectory: string;
  readonly dataDirectory: string;
  /** Where the files of packages lie, if there may be any. */
  readonly packageDirectory?: string;
  /** Start from this memory; without it the interpreter starts from nothing. */
  readonly snapshotPath?: string;
  /** Send the memory of the fresh interpreter before going on. */
  readonly makeSnapshot: boolean;
  readonly maxDataBytes: number;
  readonly maxDataFiles: number;
  readonly maxScratchBytes: number;
}

export const FRAME_HEADER_BYTES = 5;

export function frameHeader(kind: FrameKind, length: number): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  header[0] = FRAME_KINDS[kind];
  new DataView(header.buffer).setUint32(1, length);
  return header;
}
