/** What the value of a cell's last expression is for the wire. */
export type CellValue =
  | { readonly type: 'none' }
  /** `text` is what a notebook shows: `'nan'` for the string, `nan` for the number. */
  | { readonly type: 'scalar'; readonly value: string | number | boolean | null; readonly text: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly format: string; readonly base64: string };

/** How running a cell ended. */
export interface Outcome {
  /** After `killed` (it did not react to its deadline) and `died` the interpreter is gone. */
  readonly status: 'ok' | 'error' | 'timeout' | 'killed' | 'died';
  readonly value: CellValue;
  readonly error?: { readonly name: string; readonly message: string; readonly traceback: string };
  /** Of a shell command. */
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether output was dropped. */
  readonly cut: boolean;
  readonly ms: number;
}

/** What a session may use. */
export interface EngineLimits {
  readonly memoryMb: number;
  readonly maxDataBytes: number;
  readonly maxDataFiles: number;
}

/** How one cell is to be run. */
export interface RunOptions {
  readonly timeoutMs: number;
  /** Of each output stream. */
  readonly maxOutputCharacters: number;
  /** For a shell: a program with its arguments, in place of the code. */
  readonly args?: readonly string[];
  /** For a shell: what the command reads. */
  readonly stdin?: string;
  /** Told what is printed, as it is printed. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
}

/** One interpreter, ready to run. It runs one cell at a time; its session sees to that. */
export interface Interpreter {
  /** Never rejects: whatever happens to the code or the interpreter is an outcome. */
  run(code: string, options: RunOptions): Promise<Outcome>;
  /** Waits until it is gone. A cell that runs ends as `died`. */
  kill(): Promise<void>;
  /** False from the moment it is known to be gone. */
  readonly alive: boolean;
  stats(): { readonly processId?: number; readonly runs: number };
}

/** Makes interpreters. */
export interface Engine {
  /** For the banner: what runs the code, and behind what. */
  readonly description: string;
  readonly isolation: string;
  /** For the pool's metadata. */
  readonly runtime: { readonly name: string; readonly version: string };
  /** What is installed beyond the language, for the pool's metadata. */
  readonly packages?: readonly { readonly name: string; readonly version: string }[];
  /** Waits until it is ready; `directory` is what the code sees as /mnt/data. */
  start(directory: string, limits: EngineLimits): Promise<Interpreter>;
  /** Ends every interpreter, those that are starting included. */
  close(): Promise<void>;
}

/** The outcome of a cell whose interpreter is gone. */
export function lostOutcome(status: 'killed' | 'died', ms: number): Outcome {
  return { status, value: { type: 'none' }, stdout: '', stderr: '', cut: false, ms };
}

/** No interpreter could be started, so no code ran. The message is for the developer. */
export class InterpreterStartError extends Error {
  constructor(reason: string) {
    super(`The interpreter did not start: ${reason}`.trim());
    this.name = 'InterpreterStartError';
  }
}
