import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isMcpPattern, mayCompleteTemplate, mayListTemplate } from '#shared/mcp/grants.ts';
import type { McpGrants } from '#shared/mcp/grants.ts';
import type { McpSubject } from '#shared/mcp/methods.ts';
import { mayMatchTemplate, matchesSubject, readingsOfUri, sampleOfTemplate } from '#shared/mcp/patterns.ts';

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
    ['get_id', 'get_\u0131d', false, true],
    ['get_id', 'get_\u0130d', false, true],
    ['gro\u00df', 'GROSS', false, true],
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
    // NFKC makes a slash of the fullwidth one.
    ['docs:*', 'docs:a\uff0fb', false, true],
    ['docs://pub/ab**', 'docs://pub/abc/d', true, true],
    ['docs://pub/ab**', 'docs://pub/cab', false, false],
    // The default ports that WHATWG's URL parser removes, and those that it keeps.
    ['ws://h/a', 'ws://h:80/a', false, true],
    ['wss://h/a', 'wss://h:443/a', false, true],
    ['ftp://h/a', 'ftp://h:21/a', false, true],
    ['wss://h/a', 'wss://h:444/a', false, false],
    // A path without a slash in front, which climbs above its root.
    ['docs:**', 'docs:../secret', false, true],
    // Servers may add or remove the slash at the end.
    ['docs://pub/keys/', 'docs://pub/keys', false, true],
    ['docs://pub/**', 'docs://pub/a/../b', true, true],
    ['docs://pub/keys', 'docs://pub/keys?x=1', false, true],
    ['docs://pub/keys', 'docs://pub//keys/', false, true],
    ['docs://pub/**', 'docs://pub/a?/../../secret', false, true],
    ['orders:7', 'orders:7', true, true],
    ['orders:*', 'ORDERS:8', true, true],
    ['*', 'no uri', false, true],
    // The same resource for path.join(root, uri), new URL(uri).hostname, and Tomcat.
    ['docs://pub/keys', 'docs:///pub/keys', false, true],
    ['docs://pub/keys', 'docs:pub/keys', false, true],
    ['docs:///pub/keys', 'docs:////pub/keys', false, true],
    ['docs://pub/keys', 'docs://me@pub/keys', false, true],
    ['docs://pub/keys', 'docs://pub:99/keys', false, true],
    ['docs://pub:99/keys', 'docs://pub/keys', false, false],
    ['docs://pub/keys', 'docs://pub/keys;v=1', false, true],
    ['docs://pub/**', 'docs://pub/..;/secret', false, true],
    ['docs://pub/keys', 'docs://pub/%%36beys', false, true],
    ['docs://secret/**', 'docs://secret', false, true],
    ['docs://secret/*', 'docs://secret', false, true],
    ['docs://secret/**', 'docs://secret?x=1', false, true],
    ['https://h/**', 'https://h:443/x', false, true],
    ['https://h:443/**', 'https://h/x', false, true],
    ['https://h/**', 'https://h:8443/x', false, false],
    ['https://h/**', 'https://u:p@h/x', false, true],
    ['https://h/**', 'https:h/x', false, true],
    ['https://h/**', 'https://h./x', false, true],
    ['http://127.0.0.1/**', 'http://0x7f.1/x', false, true],
    ['http://[::1]/**', 'http://[0:0:0:0:0:0:0:1]/x', false, true],
    ['https://xn--fiq.example/**', 'https://\u4e2d.example/x', false, true],
    // Unicode's compatibility forms of `..` and `/`.
    ['docs://pub/**', 'docs://pub/\u2025/secret', false, true],
    ['docs://pub/**', 'docs://pub/a\uff0fb', false, true],
    ['docs://pub/**', 'docs://pub/\u8bf4\u660e\uff1a\uff1f', true, true],
  ];
  for (const [pattern, uri, allowed, denied] of uris)
    it(`${pattern} and ${JSON.stringify(uri)}`, () => {
      assert.equal(allows(pattern, uri), allowed, 'allow');
      assert.equal(denies(pattern, uri), denied, 'deny');
    });
});

it('reads a URI with escaped delimiters in both ways', () => {
  assert.deepEqual(readingsOfUri('docs://a/b%2Fc'), ['docs://a/b%2Fc', 'docs://a/b/c']);
  assert.notEqual(readingsOfUri('docs://a/%252525'), undefined);
  assert.equal(readingsOfUri('docs://a/%25252525'), undefined);
});

it('resolves dot segments at the end as a URL parser does', () => {
  const allows = (uri: string) => matchesSubject('resources', ['docs://a/b/'], uri, 'allow');
  assert.deepEqual(['docs://a/b/c/..', 'docs://a/b/.', 'docs://a/b', 'docs://a/b/c'].map(allows), [
    true,
    true,
    false,
    false,
  ]);
});

it('lists no template for a caller without rules on resources', () => {
  const grants: McpGrants = { document: 'orders', allow: { tools: ['*'] }, deny: {}, withScopes: [] };
  assert.equal(mayListTemplate(grants, 'docs://pub/{id}'), false);
});

// RFC 6570 sections 3.2.2 to 3.2.9
const samples: readonly [template: string, uri: string][] = [
  ['a://b/{x}', 'a://b/0-any-value-0'],
  ['a://b{.x}', 'a://b.0-any-value-0'],
  ['a://b/{+x}', 'a://b/0-any-value-0/0-any-value-0'],
  ['a://b{#x}', 'a://b#0-any-value-0/0-any-value-0'],
  ['a://b{/x}', 'a://b/0-any-value-0/0-any-value-0'],
];
for (const [template, uri] of samples)
  it(`takes ${uri} for a URI of ${template}`, () => {
    assert.equal(sampleOfTemplate(template), uri);
  });

it('compares names and URIs of up to 2,048 characters', () => {
  const allows = (name: string) => matchesSubject('tools', ['*'], name, 'allow');
  assert.deepEqual([allows('x'.repeat(2_048)), allows('x'.repeat(2_049))], [true, false]);
});

it('lists a template if some URI of it may match', () => {
  assert.equal(mayMatchTemplate(['docs://pub/**'], 'docs://pub/{id}'), true);
  assert.equal(mayMatchTemplate(['docs://pub/**'], 'docs://{space}/{id}'), true);
  assert.equal(mayMatchTemplate(['docs://pub/**'], 'docs://secret/{id}'), false);
});

describe('isMcpPattern', () => {
  // A deny rule that can match nothing looks as if it protected something.
  const cases: readonly [subject: McpSubject, pattern: string, expected: boolean][] = [
    ['resources', '**', true],
    ['resources', 'docs://*', true],
    ['resources', '*://pub/**', true],
    ['resources', 'https://h:*/**', true],
    ['resources', 'docs://pub/{id}', true],
    ['resources', '*', false],
    ['resources', 'internal/**', false],
    ['resources', '*secret*', false],
    ['resources', 'docs://a/../b', false],
    ['resources', 'docs://a/%2e%2e/b', false],
    ['resources', 'docs://pub/%2a', false],
    ['resources', 'docs://pub/%2A%2A', false],
    ['tools', 'get_**', false],
    ['resources', 'docs://a/**/b', false],
    ['tools', '', false],
    ['tools', 'a'.repeat(256), true],
    ['tools', 'a'.repeat(257), false],
    ['tools', 'get\u0007', false],
    ['tools', ' get', false],
    ['tools', 'get\n', false],
    ['tools', 'get\ud800', false],
    ['tools', 'get\\', false],
    ['methods', 'tasks/*', false],
    ['methods', 'tasks/get', true],
    ['methods', 'tools/call', false],
    ['methods', 'Tools/Call', false],
  ];
  for (const [subject, pattern, expected] of cases)
    it(`${expected ? 'accepts' : 'refuses'} ${pattern} for ${subject}`, () =>
      assert.equal(isMcpPattern(subject, pattern), expected));
});

describe('templates', () => {
  const grants = (allow: string[], deny: string[] = []): McpGrants => ({
    document: 'docs',
    allow: { resources: allow },
    deny: { resources: deny },
    withScopes: [],
  });

  it('are not listed if a deny rule matches all that they produce', () => {
    const hidden = grants(['docs://pub/**'], ['docs://pub/hidden/**', 'docs://pub/team/*']);
    assert.equal(mayListTemplate(hidden, 'docs://pub/hidden/{id}'), false);
    assert.equal(mayListTemplate(hidden, 'docs://pub/hidden/{+path}'), false);
    assert.equal(mayListTemplate(hidden, 'docs://pub/team/{id}{?page}'), false);
    assert.equal(mayListTemplate(hidden, 'docs://pub/team/{+path}'), true);
    assert.equal(mayListTemplate(hidden, 'docs://pub/{id}'), true);
    // RFC 6570 section 3.2.6: the slash of a path segment belongs to the value.
    assert.equal(mayListTemplate(hidden, 'docs://pub/hidden{/id}'), false);
    assert.equal(mayListTemplate(hidden, 'docs://pub/hidden{id}'), true);
  });

  it('are not completed if they leave the pattern by dot segments', () => {
    const some = grants(['docs://pub/**', 'docs://one/{id}']);
    assert.equal(mayCompleteTemplate(some, 'docs://pub/{id}'), true);
    assert.equal(mayCompleteTemplate(some, 'docs://one/{id}'), true);
    for (const template of [
      'docs://pub/../secret/{id}',
      'docs://pub/%2e%2e/secret/{id}',
      'docs://pub/{a}/../../secret/{b}',
      'docs://pub/..%2f{id}',
    ])
      assert.equal(mayCompleteTemplate(some, template), false, template);
  });

  it('are not completed by a pattern for one segment, because servers expand them in different ways', () => {
    assert.equal(mayCompleteTemplate(grants(['docs://pub/*']), 'docs://pub/{id}'), false);
  });

  // RFC 6570 sections 3.2.7 to 3.2.9: these begin with what no path contains.
  it('are read without their parameters', () => {
    for (const end of ['{?page}', '{&page}', '{;version}'])
      assert.equal(sampleOfTemplate(`docs://pub/a${end}`), 'docs://pub/a');
  });
});

describe('a deny rule', () => {
  const denies = (pattern: string, uri: string) => matchesSubject('resources', [pattern], uri, 'deny');

  it('keeps the dot at the end of a host only if no URL parser removes it', () => {
    assert.equal(denies('docs://pub./**', 'docs://pub/a'), false);
    assert.equal(denies('https://pub./**', 'https://pub/a'), true);
  });

  it('is compared with text that is not a URI', () => {
    assert.equal(denies('docs://pub/**', 'pub'), true);
  });
});

// A stream may follow a thousand resources, and each is compared with all patterns.
describe('matchesSubject and many URIs', () => {
  it('converts the patterns of a list into canonical form once', () => {
    let reads = 0;
    const patterns = new Proxy(['orders://public/**', 'orders://%41/*'], {
      get(target, name, receiver) {
        if (/^\d+$/.test(String(name))) reads += 1;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    for (const effect of ['allow', 'deny'] as const)
      for (let index = 0; index < 1_000; index += 1)
        assert.equal(matchesSubject('resources', patterns, `orders://A/${index}`, effect), true);
    assert.ok(reads <= 2 * patterns.length, `${reads} reads`);
  });
});
