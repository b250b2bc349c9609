import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../helpers/run-program.js';

interface Block {
  readonly heading: string;
  readonly language: string;
  readonly code: string;
  /** The block of output that directly follows a program. */
  readonly output: string | undefined;
}

// Inside the package, so that the programs import it by its name.
const FOLDER = 'dist-test/readme';
const PAGES = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));

describe('README', () => {
  it('begins with a program and its output', () => {
    const [first, ...others] = programsOf('README.md');
    expect(others.length).to.be.greaterThan(3);
    expect(first?.output, 'the output of the first program').to.be.a('string');
  });
});

for (const page of ['README.md', ...PAGES]) {
  describe(page, () => {
    before(() => mkdirSync(FOLDER, { recursive: true }));
    after(() => rmSync(FOLDER, { recursive: true, force: true }));

    for (const [index, { heading, code, output }] of programsOf(page).entries()) {
      const needsAzure = /\bAzure\b.*\bneeded\b|needs Azure/i.test(code);
      it(`has a program under "${heading}" that compiles${needsAzure ? '' : ' and runs'} (${index + 1})`, async () => {
        const name = `${basename(page, '.md').toLowerCase()}-${index + 1}`;
        const file = join(FOLDER, `${name}.ts`);
        writeFileSync(file, code);
        const config = join(FOLDER, `tsconfig-${name}.json`);
        writeFileSync(config, JSON.stringify({ extends: '../../samples/tsconfig.json', include: [`${name}.ts`] }));
        const compiled = await runProgram(['node_modules/typescript/bin/tsc', '-p', config]);
        expect(compiled.stdout + compiled.stderr).to.equal('');
        if (needsAzure) return;
        const { stdout, stderr, exitCode } = await runProgram(['--import=tsx', file]);
        expect(exitCode, stderr).to.equal(0);
        if (output !== undefined) expect(stdout).to.equal(output);
      });
    }

    it('links to files and headings that exist', () => {
      const text = readFileSync(page, 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
      for (const [, path = '', anchor] of links) {
        const target = path === '' ? page : join(dirname(page), path);
        expect(existsSync(target), `${page} links to ${target}`).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(target), `${page} links into ${target}`).to.include(anchor);
      }
    });
  });
}

function programsOf(page: string): Block[] {
  return blocksOf(readFileSync(page, 'utf8')).filter(({ language }) => language === 'ts');
}

/** The headings of a page, as they are linked to. */
function anchorsOf(page: string): string[] {
  const headings = [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function blocksOf(markdown: string): Block[] {
  const found = [...markdown.matchAll(/^```(\w*)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms)];
  return found.map(({ 1: language = '', 2: code = '', 3: output, index }) => ({
    heading:
      markdown
        .slice(0, index)
        .match(/^#+ (.*)$/gm)
        ?.at(-1)
        ?.replace(/^#+ /, '') ?? '',
    language,
    code,
    output,
  }));
}
