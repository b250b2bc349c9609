import {
  followJavaScript,
  type FollowLiterals,
  followNothing,
  followPython,
  followShell,
} from './multiline-literals.js';

/** What a fence may say of the code in it, and where a line that looks like a fence is part of the code. */
export interface FencedLanguage {
  /** In lower case. Blocks with one of these labels are preferred to others. */
  readonly labels: ReadonlySet<string>;
  /** What goes over several lines; inside of it a fence belongs to the code. */
  readonly follow: FollowLiterals;
  /** How many backticks it takes around a line for them not to be the code's own. */
  readonly fewestBackticks: number;
}

/** Python, and what models call it. */
export const PYTHON: FencedLanguage = Object.freeze({
  labels: new Set(['py', 'python', 'python3', 'ipython', 'ipython3']),
  follow: followPython,
  fewestBackticks: 1,
});

/** JavaScript, and what models call it. A line between two backticks is a template literal. */
export const JAVASCRIPT: FencedLanguage = Object.freeze({
  labels: new Set(['js', 'javascript', 'node', 'nodejs', 'mjs', 'cjs']),
  follow: followJavaScript,
  fewestBackticks: 3,
});

/** The languages of shells, and what models call them. */
export const SHELL: FencedLanguage = Object.freeze({
  labels: new Set(['bash', 'sh', 'shell', 'zsh', 'console']),
  follow: followShell,
  fewestBackticks: 1,
});

interface Fence {
  readonly indent: number;
  readonly mark: string;
  readonly label: string;
  /** Code on the line of the fence itself. */
  readonly rest: string;
}

interface Block {
  readonly label: string;
  readonly lines: readonly string[];
}

/**
 * Takes away the Markdown fences that models put around code, and the text around those; everything else stays as it is,
 * indentation included. Code without a fence comes back unchanged. Takes time in proportion to the length.
 */
export function removeFences(code: string, language: FencedLanguage = PYTHON): string {
  const inline = unwrapSingleLine(code, language);
  if (inline !== undefined) return inline;
  if (!code.includes('```') && !code.includes('~~~')) return code;
  const blocks = readBlocks(code.split('\n'), language);
  if (blocks.length === 0) return code;
  const labelled = blocks.filter(({ label }) => language.labels.has(label));
  const chosen = labelled.length > 0 ? labelled : blocks;
  return chosen.map(({ lines }) => lines.join('\n')).join('\n');
}

/** `` `print(1)` `` and ```` ```python print(1)``` ````: hardly a line of code begins and ends with backticks. */
function unwrapSingleLine(code: string, language: FencedLanguage): string | undefined {
  const text = code.trim();
  if (!text.startsWith('`') || !text.endsWith('`') || text.includes('\n')) return undefined;
  const run = countLeading(text, '`', 0);
  if (run < language.fewestBackticks || text.length < 2 * run || countTrailing(text, '`') !== run) return undefined;
  const inner = text.slice(run, text.length - run);
  if (inner.includes('`')) return undefined;
  const { label, rest } = splitLabel(inner);
  return (language.labels.has(label) ? rest : inner).trim();
}

function readBlocks(lines: readonly string[], language: FencedLanguage): Block[] {
  const blocks: Block[] = [];
  let trusted = language;
  let outside = '';
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const fence = isOpen(outside) ? undefined : readFence(line, language);
    if (fence === undefined) {
      outside = trusted.follow(line, outside);
      continue;
    }
    const { end, unbalanced } = findEnd(lines, index + 1, fence, trusted);
    blocks.push({ label: fence.label, lines: blockLines(lines, index + 1, end, fence) });
    index = end;
    // The whole rest was read to find this out; reading it again for every block would take the square of the length.
    if (unbalanced) trusted = { ...language, follow: followNothing };
  }
  return blocks;
}

function readFence(line: string, language: FencedLanguage): Fence | undefined {
  const indent = countIndent(line);
  const mark = line[indent] ?? '';
  if (mark !== '`' && mark !== '~') return undefined;
  const run = countLeading(line, mark, indent);
  if (run < 3) return undefined;
  const info = line.slice(indent + run).trim();
  if (mark === '`' && info.includes('`')) return undefined;
  const { label, rest } = splitLabel(info);
  return { indent, mark: mark.repeat(run), label, rest: language.labels.has(label) ? rest : '' };
}

interface BlockEnd {
  /** The index of the closing line; the number of lines if there is none. */
  readonly end: number;
  /** A literal stays open up to the end of the text. Then it was none: prose has quotation marks of its own. */
  readonly unbalanced: boolean;
}

function findEnd(lines: readonly string[], start: number, fence: Fence, { follow }: FencedLanguage): BlockEnd {
  let quoted = follow(fence.rest, '');
  let firstCandidate = -1;
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (closes(line, fence)) {
      if (!isOpen(quoted)) return { end: index, unbalanced: false };
      if (firstCandidate < 0) firstCandidate = index;
    }
    quoted = follow(line, quoted);
  }
  const unbalanced = firstCandidate >= 0 && isOpen(quoted);
  return { end: unbalanced ? firstCandidate : lines.length, unbalanced };
}

function closes(line: string, { mark }: Fence): boolean {
  const indent = countIndent(line);
  const run = countLeading(line, mark[0] ?? '', indent);
  return run >= mark.length && line.slice(indent + run).trim() === '';
}

function blockLines(lines: readonly string[], start: number, end: number, fence: Fence): string[] {
  const block = lines.slice(start, end);
  const last = block.at(-1);
  if (end === lines.length && last?.trimEnd().endsWith(fence.mark)) {
    block[block.length - 1] = last.trimEnd().slice(0, -fence.mark.length);
  }
  // A fence inside a list is indented, and its code with it.
  const indented = fence.indent > 0 && block.every((line) => line.trim() === '' || countIndent(line) >= fence.indent);
  const code = indented ? block.map((line) => line.slice(fence.indent)) : block;
  return fence.rest === '' ? code : [fence.rest, ...code];
}

function splitLabel(info: string): { label: string; rest: string } {
  const blank = info.search(/\s/);
  if (blank < 0) return { label: info.toLowerCase(), rest: '' };
  return { label: info.slice(0, blank).toLowerCase(), rest: info.slice(blank).trim() };
}

function isOpen(quote: string): boolean {
  return quote !== '';
}

function countIndent(line: string): number {
  let count = 0;
  while (line[count] === ' ' || line[count] === '\t') count += 1;
  return count;
}

function countLeading(text: string, character: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] !== character) return at - from;
  }
  return text.length - from;
}

function countTrailing(text: string, character: string): number {
  let at = text.length;
  while (at > 0 && text[at - 1] === character) at -= 1;
  return text.length - at;
}
