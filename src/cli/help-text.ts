/** A text whose lines are for the reader of the program; only blank lines are for the reader of the help, which is wrapped. */
export function wrapped(text: string): string {
  return text.trim().replace(/(\S)\n(?=\S)/g, '$1 ');
}
