import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  joinQuery,
  printQueryPair,
  renderHttpAddress,
  renderPath,
} from '../../../../../packages/gateway/core/mapping/target-uri.ts';
import { CODE_POINT } from '../../../../support/any-text.ts';

const rows: readonly {
  name: string;
  uri: string;
  parameters?: Record<string, string>;
  expected: string | undefined;
}[] = [
  { name: 'keeps a plain address', uri: 'http://pets.example/dogs', expected: 'http://pets.example/dogs' },
  {
    name: 'keeps port and query',
    uri: 'https://a.example:8443/x?y=1&z=2',
    expected: 'https://a.example:8443/x?y=1&z=2',
  },
  { name: 'adds the slash', uri: 'http://a.example', expected: 'http://a.example/' },
  { name: 'takes IPv6', uri: 'http://[::1]:3000/x', expected: 'http://[::1]:3000/x' },
  {
    name: 'fills in path parameters with their slashes (docs/aws §8, greedy)',
    uri: 'http://a.example/{proxy}',
    parameters: { proxy: 'status/400' },
    expected: 'http://a.example/status/400',
  },
  {
    name: 'takes {proxy+} for {proxy}',
    uri: 'http://a.example/{proxy+}',
    parameters: { proxy: 'a/b' },
    expected: 'http://a.example/a/b',
  },
  {
    name: 'keeps what the client has encoded',
    uri: 'http://a.example/{id}',
    parameters: { id: 'a%20b%2Fc' },
    expected: 'http://a.example/a%20b%2Fc',
  },
  {
    name: 'stops a value from beginning a query or a fragment',
    uri: 'http://a.example/{id}/end',
    parameters: { id: 'x?admin=1#f' },
    expected: 'http://a.example/x%3Fadmin=1%23f/end',
  },
  {
    name: 'stops a value from adding a parameter to the query',
    uri: 'http://a.example/?id={id}',
    parameters: { id: '1&admin=1' },
    expected: 'http://a.example/?id=1%26admin%3D1',
  },
  {
    name: 'passes dot segments to the backend',
    uri: 'http://a.example/public/{proxy}',
    parameters: { proxy: '../x/%2e%2e/y' },
    expected: 'http://a.example/public/../x/%2e%2e/y',
  },
  {
    name: 'fills in a host label',
    uri: 'http://{shard}.a.example/',
    parameters: { shard: 'eu-1' },
    expected: 'http://eu-1.a.example/',
  },
  {
    name: 'stops a value from replacing the host',
    uri: 'http://{shard}.a.example/',
    parameters: { shard: 'evil.example/' },
    expected: undefined,
  },
  {
    name: 'stops a value from making credentials of the host',
    uri: 'http://{shard}.a.example/',
    parameters: { shard: 'user@evil.example:80#' },
    expected: undefined,
  },
  {
    name: 'has no host if a stage variable is missing (docs/aws §1.5)',
    uri: 'https://',
    expected: undefined,
  },
  { name: 'has no host in a path', uri: 'https:///x', expected: undefined },
  { name: 'takes http and https only', uri: 'ftp://a.example/', expected: undefined },
  { name: 'refuses an invalid port', uri: 'http://a.example:99999/', expected: undefined },
];

describe('renderHttpAddress', () => {
  for (const { name, uri, parameters = {}, expected } of rows)
    it(name, () => {
      const address = renderHttpAddress(uri, parameters);
      const text =
        address && `${address.origin}${address.path}${address.query === '' ? '' : `?${address.query}`}`;
      assert.equal(text, expected);
    });

  it('never changes host or adds a query, for any path parameter', () => {
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), (value) => {
        const address = renderHttpAddress('http://a.example/x/{p}?fixed=1', { p: value });
        assert.equal(address?.origin, 'http://a.example');
        assert.equal(address.query, 'fixed=1');
        assert.match(address.path, /^\/x\/[\x21-\x7e]*$/);
      }),
    );
  });
});

describe('renderPath', () => {
  it('begins with one slash and escapes what a path cannot contain', () => {
    assert.equal(renderPath('bucket/{key}', { key: 'a b"c' }), '/bucket/a%20b%22c');
  });

  it('keeps a placeholder without a mapping', () => {
    assert.equal(renderPath('/x/{id}', {}), '/x/%7Bid%7D');
  });
});

describe('joinQuery', () => {
  it('joins what is there', () => {
    assert.equal(joinQuery(['', 'a=1', printQueryPair('b c', 'd&e'), '']), 'a=1&b%20c=d%26e');
  });
});
