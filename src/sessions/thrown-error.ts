const FRAME = /^\s+at \S/;
const HEADING = /^([A-Za-z_$][\w$.]*)(?: \[\w+\])?(?:: ?(.*))?$/;
const UNCAUGHT = 'Uncaught ';
const ERROR_NAME = /(?:Error|Exception)$/;

/** What JavaScript threw. */
export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly traceback: string;
}

/** Reads what was thrown, as Node and its REPL write it, out of the lines of stderr; undefined if that is something else. */
export function readThrownError(lines: readonly string[]): ThrownError | undefined {
  const lastFrame = lines.findLastIndex((line) => FRAME.test(line));
  const index = lines.findLastIndex(
    (line, at) => line.startsWith(UNCAUGHT) || (at < lastFrame && errorName(line, lines[at + 1]) !== undefined),
  );
  if (index < 0) return undefined;
  const line = lines[index] ?? '';
  const text = line.startsWith(UNCAUGHT) ? line.slice(UNCAUGHT.length) : line;
  const below = lines.slice(index + 1);
  const firstFrame = below.findIndex((each) => FRAME.test(each));
  const rest = firstFrame < 0 ? below : below.slice(0, firstFrame);
  const traceback = lines.slice(index).join('\n');
  const name = errorName(text, below[0]);
  // What is thrown need not be an error.
  if (name === undefined) return { name: 'Uncaught', message: [text, ...rest].join('\n'), traceback };
  const first = HEADING.exec(text)?.[2] ?? '';
  return { name, message: [first, ...rest].join('\n').trim(), traceback };
}

/** The name of the error that a line begins, if it does; after one of any other kind a message and the stack follow at once. */
function errorName(line: string, next = ''): string | undefined {
  const [, name, message] = HEADING.exec(line) ?? [];
  return name !== undefined && (ERROR_NAME.test(name) || (message !== undefined && FRAME.test(next)))
    ? name
    : undefined;
}
