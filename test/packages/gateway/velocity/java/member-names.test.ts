import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasTooManyNames, MAX_NAMES } from '../../../../../packages/gateway/velocity/java/member-names.ts';

/** Returns an object of `count` different names, each as `print` writes it. */
const names = (count: number, print = (name: string) => JSON.stringify(name)): string =>
  `{${Array.from({ length: count }, (_, index) => `${print(`name${index}`)}:1`).join()}}`;

describe('hasTooManyNames', () => {
  const rows: { name: string; text: string; expected: boolean }[] = [
    { name: 'as many as there may be', text: names(MAX_NAMES), expected: false },
    { name: 'one more', text: names(MAX_NAMES + 1000), expected: true },
    {
      name: 'more of them, in apostrophes',
      text: names(MAX_NAMES + 1000, (name) => `'${name}'`),
      expected: true,
    },
    { name: 'more of them, bare', text: names(MAX_NAMES + 1000, (name) => name), expected: true },
    {
      name: 'more of them, with spaces',
      text: names(MAX_NAMES + 1000).replaceAll(':', ' : '),
      expected: true,
    },
    {
      name: 'more of them, of two words that end alike',
      text: names(MAX_NAMES + 1000, (name) => `"${name} of all"`),
      expected: true,
    },
    {
      name: 'more of them, one in each of many objects',
      text: `[${Array.from({ length: MAX_NAMES + 1000 }, (_, index) => `{"n${index}":{}}`).join()}]`,
      expected: true,
    },
    {
      name: 'many records of the same names',
      text: `[${Array.from({ length: 300_000 }, (_, index) => `{"id":${index},"n":"v${index}"}`).join()}]`,
      expected: false,
    },
    {
      name: 'colons within texts, and quotes that are escaped',
      text: `[${Array.from({ length: 300_000 }, (_, index) => `"a\\":${index}\\\\"`).join()}]`,
      expected: false,
    },
    { name: 'a text that never ends', text: `{"${'a:'.repeat(1_000_000)}`, expected: false },
  ];
  for (const { name, text, expected } of rows)
    it(`says ${expected} of ${name}`, () => assert.equal(hasTooManyNames(text), expected));

  it('says false for every short text, JSON or not', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2_000 }), (text) => !hasTooManyNames(text)));
  });
});
