import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSearchPaths, targetsOf } from '../../../../../packages/gateway/lambda/build/tsconfig-paths.ts';

describe('readSearchPaths', () => {
  const cases: readonly (readonly [what: string, text: string, searches: unknown])[] = [
    ['none', '{ "compilerOptions": { "target": "es2022" } }', { patterns: [], baseUrl: undefined }],
    ['baseUrl alone', '{ "compilerOptions": { "baseUrl": "./src" } }', { patterns: [], baseUrl: './src' }],
    [
      'paths with and without an asterisk, and commas at the end',
      '{ "paths": { "@/*": ["./src/*", "./lib/*",], "one": ["./one.ts"], } }',
      {
        patterns: [
          { before: '@/', after: '', targets: ['./src/*', './lib/*'] },
          { before: 'one', after: undefined, targets: ['./one.ts'] },
        ],
        baseUrl: undefined,
      },
    ],
    [
      'paths below comments, as `tsc --init` writes them',
      '{\n// Modules\n/* "strict" */ "paths": {} /* Remap "imports". */\n}',
      { patterns: [], baseUrl: undefined },
    ],
    ['a comment within the paths', '{ "paths": { // "a": ["b"]\n } }', undefined],
    ['a comment within a list', '{ "paths": { "a": ["b" /* "c" */] } }', undefined],
    ['an escape', String.raw`{ "paths": { "a": ["\u0062"] } }`, undefined],
    ['paths twice, one in a comment', '{ "paths": {} /* "paths": {} */ }', undefined],
    ['a path named baseUrl', '{ "paths": { "baseUrl": ["a"] } }', undefined],
    ['rootDirs', '{ "rootDirs": ["a", "b"] }', undefined],
    ['paths that are not a list', '{ "paths": { "a": "b" } }', undefined],
  ];
  for (const [what, text, searches] of cases)
    it(`${searches === undefined ? 'does not read' : 'reads'} ${what}`, () =>
      assert.deepEqual(readSearchPaths(text), searches));
});

describe('targetsOf', () => {
  const patterns = [
    { before: '@/', after: '', targets: ['src/*', 'lib/*'] },
    { before: 'one', after: undefined, targets: ['one.ts'] },
    { before: 'a', after: 'z', targets: ['between/*'] },
  ];
  const cases: readonly (readonly [name: string, targets: readonly string[]])[] = [
    ['@/x/y', ['src/x/y', 'lib/x/y']],
    ['one', ['one.ts']],
    ['one/more', []],
    ['abz', ['between/b']],
    ['a$&z', ['between/$&']],
    ['other', []],
  ];
  for (const [name, targets] of cases)
    it(`resolves ${name} to ${targets.join(' and ') || 'nothing'}`, () =>
      assert.deepEqual(targetsOf(name, patterns), targets));
});
