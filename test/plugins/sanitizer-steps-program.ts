// Runs in a process of its own, without the optimising compiler, whose code is not counted. Prints how many steps (entries
// of a function, a branch or the body of a loop) `removeFences` takes for texts of each shape and of two lengths: the same
// numbers on every machine.
import { Session } from 'node:inspector';

const LENGTHS = [10_000, 20_000];

type Shapes = Readonly<Record<string, (length: number) => string>>;

const inPython: Shapes = {
  blanks: (length) => ' '.repeat(length),
  'blanks between code': (length) => `x = 1${' '.repeat(length)}\ny = 2`,
  'blanks in a fence': (length) => `\`\`\`python\n${' '.repeat(length)}\n\`\`\``,
  'blanks around a fence': (length) => `${' '.repeat(length / 2)}\n\`\`\`\nx\n\`\`\`\n${' '.repeat(length / 2)}`,
  'empty lines': (length) => `x${'\n'.repeat(length)}\`\`\``,
  backticks: (length) => '`'.repeat(length),
  fences: (length) => '```\n'.repeat(length / 4),
  'fences that are never closed': (length) => `${'```python x\n'.repeat(length / 12)}"""`,
  'literals that hold a fence': (length) => '"""\n```\n'.repeat(length / 8),
  'fences whose literals are never closed': (length) => '~~~ """\n"""\n~~~\n'.repeat(length / 16),
  'fences whose literals are of two kinds': (length) => `~~~ """\n'''\n~~~\n"""\n`.repeat(length / 20),
  'quotation marks that are never closed': (length) => `~~~\n"${`'\\'`.repeat(length / 3)}`,
};

const inShell: Shapes = {
  'words of here-documents': (length) => `~~~\n${'<<A '.repeat(length / 4)}`,
  'here-documents that hold a fence': (length) => 'cat <<A\n~~~\nA\n'.repeat(length / 14),
  'here-documents that are never closed': (length) => '~~~\ncat <<A\n~~~\n'.repeat(length / 16),
  'quotation marks of two kinds': (length) => `~~~\n${`<<'"`.repeat(length / 4)}`,
};

const inJavaScript: Shapes = {
  comments: (length) => '/*\n```\n*/\n'.repeat(length / 10),
};

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
const { JAVASCRIPT, PYTHON, removeFences, SHELL } = await import('../../src/plugins/code-sanitizer.js');

const shapes = [[PYTHON, inPython] as const, [SHELL, inShell] as const, [JAVASCRIPT, inJavaScript] as const];

/** Since the last time. */
function takeSteps(): number {
  let steps = 0;
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error) throw error;
    const scripts = coverage.result.filter(({ url }) =>
      /\/plugins\/(?:code-sanitizer|multiline-literals)\.js$/.test(url),
    );
    for (const { functions } of scripts) {
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
    }
  });
  return steps;
}

const steps = shapes.flatMap(([language, texts]) =>
  Object.entries(texts).map(([what, make]) => {
    const counts = LENGTHS.map((length) => {
      const code = make(length);
      takeSteps();
      removeFences(code, language);
      return takeSteps();
    });
    return [what, counts] as const;
  }),
);
process.stdout.write(JSON.stringify(Object.fromEntries(steps)));
