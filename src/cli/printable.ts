// oxlint-disable-next-line no-control-regex -- what would move the cursor or change the colours of a terminal
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** A text that came from outside, such as a file's name, as it may go to a terminal: without control characters. */
export function printable(text: string): string {
  return text.replace(CONTROLS, '?');
}

// oxlint-disable-next-line no-control-regex -- the same, but for what text is laid out with
const COMMANDS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** What code printed or a model said, as it may go to a stream: to a terminal without what that obeys, else as it is. */
export function printableOn(stream: object, text: string): string {
  return Reflect.get(stream, 'isTTY') === true ? text.replace(COMMANDS, '?') : text;
}

/** A size as people write it. */
export function readableSize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
