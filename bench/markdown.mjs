/** A table as lines of Markdown: the first column is text, the others are numbers. */
export function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, place) => (place === 0 ? '---' : '---:'))), ...rows.map(line)];
}

/** A figure, as precise as it can be read. */
export function figure(value) {
  if (Math.abs(value) < 1) return value.toFixed(2);
  return Math.abs(value) < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

/** How often `base` goes into `value`. */
export function ratio(value, base) {
  return (value / base).toFixed(2);
}
