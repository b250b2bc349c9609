import { SessionsError } from '../errors.js';
import type { ExecutionResult } from '../sessions/execution-result.js';

/** The shortest cooldown that a pool can have: a session that was used since then is the same one. */
const SHORTEST_COOLDOWN_MS = 300_000;

interface PreparedSession {
  usedAt: number;
  underWay?: Promise<void> | undefined;
}

/**
 * Runs code once in each session before the first code of the tool. It runs again where its traces may be gone: after the
 * session was ended, or its interpreter was, or when it was not used for as long as the shortest cooldown takes.
 */
export class SessionSetup {
  readonly #sessions = new Map<string, PreparedSession>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Sees to it that a session is prepared; `run` runs the code that does it.
   *
   * @throws SessionsError `invalid_options` when that code fails, and whatever `run` throws.
   */
  async ensure(identifier: string, run: () => Promise<ExecutionResult>): Promise<void> {
    this.#forgetUnused();
    for (;;) {
      const known = this.#sessions.get(identifier);
      if (known === undefined) {
        await this.#prepare(identifier, run);
        continue; // It may be forgotten again by now.
      }
      known.usedAt = this.#now();
      if (known.underWay === undefined) return;
      await known.underWay.catch(() => undefined); // Whoever started it is told; the next one tries again.
    }
  }

  /** What was prepared is gone. */
  forget(identifier: string): void {
    this.#sessions.delete(identifier);
  }

  async #prepare(identifier: string, run: () => Promise<ExecutionResult>): Promise<void> {
    const prepared: PreparedSession = { usedAt: this.#now(), underWay: success(run) };
    this.#sessions.set(identifier, prepared);
    try {
      await prepared.underWay;
      prepared.underWay = undefined;
    } catch (error) {
      if (this.#sessions.get(identifier) === prepared) this.forget(identifier);
      throw error;
    }
  }

  #forgetUnused(): void {
    const oldest = this.#now() - SHORTEST_COOLDOWN_MS;
    for (const [identifier, { usedAt, underWay }] of this.#sessions) {
      if (usedAt <= oldest && underWay === undefined) this.#sessions.delete(identifier);
    }
  }
}

async function success(run: () => Promise<ExecutionResult>): Promise<void> {
  const { status, error } = await run();
  if (status !== 'Succeeded') throw failed(error?.name ?? status);
}

function failed(name: string): SessionsError {
  return new SessionsError(
    'invalid_options',
    `\`setupCode\` failed in the session (${name}). Run it with \`client.execute\` to see why; nothing else was run.`,
  );
}
