import { randomUUID } from 'node:crypto';
import type { Interpreter, Outcome, RunOptions } from './engine.js';
import { lostOutcome } from './engine.js';
import type { InterpreterSupply, Place } from './interpreter-supply.js';
import { SessionFiles } from './session-files.js';
import { UploadRoom } from './upload-room.js';

/** `dead`: the interpreter is gone and the next run starts a fresh one; the files are still there. */
export type SessionState = 'new' | 'starting' | 'idle' | 'busy' | 'dead' | 'closed';

/** One session: a folder, an interpreter once code has run, and a queue that runs one cell after the other. */
export class Session {
  readonly identifier: string;
  /** Stands for the container: another session under the same identifier has another. */
  readonly guid = randomUUID();
  readonly directory: string;
  readonly files: SessionFiles;
  readonly uploads: UploadRoom;
  readonly createdAt: number;
  lastAccessedAt: number;
  readonly #supply: InterpreterSupply;
  #state: SessionState = 'new';
  #starting: Promise<Interpreter> | undefined;
  #interpreter: Interpreter | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #pending = 0;

  constructor(identifier: string, supply: InterpreterSupply, place: Place, createdAt: number) {
    this.identifier = identifier;
    this.directory = place.directory;
    this.files = new SessionFiles(place.directory);
    this.uploads = new UploadRoom(() => this.files.list(null, true));
    this.createdAt = createdAt;
    this.lastAccessedAt = createdAt;
    this.#supply = supply;
    this.#starting = place.interpreter;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Whether code runs or waits, or something else needs the session. */
  get busy(): boolean {
    return this.#pending > 0;
  }

  /**
   * Runs the code after all that was asked before. Rejects if no interpreter could be started: then the code did not run.
   * `onStart` is told when its turn has come and how long the interpreter took.
   */
  run(code: string, options: RunOptions, onStart: (allocationMs: number) => void): Promise<Outcome> {
    const turn = this.hold(() => this.#queue.then(() => this.#runNow(code, options, onStart)));
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** Keeps the session from expiring until the task is over. */
  async hold<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#pending += 1;
    try {
      return await task();
    } finally {
      this.#pending -= 1;
    }
  }

  interpreterStats(): ReturnType<Interpreter['stats']> | undefined {
    return this.#interpreter?.stats();
  }

  /** What runs ends as `died`, what waits does not run. */
  async close(): Promise<void> {
    this.#state = 'closed';
    await this.#starting?.catch(() => undefined);
    await this.#interpreter?.kill();
  }

  async #runNow(code: string, options: RunOptions, onStart: (allocationMs: number) => void): Promise<Outcome> {
    const askedAt = performance.now();
    if (this.#state === 'closed') return lostOutcome('died', 0);
    const interpreter = await this.#ready();
    if (this.#isClosed()) return lostOutcome('died', 0);
    this.#state = 'busy';
    onStart(performance.now() - askedAt);
    const outcome = await interpreter.run(code, options);
    if (!this.#isClosed()) this.#state = interpreter.alive ? 'idle' : 'dead';
    return outcome;
  }

  // A method, because a `close` in the meantime is not visible to the type of `#state`.
  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  async #ready(): Promise<Interpreter> {
    if (this.#interpreter?.alive) return this.#interpreter;
    this.#state = 'starting';
    const first = await this.#started();
    // The one from the reserve may have ended while it waited; no code has run in it.
    return first.alive ? first : this.#started();
  }

  async #started(): Promise<Interpreter> {
    this.#starting ??= this.#supply.start(this.directory);
    try {
      this.#interpreter = await this.#starting;
      return this.#interpreter;
    } finally {
      this.#starting = undefined;
    }
  }
}
