import { SessionsError } from '../errors.js';

/** How long a callback may take, in milliseconds. The longest that a machine is known to take is a managed identity that tries again for 70 s. */
const ANSWER_LIMIT_MS = 120_000;

/** How long it may take from the moment a person is asked to sign in, in milliseconds. A device code is good for 15 minutes. */
const SIGN_IN_LIMIT_MS = 1_200_000;

/** A timer that is set. It keeps the process alive unless it is told not to. */
export interface LimitTimer {
  cancel(): void;
  ref(): void;
  unref(): void;
}

/** What tells the time and sets timers. */
export interface LimitClock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimer(action: () => void, delayMs: number): LimitTimer;
}

/** Node's own timers. */
export function setSystemTimer(action: () => void, delayMs: number): LimitTimer {
  const timer = setTimeout(action, delayMs);
  return {
    cancel: () => clearTimeout(timer),
    ref: () => void timer.ref(),
    unref: () => void timer.unref(),
  };
}

const limits = new WeakMap<AbortSignal, AnswerLimit>();

/** Gives a callback the time that a person takes to sign in. `signal` is the one that the callback was handed. */
export function allowTimeToSignIn(signal: AbortSignal | undefined): void {
  if (signal !== undefined) limits.get(signal)?.extend();
}

/**
 * The time limit of one question to a callback. When it has passed, the callback's signal is aborted and `giveUp` is
 * called with the error for those who wait. Does not keep the process alive before `hold`.
 */
export class AnswerLimit {
  readonly #clock: LimitClock;
  readonly #giveUp: (error: SessionsError) => void;
  #timer: LimitTimer;
  #until: number;
  #held = false;
  #stopped = false;

  constructor(clock: LimitClock, signal: AbortSignal, giveUp: (error: SessionsError) => void) {
    this.#clock = clock;
    this.#giveUp = giveUp;
    this.#until = clock.now() + ANSWER_LIMIT_MS;
    this.#timer = this.#start(ANSWER_LIMIT_MS);
    limits.set(signal, this);
  }

  /** Whether the time is up by the clock, which runs on while a machine sleeps; its timers do not. */
  get passed(): boolean {
    return this.#clock.now() >= this.#until;
  }

  /** Lets the person who signs in take their time. */
  extend(): void {
    if (this.#stopped) return;
    this.#timer.cancel();
    this.#until = this.#clock.now() + SIGN_IN_LIMIT_MS;
    this.#timer = this.#start(SIGN_IN_LIMIT_MS);
  }

  /** Keeps the process alive: somebody waits. */
  hold(): void {
    this.#held = true;
    this.#timer.ref();
  }

  /** Nobody waits any more. */
  release(): void {
    this.#held = false;
    this.#timer.unref();
  }

  /** To be called in every case. */
  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
  }

  #start(limitMs: number): LimitTimer {
    const timer = this.#clock.setTimer(() => this.#giveUp(unanswered(limitMs)), limitMs);
    if (!this.#held) timer.unref();
    return timer;
  }
}

function unanswered(limitMs: number): SessionsError {
  return new SessionsError(
    'auth_failed',
    `The auth callback did not answer within ${limitMs / 1000} s and was given up; the next call asks it anew. ` +
      'Check what it waits for, give that a time limit of its own, and pass `signal` on to it.',
  );
}
