import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { SessionPoolEmulator, type SessionPoolEmulatorOptions } from '../../src/emulator/index.js';
import { requestsTo } from '../helpers/emulator-requests.js';
import { hasBubblewrap, pythonOptions, pythonWith } from '../helpers/host-tools.js';

type Pair = readonly [expression: string, text: string];

/** Made by test/emulator/ipython/generate.py. */
interface Values {
  readonly by: Readonly<Record<string, string>>;
  readonly prelude: string;
  readonly libraryPrelude: string;
  readonly plain: readonly Pair[];
  readonly library: readonly Pair[];
}

const AT_ONCE = 500;
const CELL = `
from emulator_rich_values import describe as describe_value
for expression in json.loads(given):
    try:
        print(json.dumps(describe_value(eval(expression))["text"]))
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}: {error}"))
`;

describe('the values of a Python session, compared with the texts of IPython', function () {
  this.timeout(120_000);
  let values: Values;
  before(() => {
    const packed = readFileSync('test/emulator/ipython/values.json.gz');
    values = JSON.parse(gunzipSync(packed).toString()) as Values;
  });

  it('has more than four thousand of them', () => {
    expect(values.plain.length + values.library.length).to.be.greaterThan(4000);
  });

  it('shows plain values in Pyodide as IPython does', async () => {
    const different = await differences({}, values.prelude, values.plain);
    // Since Python 3.12 the `repr` of an OrderedDict is another one; inside of what has a `repr` of its own, IPython shows that.
    expect(different.filter(([, , text]) => !text.includes('OrderedDict({'))).to.deep.equal([]);
    expect(different.length).to.be.lessThan(10);
  });

  it('shows plain values in this machine’s Python as IPython does (needs bwrap and Python 3.11)', async function () {
    const options = pythonOptions();
    if (!hasBubblewrap || pythonWith() === undefined) return this.skip();
    const different = await differences(options, values.prelude, values.plain);
    expect(different.filter(([, , text]) => !text.includes('OrderedDict({'))).to.deep.equal([]);
  });

  it('shows arrays and data frames as IPython does (needs bwrap, and numpy and pandas of the versions that made the texts)', async function () {
    if (!hasBubblewrap || pythonWith('numpy', 'pandas') === undefined) return this.skip();
    const options = pythonOptions('numpy', 'pandas');
    if (!(await hasVersions(options, values.by))) return this.skip();
    expect(await differences(options, values.prelude + values.libraryPrelude, values.library)).to.deep.equal([]);
  });
});

/** What is shown otherwise: the expression, IPython's text and ours. */
async function differences(
  options: SessionPoolEmulatorOptions,
  prelude: string,
  pairs: readonly Pair[],
): Promise<[string, string, string][]> {
  const emulator = await SessionPoolEmulator.start({ ...options, warm: 0 });
  try {
    const { execute } = requestsTo(emulator);
    expect((await execute(prelude)).stderr).to.equal('');
    const texts: string[] = [];
    for (let first = 0; first < pairs.length; first += AT_ONCE) {
      const given = JSON.stringify(pairs.slice(first, first + AT_ONCE).map(([expression]) => expression));
      const answer = await execute(`given = ${JSON.stringify(given)}\n${CELL}`, { outputStreamsMaxLength: 30_000_000 });
      expect(answer.status, answer.stderr).to.equal('Succeeded');
      texts.push(
        ...answer.stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as string),
      );
    }
    expect(texts.length).to.equal(pairs.length);
    return pairs.flatMap(([expression, expected], place) => {
      const text = texts[place] ?? '';
      return text === expected ? [] : [[expression, expected, text]];
    });
  } finally {
    await emulator.stop();
  }
}

async function hasVersions(
  options: SessionPoolEmulatorOptions,
  by: Readonly<Record<string, string>>,
): Promise<boolean> {
  const emulator = await SessionPoolEmulator.start({ ...options, warm: 0 });
  try {
    const { execute } = requestsTo(emulator);
    const { value } = await execute('import numpy, pandas\nf"{numpy.__version__} {pandas.__version__}"');
    return value === `${by['numpy']} ${by['pandas']}`;
  } finally {
    await emulator.stop();
  }
}
