import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  stripBasePath,
  findBasePath,
  isBasePath,
} from '../../../../../packages/gateway/core/routing/base-path.ts';

const SOURCE = 'docs/aws §10.4';

describe('isBasePath', () => {
  const rows: readonly (readonly [text: string, expected: boolean])[] = [
    ['', true] as const,
    ['v1', true] as const,
    ['v1/orders', true] as const,
    ["a$_.+!*'()-", true] as const,
    ['a'.repeat(300), true] as const,
    ['a'.repeat(301), false] as const,
    ['/v1', false] as const,
    ['v1/', false] as const,
    ['a//b', false] as const,
    ['a b', false] as const,
    ['ä', false] as const,
    ['a?b', false] as const,
    ['a%2Fb', false] as const,
  ];
  for (const [text, expected] of rows)
    it(`${expected ? 'takes' : 'refuses'} "${text.slice(0, 20)}"`, () => {
      assert.equal(isBasePath(text), expected, SOURCE);
    });
});

/** Every base path that fits, the longest one first. */
function findNaively(path: string, basePaths: readonly string[]): string | undefined {
  const bare = path.replace(/^\/+/, '');
  return basePaths
    .filter((text) => text === '' || bare === text || bare.startsWith(`${text}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

const deepest = (basePaths: readonly string[]): number =>
  Math.max(0, ...basePaths.map((text) => text.split('/').length));

describe('findBasePath', () => {
  const rows: readonly { path: string; basePaths: readonly string[]; expected: string | undefined }[] = [
    { path: '/v1/pets', basePaths: ['v1'], expected: 'v1' },
    { path: '/v1', basePaths: ['v1'], expected: 'v1' },
    { path: '/v10/pets', basePaths: ['v1'], expected: undefined },
    { path: '/V1/pets', basePaths: ['v1'], expected: undefined },
    { path: '/v1/orders/9', basePaths: ['', 'v1', 'v1/orders'], expected: 'v1/orders' },
    { path: '/v1/pets', basePaths: ['', 'v1', 'v1/orders'], expected: 'v1' },
    { path: '/v2', basePaths: ['', 'v1'], expected: '' },
    { path: '/', basePaths: ['', 'v1'], expected: '' },
    { path: '/', basePaths: ['v1'], expected: undefined },
    { path: '//v1//pets', basePaths: ['v1'], expected: 'v1' },
  ];
  for (const { path, basePaths, expected } of rows)
    it(`finds ${expected === undefined ? 'nothing' : `"${expected}"`} for ${path} among [${basePaths.join(', ')}]`, () => {
      const found = findBasePath(path, (text) => basePaths.includes(text), deepest(basePaths));
      assert.equal(found, expected, SOURCE);
    });

  it('finds what a look at every base path would find', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', 'c');
    const text = fc.array(segment, { maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), text, (basePaths, below) => {
        const path = `/${below}`;
        const found = findBasePath(path, (each) => basePaths.includes(each), deepest(basePaths));
        assert.equal(found, findNaively(path, basePaths));
      }),
    );
  });
});

describe('stripBasePath', () => {
  const rows: readonly [path: string, basePath: string, expected: string][] = [
    ['/v1/pets', 'v1', '/pets'],
    ['/v1', 'v1', '/'],
    ['/v1/', 'v1', '/'],
    ['//v1//pets//1/', 'v1', '/pets//1/'],
    ['/pets', '', '/pets'],
    ['/', '', '/'],
  ];
  for (const [path, basePath, expected] of rows)
    it(`takes "${basePath}" off ${path}`, () => {
      assert.equal(stripBasePath(path, basePath), expected);
    });
});

describe('the candidates of findBasePath', () => {
  for (const [path, maxSegments, expected] of [
    ['/a/b/c', 0, ['']],
    ['/a/b/c', 1, ['a', '']],
    ['/a/b/c', 2, ['a/b', 'a', '']],
    ['/a/b/c', 9, ['a/b/c', 'a/b', 'a', '']],
    ['//a//b', 3, ['a//b', 'a/', 'a', '']],
    ['/', 3, ['']],
  ] as const)
    it(`are ${expected.length} for ${path} and base paths of at most ${maxSegments} segments`, () => {
      const asked: string[] = [];
      findBasePath(path, (basePath) => asked.push(basePath) < 0, maxSegments);
      assert.deepEqual(asked, expected);
    });
});
