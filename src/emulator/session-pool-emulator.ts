import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { SessionsError } from '../errors.js';
import { type AuthCallback, createEmulatorAuth, refuseEmulatorAuth } from './emulator-auth.js';
import { type ResolvedOptions, resolveEmulatorOptions, type SessionPoolEmulatorOptions } from './emulator-options.js';
import { assembleEmulator, type EmulatorParts } from './emulator-parts.js';
import type { FailureRule } from './failure-rules.js';
import type { JournalEntry } from './request-journal.js';
import { requireOwnFiles } from './unbundled.js';

const TOKEN_BYTES = 32;

/** What a client needs to reach the emulator; to spread into a client's or tool's options. */
export interface EmulatorConnection {
  readonly poolManagementEndpoint: string;
  readonly authCallback: AuthCallback;
}

/** What runs the code, behind what, and where the files lie. */
export interface EmulatorDetails {
  readonly engine: string;
  readonly isolation: string;
  readonly dataDirectory: string;
}

/**
 * A session pool on this machine, with a real Python in it. Sessions, files and answers are as in the cloud; the isolation
 * is not: it withstands accidents, not attackers.
 *
 * @example
 * const emulator = await SessionPoolEmulator.start();
 * try {
 *   const tool = new SessionsPythonTool(emulator.connection);
 *   console.log((await tool.executeCode('1 + 1')).value);
 * } finally {
 *   await emulator.stop();
 * }
 */
export class SessionPoolEmulator {
  readonly poolManagementEndpoint: string;
  readonly #token: string;
  readonly #authCallback: AuthCallback;
  readonly #parts: EmulatorParts;
  #stopping: Promise<void> | undefined;

  private constructor(parts: EmulatorParts, token: string, { access }: ResolvedOptions) {
    this.poolManagementEndpoint = parts.endpoint;
    this.#parts = parts;
    this.#token = token;
    this.#authCallback = access.type === 'issuer' ? refuseEmulatorAuth(access.url) : createEmulatorAuth(token);
  }

  /**
   * Resolves when the port listens; a first interpreter is then being started, and a problem with that is told to the
   * first execution. Throws `invalid_options`, also if the optional package `pyodide`, a program of this machine or its
   * isolation is missing, or the port is taken.
   */
  static async start(options: SessionPoolEmulatorOptions = {}): Promise<SessionPoolEmulator> {
    requireOwnFiles();
    const resolved = resolveEmulatorOptions(options);
    const token = resolved.token ?? randomBytes(TOKEN_BYTES).toString('base64url');
    const parts = await assembleEmulator(resolved, token);
    parts.supply.warmUp();
    return new SessionPoolEmulator(parts, token, resolved);
  }

  /** A getter, like those below, so that what is printed of an emulator does not hold the token. */
  get token(): string {
    return this.#token;
  }

  /** Gives the emulator's token. */
  get authCallback(): AuthCallback {
    return this.#authCallback;
  }

  /** To spread into the options of a client or tool. */
  get connection(): EmulatorConnection {
    return Object.freeze({ poolManagementEndpoint: this.poolManagementEndpoint, authCallback: this.#authCallback });
  }

  /** What runs the code, behind what, and where the files lie. */
  get details(): EmulatorDetails {
    const { engine, dataDirectory } = this.#parts;
    return Object.freeze({ engine: engine.description, isolation: engine.isolation, dataDirectory });
  }

  /** The latest requests, the oldest first. `status` is 0 where a rule broke the connection. */
  get requests(): readonly JournalEntry[] {
    return this.#parts.journal.entries;
  }

  /** Makes the next matching request go wrong in the way of the rule. Throws `invalid_options` for a rule that is none. */
  failNext(rule: FailureRule): void {
    this.#parts.rules.add(rule);
  }

  /**
   * Moves the emulator's clock, by milliseconds. Resolves when the sessions whose time is over by then are gone; rejects with
   * `invalid_options` for less than 0.
   */
  async advance(ms: number): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) {
      throw new SessionsError('invalid_options', 'The emulator can only be advanced by 0 or more milliseconds.');
    }
    this.#parts.clock.advance(ms);
    this.#parts.pool.sweep();
    await this.#parts.pool.settled();
  }

  /** As after the start: no sessions, no rules, an empty journal, the clock where it was. Port and token stay. */
  async reset(): Promise<void> {
    await this.#parts.reset();
  }

  /** Ends all that runs. Resolves when no process, port or temporary folder is left; may be called again. */
  stop(): Promise<void> {
    this.#stopping ??= this.#parts.stop();
    return this.#stopping;
  }

  /** As `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What is printed of an emulator: no token. */
  [inspect.custom](): string {
    return `SessionPoolEmulator { poolManagementEndpoint: '${this.poolManagementEndpoint}' }`;
  }
}
