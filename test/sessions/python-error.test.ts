import { expect } from 'chai';
import { readExecutionError, stripAnsi } from '../../src/sessions/python-error.js';

const IPYTHON = `---------------------------------------------------------------------------
ZeroDivisionError                         Traceback (most recent call last)
Cell In[1], line 2
      1 x = 0
----> 2 1 / x

ZeroDivisionError: division by zero`;

const CHAINED = `Traceback (most recent call last):
  File "<cell>", line 2, in <module>
    {}['a']
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "<cell>", line 4, in <module>
    raise custom.Problem("first line\nsecond line")
custom.Problem: first line
second line`;

const DURING = '\nDuring handling of the above exception, another exception occurred:\n\n';
const CAUSED = '\nThe above exception was the direct cause of the following exception:\n\n';

function cell(line: number): string {
  return `Traceback (most recent call last):\n  File "<cell 7>", line ${line}, in <module>\n    line_${line}()`;
}

function aGroup(named: string): string {
  return `  + Exception Group Traceback (most recent call last):
  |   File "<cell 7>", line 9, in <module>
  |     raise_them()
  | ${named}
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "<cell 7>", line 1, in f
    | ValueError: 1
    +------------------------------------
`;
}

describe('readExecutionError', () => {
  it('reads the traceback of IPython', () => {
    expect(readExecutionError(`a warning\n${IPYTHON}\n`)).to.deep.equal({
      name: 'ZeroDivisionError',
      message: 'division by zero',
      traceback: IPYTHON.split('\n').slice(1).join('\n'),
    });
  });

  it('reads the last of chained tracebacks, its module and a message over lines', () => {
    const error = readExecutionError(CHAINED);
    expect(error).to.include({ name: 'custom.Problem', message: 'first line\nsecond line' });
    expect(error.traceback)
      .to.match(/^Traceback[\s\S]*line 4/)
      .and.not.contain('KeyError');
  });

  it('keeps the whole of a message that repeats the type', () => {
    const { name, message } =
      readExecutionError(`RuntimeError                              Traceback (most recent call last)
Cell In[4], line 1
----> 1 raise RuntimeError('outer\\nRuntimeError: inner')

RuntimeError: outer
RuntimeError: inner`);
    expect({ name, message }).to.deep.equal({ name: 'RuntimeError', message: 'outer\nRuntimeError: inner' });
  });

  it('begins the traceback where what was thrown is named, or with the first line of stderr', () => {
    const thrown = 'Error: no\n    at run (a.js:1:1)';
    expect(readExecutionError(`careful: x\n${thrown}`).traceback).to.equal(thrown);
    const incomplete = 'Cell In[1], line 1\n    foo(\n       ^\nSyntaxError: incomplete input';
    expect(readExecutionError(incomplete).traceback).to.equal(incomplete);
  });

  for (const [what, printed] of [
    ['behind a line that was not ended', '50%'],
    ['behind a line that was cut', 'warning: something 5\nwarning: someth'],
    ['behind a line with a colon', 'progress: '],
    ['on their line, after a traceback that was printed', "Traceback (most recent call last):\nKeyError: 'a'\n"],
  ] as const) {
    it(`knows the words of the service ${what}`, () => {
      const late = `${printed}Request timed out waiting for code execution to complete`;
      expect(readExecutionError(late)).to.include({ name: 'TimeoutError', traceback: late });
      expect(readExecutionError(`${printed}Execution aborted\n`)).to.include({ name: 'ExecutionAborted' });
    });
  }

  for (const [what, stderr, name] of [
    ['the message of an exception', 'RuntimeError: Execution aborted', 'RuntimeError'],
    [
      'a later line of a message',
      `Traceback (most recent call last):\n  File "x", line 1\nRuntimeError: Step 3 failed\nReason: Execution aborted`,
      'RuntimeError',
    ],
    ['the message of an exit', 'An exception has occurred\n\nSystemExit: Execution aborted', 'SystemExit'],
    ['what JavaScript threw', 'Uncaught Error: Request timed out waiting for code execution to complete', 'Error'],
    ['what was printed before', 'Execution aborted\nZeroDivisionError: division by zero', 'ZeroDivisionError'],
    ['the beginning of a line', 'Execution aborted by the user', 'ExecutionFailed'],
  ] as const) {
    it(`does not take ${what} for the words of the service`, () => {
      expect(readExecutionError(stderr).name).to.equal(name);
    });
  }

  for (const [what, code, stderr, message] of [
    [
      'quotes one that begins elsewhere',
      'ValueError',
      `${cell(1)}\nValueError: Invalid config\nTraceback (most recent call last):\n  File "x"\nKeyError: 'k'`,
      'Invalid config\nTraceback (most recent call last):\n  File "x"\nKeyError: \'k\'',
    ],
    [
      'quotes that of a function',
      'RuntimeError',
      `${cell(1)}\nRuntimeError: quoted:\nTraceback (most recent call last):\n  File "<cell 1>", line 2, in f\nKeyError: 'k'`,
      'quoted:\nTraceback (most recent call last):\n  File "<cell 1>", line 2, in f\nKeyError: \'k\'',
    ],
    [
      'quotes the one that it was raised after',
      'RuntimeError',
      `${cell(2)}\nKeyError: 'k'\n${DURING}${cell(3)}\nRuntimeError: quoted:\n${cell(2)}\nKeyError: 'k'\n`,
      `quoted:\n${cell(2)}\nKeyError: 'k'`,
    ],
    [
      'comes after one that was printed',
      'RuntimeError',
      `${cell(2)}\nKeyError: 'k'\n${cell(4)}\nRuntimeError: no`,
      'no',
    ],
    [
      'comes after a chain that was printed',
      'RuntimeError',
      `${cell(2)}\nKeyError: 'k'\n${DURING}${cell(3)}\nValueError: v\n${cell(4)}\nRuntimeError: no`,
      'no',
    ],
    [
      'comes after the same one, which was printed',
      'KeyError',
      `${cell(2)}\nKeyError: 'k'\n${cell(2)}\nKeyError: 'k'`,
      "'k'",
    ],
    [
      'is of IPython and quotes one of Python',
      'ValueError',
      `${IPYTHON.replaceAll('ZeroDivisionError', 'ValueError')}\n${cell(1)}\nKeyError: 'k'`,
      `division by zero\n${cell(1)}\nKeyError: 'k'`,
    ],
    [
      'is of IPython and comes after one of Python that was printed',
      'ZeroDivisionError',
      `${cell(1)}\nKeyError: 'k'\n${IPYTHON}`,
      'division by zero',
    ],
    ['is chained by a cause', 'ValueError', `${cell(1)}\nKeyError: 'k'\n${CAUSED}${cell(2)}\nValueError: v`, 'v'],
  ] as const) {
    it(`reads the exception whose traceback ${what}`, () => {
      expect(readExecutionError(stderr)).to.include({ name: code, message });
    });
  }

  for (const [what, stderr, name, message] of [
    ['an exception group', aGroup('ExceptionGroup: g (1 sub-exception)'), 'ExceptionGroup', 'g (1 sub-exception)'],
    [
      'an exception group whose message has lines, after what was printed',
      `warned\n${aGroup('my.Group: g\n  | h (1 sub-exception)')}`,
      'my.Group',
      'g\nh (1 sub-exception)',
    ],
    [
      'an exception group that another exception caused',
      `${cell(1)}\nKeyError: 'k'\n\n${CAUSED}${aGroup('ExceptionGroup: g (1 sub-exception)')}`,
      'ExceptionGroup',
      'g (1 sub-exception)',
    ],
    [
      'an exception that was raised after an exception group',
      `${aGroup('ExceptionGroup: g (1 sub-exception)')}\n${DURING}${cell(2)}\nKeyError: 'k'`,
      'KeyError',
      "'k'",
    ],
    ['an exception in another script', `${cell(1)}\nОшибка.Сети: нет`, 'Ошибка.Сети', 'нет'],
    [
      'an exception in another script in IPython',
      IPYTHON.replaceAll('ZeroDivision', 'Деление'),
      'ДелениеError',
      'division by zero',
    ],
    ['an exception of a class inside of a function', `${cell(1)}\nf.<locals>.Oops: no`, 'f.<locals>.Oops', 'no'],
    [
      'an error of Node whose message goes on like a heading',
      'Uncaught Error: Query failed\nhint: check the table name\n    at <cell 1>:1:7',
      'Error',
      'Query failed\nhint: check the table name',
    ],
    [
      'such an error that the REPL did not write',
      'Error: Query failed\nhint: check the table name\n    at <cell 1>:1:7',
      'Error',
      'Query failed\nhint: check the table name',
    ],
    [
      'an error of Node whose message names another one',
      'Uncaught TypeError: a\nError: b\n    at <cell 1>:1:7',
      'TypeError',
      'a\nError: b',
    ],
    [
      'an error of Node of a name of its own, after one that was printed',
      'Error: first\n    at a.js:1:1\nOops: second\n    at b.js:1:1',
      'Oops',
      'second',
    ],
    [
      'an error of Node of a name of its own with a message of several lines',
      'Uncaught Oops: one\ntwo\n    at b.js:1:1',
      'Oops',
      'one\ntwo',
    ],
    ['an error of Node in another script', 'Uncaught Сбой: нет\n    at a.js:1:1', 'Сбой', 'нет'],
    [
      'code that Node cannot compile',
      "Uncaught <cell 2>:1\nlet = ;\n      ^\n\nSyntaxError: Unexpected token ';'\n",
      'SyntaxError',
      "Unexpected token ';'",
    ],
    [
      'code that Node cannot compile, with a stack',
      'evalmachine.<anonymous>:1\nlet = ;\n      ^\n\nSyntaxError: no\n    at new Script (node:vm:1:1)',
      'SyntaxError',
      'no',
    ],
    ['a value that is thrown and looks like a place', "Uncaught 'a:1'", 'Uncaught', "'a:1'"],
    [
      'an error that ends like a place',
      'Uncaught Error: refused by 127.0.0.1:80\n    at a.js:1:1',
      'Error',
      'refused by 127.0.0.1:80',
    ],
    [
      'an exception without a message',
      'Traceback (most recent call last):\n  File "x", line 1\nKeyboardInterrupt',
      'KeyboardInterrupt',
      '',
    ],
    [
      'an exception of any name without a message',
      'Traceback (most recent call last):\n  File "x", line 1\nOops',
      'Oops',
      '',
    ],
    [
      'a message that begins with a line break',
      'Traceback (most recent call last):\n  File "x", line 1\nRuntimeError: \nsecond',
      'RuntimeError',
      'second',
    ],
    [
      'an exception that quotes an error of Node',
      'Traceback (most recent call last):\n  File "x", line 1\nRuntimeError: node said\nTypeError: no\n    at a.js:1:1',
      'RuntimeError',
      'node said\nTypeError: no\n    at a.js:1:1',
    ],
    [
      'a syntax error of IPython',
      '  Cell In[1], line 1\n    foo(\n       ^\nSyntaxError: incomplete input',
      'SyntaxError',
      'incomplete input',
    ],
    ['an error of Node', 'ReferenceError: x is not defined\n    at repl:1:1', 'ReferenceError', 'x is not defined'],
    ['an error of the REPL', 'Uncaught RangeError: boom\n    at <cell 1>:1:7', 'RangeError', 'boom'],
    [
      'the plainest error, behind a warning',
      'careful: x\nError: no\n    at run (a.js:1:1)\n    at b.js:2:2',
      'Error',
      'no',
    ],
    [
      'an error of several lines with a code and a cause',
      'TypeError [ERR_X]: one\ntwo\n    at a.js:1:1 {\n  [cause]: Error: inner\n      at b.js:2:2\n}',
      'TypeError',
      'one\ntwo',
    ],
    ['an error of a name of its own', 'Oops: no\n    at a.js:1:1', 'Oops', 'no'],
    ['an error without a stack', 'Uncaught SyntaxError: Unexpected token', 'SyntaxError', 'Unexpected token'],
    ['an error of Node whose message begins with a line break', 'Error: \ntwo\n    at a.js:1:1', 'Error', 'two'],
    ['an object that is thrown', 'Uncaught {\n  code: 1\n}', 'Uncaught', '{\n  code: 1\n}'],
    ['a value that is thrown', "Uncaught 'no: never'", 'Uncaught', "'no: never'"],
    [
      'an exception of any name in IPython',
      'Oops    Traceback (most recent call last)\nCell In[1], line 1\nOops: no',
      'Oops',
      'no',
    ],
    [
      'the time limit',
      'Request timed out waiting for code execution to complete',
      'TimeoutError',
      'The code ran longer than it was allowed. Split the work into shorter runs, or raise `timeoutInSeconds` (220 at most).',
    ],
    [
      'the memory limit, after a warning',
      'x.py:1: FutureWarning: old\nDeprecationWarning: older\nExecution aborted',
      'ExecutionAborted',
      'The service ended the interpreter, most likely because memory ran out. Variables and imports are lost, files in ' +
        '/mnt/data are kept. Work on less data at a time.',
    ],
    [
      'an exception that speaks of a limit',
      'Traceback (most recent call last):\n  File "x", line 1\nRuntimeError: Execution aborted',
      'RuntimeError',
      'Execution aborted',
    ],
    ['anything else', 'one\ntwo\nthree', 'ExecutionFailed', 'three'],
    ['nothing', '', 'ExecutionFailed', 'The execution failed without saying why.'],
  ] as const) {
    it(`reads ${what}`, () => {
      expect(readExecutionError(stderr)).to.include({ name, message });
    });
  }

  it('says how long the code was allowed to run', () => {
    const stderr = 'Request timed out waiting for code execution to complete';
    expect(readExecutionError(stderr, 30)).to.deep.equal({
      name: 'TimeoutError',
      message:
        'The code ran longer than the 30 s it was allowed. Split the work into shorter runs, or raise `timeoutInSeconds` (220 at most).',
      traceback: stderr,
    });
    for (const longest of [220, 600]) {
      expect(readExecutionError(stderr, longest).message).to.equal(
        'The code ran longer than 220 s, the most that the service allows. Split the work into shorter runs.',
      );
    }
  });

  it('takes time in proportion to the length', () => {
    const long = `${'a.'.repeat(200_000)}\n${' '.repeat(400_000)}\n${'Error: '.repeat(100_000)}`;
    expect(readExecutionError(long).name).to.be.a('string');
    expect(readExecutionError('x\n'.repeat(300_000)).name).to.equal('ExecutionFailed');
    expect(readExecutionError(`${'x: y\n'.repeat(300_000)}    at a.js:1:1`).name).to.equal('x');
    expect(readExecutionError(`${'\n'.repeat(300_000)}${cell(1)}\n${DURING}`.repeat(9)).name).to.equal(
      'ExecutionFailed',
    );
    expect(readExecutionError(`${cell(1)}\nX: y\n`.repeat(30_000)).name).to.equal('X');
  });
});

describe('stripAnsi', () => {
  it('takes colours, cursor moves and links out and leaves the rest', () => {
    expect(
      stripAnsi('\u001b[0;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007 \u001b[2K[not code]'),
    ).to.equal('red link [not code]');
    expect(stripAnsi('plain [31m')).to.equal('plain [31m');
  });
});
