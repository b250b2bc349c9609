/**
 * Follows what goes over several lines of code, such as a literal: what is open after a line, given what was open before;
 * empty for nothing. Takes time in proportion to the length of the line.
 */
export type FollowLiterals = (line: string, open: string) => string;

/** Nothing is ever open. */
export const followNothing: FollowLiterals = () => '';

/** Literals in three quotation marks. Those in comments, in literals of one line and between backticks open nothing. */
export const followPython: FollowLiterals = (line, open) => {
  let current = open;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === '\\') at += 1;
    else if (current !== '') {
      if (!line.startsWith(current, at)) continue;
      at += current.length - 1;
      current = '';
    } else if (character === '#') break;
    else if (character === '`') at = endOfLiteral(line, at);
    else if (character === '"' || character === "'") {
      const triple = character.repeat(3);
      if (line.startsWith(triple, at)) current = triple;
      at = current === '' ? endOfLiteral(line, at) : at + 2;
    }
  }
  return current;
};

/** Comments that begin on a line of their own; elsewhere `/*` is often a part of something else. */
export const followJavaScript: FollowLiterals = (line, open) => {
  const begins = open === '' && line.trimStart().startsWith('/*');
  if (open === '' && !begins) return '';
  return line.includes('*/', begins ? line.indexOf('/*') + 2 : 0) ? '' : '/*';
};

// The word after `<<` in a command, which ends a here-document on a line of its own.
const HERE_DOCUMENT = /<<-?[ \t]*(?:'([^']+)'|"([^"]+)"|\\?([A-Za-z_][\w.-]*))/y;

/**
 * Here-documents, and literals in quotation marks. An apostrophe behind a letter is none, and what stands between backticks
 * opens nothing: there is text around commands.
 */
export const followShell: FollowLiterals = (line, open) => {
  if (open.startsWith('<<')) return line.trim() === open.slice(2) ? '' : open;
  let current = open;
  let document = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    const before = line[at - 1] ?? ' ';
    if (character === '\\' && current !== "'") at += 1;
    else if (current !== '') current = character === current ? '' : current;
    else if (character === '#' && /\s/.test(before)) break;
    else if (character === '`') at = endOfLiteral(line, at);
    else if (character === '"' || (character === "'" && !/[\p{L}\p{N}]/u.test(before))) current = character;
    else if (character === '<') {
      const found = hereDocumentAt(line, at);
      if (found !== undefined) document = `<<${found.word}`;
      at = found?.last ?? at;
    }
  }
  return current === '' ? document : current;
};

/** Where the literal ends that begins at a quotation mark; that mark itself, if it does not end on the line. */
function endOfLiteral(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at += 1) {
    if (line[at] === line[start]) return at;
    if (line[at] === '\\') at += 1;
  }
  return start;
}

/** `last` is the index of its last character; of `<<<`, which takes one line only, as well. */
function hereDocumentAt(line: string, at: number): { word: string; last: number } | undefined {
  HERE_DOCUMENT.lastIndex = at;
  const [found, ...words] = line[at - 1] === '<' ? [] : (HERE_DOCUMENT.exec(line) ?? []);
  const word = words.find((each) => each !== undefined);
  return found === undefined || word === undefined ? undefined : { word, last: at + found.length - 1 };
}
