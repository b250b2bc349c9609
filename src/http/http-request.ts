import type { Readable } from 'node:stream';
import type { Abortable } from '../abort-listeners.js';
import type { ReachNotes } from './reach.js';
import type { ReplayRule } from './retry-policy.js';

/** What a request needs of a URL, which is dear to parse. */
export type Address = Pick<URL, 'href' | 'origin' | 'host'>;

/** One call of the service. */
export interface HttpRequest {
  /** What is tried, to begin messages with: "Executing code". Holds nothing secret. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: Address;
  readonly replay: ReplayRule;
  /** Whether it asks what has become of code that was sent before. @default false */
  readonly asksForCode?: boolean | undefined;
  /** The limit of one attempt, in milliseconds, from the moment there is a socket; for streams, of each pause. */
  readonly timeoutMs: number;
  readonly body?: HttpBody | undefined;
  readonly signal?: Abortable | undefined;
  /** Is told how far the request gets. */
  readonly reach?: ReachNotes | undefined;
  /** What each attempt waits for before it is sent, as long as there is something; that never rejects. */
  readonly holdUp?: (() => Promise<unknown> | undefined) | undefined;
  /** Texts that no error may repeat, such as the session identifier. */
  readonly secrets: readonly string[];
  /** Texts that no error may quote a part of: the user's code, and what it reads. */
  readonly userTexts?: readonly string[] | undefined;
}

/** What is sent. A stream is opened once for each attempt. */
export type HttpBody =
  | { readonly type: 'text'; readonly contentType: string; readonly text: string }
  | {
      readonly type: 'stream';
      readonly contentType: string;
      readonly lengthInBytes?: number | undefined;
      /** Whether `open` may be called again. */
      readonly replayable: boolean;
      /** `onBytes` is to be called for every piece that is taken. */
      open(onBytes: () => void): Readable;
    };

/** An answer with status 2xx, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  header(name: string): string | undefined;
  /** Takes what the request keeps to itself out of a part of the answer, for an error that repeats it. */
  redact(text: string): string;
}

/** An answer with status 2xx whose body is still to be read. Errors of the body are mapped like any other. */
export interface HttpStreamAnswer {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
  header(name: string): string | undefined;
}
