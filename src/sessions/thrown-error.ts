const FRAME = /^\s+at \S/;
const HEADING = /^([\p{ID_Start}_$][\p{ID_Continue}$.]*)(?: \[\w+\])?(?:: ?(.*))?$/u;
const UNCAUGHT = 'Uncaught ';
const ERROR_NAME = /(?:Error|Exception)$/;
/** Where code cannot be compiled, an excerpt of it comes first. */
const EXCERPT = /:\d+$/;
const CARETS = /^\s*\^+\s*$/;

/** What JavaScript threw. */
export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly traceback: string;
}

/** Reads what was thrown, as Node and its REPL write it, out of the lines of stderr; undefined if that is something else. */
export function readThrownError(lines: readonly string[]): ThrownError | undefined {
  const index = findHeading(lines);
  if (index < 0) return undefined;
  const named = EXCERPT.test(lines[index] ?? '') ? behindExcerpt(lines, index) : index;
  const line = lines[named] ?? '';
  const isUncaught = line.startsWith(UNCAUGHT);
  const text = isUncaught ? line.slice(UNCAUGHT.length) : line;
  const below = lines.slice(named + 1);
  const firstFrame = below.findIndex((each) => FRAME.test(each));
  const rest = firstFrame < 0 ? below : below.slice(0, firstFrame);
  const traceback = lines.slice(index).join('\n');
  const [, name, first] = HEADING.exec(text) ?? [];
  // What is thrown need not be an error.
  if (name === undefined || (first === undefined && !ERROR_NAME.test(name))) {
    return { name: 'Uncaught', message: [text, ...rest].join('\n'), traceback };
  }
  return { name, message: [first ?? '', ...rest].join('\n').trim(), traceback };
}

/**
 * The line that names what was thrown last: of those above the last stack that have one, what the REPL calls uncaught, the
 * last that begins with an error's name, or, for an error of any other name, the one on top of the stack. The others belong
 * to its message, or were printed before.
 */
function findHeading(lines: readonly string[]): number {
  let hasStack = false;
  let error = -1;
  let other = -1;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    if (line.startsWith(UNCAUGHT)) return at;
    if (FRAME.test(line)) {
      if (error >= 0 || other >= 0) break;
      hasStack = true;
    } else if (hasStack && error < 0) {
      const [, name, message] = HEADING.exec(line) ?? [];
      if (name !== undefined && ERROR_NAME.test(name)) error = at;
      else if (message !== undefined && FRAME.test(lines[at + 1] ?? '')) other = at;
    }
  }
  return error >= 0 ? error : other;
}

/** The line below an excerpt that names the error, if there is one. */
function behindExcerpt(lines: readonly string[], index: number): number {
  const carets = lines.findIndex((line, at) => at > index && CARETS.test(line));
  const named = lines.findIndex((line, at) => at > carets && line !== '');
  const [, name = ''] = HEADING.exec(lines[named] ?? '') ?? [];
  return carets >= 0 && ERROR_NAME.test(name) ? named : index;
}
