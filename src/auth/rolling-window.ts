const BASE = 0x01000193;

/** How many characters a window has; a power of two. */
export const WINDOW_LENGTH = 8;
const BASE_TO_LENGTH = Array.from({ length: WINDOW_LENGTH }).reduce<number>((power) => Math.imul(power, BASE), 1);

/** The last characters of a text that is read one by one, with a hash of them that is cheap to keep. */
export class RollingWindow {
  readonly #units = new Uint16Array(WINDOW_LENGTH);
  #count = 0;
  #hash = 0;

  /** Takes one more in, in UTF-16. @returns the hash: the same for the same characters, and perhaps for others */
  add(unit: number): number {
    const slot = this.#count & (WINDOW_LENGTH - 1);
    const gone = this.#units[slot] ?? 0;
    this.#hash = (Math.imul(this.#hash, BASE) + unit - Math.imul(gone, BASE_TO_LENGTH)) | 0;
    this.#units[slot] = unit;
    this.#count += 1;
    return this.#hash;
  }

  /** The characters. */
  get text(): string {
    const slot = this.#count & (WINDOW_LENGTH - 1);
    return String.fromCharCode(...this.#units.subarray(slot), ...this.#units.subarray(0, slot));
  }
}
