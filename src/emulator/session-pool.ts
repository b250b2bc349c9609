import type { EmulatorClock } from './emulator-clock.js';
import type { InterpreterSupply } from './interpreter-supply.js';
import { ServiceFailure } from './service-failure.js';
import { Session } from './session.js';
import type { Workspaces } from './workspaces.js';

const SWEEP_EVERY_MS = 1000;
const RETRY_AFTER_SECONDS = '1';

export interface SessionPoolOptions {
  readonly supply: InterpreterSupply;
  readonly workspaces: Workspaces;
  readonly clock: EmulatorClock;
  readonly maxSessions: number;
  readonly cooldownMs: number;
  /** What a call is answered that would make one session too many. */
  readonly fullStatus: 404 | 429;
}

/** The sessions by their identifiers: made on first use, gone after a time without any. */
export class SessionPool {
  readonly createdAt: number;
  readonly #options: SessionPoolOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #closing = new Set<Promise<void>>();
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.createdAt = options.clock.now();
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  /** The session of that identifier, a new one if need be; either way its time starts anew. */
  open(identifier: string): Session {
    const known = this.find(identifier);
    if (known) return known;
    // A request may have waited for something until now.
    if (this.#closed) throw new ServiceFailure(503, 'InternalServerError', 'The emulator has stopped.');
    const { clock, maxSessions, supply } = this.#options;
    if (this.#sessions.size >= maxSessions) throw this.#full();
    const session = new Session(identifier, supply, supply.take(), clock.now());
    this.#sessions.set(identifier, session);
    return session;
  }

  /** Never makes one, but being asked for counts as use. */
  find(identifier: string): Session | undefined {
    this.sweep();
    const session = this.#sessions.get(identifier);
    if (session) session.lastAccessedAt = this.#options.clock.now();
    return session;
  }

  list(): readonly Session[] {
    this.sweep();
    return [...this.#sessions.values()];
  }

  expiresAt(session: Session): number {
    return session.lastAccessedAt + this.#options.cooldownMs;
  }

  /** Whether there was one. From this moment the identifier stands for a new, empty session. */
  async delete(identifier: string): Promise<boolean> {
    this.sweep();
    const session = this.#sessions.get(identifier);
    if (!session) return false;
    await this.#end(session);
    return true;
  }

  /** Ends the sessions whose time is over. A session that runs code is in use. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const session of this.#sessions.values()) {
      if (session.busy) session.lastAccessedAt = now;
      else if (this.expiresAt(session) <= now) void this.#end(session);
    }
  }

  async reset(): Promise<void> {
    for (const session of this.#sessions.values()) void this.#end(session);
    await this.settled();
  }

  /** Waits until every session that was ended is gone. */
  async settled(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** Ends the sessions and leaves their files: whose folder it is decides what becomes of them. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    const sessions = [...this.#sessions.values()];
    // From now on they are not the pool's, which ends a session with its files.
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
    await this.settled();
  }

  // Which status, and that there is a Retry-After, is inferred; older documentation says 404.
  #full(): ServiceFailure {
    const { maxSessions, fullStatus } = this.#options;
    const message = `The pool has its maximum of ${maxSessions} sessions. Delete one, or wait until one expires.`;
    const headers = { 'retry-after': RETRY_AFTER_SECONDS };
    return new ServiceFailure(fullStatus, 'TooManySessions', message, headers);
  }

  #end(session: Session): Promise<void> {
    this.#sessions.delete(session.identifier);
    const ending = session
      .close()
      .then(() => this.#options.workspaces.remove(session.directory))
      // The janitor removes at the end what could not be removed now.
      .catch(() => undefined)
      .finally(() => this.#closing.delete(ending));
    this.#closing.add(ending);
    return ending;
  }
}
