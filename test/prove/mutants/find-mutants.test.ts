import assert from 'node:assert/strict';
import { stripTypeScriptTypes } from 'node:module';
import { describe, it } from 'node:test';
import { findMutants, plantMutants } from './find-mutants.ts';

const changesOf = (text: string): readonly string[] =>
  findMutants('a.ts', text).map(({ original, replacement }) => `${original} → ${replacement}`);

describe('findMutants', () => {
  const rows: readonly [string, string, readonly string[]][] = [
    ['a comparison', 'a < b;', ['a < b → a <= b', 'a < b → a >= b']],
    ['logic', 'x = a && b;', ['a && b → a || b']],
    ['a default', 'x = a ?? b;', ['a ?? b → a']],
    ['arithmetic, but no concatenation of strings', "x = a + b; y = a + 'b c';", ['a + b → a - b']],
    ['a negation', 'x = !a;', ['!a → a']],
    ['a condition', 'if (a) {}', ['a → true', 'a → false']],
    ['a choice', 'x = a ? b : c;', ['a → true', 'a → false']],
    ['a flag', 'x = true;', ['true → false']],
    ['a number', 'x = 1_000;', ['1_000 → 1001']],
    ['a duration', 'const WAIT_MS = 30 * 1_000;', ['30 * 1_000 → 30 / 1_000', '30 → 60', '1_000 → 2000']],
    ['a duration of nothing', 'const x = { waitMs: 0 };', ['0 → 1']],
    ['nothing in a function that returns nothing', 'x = () => undefined;', []],
    [
      'only the word of a function that returns false',
      'f = () => false; function g() { return false; }',
      ['false → true', 'false → true'],
    ],
    ['a word, but no sentence', "x = 'word'; y = 'a sentence'; z = '';", ["'word' → ''", "'' → 'mutant'"]],
    ['a list', 'x = [a];', ['[a] → []']],
    ['a quantifier', 'x = a.some(b);', ['a.some(b) → a.every(b)']],
    ['the least of some numbers', 'x = Math.min(a, b);', ['Math.min(a, b) → Math.max(a, b)']],
    ['a body', 'x = () => a;', ['() => a → undefined']],
    ['nothing in a method that objects inherit', 'x = a.toString();', []],
    ['nothing in types', "type A = 'word' | 3; const x: 'word' = y as 'other';", []],
    ['nothing in imports', "import a from 'word'; export { a } from 'word'; x = import('word');", []],
    ['nothing in names', "x = { 'word': a }; const { 'other': b } = c;", []],
    ['nothing in the target of an assignment', '[a, b] = c;', []],
  ];
  for (const [name, text, expected] of rows)
    it(`changes ${name}`, () => {
      const found = changesOf(text).filter((change) => !change.endsWith(' → '));
      assert.deepEqual(found, expected);
    });

  it('removes statements, and makes functions return at once', () => {
    assert.deepEqual(changesOf('function f() { g(); }'), [
      'function f() { g(); } → return at once',
      'g(); → ',
    ]);
  });

  it('recognises a mutant after it has moved, and distinguishes two mutants of the same kind', () => {
    const ids = findMutants('a.ts', 'f(a < b);').map(({ id }) => id);
    const moved = findMutants('a.ts', 'g();\n\nf(a < b);').map(({ id }) => id);
    const twice = findMutants('a.ts', 'f(a < b); f(a < b);').map(({ id }) => id);

    assert.ok(ids.every((id) => moved.includes(id) && twice.includes(id)));
    assert.equal(new Set(twice).size, twice.length);
  });
});

describe('plantMutants', () => {
  const SOURCE = `
    function f(a: number, b: number): number {
      if (a < b && !(a === 3)) calls.push('less');
      const list = [a, b].filter((one) => one > 1 || one < -1);
      return list.length > 0 ? Math.max(...list) + 1 : 0;
    }
    calls.push(String(f(1, 2)), String(f(3, 4)), String(f(2, 1)));`;
  const mutants = findMutants('a.ts', SOURCE);
  const planted = stripTypeScriptTypes(plantMutants(SOURCE, mutants, 100));
  const run = (active: number): readonly string[] => {
    const calls: string[] = [];
    const scope = { mutant: (index: number) => index === active };
    // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call -- what is planted is run
    new Function('calls', 'globalThis', planted)(calls, scope);
    return calls;
  };

  it('does not change a file while no mutant is active', () => {
    assert.deepEqual(run(-1), ['less', '3', '5', '3']);
  });

  const changed: readonly [string, string, readonly string[]][] = [
    ['a < b && !(a === 3)', 'a < b || !(a === 3)', ['less', 'less', 'less', '3', '5', '3']],
    ["calls.push('less');", '', ['3', '5', '3']],
    ['Math.max(...list)', 'Math.min(...list)', ['less', '3', '4', '3']],
    ['list.length > 0', 'false', ['less', '0', '0', '0']],
  ];
  for (const [original, replacement, expected] of changed)
    it(`makes "${original}" "${replacement}" by its number`, () => {
      const index = mutants.findIndex(
        (one) => one.original === original && one.replacement.startsWith(replacement),
      );

      assert.ok(index >= 0);
      assert.deepEqual(run(100 + index), expected);
    });
});
