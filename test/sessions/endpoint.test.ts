import { expect } from 'chai';
import { linkedUrl, operationUrl, readEndpoint } from '../../src/sessions/endpoint.js';
import { untyped } from '../helpers/untyped.js';

const POOL = 'https://eastus.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p';

describe('readEndpoint', () => {
  for (const [what, text] of [
    ['as the portal shows it', POOL],
    ['with blanks around it', ` ${POOL}\n`],
    ['with the no-break spaces of a web page around it', `\u00a0${POOL}\u00a0`],
    ['with a slash at the end', `${POOL}/`],
    ['with /python/execute at the end', `${POOL}/python/execute`],
    ['with /python/execute/ at the end', `${POOL}/python/execute/`],
    ['with doubled slashes', `${POOL.replace('/subscriptions', '//subscriptions')}//python//execute//`],
  ] as const) {
    it(`reads an endpoint ${what}`, () => {
      expect(readEndpoint(text)).to.include({
        origin: 'https://eastus.dynamicsessions.io',
        basePath: '/subscriptions/s/resourceGroups/g/sessionPools/p/',
        query: '',
        isLoopback: false,
        isCustomContainer: false,
        defaultScope: 'https://dynamicsessions.io/.default',
      });
    });
  }

  it('knows the older host, custom containers and this machine', () => {
    expect(readEndpoint('https://eastus.acasessions.io/x').defaultScope).to.equal('https://acasessions.io/.default');
    expect(readEndpoint('https://p.env.eastus.azurecontainerapps.io').isCustomContainer).to.equal(true);
    for (const host of ['localhost:1', '127.0.0.1', '127.1', '[::1]:8080']) {
      expect(readEndpoint(`http://${host}/pool`).isLoopback, host).to.equal(true);
    }
  });

  it('keeps /python/execute in the middle of a path', () => {
    expect(readEndpoint('https://host/python/execute/pool').basePath).to.equal('/python/execute/pool/');
  });

  for (const [what, text, message] of [
    ['none', undefined, /no pool management endpoint.*ACA_POOL_MANAGEMENT_ENDPOINT/],
    ['a number', untyped(7), /is no text/],
    ['a blank one', '  ', /no pool management endpoint/],
    ['a malformed one', 'eastus.dynamicsessions.io/pool', /malformed; it looks like https:/],
    ['one of another kind', 'ftp://host/pool', /no web address/],
    ['plain http to another machine', 'http://eastus.dynamicsessions.io/p', /uses http/],
    ['plain http to a name that begins like this machine', 'http://localhost.example.org/p', /uses http/],
    ['one with a user name and a password', 'https://user:hunter2@host/p', /user name or password/],
    ['one with a user name alone', 'https://hunter2@host/p', /user name or password/],
    ['one with a password alone', 'https://:hunter2@host/p', /user name or password/],
    ['one with a fragment', 'https://host/p#x', /fragment/],
    ['one with a version in it', 'https://host/p?tier=1&api-version=v', /has `api-version` .* take it out/],
    [
      'one with a session in it',
      'https://host/p?identifier=hunter2',
      /has `identifier` in its query string; take it out/,
    ],
    [
      'one with a session in it, in capitals, which services read as well',
      'https://host/p?IDENTIFIER=hunter2',
      /has `identifier` in its query string; take it out/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => readEndpoint(text))
        .to.throw(message)
        .that.includes({ code: 'invalid_options' })
        .and.satisfies((error: Error) => !error.message.includes('hunter2'));
    });
  }
});

describe('operationUrl', () => {
  it('encodes every segment and every value', () => {
    const url = operationUrl(readEndpoint(POOL), ['files', 'a b#1?%&=+/ü.csv', 'content'], {
      'api-version': 'v',
      identifier: '|-&^%$#(){}[];<>',
      path: undefined,
    });
    expect(url.href).to.equal(
      `${POOL}/files/a%20b%231%3F%25%26%3D%2B%2F%C3%BC.csv/content?api-version=v&identifier=%7C-%26%5E%25%24%23()%7B%7D%5B%5D%3B%3C%3E`,
    );
    expect(new URL(url.href).searchParams.get('identifier')).to.equal('|-&^%$#(){}[];<>');
  });

  it('has no question mark where there is nothing to ask', () => {
    expect(operationUrl(readEndpoint(POOL), ['files'], {}).href).to.equal(`${POOL}/files`);
  });

  it('keeps the query string of the endpoint', () => {
    const url = operationUrl(readEndpoint(`${POOL}?tenant=t%201`), ['files'], { identifier: 'i' });
    expect(url.href).to.equal(`${POOL}/files?tenant=t%201&identifier=i`);
  });
});

describe('linkedUrl', () => {
  const endpoint = readEndpoint(POOL);
  const query = { 'api-version': 'v', identifier: 'i' };

  for (const link of [
    `${POOL}/executions/1?api-version=v&identifier=i`,
    '/executions/1?api-version=v',
    'executions/1',
    '/subscriptions/s/resourceGroups/g/sessionPools/p/executions/1',
  ]) {
    it(`follows ${link}`, () => {
      expect(linkedUrl(endpoint, link, query).href).to.equal(`${POOL}/executions/1?api-version=v&identifier=i`);
    });
  }

  it('keeps the query string of the endpoint, as far as the link has none of its own', () => {
    const pool = readEndpoint(`${POOL}?tenant=t%201&key=k`);
    expect(linkedUrl(pool, '/executions/1?key=l', query).href).to.equal(
      `${POOL}/executions/1?key=l&tenant=t+1&api-version=v&identifier=i`,
    );
  });

  it('follows a relative link with a colon in it', () => {
    expect(linkedUrl(endpoint, 'files?from=a:b', {}).href).to.equal(`${POOL}/files?from=a:b`);
  });

  it('follows links where the path of the pool itself holds an encoded slash', () => {
    const pool = readEndpoint('https://host/pools/a%2Fb');
    expect(linkedUrl(pool, 'executions/1', {}).href).to.equal('https://host/pools/a%2Fb/executions/1');
    expect(() => linkedUrl(pool, 'executions/..%2fc', {})).to.throw(/outside itself/);
  });

  for (const link of [
    'https://evil.example/subscriptions/s/resourceGroups/g/sessionPools/p/executions/1',
    '//evil.example/subscriptions/s/resourceGroups/g/sessionPools/p/executions/1',
    'https://eastus.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/other/executions/1',
    'https://eastus.dynamicsessions.io:8443/subscriptions/s/resourceGroups/g/sessionPools/p/executions/1',
    'http://eastus.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p/executions/1',
    '../other/executions/1',
    '/executions/..%2f..%2fother',
    '/executions/%2e%2e%2fother',
    `${POOL}/../other`,
    `https://user@eastus.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p/x`,
    `https://:secret@eastus.dynamicsessions.io/subscriptions/s/resourceGroups/g/sessionPools/p/x`,
    'https://eastus.dynamicsessions.io.evil.example/subscriptions/s/resourceGroups/g/sessionPools/p/x',
    'https://eastus.dynamicsessions.io@evil.example/subscriptions/s/resourceGroups/g/sessionPools/p/x',
    'https:evil.example/subscriptions/s/resourceGroups/g/sessionPools/p/x',
    `${POOL}/x/%2E%2E/%2e%2e/other`,
    `${POOL}/..\\other`,
    `${POOL}-other/x`,
    'data:text/plain,x',
    'javascript:alert(1)',
    'https://[',
    'https://eastus.dynamicsessions.io:port/subscriptions/s/resourceGroups/g/sessionPools/p/x',
  ]) {
    it(`does not follow ${link}`, () => {
      expect(() => linkedUrl(endpoint, link, query))
        .to.throw(/outside itself/)
        .with.property('code', 'invalid_response');
    });
  }
});
