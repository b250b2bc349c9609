import { directorySegments } from './data-path.js';
import { ServiceFailure } from './service-failure.js';
import type { StoredFile } from './session-files.js';
import { SESSION_LIMITS } from './session-limits.js';

/** What a session's folder may hold. */
export type DataLimits = Readonly<Record<'maxDataBytes' | 'maxDataFiles' | 'maxUploadBytes', number>>;

/** Where a complete upload is to lie. */
export interface UploadTarget {
  readonly path: string | null;
  readonly name: string;
  readonly size: number;
}

/** The room that one upload has. */
export interface ReservedRoom {
  /** What its file may have. */
  readonly maxBytes: number;
  /** Moves the file while there is certainly room for it. Throws if there is none any more: code writes there too. */
  place<Result>(target: UploadTarget, move: () => Promise<Result>): Promise<Result>;
  release(): void;
}

/** Keeps uploads of a session, several at once included, within what its folder may hold. */
export class UploadRoom {
  readonly #list: () => Promise<readonly StoredFile[]>;
  readonly #limits: DataLimits;
  #reservedBytes = 0;
  #reservedFiles = 0;
  #placing: Promise<unknown> = Promise.resolve();

  /** `list` gives all that is in the folder now. */
  constructor(list: () => Promise<readonly StoredFile[]>, limits: DataLimits = SESSION_LIMITS) {
    this.#list = list;
    this.#limits = limits;
  }

  /** Throws if the session is full. An upload that does not announce its size has what is left when it is complete. */
  async reserve(announcedBytes: number): Promise<ReservedRoom> {
    const files = await this.#list();
    const { maxDataBytes, maxDataFiles, maxUploadBytes } = this.#limits;
    const left = maxDataBytes - bytesOf(files) - this.#reservedBytes;
    if (left <= 0 || files.length + this.#reservedFiles >= maxDataFiles) throw noRoom();
    const maxBytes = Math.min(left, maxUploadBytes);
    const reserved = Math.min(announcedBytes, maxBytes);
    this.#reservedBytes += reserved;
    this.#reservedFiles += 1;
    return {
      maxBytes,
      place: (target, move) => this.#place(target, move),
      release: () => {
        this.#reservedBytes -= reserved;
        this.#reservedFiles -= 1;
      },
    };
  }

  // One after the other, so that each sees what those before it have placed.
  #place<Result>(target: UploadTarget, move: () => Promise<Result>): Promise<Result> {
    const placed = this.#placing.then(async () => {
      const present = new Map((await this.#list()).map((file) => [pathOf(file), file]));
      const path = [...directorySegments(target.path), target.name];
      const added = path.filter((_, depth) => !present.has(path.slice(0, depth + 1).join('/'))).length;
      const replaced = present.get(path.join('/'))?.size ?? 0;
      const bytes = bytesOf([...present.values()]) - replaced + target.size;
      const { maxDataBytes, maxDataFiles } = this.#limits;
      if (bytes > maxDataBytes || present.size + added > maxDataFiles) throw noRoom();
      return move();
    });
    this.#placing = placed.catch(() => undefined);
    return placed;
  }
}

function pathOf({ directory, name }: StoredFile): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function bytesOf(files: readonly StoredFile[]): number {
  return files.reduce((total, file) => total + (file.isDirectory ? 0 : file.size), 0);
}

function noRoom(): ServiceFailure {
  return new ServiceFailure(413, 'RequestEntityTooLarge', 'The session has no room for another file; delete some.');
}
