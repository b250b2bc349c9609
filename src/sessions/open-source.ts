/** A source that is ready to be read. */
export interface OpenSource {
  /** The source's own name, where it has one. */
  readonly name?: string;
  /** The size, where it is known before reading. */
  readonly sizeInBytes?: number;
  /** Whether `read` may be called again. */
  readonly replayable: boolean;
  read(): AsyncIterable<unknown>;
  close(): Promise<void>;
}
