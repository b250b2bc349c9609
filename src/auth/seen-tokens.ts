import { propertyOf } from '../errors.js';
import { REDACTED, redactSecrets } from './redact-secrets.js';

const MOST = 256;

/**
 * The tokens that went by lately, but for those that are known by their shape, such as JSON Web Tokens; of any other nothing
 * but its value tells that a text holds it.
 */
export class SeenTokens {
  readonly #values = new Set<string>();

  /** Takes note of what a callback returned, usable or not. */
  remember(answer: unknown): void {
    const text = typeof answer === 'object' ? propertyOf(answer, 'token') : answer;
    if (typeof text !== 'string') return;
    for (const value of text.split(/\s/)) {
      if (value === '' || /^bearer$/i.test(value) || isKnownByShape(value)) continue;
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

/** Whether it is found without being named. One with signs that may be escaped is not, whatever it begins with. */
function isKnownByShape(value: string): boolean {
  return /^[\w.-]+$/.test(value) && redactSecrets(value) === REDACTED;
}
