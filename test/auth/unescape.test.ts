import { expect } from 'chai';
import { unescapedForms } from '../../src/auth/unescape.js';

describe('unescapedForms', () => {
  it('undoes one level after the other, three at most', () => {
    expect(unescapedForms('plain')).to.deep.equal(['plain']);
    expect(unescapedForms('%2540')).to.deep.equal(['%2540', '%40', '@']);
    expect(unescapedForms('%2525252540')).to.have.length(4);
  });

  it('knows the bytes of URLs, the characters of JSON and scripts, and those of HTML', () => {
    const plainest = (text: string): string | undefined => unescapedForms(text).at(-1);
    expect(plainest('%c3%A9 %e9')).to.equal('é é');
    expect(plainest('\\"\\/\\n\\t\\b\\f\\r')).to.equal('"/\n\t\b\f\r');
    expect(plainest('\\\\u0027')).to.equal("'");
    expect(plainest('\\u003c\\x3E%u0026')).to.equal('<>&');
    expect(plainest('&lt;&#62;&#x1F600;&APOS;')).to.equal("<>😀'");
    expect(plainest('&#xFFFFF;&#999999;')).to.equal('\u{fffff}\u{f423f}');
  });

  it('leaves what is no escape', () => {
    for (const text of ['100% & more', '%zz', '\\q', '\\u12', '&nbsp;', '&#x110000;', '&#1114112;', '&#9999999;']) {
      expect(unescapedForms(text)).to.deep.equal([text]);
    }
  });
});
