import { expect } from 'chai';
import { outputCutAt } from '../../src/cli/output-cut.js';
import type { ExecutionResult } from '../../src/sessions/execution-result.js';

function printed(stdout: string, stderr = ''): ExecutionResult {
  return { status: 'Succeeded', stdout, stderr, images: [], raw: {} };
}

describe('outputCutAt', () => {
  it('knows the output that has just the characters that were asked for', () => {
    expect(outputCutAt(printed('é'.repeat(50)), { maxOutput: 50 })).to.equal(50);
    expect(outputCutAt(printed('', '😀'.repeat(50)), { maxOutput: 50 })).to.equal(50);
    expect(outputCutAt(printed('é'.repeat(49)), { maxOutput: 50 })).to.equal(undefined);
    expect(outputCutAt(printed('é'.repeat(51)), { maxOutput: 50 })).to.equal(undefined);
    expect(outputCutAt(printed('a'.repeat(100_000)), {})).to.equal(100_000);
    expect(outputCutAt(printed('a'.repeat(4096)), {})).to.equal(undefined);
  });

  it('knows that older versions keep less', () => {
    expect(outputCutAt(printed('a'.repeat(4096)), { apiVersion: '2025-02-02-preview' })).to.equal(4096);
  });

  it('counts the bytes of a shell, of which the last character may be missing', () => {
    expect(outputCutAt(printed('é'.repeat(25)), { shell: true, maxOutput: 50 })).to.equal(50);
    expect(outputCutAt(printed('é'.repeat(24) + 'a'), { shell: true, maxOutput: 50 })).to.equal(50);
    expect(outputCutAt(printed('é'.repeat(50)), { shell: true, maxOutput: 50 })).to.equal(undefined);
    expect(outputCutAt(printed('a'.repeat(46)), { shell: true, maxOutput: 50 })).to.equal(undefined);
    expect(outputCutAt(printed('a'.repeat(4096)), { shell: true })).to.equal(undefined);
  });
});
