import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayMatchTemplate, matchesSubject, readingsOfUri } from '#shared/mcp/patterns.ts';

const allows = (pattern: string, uri: string) => matchesSubject('resources', [pattern], uri, 'allow');
const denies = (pattern: string, uri: string) => matchesSubject('resources', [pattern], uri, 'deny');

describe('matchesSubject', () => {
  const names: readonly [pattern: string, name: string, allowed: boolean, denied: boolean][] = [
    ['get_order', 'get_order', true, true],
    ['get_order', 'GET_ORDER', false, true],
    ['get_order', 'get_order ', false, true],
    ['get_order', 'get_\u200border', false, true],
    ['get_*', 'get_', true, true],
    ['get_*', 'get_a/b', true, true],
    ['*_order', 'get_order', true, true],
    ['*', 'anything', true, true],
    ['a?c', 'abc', false, false],
    ['a.c', 'abc', false, false],
    ['caf\u00e9', 'cafe\u0301', false, true],
    ['get', '\ud800', false, true],
    ['*', 'x'.repeat(2_049), false, true],
  ];
  for (const [pattern, name, allowed, denied] of names)
    it(`${pattern} and the tool ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.equal(matchesSubject('tools', [pattern], name, 'allow'), allowed);
      assert.equal(matchesSubject('tools', [pattern], name, 'deny'), denied);
    });

  // WHATWG URL for dot segments and origins; the others are what servers do after they decode a URI once or twice.
  const uris: readonly [pattern: string, uri: string, allowed: boolean, denied: boolean][] = [
    ['file:///pub/*', 'file:///pub/a', true, true],
    ['file:///pub/*', 'file:///pub/a/b', false, false],
    ['file:///pub/**', 'file:///pub/a/b', true, true],
    ['file:///pub/**', 'file:///public/a', false, false],
    ['file:///pub/**', 'FILE:///pub/a', true, true],
    ['file:///pub/**', 'file:///PUB/a', false, true],
    ['file:///pub/**', 'file:///pub/x/../a', true, true],
    ['file:///pub/**', 'file:///pub/%2e%2e/secret', false, false],
    ['file:///secret', 'file:///pub/%2e%2e/secret', true, true],
    ['file:///pub/**', 'file:///pub/..%2fsecret', false, true],
    ['file:///pub/**', 'file:///pub/%252e%252e/secret', false, true],
    ['file:///pub/**', 'file:///../pub/a', false, true],
    ['file:///pub/*', 'file:///pub/a%2fb', false, true],
    ['file:///pub/**', 'file:///pub/a%2fb', true, true],
    ['file:///pub/*', 'file:///pub/a?x=1', false, true],
    ['file:///pub/**', 'file:///pub/a?x=1', true, true],
    ['file:///pub/*', 'file:///pub/a\\b', false, true],
    ['file:///pub/*', 'file:///pub/a\nb', false, true],
    ['file:///pub/a b', 'file:///pub/a%20b', true, true],
    ['file:///pub/a%20b', 'file:///pub/a b', true, true],
    ['docs://pub/**', 'docs://pub/../secret', false, true],
    ['docs://pub/**', 'docs://pub/a/../b', true, true],
    ['docs://pub/keys', 'docs://pub/keys?x=1', false, true],
    ['docs://pub/keys', 'docs://pub//keys/', false, true],
    ['docs://pub/**', 'docs://pub/a?/../../secret', false, true],
    ['orders:7', 'orders:7', true, true],
    ['orders:*', 'ORDERS:8', true, true],
    ['*', 'no uri', false, true],
  ];
  for (const [pattern, uri, allowed, denied] of uris)
    it(`${pattern} and ${JSON.stringify(uri)}`, () => {
      assert.equal(allows(pattern, uri), allowed, 'allow');
      assert.equal(denies(pattern, uri), denied, 'deny');
    });
});

it('reads a URI with escaped delimiters in both ways', () => {
  assert.deepEqual(readingsOfUri('docs://a/b%2Fc'), ['docs://a/b%2Fc', 'docs://a/b/c']);
  assert.equal(readingsOfUri('docs://a/%25252525'), undefined);
});

it('lists a template if some URI of it may match', () => {
  assert.equal(mayMatchTemplate(['docs://pub/**'], 'docs://pub/{id}'), true);
  assert.equal(mayMatchTemplate(['docs://pub/**'], 'docs://{space}/{id}'), true);
  assert.equal(mayMatchTemplate(['docs://pub/**'], 'docs://secret/{id}'), false);
});
