/** The words of a command line that may be options: what comes after "--" is nobody's. */
export function typedOptions(argv: readonly string[] = process.argv): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}
