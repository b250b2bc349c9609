import { expect } from 'chai';
import { cutToBudget, toModelOutput } from '../../src/plugins/model-output.js';
import { readExecutionResult } from '../../src/sessions/execution-result.js';
import type { ExecutionResult } from '../../src/sessions/execution-result.js';

function aResult(changes: Partial<ExecutionResult> = {}): ExecutionResult {
  return { status: 'Succeeded', stdout: '', stderr: '', images: [], raw: {}, ...changes };
}

const show = (changes: Partial<ExecutionResult>, budget = 20_000): string => toModelOutput(aResult(changes), budget);

describe('toModelOutput', () => {
  it('gives status, result, stdout and stderr, and leaves out what is empty', () => {
    expect(show({ value: 5050 })).to.equal('Status: Succeeded\nResult: 5050');
    expect(show({ stdout: 'one\ntwo\n', stderr: 'careful\n' })).to.equal(
      'Status: Succeeded\nStdout:\none\ntwo\nStderr: careful',
    );
    expect(show({})).to.equal('Status: Succeeded\n(no output)');
  });

  it('shows values as they are', () => {
    expect(show({ value: 'text' })).to.contain('Result: text');
    expect(show({ value: 0 })).to.contain('Result: 0');
    expect(show({ value: false })).to.contain('Result: false');
    expect(show({ value: null })).to.contain('Result: null');
    expect(show({ value: { a: [1] } })).to.contain('Result: {"a":[1]}');
  });

  it('never shows encoded bytes', () => {
    expect(show({ value: [{ base64_data: 'QUJD' }] })).to.equal(
      'Status: Succeeded\nResult: [{"base64_data":"[encoded bytes]"}]',
    );
  });

  it('makes a failure visible even if nothing was written', () => {
    const error = { name: 'KeyError', message: "'a'", traceback: '' };
    expect(show({ status: 'Failed', error })).to.equal("Status: Failed\nError: KeyError: 'a'\n(no output)");
    expect(show({ status: 'Failed', exitCode: 3, stderr: 'no' })).to.equal('Status: Failed\nExit code: 3\nStderr: no');
  });

  it('replaces each picture by a line', () => {
    const images = [
      { format: 'png', bytes: new Uint8Array(12) },
      { format: 'svg', bytes: new Uint8Array(3), path: '/out/image-1.svg' },
    ] as const;
    expect(show({ images })).to.equal(
      'Status: Succeeded\n[image 1: png, 12 bytes, shown to the user, not to you]\n[image 2: svg, 3 bytes, saved outside of the session as /out/image-1.svg, not shown to you]',
    );
  });

  it('says that there is a picture in a format that is not known, where it said that there was no output', () => {
    const png = { base64_data: Buffer.from('\x89PNG\r\n', 'latin1').toString('base64') };
    const other = { type: 'image', format: 'pdf', base64_data: Buffer.from('%PDF-1.7').toString('base64') };
    const line = '[an image in a format that is not known, shown to nobody: make it a PNG]';
    for (const raw of [
      { status: 'Succeeded', result: { executionResult: other } },
      { properties: { status: 'Success', result: other } },
    ]) {
      const result = readExecutionResult(raw);
      expect(toModelOutput(result, 20_000)).to.equal(`Status: Succeeded\n${line}`);
    }
    const several = readExecutionResult({ status: 'Succeeded', result: { executionResult: [other, png, other] } });
    expect(toModelOutput(several, 20_000)).to.equal(
      `Status: Succeeded\n[image 1: png, 6 bytes, shown to the user, not to you]\n${line.replace('an image', '2 images')}`,
    );
  });

  it('keeps the three texts within the budget together, with head, tail and a note, the short ones whole', () => {
    const shown = show(
      { value: 'v'.repeat(50), stdout: `A${'o'.repeat(5_000)}Z`, stderr: `A${'e'.repeat(5_000)}Z` },
      1_000,
    );
    const [, result, , head, note, tail] = shown.split('\n');
    expect(result).to.equal(`Result: ${'v'.repeat(50)}`);
    expect(head).to.match(/^Ao+$/);
    expect(note).to.match(/^\[… \d+ characters removed …\]$/);
    expect(tail).to.match(/^o+Z$/);
    expect(shown.length).to.be.below(1_000 + 60);
    expect(shown).to.match(/e+Z$/);
  });
});

describe('cutToBudget', () => {
  it('leaves what fits', () => {
    expect(cutToBudget('abc', 3)).to.equal('abc');
  });

  it('says exactly how much is gone, and is never longer than the limit', () => {
    for (const limit of [1, 10, 45, 46, 60, 100, 999]) {
      const text = '0123456789'.repeat(100);
      const cut = cutToBudget(text, limit);
      expect(cut.length).to.be.at.most(limit);
      const removed = /… (\d+) characters/.exec(cut)?.[1];
      if (removed !== undefined) expect(cut.replace(/\n\[.*\]\n/, '').length + Number(removed)).to.equal(text.length);
    }
  });

  it('shows that something is gone also where there is no room to say how much', () => {
    expect(cutToBudget('0123456789', 5)).to.equal('0123…');
    expect(cutToBudget('0123456789', 1)).to.equal('…');
    expect(cutToBudget('0123456789', 0)).to.equal('');
    expect(show({ stdout: 'o'.repeat(50), stderr: 'e'.repeat(50) }, 20)).to.equal(
      `Status: Succeeded\nStdout: ${'o'.repeat(9)}…\nStderr: ${'e'.repeat(9)}…`,
    );
  });

  it('does not cut a character in two', () => {
    for (let limit = 1; limit < 120; limit += 1) {
      expect(cutToBudget('😀'.repeat(200), limit)).not.to.match(
        /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/,
      );
    }
  });
});
