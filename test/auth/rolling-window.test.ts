import { expect } from 'chai';
import * as fc from 'fast-check';
import { RollingWindow, WINDOW_LENGTH } from '../../src/auth/rolling-window.js';

/** The window after a text, and the hash of its end. */
function after(text: string): { window: RollingWindow; hash: number } {
  const window = new RollingWindow();
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = window.add(text.charCodeAt(at));
  return { window, hash };
}

const anyText = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '語', '😀', '\uffff'), maxLength: 40 });

describe('RollingWindow', () => {
  it('holds the last eight characters of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(after(text).window.text).to.equal(text.padStart(WINDOW_LENGTH, '\0').slice(-WINDOW_LENGTH));
      }),
    );
  });

  it('has the same hash for the same characters, whatever was before them', () => {
    fc.assert(
      fc.property(anyText, anyText, (before, text) => {
        const last = text.padStart(WINDOW_LENGTH, 'x').slice(-WINDOW_LENGTH);
        expect(after(before + last).hash).to.equal(after(last).hash);
      }),
    );
  });

  it('has other hashes for most other characters', () => {
    const hashes = new Set(Array.from({ length: 10_000 }, (_, number) => after(String(number).padStart(8, 'a')).hash));
    expect(hashes.size).to.be.above(9_900);
  });
});
