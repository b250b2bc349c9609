/** Escapes within escapes beyond this are no accident of a service. */
const MOST_LEVELS = 3;

/**
 * Bytes of a URL or a form, characters of JSON or a script in digits or after a backslash, and characters of HTML. The
 * digits are too few for a number that is no code point.
 */
const ESCAPE =
  /((?:%[\da-f]{2})+)|[\\%]u([\da-f]{4})|\\x([\da-f]{2})|\\(["'\\/bfnrt])|&#x([\da-f]{1,5});|&#(\d{1,6});|&(quot|apos|amp|lt|gt);/gi;

const AFTER_BACKSLASH: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };

/** A text as it stands and with one level of escapes after the other undone, the plainest last. */
export function unescapedForms(text: string): readonly string[] {
  const forms = [text];
  for (let plainest = text; forms.length <= MOST_LEVELS;) {
    const plainer = plainest.replace(ESCAPE, unescape);
    if (plainer === plainest) break;
    forms.push(plainer);
    plainest = plainer;
  }
  return forms;
}

function unescape(escape: string, ...groups: readonly (string | undefined)[]): string {
  const [bytes, unit, byte, letter, hexadecimal, decimal, entity] = groups;
  if (bytes !== undefined) return fromBytes(Buffer.from(bytes.replaceAll('%', ''), 'hex'));
  if (letter !== undefined) return AFTER_BACKSLASH[letter.toLowerCase()] ?? letter;
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? escape;
  const codePoint = decimal === undefined ? parseInt(unit ?? byte ?? hexadecimal ?? '', 16) : Number(decimal);
  return String.fromCodePoint(codePoint);
}

/** Older services write one byte for one character. */
function fromBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text;
}
