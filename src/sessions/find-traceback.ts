/** As Python and IPython begin one, the one after the name of the exception, and Python that of a group, with a margin. */
const HEADER =
  /^(?:[\p{XID_Start}_][\p{XID_Continue}.<>]*\s*Traceback \(most recent call last\)$|Traceback \(most recent call last\)|\s*\+ Exception Group Traceback \(most recent call last\))/u;
const BY_IPYTHON = /\S\s*Traceback \(most recent call last\)$/;
const OUTERMOST_FRAME = /^[\s|]*File "<cell \d+>", line \d+, in <module>$/;
const CHAINED =
  /^(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the following exception):$/;
const GROUP_HEADER = /^\s*\+ /;
const GROUP_MEMBERS = /^\s*\+-\+-/;
const GROUP_MARGIN = /^\s*\| ?/;

/**
 * Where the traceback begins with which the code failed; -1 if there is none. Code may have printed others before it, and its
 * message may quote one.
 */
export function findTraceback(lines: readonly string[]): number {
  const all = [...lines.keys()].filter((at) => HEADER.test(lines[at] ?? ''));
  const byIPython = all.filter((at) => BY_IPYTHON.test(lines[at] ?? ''));
  // A cell fails from its outermost frame on. What is printed or quoted may begin anywhere.
  const fromCell = all.filter((at) => OUTERMOST_FRAME.test(lines[at + 1] ?? ''));
  const likeliest = [byIPython, fromCell].find(({ length }) => length > 0) ?? all;
  const [last = -1, before] = likeliest.slice(-2).reverse();
  const isQuote = before !== undefined && isChained(lines, before) && !isChained(lines, last) && repeats(lines, last);
  return isQuote ? before : last;
}

/** The lines of a traceback without the margin, and without the members, if it is that of a group. */
export function outerTraceback(lines: readonly string[]): readonly string[] {
  if (!GROUP_HEADER.test(lines[0] ?? '')) return lines;
  const members = lines.findIndex((line) => GROUP_MEMBERS.test(line));
  return lines.slice(0, members < 0 ? undefined : members).map((line) => line.replace(GROUP_MARGIN, ''));
}

function isChained(lines: readonly string[], header: number): boolean {
  let above = header - 1;
  while (lines[above] === '') above -= 1;
  return CHAINED.test(lines[above] ?? '');
}

/** Whether the traceback that begins there stands above it, too: then it is what `traceback.format_exc()` gave. */
function repeats(lines: readonly string[], header: number): boolean {
  const end = lines.findIndex((line, at) => at > header && !/^\s/.test(line));
  return end > 0 && `${lines.slice(0, header).join('\n')}\n`.includes(`${lines.slice(header, end + 1).join('\n')}\n`);
}
