import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
const blocks = blocksOf(readFileSync('README.md', 'utf8'));
const programs = blocks.filter(({ language }) => language === 'ts');

describe('README', () => {
  before(() => mkdirSync(FOLDER, { recursive: true }));
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('begins with a program and its output', () => {
    expect(programs.length).to.be.greaterThan(3);
    expect(programs[0]?.output, 'the output of the first program').to.be.a('string');
  });

  for (const [index, { heading, code, output }] of programs.entries()) {
    const needsAzure = /\bAzure\b.*\bneeded\b|needs Azure/i.test(code);
    it(`has a program under "${heading}" that compiles${needsAzure ? '' : ' and runs'} (${index + 1})`, async () => {
      const file = join(FOLDER, `block-${index + 1}.ts`);
      writeFileSync(file, code);
      const config = join(FOLDER, `tsconfig-${index + 1}.json`);
      writeFileSync(
        config,
        JSON.stringify({ extends: '../../samples/tsconfig.json', include: [`block-${index + 1}.ts`] }),
      );
      const compiled = await runProgram(['node_modules/typescript/bin/tsc', '-p', config]);
      expect(compiled.stdout + compiled.stderr).to.equal('');
      if (needsAzure) return;
      const { stdout, stderr, exitCode } = await runProgram(['--import=tsx', file]);
      expect(exitCode, stderr).to.equal(0);
      if (output !== undefined) expect(stdout).to.equal(output);
    });
  }
});

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
