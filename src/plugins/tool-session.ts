import { randomUUID } from 'node:crypto';
import { type Abortable, AbortSource, onAbort, signalOf } from '../abort-listeners.js';
import { isSessionsError, SessionsError } from '../errors.js';
import { linkSignal } from '../functions/abort.js';
import { inTurn } from '../functions/function-lock.js';
import { RunningScope } from '../functions/running-scope.js';
import type { InvocationScope } from '../functions/invocation.js';
import { connectionOf, SessionsClient } from '../sessions/sessions-client.js';
import type { SessionsClientOptions } from '../sessions/sessions-client-options.js';

/** How the session of a tool is begun and ended. */
export interface ToolSessionOptions {
  readonly clientOptions: SessionsClientOptions;
  /** @default a random UUID */
  readonly sessionId: string | undefined;
  readonly deleteOnClose: boolean | undefined;
  readonly deleteAfterRun: boolean;
  /** Is told of every session that ends. */
  readonly onEnd: (identifier: string) => void;
}

/** Which session a call is for, and the kernel's scope where a kernel makes it. */
export interface SessionCall {
  readonly sessionId: string | undefined;
  readonly scope: InvocationScope | undefined;
  /** Whether it may run beside others of the same session. @default false */
  readonly isConcurrent?: boolean;
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

/** The time between two ends of the tool's own session. */
interface Life {
  readonly id: string;
  readonly client: SessionsClient;
  readonly ended: AbortSource;
  readonly underWay: Set<Promise<unknown>>;
}

/** The turn of the tool's own session, whatever its id is by then. No identifier is as short. */
const OWN = '';

/**
 * The session of a tool. A call for it is given the session that there is when its turn comes; so an end of the session is
 * never undone by a call that was waiting, and calls that are under way then are aborted before the session is deleted.
 */
export class ToolSession {
  readonly #options: ToolSessionOptions;
  readonly #madeItsId: boolean;
  #life: Life;
  /** A deletion after which calls may go on: the id is the same as before. */
  #ending: Promise<unknown> = Promise.resolve();
  #closings = 0;
  /** Sessions whose deletion has failed; `close` tries again. */
  readonly #left = new Set<Life>();

  constructor(options: ToolSessionOptions) {
    this.#options = options;
    this.#madeItsId = options.sessionId === undefined;
    this.#life = this.#begin(options.sessionId ?? randomUUID());
  }

  get id(): string {
    return this.#life.id;
  }

  get client(): SessionsClient {
    return this.#life.client;
  }

  /** Makes a call. Those of a kernel follow one another in each session, named or not. */
  call<Outcome>(call: SessionCall, body: (session: OpenSession) => Promise<Outcome>): Promise<Outcome> {
    return this.#inTurn(call, () => this.#use(this.#life, call.scope, body), body);
  }

  /** Makes a call that runs code: with `deleteAfterRun` it takes the session with it, and the next call has another. */
  async run<Outcome>(call: SessionCall, body: (session: OpenSession) => Promise<Outcome>): Promise<Outcome> {
    if (!this.#options.deleteAfterRun) return await this.call(call, body);
    const once = async (): Promise<Outcome> => {
      const life = this.#life;
      this.#life = this.#begin(randomUUID());
      try {
        return await this.#use(life, call.scope, body);
      } finally {
        await this.#end(life).catch(() => this.#left.add(life)); // What the code gave counts more; `close` tells.
      }
    };
    return this.#inTurn(call, once, body);
  }

  async restart(): Promise<void> {
    const life = this.#life;
    this.#life = this.#begin(this.#madeItsId ? randomUUID() : life.id);
    const ending = this.#end(life);
    if (!this.#madeItsId) this.#ending = Promise.allSettled([this.#ending, ending]);
    await ending;
  }

  async close(): Promise<void> {
    if (!(this.#options.deleteOnClose ?? this.#madeItsId)) return;
    const life = this.#life;
    this.#closings += 1;
    this.#life = this.#begin(life.id, life.client);
    const ending = this.#end(life);
    this.#ending = Promise.allSettled([this.#ending, ending]);
    for (const left of this.#left) {
      await this.#end(left);
      this.#left.delete(left);
    }
    await ending;
  }

  #begin(id: string, client = new SessionsClient({ ...this.#options.clientOptions, identifier: id })): Life {
    return { id, client, ended: new AbortSource(), underWay: new Set() };
  }

  async #inTurn<Outcome>(
    { sessionId, scope, isConcurrent }: SessionCall,
    own: () => Promise<Outcome>,
    body: (session: OpenSession) => Promise<Outcome>,
  ): Promise<Outcome> {
    const identifier = sessionId === this.#life.id ? undefined : sessionId;
    const closings = this.#closings;
    const signal = abortableOf(scope);
    const turn = async (): Promise<Outcome> => {
      if (identifier !== undefined) {
        return await body(new OpenSession(this.#life.client, identifier, signal));
      }
      await this.#ending;
      if (closings !== this.#closings) throw ended('was closed before this call had its turn; nothing was sent');
      return await own();
    };
    return await (signal && !isConcurrent
      ? inTurn({ owner: this, key: identifier ?? OWN, signal, leaf: true }, turn)
      : turn());
  }

  async #use<Outcome>(
    { id, client, ended: end, underWay }: Life,
    scope: InvocationScope | undefined,
    body: (session: OpenSession) => Promise<Outcome>,
  ): Promise<Outcome> {
    const signal = abortableOf(scope);
    const either = signal && linkSignal(signal);
    const leave = either && onAbort(end, () => either.abort(end.reason));
    const running = body(new OpenSession(client, id, either ?? end));
    underWay.add(running);
    try {
      return await running;
    } finally {
      underWay.delete(running);
      leave?.();
      either?.release();
    }
  }

  /** Ends a session, unless it never came about: no request for it had a connection. */
  async #end(life: Life): Promise<void> {
    const { id, client, underWay } = life;
    const { reach } = connectionOf(client);
    // A session with a given id may have been made by somebody else.
    const mayExist = !this.#madeItsId || reach.mayHaveArrived;
    life.ended.abort(ended('was ended while this call was under way; its code may have run in part'));
    await Promise.allSettled(underWay);
    this.#options.onEnd(id);
    if (!mayExist) return;
    try {
      await client.deleteSession({ identifier: id });
      reach.reset();
    } catch (error) {
      const cannot = isSessionsError(error) && error.code === 'unsupported';
      if (!cannot || !this.#madeItsId || this.#options.deleteOnClose === true) throw error;
    }
  }
}

function abortableOf(scope: InvocationScope | undefined): Abortable | undefined {
  return scope ? RunningScope.abortableOf(scope) : undefined;
}

function ended(what: string): SessionsError {
  return new SessionsError('not_found', `The session ${what}.`);
}
