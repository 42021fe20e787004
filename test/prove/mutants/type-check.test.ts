import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findMutants } from './find-mutants.ts';
import type { Mutant } from './find-mutants.ts';
import { TypeCheck } from './type-check.ts';

/** Without the standard library, which takes a second to read. */
const SETTINGS = {
  compilerOptions: {
    strict: true,
    noLib: true,
    types: [],
    noUnusedLocals: true,
    allowUnreachableCode: false,
  },
};
const SOURCE = `
declare global {
  interface Array<T> { length: number; [index: number]: T }
  interface String { length: number }
}
type Kind = 'one' | 'other';
declare const named: string | undefined, count: number, kind: Kind;
export const label: string = named ?? 'none';
export function shorten(text: string | undefined): number {
  if (text === undefined) return 0;
  const least = count > 3 ? 1 : 2;
  return text.length - least;
}
export const nameOf = (): Kind | 'third' => (kind === 'other' ? 'third' : 'one');
export const isOne = (): boolean => kind === 'one';
export const kinds: Kind[] = ['one'];`;

describe('TypeCheck', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-type-check-'));
  after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(SETTINGS));
  const types = new TypeCheck(folder);
  const settled = findMutants('a.ts', SOURCE).map(
    (mutant) => [mutant, types.settle(mutant, SOURCE)] as const,
  );
  const print = ({ original, replacement }: Mutant): string => `${original} → ${replacement}`;
  const permitted = settled.flatMap(([, mutant]) => (mutant === undefined ? [] : [print(mutant)]));

  it('refuses a default and a guard that are left out although the type of the value needs them', () => {
    assert.deepEqual(
      settled.flatMap(([mutant, found]) => (found === undefined ? [print(mutant)] : [])),
      ["named ?? 'none' → named", 'text === undefined → false', 'text === undefined → text !== undefined'],
    );
  });

  const rows: readonly [string, string][] = [
    ['a guard that holds too often', 'text === undefined → true'],
    ['a condition that leaves code without use', 'count > 3 → false'],
    ['a comparison', "kind === 'one' → kind !== 'one'"],
    ['any text where every text is possible', "'none' → ''"],
    ['another word where certain words are compared', "'other' → 'one'"],
    ['another word where certain words are expected', "'third' → 'one'"],
    ['a function without a result', "(): boolean => kind === 'one' → undefined"],
    ['an empty list', "['one'] → []"],
  ];
  for (const [name, expected] of rows)
    it(`permits ${name}`, () => {
      assert.ok(permitted.includes(expected), `permitted are ${permitted.join('; ')}`);
    });

  it('does not judge a file that it refuses without a mutant', () => {
    const text = "export const count: number = 'none' ?? 'some';";
    const [mutant] = findMutants('b.ts', text);

    assert.throws(() => types.settle(mutant!, text), /the type check refuses b\.ts without a mutant: /);
  });
});
