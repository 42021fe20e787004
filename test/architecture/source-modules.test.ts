import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readModule } from './source-modules.ts';

const read = (text: string) => readModule('a.ts', text);

describe('tokens', () => {
  const rows: readonly (readonly [text: string, tokens: number])[] = [
    ['', 0],
    ['// a comment\n/** another */\n', 0],
    ['const a = 1;', 5],
    ['/** why */ export const a = 1; // what', 6],
    ['const a = /[/"`]+/g;', 5],
    // const · a · = · `x${ · b · }y${ · `${ · c · }` · }z` · ;
    ['const a = `x${b}y${`${c}`}z`;', 11],
    ['f<A>(b);', 8],
    ['type A = { readonly b?: C };', 11],
  ];
  for (const [text, tokens] of rows)
    it(`of ${JSON.stringify(text)} are ${tokens}`, () => assert.equal(read(text).tokens, tokens));

  it('stay the same if only spaces and comments of the text change', () => {
    const blank = fc.constantFrom(' ', '\n', '\t', ' /* x */ ', ' // y\n', '\n/** z */\n');
    fc.assert(
      fc.property(fc.array(blank, { minLength: 8, maxLength: 8 }), (blanks) => {
        const words = ['export', 'function', 'f', '(', ')', '{', '}', ';'];
        const text = words.map((word, index) => `${blanks[index] ?? ' '}${word}`).join('');
        assert.equal(read(text).tokens, words.length);
      }),
    );
  });
});

describe('exports', () => {
  const rows: readonly (readonly [text: string, names: readonly string[]])[] = [
    ['export const a = 1, { b, c: [d] } = e;', ['a', 'b', 'd']],
    [
      'export function f() {} export class G {} export interface H {} export type I = 1;',
      ['f', 'G', 'H', 'I'],
    ],
    ['const a = 1; export { a, a as b };', ['a', 'b']],
    ["export { a, b as c } from './b.ts'; export * as d from './d.ts';", ['a', 'c', 'd']],
    ['export default 1;', ['default']],
    ['export default class A {}', ['default']],
    ['const a = 1; function b() {}', []],
  ];
  for (const [text, names] of rows)
    it(`of ${text} are ${names.join(', ') || 'none'}`, () => assert.deepEqual(read(text).exports, names));
});

describe('imports', () => {
  const rows: readonly (readonly [text: string, specifier: string, names: readonly string[]])[] = [
    ["import './b.ts';", './b.ts', []],
    ["import { a, b as c } from './b.ts';", './b.ts', ['a', 'b']],
    ["import type { A } from './b.ts';", './b.ts', ['A']],
    ["import d, { type A } from './b.ts';", './b.ts', ['default', 'A']],
    ["import * as b from './b.ts';", './b.ts', ['*']],
    ["export { a as b } from './b.ts';", './b.ts', ['a']],
    ["export * from './b.ts';", './b.ts', ['*']],
    ["async () => await import('./b.ts');", './b.ts', ['*']],
    ["type A = import('./b.ts').B;", './b.ts', ['B']],
    ["type A = typeof import('./b.ts');", './b.ts', ['*']],
  ];
  for (const [text, specifier, names] of rows)
    it(`of ${text} are ${names.join(', ') || 'no names'}`, () =>
      assert.deepEqual(read(text).imports, [{ specifier, names }]));

  it('are not found in strings or comments', () => {
    assert.deepEqual(read(`// import { a } from './b.ts';\nconst c = "import('./b.ts')";`).imports, []);
  });
});

describe('a module of types only', () => {
  const rows: readonly (readonly [text: string, isTypesOnly: boolean])[] = [
    ["import type { B } from './b.ts'; export type A = B; export interface C {}", true],
    ["export type { A } from './b.ts'; declare const c: number;", true],
    ['export type A = 1; export const a = 1;', false],
    ["export { a } from './b.ts';", false],
  ];
  for (const [text, isTypesOnly] of rows)
    it(`${isTypesOnly ? 'is' : 'is not'} ${text}`, () => assert.equal(read(text).isTypesOnly, isTypesOnly));
});
