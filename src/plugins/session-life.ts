import { type Abortable, AbortSource, onAbort, signalOf } from '../abort-listeners.js';
import { isSessionsError, SessionsError } from '../errors.js';
import { linkSignal } from '../functions/abort.js';
import { noteDeletedAnyway } from '../sessions/delete-on-abort.js';
import { clientFor, connectionOf, SessionsClient } from '../sessions/sessions-client.js';
import type { SessionsClientOptions } from '../sessions/sessions-client-options.js';

/** How the session of a tool is begun and ended. */
export interface SessionLifeOptions {
  readonly clientOptions: SessionsClientOptions;
  /** Whether it is certain that nobody else has made a session with the id. */
  readonly madeItsId: boolean;
  readonly deleteOnClose: boolean | undefined;
  /** Is told of every session that is about to be deleted. */
  readonly onEnd: (identifier: string) => void;
}

/** What a call is given. */
export class OpenSession {
  constructor(
    readonly client: SessionsClient,
    readonly identifier: string,
    /** What ends the call. */
    readonly abortable: Abortable | undefined,
  ) {}

  /** For methods of the client, which know signals only. */
  get options(): { readonly identifier: string; readonly signal?: AbortSignal } {
    const { identifier, abortable } = this;
    return abortable === undefined ? { identifier } : { identifier, signal: signalOf(abortable) };
  }
}

/** The time between two ends of a session. */
export class SessionLife {
  readonly client: SessionsClient;
  readonly #options: SessionLifeOptions;
  readonly #ended = new AbortSource();
  readonly #underWay = new Set<Promise<unknown>>();
  #ending: Promise<void> | undefined;

  private constructor(
    readonly id: string,
    options: SessionLifeOptions,
    client: SessionsClient,
  ) {
    this.#options = options;
    this.client = client;
    connectionOf(client).deletionListeners.add(options.onEnd);
  }

  /** The first of a tool. */
  static first(id: string, options: SessionLifeOptions): SessionLife {
    return new SessionLife(id, options, new SessionsClient({ ...options.clientOptions, identifier: id }));
  }

  /** One after this, with another client on the same connections. */
  next(id: string): SessionLife {
    return new SessionLife(id, this.#options, clientFor(this.client, id));
  }

  /** One after this with the same id and the same client. */
  again(): SessionLife {
    return new SessionLife(this.id, this.#options, this.client);
  }

  /** Whether it was told to end; its deletion may be under way, or have failed. */
  get hasEnded(): boolean {
    return this.#ended.aborted;
  }

  /** Makes a call, which the end of the session aborts. */
  async use<Outcome>(
    signal: Abortable | undefined,
    body: (session: OpenSession) => Promise<Outcome>,
  ): Promise<Outcome> {
    const either = signal && linkSignal(signal);
    const end = (): void => {
      if (either === undefined) return;
      noteDeletedAnyway(either);
      either.abort(this.#ended.reason);
    };
    const leave = either && onAbort(this.#ended, end);
    const running = body(new OpenSession(this.client, this.id, either ?? this.#ended));
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
      leave?.();
      either?.release();
    }
  }

  /**
   * Aborts what is under way and deletes the session, unless it never came about: each request for it had no connection, or was
   * refused. If that has failed it can be asked for again.
   */
  end(): Promise<void> {
    this.#ending ??= this.#delete().catch((error: unknown) => {
      this.#ending = undefined;
      throw error;
    });
    return this.#ending;
  }

  async #delete(): Promise<void> {
    const { madeItsId, deleteOnClose } = this.#options;
    const { reach } = connectionOf(this.client);
    const mayExist = !madeItsId || reach.mayHaveBegun;
    noteDeletedAnyway(this.#ended);
    this.#ended.abort(ended('was ended while this call was under way; its code may have run in part'));
    await Promise.allSettled(this.#underWay);
    if (!mayExist) return;
    try {
      await this.client.deleteSession({ identifier: this.id });
      reach.reset();
    } catch (error) {
      const cannot = isSessionsError(error) && error.code === 'unsupported';
      if (!cannot || !madeItsId || deleteOnClose === true) throw error;
    }
  }
}

/** What a call is told whose session is gone. */
export function ended(what: string): SessionsError {
  return new SessionsError('not_found', `The session ${what}.`);
}
