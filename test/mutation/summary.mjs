/** What became of the changes of one area, and each that no test noticed. */
export function summaryOf(name, results) {
  const count = (status) => results.filter((each) => each.status === status).length;
  const noticed = count('Killed') + count('Timeout');
  const unnoticed = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const tried = noticed + unnoticed.length;
  const lines = unnoticed.map(
    ({ fileName, location, mutatorName, replacement, status }) =>
      `  ${fileName.replace(/^.*dist-test\/src\//, '')}:${location.start.line}:${location.start.column} ${status} ${mutatorName} -> ${oneLine(replacement)}`,
  );
  const head = `${name}: ${noticed} of ${tried} changes noticed (${tried === 0 ? 0 : Math.round((100 * noticed) / tried)} %)`;
  return [head, ...lines].join('\n');
}

function oneLine(text) {
  const flat = String(text).replace(/\s+/g, ' ');
  return flat.length > 80 ? `${flat.slice(0, 80)}…` : flat;
}
