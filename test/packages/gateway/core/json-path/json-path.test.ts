import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  encodeUrl,
  decodeUrl,
  escapeJavaScript,
} from '../../../../../packages/gateway/core/mapping/escape.ts';
import { fromJavaValue, parseJson, toJavaValue } from '../../../../../packages/gateway/velocity/java/json.ts';
import { printJson, printValue } from '../../../../../packages/gateway/velocity/java/printing.ts';
import { parseJsonPath, readJsonPath } from '../../../../../packages/gateway/core/json-path/json-path.ts';
import {
  DEFAULT_RENDER_LIMITS,
  RenderBudget,
} from '../../../../../packages/gateway/velocity/java/render-budget.ts';
import { TemplateError } from '../../../../../packages/gateway/velocity/java/template-error.ts';

const file = new URL('../../../../fixtures/velocity/json-path.json', import.meta.url);
const recorded = JSON.parse(readFileSync(file, 'utf8')) as {
  documents: Record<string, string>;
  paths: { document: string; path: string; text?: string; json?: string; missing?: true; error?: true }[];
  texts: {
    function: 'escapeJavaScript' | 'urlEncode' | 'urlDecode';
    given: string;
    text?: string;
    error?: true;
  }[];
};

function aBudget(maxSteps = DEFAULT_RENDER_LIMITS.maxSteps): RenderBudget {
  return new RenderBudget({ ...DEFAULT_RENDER_LIMITS, maxSteps });
}

/** Reads a path of a text; `missing` or `error` as the recording has them. */
function read(text: string, path: string): { text?: string; json?: string; missing?: true; error?: true } {
  const document = parseJson(text);
  if (document === undefined) return { error: true };
  try {
    const value = readJsonPath(document, parseJsonPath(path), aBudget());
    if (value === undefined) return { missing: true };
    return { text: printValue(value, aBudget()), json: printJson(value, aBudget(), { escapeSlash: false }) };
  } catch (error) {
    assert.ok(error instanceof TemplateError);
    return { error: true };
  }
}

describe('readJsonPath against Jayway JsonPath 2.4', () => {
  it('finds, prints and refuses as recorded', () => {
    assert.ok(recorded.paths.length >= 200);
    for (const { document, path, ...expected } of recorded.paths) {
      const actual = read(recorded.documents[document] ?? document, path);

      assert.deepEqual(actual, expected, `${path} of ${document}`);
    }
  });
});

// Jayway 2.4, ValueNode and NumberNode: numbers are compared as BigDecimals; a text that is compared with a number is
// read as one.
describe('a filter by ==', () => {
  const items = '[{"n":1,"a":1},{"n":2,"a":1.0},{"n":3,"a":"1"},{"n":4,"a":"x"},{"n":5,"a":null},{"n":6}]';
  for (const [filter, expected] of [
    ['@.a == 1', '[1,2,3]'],
    ['@.a == 1.0', '[1,2,3]'],
    ["@.a == '1'", '[1,2,3]'],
    ["@.a == 'x'", '[4]'],
    ['@.a == null', '[5]'],
    ['@.a == 2', '[]'],
  ] as const)
    it(`finds ${expected} by ${filter}`, () => {
      assert.equal(read(items, `$[?(${filter})].n`).json, expected);
    });
});

describe('a filter by == of numbers that JSON writes in two ways', () => {
  it('finds both', () => {
    const items = '[{"n":1,"a":5000000000},{"n":2,"a":5000000000.0},{"n":3,"a":5000000001}]';

    assert.equal(read(items, '$[?(@.a == 5000000000)].n').json, '[1,2]');
    assert.equal(read(items, '$[?(@.a == 5000000000.0)].n').json, '[1,2]');
  });
});

describe('a wildcard', () => {
  for (const [path, expected] of [
    ['$.n.*', '[]'],
    ['$.t.*', '[]'],
    ['$.l.*', '[1]'],
    ['$.m.*', '[2]'],
  ] as const)
    it(`finds ${expected} at ${path}: texts and numbers have nothing below them`, () => {
      assert.equal(read('{"n":7,"t":"x","l":[1],"m":{"a":2}}', path).json, expected);
    });
});

// Jayway 2.4, PredicatePathToken: a filter looks at the items of a list, or at one object.
describe('a filter', () => {
  for (const [path, expected] of [
    ['$.n[?(@ == 7)]', '[]'],
    ["$.t[?(@ == 'x')]", '[]'],
    ['$.l[?(@ == 1)]', '[1]'],
    ['$.m[?(@.a == 2)]', '[{"a":2}]'],
  ] as const)
    it(`finds ${expected} at ${path}: texts and numbers are not items themselves`, () => {
      assert.equal(read('{"n":7,"t":"x","l":[1],"m":{"a":2}}', path).json, expected);
    });
});

describe('escapeJavaScript, encodeUrl and decodeUrl against Java', () => {
  const functions = { escapeJavaScript, urlEncode: encodeUrl, urlDecode: decodeUrl };

  for (const { function: name, given, text, error } of recorded.texts) {
    it(`${name} of ${JSON.stringify(given)} is ${JSON.stringify(text ?? 'refused')}`, () => {
      if (error === true) assert.throws(() => functions[name](given), TemplateError);
      else assert.equal(functions[name](given), text);
    });
  }

  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(decodeUrl(encodeUrl(text)), text.toWellFormed());
      }),
    );
  });
});

describe('a filter with many terms', () => {
  const nested = (depth: number): string => `$[?(${'('.repeat(depth)}@.a == 1${')'.repeat(depth)})]`;

  // The bound is this project's own: a filter is parsed by recursion, and no definition may exhaust the stack.
  it('is read up to the bound, and refused beyond it, before it exhausts the stack', () => {
    assert.doesNotThrow(() => parseJsonPath(nested(49)));
    assert.throws(() => parseJsonPath(nested(50)), /at most 50 terms/);
    assert.throws(() => parseJsonPath(nested(100_000)), TemplateError);
  });
});

describe('parseJsonPath and readJsonPath on anything', () => {
  it('let nothing but a TemplateError escape', () => {
    const piece = fc.constantFrom(
      '$',
      '.',
      '..',
      '[',
      ']',
      '*',
      '?(',
      ')',
      '@',
      'a',
      "'",
      '"',
      '0',
      '-1',
      ':',
      ',',
      '==',
      '=~',
      '/a/',
      ' ',
      '&&',
      '!',
    );
    const path = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 14 }).map((parts) => `$${parts.join('')}`),
    );
    fc.assert(
      fc.property(path, fc.jsonValue(), (text, json) => {
        try {
          readJsonPath(toJavaValue(json as never), parseJsonPath(text), aBudget(100_000));
        } catch (error) {
          assert.ok(error instanceof TemplateError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('end a path that multiplies its results at the step budget', () => {
    let tree: unknown = 0;
    for (let level = 0; level < 12; level += 1) tree = [tree, tree];
    const wide = toJavaValue(tree as never);

    assert.throws(
      () => readJsonPath(wide, parseJsonPath('$' + '..*'.repeat(8)), aBudget(100_000)),
      (error) => error instanceof TemplateError && error.code === 'TEMPLATE_LIMIT',
    );
  });
});

describe('parseJson', () => {
  const rows = [
    {
      name: 'what CDK sends to MOCK',
      given: '{ statusCode: 200 }',
      expected: '{statusCode=200}',
      source: 'docs/aws §8',
    },
    {
      name: 'an Integer and a Long by size',
      given: '[2147483647,2147483648]',
      expected: '[2147483647,2147483648]',
      source: 'json-smart',
    },
    {
      name: 'more levels than it follows',
      given: '['.repeat(100_000),
      expected: undefined,
      source: 'ours: bound',
    },
    { name: 'only a closing bracket', given: ']', expected: undefined, source: 'json-smart' },
  ];

  for (const { name, given, expected, source } of rows) {
    it(`reads ${name} as ${expected ?? 'no JSON'}`, () => {
      const value = parseJson(given);

      assert.equal(value === undefined ? undefined : printValue(value, aBudget()), expected, source);
    });
  }

  it('reads all of JSON, and prints it back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 4 }), (json) => {
        const text = JSON.stringify(json);
        const value = parseJson(text);

        assert.ok(value !== undefined);
        assert.deepEqual(JSON.parse(printJson(value, aBudget(), { escapeSlash: true })), JSON.parse(text));
      }),
    );
  });
});

describe('toJavaValue and fromJavaValue', () => {
  it('are inverse for JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const value = toJavaValue(json as never);

        assert.deepEqual(fromJavaValue(value, aBudget()), json);
      }),
    );
  });
});
