import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { JAVASCRIPT, PYTHON, removeFences, SHELL } from '../../src/plugins/code-sanitizer.js';
import { runProgram } from '../helpers/run-program.js';

const MARKDOWN_IN_CODE = 'text = """\n```python\nx = 1\n```\n"""\nprint(text)';

describe('removeFences', () => {
  for (const [what, code, expected] of [
    ['a fence', '```\nx = 1\n```', 'x = 1'],
    ['a fence for Python', '```python\nx = 1\ny = 2\n```', 'x = 1\ny = 2'],
    ['a fence for py', '```py\nx = 1\n```', 'x = 1'],
    ['a fence for Python3', '```Python3\nx = 1\n```\n', 'x = 1'],
    ['a fence for ipython', '``` ipython\nx = 1\n```', 'x = 1'],
    ['a fence of tildes', '~~~python\nx = 1\n~~~', 'x = 1'],
    ['a longer fence', '````python\nx = """\n```\n"""\n````', 'x = """\n```\n"""'],
    ['text around the fence', 'Here is the code:\n\n```python\nx = 1\n```\n\nHope it helps!', 'x = 1'],
    ['text with quotation marks around it', 'Here\'s "it":\n```python\nx = 1\n```', 'x = 1'],
    ['two fences', '```python\nx = 1\n```\nand\n```python\ny = 2\n```', 'x = 1\ny = 2'],
    [
      'a fence for another language beside one for Python',
      '```bash\npip install x\n```\n```python\ny = 2\n```',
      'y = 2',
    ],
    ['a fence that is never closed', '```python\nx = 1\n', 'x = 1\n'],
    ['a fence that is closed on the last line', '```python\nx = 1```', 'x = 1'],
    ['a fence on one line', '```python print(1)```', 'print(1)'],
    ['a fence on one line without a language', '```print(1)```', 'print(1)'],
    ['single backticks', '`print("hello")`', 'print("hello")'],
    ['a fence with code on its first line', '```python x = 1\ny = 2\n```', 'x = 1\ny = 2'],
    ['the end of lines of Windows', '```python\r\nx = 1\r\n```\r\n', 'x = 1\r'],
    ['indentation inside', '```python\n    if x:\n        y()\n```', '    if x:\n        y()'],
    ['a fence in a list', '1. Run:\n   ```python\n   if x:\n       y()\n\n   ```', 'if x:\n    y()\n'],
    ['Markdown in a literal inside the fence', `\`\`\`python\n${MARKDOWN_IN_CODE}\n\`\`\``, MARKDOWN_IN_CODE],
    ['nothing between the fences', '```python\n```', ''],
  ] as const) {
    it(`takes away ${what}`, () => {
      expect(removeFences(code)).to.equal(expected);
    });
  }

  for (const code of [
    '',
    '   ',
    '`',
    'python',
    'python_version = 3',
    'pythonpath=1',
    'Python = 2',
    "  print('hello')  ",
    '    if x:\n        y()',
    'x = "a ``` b"',
    'x = """~~~"""\n',
    'print("`")\n`',
    '!pip install x\n%time y',
    '\uFEFFx = 1',
    MARKDOWN_IN_CODE,
    "text = '''\n~~~\nx\n~~~\n'''",
  ]) {
    it(`leaves ${JSON.stringify(code)} alone`, () => {
      expect(removeFences(code)).to.equal(code);
    });
  }

  for (const [what, language, code] of [
    ['a literal below a comment with quotation marks', PYTHON, `# three """ marks\n${MARKDOWN_IN_CODE}`],
    ['a literal below another that holds quotation marks', PYTHON, `marks = '"""'\n${MARKDOWN_IN_CODE}`],
    ['a literal with escaped quotation marks', PYTHON, 'text = """ \\"""\n```\nx = 1\n```\n"""\nprint(text)'],
    ['a comment over several lines', JAVASCRIPT, '/*\n```\nrun()\n```\n*/\nrun(1)'],
    ['a template literal', JAVASCRIPT, '`total: ${1 + 1}`'],
    ['a here-document', SHELL, "cat > README.md <<'EOF'\n```bash\nrm -rf build\n```\nEOF\nls"],
    ['a here-document with tabs', SHELL, 'cat <<-"END OF IT" > a.md\n\t~~~\n\trm x\n\t~~~\n\tEND OF IT'],
    ['a here-document behind one of its own name', SHELL, 'cat <<A; cat <<B\n```\nA\n```\nB'],
    ['a literal over several lines', SHELL, "echo '# Use\n```bash\nrm -rf build\n```' > README.md"],
    ['a message over several lines', SHELL, 'git commit -m "Don\'t\n\n~~~\nrm \\"x\\"\n~~~\n"'],
  ] as const) {
    it(`leaves a fence in ${what} alone, also in a fence`, () => {
      expect(removeFences(code, language)).to.equal(code);
      const [label = ''] = language.labels;
      expect(removeFences(`Here's the code:\n\`\`\`${label}\n${code}\n\`\`\`\nThat's all.`, language)).to.equal(code);
    });
  }

  for (const [what, language, code, expected] of [
    ['apostrophes', SHELL, "Here's what it's:\n```sh\nls # don't\n```\nThe users' files.", "ls # don't"],
    ['a here-string', SHELL, '```sh\ncat <<<EOF\n```\n', 'cat <<<EOF'],
    ['a shift', SHELL, '```sh\necho $((1<<2))\n```\n', 'echo $((1<<2))'],
    ['a here-document that is never closed', SHELL, '```sh\ncat <<EOF\nx\n```', 'cat <<EOF\nx'],
    ['one that the text quotes', SHELL, 'Use `cat <<A`:\n```sh\ncat <<A\nx\nA\n```', 'cat <<A\nx\nA'],
    ['a mark that the text quotes', PYTHON, 'With `"""`:\n```py\nx = """y"""\n```', 'x = """y"""'],
    ['one line between backticks', SHELL, '`ls -l`', 'ls -l'],
    ['a comment', JAVASCRIPT, 'See src/*:\n```js\nrun(); /* so */\n```', 'run(); /* so */'],
    ['a fence on one line', JAVASCRIPT, '```js run()```', 'run()'],
  ] as const) {
    it(`takes away a fence around code with ${what}`, () => {
      expect(removeFences(code, language)).to.equal(expected);
    });
  }

  it('takes steps in proportion to the length, and few', async () => {
    const program = fileURLToPath(new URL('./sanitizer-steps-program.js', import.meta.url));
    const { stdout, stderr } = await runProgram(['--no-opt', program]);
    const steps: Record<string, [number, number]> = JSON.parse(stdout || '{}');
    expect(Object.keys(steps), stderr).to.have.length(17);
    for (const [what, [forHalf, forAll]] of Object.entries(steps)) {
      expect(forAll, what).to.be.within(1, 20_000 * 10);
      expect(forAll, what).to.be.below(forHalf * 2.1 + 100);
    }
  });

  // Lines as models write them, without a fence in them.
  const line = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('    x = 1', '\tif y:', '"""', "'''", '`', '``', '~~', '# ', '   ', 'python', '!pip install x'),
  );
  const code = fc
    .array(line)
    .map((lines) => lines.join('\n'))
    .filter((text) => !/```|~~~/.test(text));

  it('changes nothing of code without a fence', () => {
    const unwrapped = code.filter((text) => !/^`.*`$/.test(text.trim()));
    fc.assert(
      fc.property(unwrapped, (text) => {
        expect(removeFences(text)).to.equal(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives code back as it is, whatever fence and text are around it', () => {
    const fence = fc.constantFrom('```', '````', '~~~', '~~~~~');
    const label = fc.constantFrom('', 'py', 'python', 'Python3', 'ipython');
    const prose = fc.constantFrom('', 'Here is the code:\n\n', 'First, "quotes" and it\'s done:\n');
    fc.assert(
      fc.property(code, fence, label, prose, (text, mark, language, before) => {
        expect(removeFences(`${before}${mark}${language}\n${text}\n${mark}\n\nThat is all.`)).to.equal(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves a million blanks alone, inside of code and around it', () => {
    const blanks = ' '.repeat(1_000_000);
    for (const text of [blanks, `x = 1${blanks}`, `x = 1${blanks}\ny = 2`, `${blanks}x`, '\n'.repeat(1_000_000)]) {
      expect(removeFences(text) === text).to.equal(true);
      expect(removeFences(`\`\`\`\n${text}\n\`\`\``) === text).to.equal(true);
    }
  });
});
