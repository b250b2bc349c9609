const MOST = 256;

/**
 * The tokens that went by lately. A JSON Web Token is known by its shape; of any other nothing but its value tells that a
 * text holds it.
 */
export class SeenTokens {
  readonly #values = new Set<string>();

  /** Takes note of what a callback returned, usable or not. */
  remember(answer: unknown): void {
    const text: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'token') : answer;
    if (typeof text !== 'string') return;
    for (const value of text.split(/\s+/)) {
      if (value === '' || value.startsWith('eyJ') || /^bearer$/i.test(value)) continue;
      this.#values.delete(value);
      this.#values.add(value);
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= MOST) return;
      this.#values.delete(oldest);
    }
  }

  /** The latest ones, to be taken out of texts. */
  list(): readonly string[] {
    return [...this.#values];
  }
}
