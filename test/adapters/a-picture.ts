/** A picture of one pixel. */
export const PNG_BYTES = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Python that ends with that picture. */
export const SHOWS_A_PICTURE = `
import base64
class Dot:
    def _repr_png_(self):
        return base64.b64decode("${PNG_BYTES.toString('base64')}")
Dot()
`;
