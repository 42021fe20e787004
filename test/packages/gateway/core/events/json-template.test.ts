import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonTemplates, quote } from '../../../../../packages/gateway/core/events/json-template.ts';

const anyText = fc.string({ unit: 'binary' });

describe('quote', () => {
  it('is what JSON.stringify makes of a text, halves of surrogate pairs and all', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string()), (text) => assert.equal(quote(text), JSON.stringify(text))),
    );
    for (const text of ['\ud800', '\udc00x', '\u2028', '\u0000', '\\', '"', '😀', ''])
      assert.equal(quote(text), JSON.stringify(text));
  });
});

describe('JsonTemplates', () => {
  it('print the output of JSON.stringify for the whole, with any value and any absent part', () => {
    const json = fc.option(fc.jsonValue(), { nil: undefined });
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.tuple(json, json, json)), (same, rounds) => {
        const build = (part: (name: 'a' | 'b' | 'c') => unknown): unknown => ({
          first: part('a'),
          same,
          inner: { list: [part('b') ?? null, 1], 'quo"ted': part('c'), again: part('a') },
        });
        const templates = new JsonTemplates(['a', 'b', 'c'], build);
        for (const [a, b, c] of rounds) {
          // A list has no key to leave out.
          const parts = { a, b: b ?? null, c };
          const texts = [parts.a, parts.b, parts.c].map((value) =>
            value === undefined ? undefined : JSON.stringify(value),
          );
          assert.equal(templates.print(texts), JSON.stringify(build((name) => parts[name])));
        }
      }),
    );
  });

  it('print the whole if something in it looks like the mark of a part', () => {
    const build = (part: (name: 'a') => unknown): unknown => ({ same: '\u00000\u0000', part: part('a') });
    const templates = new JsonTemplates(['a'], build);
    for (const value of ['x', 'y'])
      assert.equal(
        templates.print([JSON.stringify(value)]),
        JSON.stringify({ same: '\u00000\u0000', part: value }),
      );
  });

  it('treats a part that looks like a mark like any other part', () => {
    const templates = new JsonTemplates(['a', 'b'], (part: (name: 'a' | 'b') => unknown) => [
      part('a'),
      part('b'),
    ]);
    assert.equal(templates.print([quote('\u00001\u0000'), '2']), JSON.stringify(['\u00001\u0000', 2]));
  });
});
