import { cutMiddle, wholeCharacters } from '../functions/result-text.js';
import type { ExecutionImage } from '../sessions/execution-image.js';
import { countUnknownImages } from '../sessions/execution-result.js';
import type { ExecutionResult } from '../sessions/execution-result.js';

interface Section {
  readonly title: string;
  readonly text: string;
}

/**
 * What a model is given of a result: status, error, result, stdout and stderr, the last three within `maxOutputChars`
 * together, and one line for each picture. Empty parts are left out; a failure is always visible.
 */
export function toModelOutput(result: ExecutionResult, maxOutputChars: number): string {
  const lines = [`Status: ${result.status}`];
  if (result.exitCode !== undefined) lines.push(`Exit code: ${result.exitCode}`);
  lines.push(...errorLines(result));
  const sections = sectionsOf(result);
  for (const { title, text } of withinBudget(sections, maxOutputChars)) {
    lines.push(text.includes('\n') ? `${title}:\n${text}` : `${title}: ${text}`);
  }
  for (const [index, image] of result.images.entries()) lines.push(imageLine(image, index + 1));
  const unknown = result.value === undefined ? countUnknownImages(result) : 0;
  if (unknown > 0) lines.push(unknownImagesLine(unknown));
  if (sections.length === 0 && result.images.length === 0 && unknown <= 0) lines.push('(no output)');
  return lines.join('\n');
}

/**
 * Cuts the middle out of a text, so that what is left and the note about it are no longer than `limit`; where there is no
 * room for the note, an ellipsis ends it.
 */
export function cutToBudget(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const note = `\n[… ${text.length - limit} and more characters removed …]\n`;
  const room = limit - note.length;
  if (room > 0) return cutMiddle(text, room);
  return limit < 1 ? '' : `${wholeCharacters(text.slice(0, limit - 1))}…`;
}

function sectionsOf({ value, stdout, stderr }: ExecutionResult): Section[] {
  return [
    { title: 'Result', text: valueText(value) },
    { title: 'Stdout', text: stdout.trimEnd() },
    { title: 'Stderr', text: stderr.trimEnd() },
  ].filter(({ text }) => text !== '');
}

/** Short parts stay whole; the long ones share what is left. */
function withinBudget(sections: readonly Section[], budget: number): readonly Section[] {
  if (sections.reduce((sum, { text }) => sum + text.length, 0) <= budget) return sections;
  const shortestFirst = [...sections].sort((left, right) => left.text.length - right.text.length);
  const limits = new Map<Section, number>();
  let left = budget;
  for (const [index, section] of shortestFirst.entries()) {
    const share = Math.floor(left / (shortestFirst.length - index));
    const limit = Math.min(section.text.length, share);
    limits.set(section, limit);
    left -= limit;
  }
  return sections.map((section) => ({ ...section, text: cutToBudget(section.text, limits.get(section) ?? 0) }));
}

function errorLines({ status, error }: ExecutionResult): string[] {
  if (error === undefined) return [];
  const message = error.message.split('\n')[0] ?? '';
  const line = message === '' ? error.name : `${error.name}: ${message}`;
  return status === 'Failed' ? [`Error: ${cutToBudget(line, 500)}`] : [];
}

function valueText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value.trimEnd();
  return JSON.stringify(value, (key, part: unknown) => (key === 'base64_data' ? '[encoded bytes]' : part)) ?? '';
}

function imageLine({ format, bytes, path }: ExecutionImage, number: number): string {
  const place =
    path === undefined ? 'shown to the user, not to you' : `saved outside of the session as ${path}, not shown to you`;
  return `[image ${number}: ${format}, ${bytes.byteLength} bytes, ${place}]`;
}

function unknownImagesLine(count: number): string {
  const what = count === 1 ? 'an image' : `${count} images`;
  return `[${what} in a format that is not known, shown to nobody: make it a PNG]`;
}
