import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { removeFences } from '../../src/plugins/code-sanitizer.js';
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

  it('takes steps in proportion to the length, and few', async () => {
    const program = fileURLToPath(new URL('./sanitizer-steps-program.js', import.meta.url));
    const { stdout, stderr } = await runProgram(['--no-opt', program]);
    const steps: Record<string, [number, number]> = JSON.parse(stdout || '{}');
    expect(Object.keys(steps), stderr).to.have.length(11);
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
