import { randomUUID } from 'node:crypto';
import type { Abortable } from '../abort-listeners.js';
import { inTurn, namedKey, sendAway } from '../functions/function-lock.js';
import type { InvocationScope } from '../functions/invocation.js';
import { RunningScope } from '../functions/running-scope.js';
import type { SessionsClient } from '../sessions/sessions-client.js';
import { sessionKey } from './session-id-parameter.js';
import { ended, OpenSession, SessionLife, type SessionLifeOptions } from './session-life.js';

/** How the session of a tool is begun and ended, and for whom. */
export interface ToolSessionOptions extends Omit<SessionLifeOptions, 'madeItsId'> {
  /** The tool: a kernel lets its calls wait under that. */
  readonly tool: object;
  /** @default a random UUID */
  readonly sessionId: string | undefined;
  readonly deleteAfterRun: boolean;
}

/** Which session a call is for, and the kernel's scope where a kernel makes it. */
export interface SessionCall {
  readonly sessionId: string | undefined;
  readonly scope: InvocationScope | undefined;
  /** Whether it may run beside others of the same session. @default false */
  readonly isConcurrent?: boolean;
  /** What it has to get past before it takes a session. */
  readonly check?: () => Promise<void> | undefined;
}

type Body<Outcome> = (session: OpenSession) => Promise<Outcome>;

/** The turn of the tool's own session, whatever its id is by then. No identifier is as short. */
const OWN = '';

/**
 * The session of a tool. A call for it is given the session that there is when its turn comes; so an end of the session is
 * never undone by a call that was waiting, and calls that are under way then are aborted before the session is deleted.
 */
export class ToolSession {
  readonly #options: ToolSessionOptions & SessionLifeOptions;
  #life: SessionLife;
  /** A deletion after which calls may go on: the id is the same as before. */
  #ending: Promise<unknown> = Promise.resolve();
  #closings = 0;
  /** Sessions with other ids than the tool's by now, until they are deleted. */
  readonly #left = new Set<SessionLife>();

  constructor(options: ToolSessionOptions) {
    const { sessionId = randomUUID() } = options;
    this.#options = { ...options, madeItsId: options.sessionId === undefined };
    this.#life = SessionLife.first(sessionId, this.#options);
  }

  get id(): string {
    return this.#life.id;
  }

  get client(): SessionsClient {
    return this.#life.client;
  }

  /** Makes a call. Those of a kernel follow one another in each session, named or not. */
  call<Outcome>(call: SessionCall, body: Body<Outcome>): Promise<Outcome> {
    return this.#inTurn(call, () => this.#life.use(abortableOf(call.scope), body), body);
  }

  /** Makes a call that runs code: with `deleteAfterRun` it takes the session with it, and the next call has another. */
  run<Outcome>(call: SessionCall, body: Body<Outcome>): Promise<Outcome> {
    if (!this.#options.deleteAfterRun) return this.call(call, body);
    const once = async (): Promise<Outcome> => {
      const life = this.#leave();
      try {
        return await life.use(abortableOf(call.scope), body);
      } finally {
        await this.#endLeft(life).catch(() => undefined); // What the code gave counts more; `close` tells.
      }
    };
    return this.#inTurn(call, once, body);
  }

  async restart(): Promise<void> {
    if (this.#options.madeItsId) {
      this.#leave();
      await this.#endAll();
      return;
    }
    const life = this.#life;
    this.#life = life.next(life.id);
    await this.#endOwn(life);
  }

  async close(): Promise<void> {
    const { deleteOnClose, madeItsId, tool } = this.#options;
    if (!(deleteOnClose ?? madeItsId)) {
      await this.#endAll(undefined, (life) => life.hasEnded);
      return;
    }
    const life = this.#life;
    this.#closings += 1;
    for (const key of [sessionKey({}), sessionKey({ sessionId: life.id })]) {
      sendAway({ owner: tool, key: namedKey(key) }, closed());
    }
    this.#life = life.again();
    await this.#endAll(this.#endOwn(life));
  }

  /** Begins with another id. */
  #leave(): SessionLife {
    const life = this.#life;
    this.#left.add(life);
    this.#life = life.next(randomUUID());
    return life;
  }

  async #inTurn<Outcome>(
    { sessionId, scope, isConcurrent, check }: SessionCall,
    own: () => Promise<Outcome>,
    body: Body<Outcome>,
  ): Promise<Outcome> {
    const identifier = sessionId === this.#life.id ? undefined : sessionId;
    const closings = this.#closings;
    const signal = abortableOf(scope);
    const turn = async (): Promise<Outcome> => {
      await check?.();
      if (identifier !== undefined) {
        return await body(new OpenSession(this.#life.client, identifier, signal));
      }
      await this.#untilEnded();
      if (closings !== this.#closings) throw closed();
      return await own();
    };
    return await (signal && !isConcurrent
      ? inTurn({ owner: this, key: identifier ?? OWN, signal, leaf: true }, turn)
      : turn());
  }

  /** Waits for the deletions after which calls may go on. */
  async #untilEnded(): Promise<void> {
    let ending: unknown;
    while (ending !== this.#ending) {
      ending = this.#ending;
      await ending;
    }
  }

  /** Ends a session whose id stays the tool's; calls wait for that. */
  #endOwn(life: SessionLife): Promise<void> {
    const ending = life.end();
    this.#ending = Promise.allSettled([this.#ending, ending]);
    return ending;
  }

  async #endLeft(life: SessionLife): Promise<void> {
    await life.end();
    this.#left.delete(life);
  }

  /** Ends those that are left, all of them, and then tells of the first that could not be ended; they stay. */
  async #endAll(own?: Promise<void>, isMeant = (_life: SessionLife): boolean => true): Promise<void> {
    const left = [...this.#left].filter(isMeant).map((life) => this.#endLeft(life));
    for (const outcome of await Promise.allSettled([own, ...left])) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  }
}

function abortableOf(scope: InvocationScope | undefined): Abortable | undefined {
  return scope ? RunningScope.abortableOf(scope) : undefined;
}

function closed(): Error {
  return ended('was closed before this call had its turn; nothing was sent');
}
