import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TomlFault, parseToml } from '../../../../packages/gateway/templates/toml.ts';

/** Texts of TOML 1.0, by the section of its page that describes them (https://toml.io/en/v1.0.0). */
const ROWS: readonly [section: string, text: string, expected: unknown][] = [
  ['Comment', '# a\na = 1 # b\nb = "# c"\n', { a: 1, b: '# c' }],
  [
    'Keys',
    '"a b"."c" = 1\nd . e = 2\n\'f.g\' = 3\n-1 = 4\n',
    { 'a b': { c: 1 }, d: { e: 2 }, 'f.g': 3, '-1': 4 },
  ],
  ['String: basic', String.raw`a = "\t\"\\\u00e9\U0001F600"`, { a: '\t"\\\u00E9\u{1F600}' }],
  ['String: over lines', 'a = """\nb\nc \\\n\n   d""""\n', { a: 'b\nc d"' }],
  ['String: literal', "a = 'b\\c'\nd = '''\ne'f\\'''\n", { a: 'b\\c', d: "e'f\\" }],
  ['Integer', 'a = 1_000\nb = 0x1F\nc = 0o17\nd = 0b11\ne = -5\n', { a: 1000, b: 31, c: 15, d: 3, e: -5 }],
  ['Float', 'a = 1.5\nb = 5e+2\n', { a: 1.5, b: 500 }],
  ['Boolean', 'a = true\nb = false\n', { a: true, b: false }],
  ['Date-time', 'a = 1979-05-27 07:32:00Z\nb = 07:32:00\n', { a: '1979-05-27 07:32:00Z', b: '07:32:00' }],
  ['Array', 'a = [ # b\n  1, [2, "]"],\n  { c = 3 },\n]\n', { a: [1, [2, ']'], { c: 3 }] }],
  ['Table', '[a.b]\nc = 1\n[a]\nd = 2\n[ e . "f" ]\r\n', { a: { b: { c: 1 }, d: 2 }, e: { f: {} } }],
  ['Inline table', 'a = { b = 1, c.d = 2, e = {} }\n', { a: { b: 1, c: { d: 2 }, e: {} } }],
  ['Array of tables', '[[a]]\nb = 1\n[a.c]\nd = 2\n[[a]]\n', { a: [{ b: 1, c: { d: 2 } }, {}] }],
];

const FAULTS: readonly [name: string, text: string, line: number][] = [
  ['a repeated key', 'a = 1\na = 2\n', 2],
  ['a repeated table', '[a]\n[b]\n[a]\n', 3],
  ['an open table', '\n[a\n', 2],
  ['an open string', 'a = "b\n', 1],
  ['an unknown escape', 'a = "\\x"\n', 1],
  ['a word without quotes', 'a = b\n', 1],
  ['a number with a zero in front', 'a = 01\n', 1],
  ['a value on the next line', 'a =\n1\n', 1],
  ['an extended inline table', 'a = { b = 1 }\n[a.c]\n', 2],
  ['a dotted key into an array of tables', '[[a.b]]\n[a]\nb.c = 1\n', 3],
  ['two pairs on a line', 'a = 1 b = 2\n', 1],
  ['lists that are nested too deeply', `a = ${'['.repeat(200)}`, 1],
];

describe('parseToml', () => {
  for (const [section, text, expected] of ROWS)
    it(`reads ${section}`, () => {
      assert.equal(JSON.stringify(parseToml(text)), JSON.stringify(expected));
    });

  for (const [name, text, line] of FAULTS)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseToml(text),
        (error) => error instanceof TomlFault && error.line === line,
      );
    });

  it('keeps a key that is the name of a member of every object', () => {
    assert.deepEqual(Object.entries(parseToml('__proto__ = 1\n')), [['__proto__', 1]]);
  });
});
