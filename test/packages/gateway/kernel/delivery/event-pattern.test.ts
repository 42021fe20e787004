import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkEventPattern,
  checkFilterCriteria,
  compileEventPattern,
  compileFilters,
} from '../../../../../packages/gateway/kernel/delivery/event-pattern.ts';

const EVENT = {
  source: 'shop',
  'dotted.name': 'x',
  lines: [
    { sku: 'a', n: 1 },
    { sku: 'b', n: 2 },
  ],
  nested: [[['deep']]],
  hollow: [{}, []],
  detail: {
    state: 'running',
    count: 5,
    price: 2.5,
    ok: true,
    none: null,
    empty: '',
    tags: ['red', 'Blue'],
    address: '10.0.1.7',
    address6: '2001:db8::1',
    file: 'images/cat.PNG',
    items: [{ sku: 'a' }, { sku: 'b' }],
  },
};

// Source: EventBridge user guide, "Amazon EventBridge event patterns", "Comparison operators", docs/aws §18.5
const rows: readonly (readonly [pattern: object, matches: boolean])[] = [
  [{ source: ['shop'] }, true],
  [{ source: ['other', 'shop'] }, true],
  [{ source: ['Shop'] }, false],
  [{ detail: { state: ['running'], count: [5] } }, true],
  [{ detail: { state: ['running'], count: [6] } }, false],
  [{ detail: { count: ['5'] } }, false],
  [{ detail: { ok: [true] } }, true],
  [{ detail: { none: [null] } }, true],
  [{ detail: { empty: [''] } }, true],
  [{ detail: { tags: ['red'] } }, true],
  [{ detail: { tags: ['green'] } }, false],
  [{ detail: { state: [{ prefix: 'run' }] } }, true],
  [{ detail: { file: [{ suffix: '.png' }] } }, false],
  [{ detail: { file: [{ suffix: { 'equals-ignore-case': '.png' } }] } }, true],
  [{ detail: { tags: [{ 'equals-ignore-case': 'BLUE' }] } }, true],
  [{ detail: { file: [{ wildcard: 'images/*.PNG' }] } }, true],
  [{ detail: { file: [{ wildcard: 'images/*dog*' }] } }, false],
  [{ detail: { price: [{ numeric: ['>', 2, '<=', 2.5] }] } }, true],
  [{ detail: { price: [{ numeric: ['<', 2.5] }] } }, false],
  [{ detail: { state: [{ numeric: ['>', 0] }] } }, false],
  [{ detail: { state: [{ 'anything-but': 'stopped' }] } }, true],
  [{ detail: { state: [{ 'anything-but': ['running', 'stopped'] }] } }, false],
  [{ detail: { state: [{ 'anything-but': { prefix: 'run' } }] } }, false],
  [{ detail: { missing: [{ 'anything-but': 'x' }] } }, false],
  [{ detail: { missing: [{ exists: false }] } }, true],
  [{ detail: { state: [{ exists: true }] } }, true],
  [{ detail: { address: [{ cidr: '10.0.0.0/16' }] } }, true],
  [{ detail: { address: [{ cidr: '10.1.0.0/16' }] } }, false],
  [{ detail: { address6: [{ cidr: '2001:db8::/32' }] } }, true],
  [{ $or: [{ source: ['x'] }, { detail: { count: [5] } }] }, true],
  [{ $or: [{ source: ['x'] }, { detail: { count: [6] } }] }, false],
  [{ detail: { items: { sku: ['b'] } } }, true],
  [{ detail: { items: { sku: ['c'] } } }, false],
  [{ detail: { items: [{ exists: true }] } }, false],
  // "Exists match only works on the leaf nodes", and recorded: exists_dynamodb_NEG.
  [{ detail: [{ exists: true }] }, false],
  [{ detail: [{ exists: false }] }, true],
  // Recorded: dot_joining_event, dot_joining_pattern.
  [{ 'detail.state': ['running'] }, true],
  [{ dotted: { name: ['x'] } }, true],
  [{ 'detail.items.sku': ['b'] }, true],
  // Rules for the elements of a list must be met by one element, also across alternatives of `$or`.
  [{ lines: { sku: ['a'], n: [1] } }, true],
  [{ lines: { sku: ['a'], n: [2] } }, false],
  [{ lines: { sku: ['a'], $or: [{ n: [2] }, { n: [1] }] } }, true],
  [{ lines: { sku: ['a'] }, $or: [{ lines: { n: [2] } }, { source: ['none'] }] }, false],
  [{ lines: { sku: [{ exists: false }] } }, false],
  [{ lines: { gone: [{ exists: false }, 'x'] } }, true],
  [{ nested: ['deep'] }, true],
  [{ hollow: [{ exists: true }] }, false],
  [{ hollow: [{ exists: false }] }, true],
  [{ detail: { state: [{ exactly: 'running' }] } }, true],
  [{ detail: { state: [{ 'anything-but': { suffix: ['ing', 'ed'] } }] } }, false],
  [{ detail: { state: [{ 'anything-but': { wildcard: 'r*g' } }] } }, false],
  [{ detail: { state: [{ 'anything-but': { 'equals-ignore-case': 'STOPPED' } }] } }, true],
  [{ detail: { file: [{ prefix: { 'equals-ignore-case': 'IMAGES/' } }] } }, true],
  [{ detail: { file: [{ wildcard: 'images\\*cat.PNG' }] } }, false],
  [{ detail: { state: [{ wildcard: 'run*ning' }] } }, true],
  [{ detail: { state: [{ wildcard: 'runn*nning' }] } }, false],
  [{ detail: { price: [{ numeric: ['=', 2.5] }] } }, true],
  [{ detail: { price: [{ numeric: ['>', 2, '<', 2.5] }] } }, false],
  [{ nothing: { inside: ['x'] } }, false],
  // The last rules of a path replace earlier ones (aws/event-ruler, JsonRuleCompilerTest and issue 22).
  [{ source: ['none'], $or: [{ source: ['shop'] }, { nothing: ['x'] }] }, true],
  [{ source: ['shop'], $or: [{ source: ['none'] }, { nothing: ['x'] }] }, false],
  [{ $or: [{ source: ['shop'] }, { nothing: ['x'] }], source: ['none'] }, false],
  // One alternative suffices, also if it has a rule of another one (README of aws/event-ruler, "Or" relationship).
  [{ $or: [{ source: ['none'] }, { source: ['none', 'shop'] }] }, true],
  [{ $or: [{ source: ['none'] }, { source: ['shop', 'none'] }] }, true],
  [{ $or: [{ source: ['none'] }, { source: ['none', { prefix: 'sh' }] }] }, true],
];

describe('compileEventPattern', () => {
  for (const [pattern, matches] of rows)
    it(`${matches ? 'matches' : 'does not match'} ${JSON.stringify(pattern)}`, () => {
      assert.equal(compileEventPattern(pattern)(EVENT), matches);
    });

  // Source: recorded refusals of TestEventPattern (LocalStack, event_pattern_templates, October 2025), and
  // aws/event-ruler 2.0.1 where they have none.
  for (const [pattern, reason] of [
    [{}, 'Empty objects are not allowed'],
    [{ detail: {} }, 'Empty objects are not allowed'],
    ['"text"', 'Filter is not an object'],
    [[], 'Filter is not an object'],
    [{ source: [] }, 'Empty arrays are not allowed'],
    [{ source: 'shop' }, '"source" must be an object or an array'],
    [{ count: 42 }, '"count" must be an object or an array'],
    [{ source: [['shop']] }, 'Match value must be String, number, true, false, or null'],
    [{ source: [{}] }, 'Match expression name not found'],
    [{ source: [{ like: 'x' }] }, 'Unrecognized match type like'],
    [{ source: [{ prefix: 'a', suffix: 'b' }] }, 'Only one key allowed in match expression'],
    [{ $or: 'x' }, 'It must be an Array followed with $or.'],
    [{ $or: [] }, 'There must have at least 2 Objects in $or relationship.'],
    [{ $or: [{ source: ['a'] }] }, 'There must have at least 2 Objects in $or relationship.'],
    [{ $or: ['a', 'b'] }, 'Only JSON object is allowed in array of $or relationship.'],
    [
      { $or: [{ prefix: ['a'] }, { source: ['a'] }] },
      'prefix is Ruler reserved fieldName which cannot be used inside $or.',
    ],
  ] as const)
    it(`refuses ${JSON.stringify(pattern)}`, () => {
      assert.equal(checkEventPattern(pattern), `Event pattern is not valid. Reason: ${reason}`);
    });

  it('refuses a text that is not JSON', () => {
    assert.match(
      checkEventPattern("{'bad': 'quotes'}") ?? '',
      /Reason: Unexpected character \(''' \(code 39\)\): was expecting double-quote to start field name$/,
    );
    assert.equal(checkEventPattern('{"source":["shop"]}'), undefined);
  });

  it('limits the number of alternatives, and the number of levels that it examines', () => {
    const choice = { $or: [{ a: ['x'] }, { b: ['x'] }] };
    const many = Object.fromEntries(Array.from({ length: 11 }, (_unused, index) => [`n${index}`, choice]));
    assert.match(checkEventPattern(many) ?? '', /Rule is too complex/);
    const deep = Array.from({ length: 600 }).reduce<object>((inner) => ({ a: inner }), { a: [1] });
    assert.match(checkEventPattern(deep) ?? '', /must not have more than 500 levels/);
  });

  // event-ruler 2.0.1 measures 9, 9, 15 and 10; EventBridge refuses 11 (LocalStack, content_wildcard_complex_EXC)
  for (const [wildcards, isRefused] of [
    [['*a*a*a*a*'], false],
    [['*a*a*a*a*', '*a*a*a*a*'], false],
    [['*a*a*a*a*', '*a*a*a*'], true],
    [['*aaaa*', '*aaaa'], false],
  ] as const)
    it(`${isRefused ? 'refuses' : 'accepts'} anything but the wildcards ${wildcards.join(' and ')}, which share only their beginning up to the first star`, () => {
      const refusal = checkEventPattern({ a: [{ 'anything-but': { wildcard: wildcards } }] });
      assert.equal(/Rule is too complex/.test(refusal ?? ''), isRefused);
    });

  it('looks at no more levels of an event than the stack can take', () => {
    const event: unknown = JSON.parse(`{"a":${'['.repeat(50_000)}1${']'.repeat(50_000)}}`);

    assert.equal(compileEventPattern({ a: [1] })(event), false);
    assert.equal(compileEventPattern({ a: [{ exists: false }] })(event), true);
  });

  it('takes a text of stars in one pass', () => {
    const test = compileEventPattern({ a: [{ wildcard: '*a*a*a*b' }] });
    assert.equal(test({ a: 'a'.repeat(100_000) }), false);
  });
});

// Source: aws/event-ruler 2.0.1, asked by lab/tools/event-ruler
describe('compileEventPattern, of a path that has values and members', () => {
  for (const [list, matches] of [
    [[3, { c: 1 }], true],
    [[3, { c: 9 }, { c: 1 }], true],
    [[[3, { c: 1 }]], true],
    [[[3], { c: 1 }], false],
    [[[3], [{ c: 1 }]], false],
    [[[3], { c: 9 }, { c: 1 }], false],
    [[3, [3], { c: 1 }], true],
  ] as const)
    it(`${matches ? 'matches' : 'does not match'} ${JSON.stringify(list)}`, () => {
      assert.equal(compileEventPattern({ a: [3], 'a.c': [1] })({ a: list }), matches);
    });
});

describe('compileFilters', () => {
  it('matches if one of several patterns does, each of them JSON in a text', () => {
    const test = compileFilters({ Filters: [{ Pattern: '{"a":[1]}' }, { Pattern: '{"b":["x"]}' }] });
    assert.deepEqual([test?.({ a: 1 }), test?.({ b: 'x' }), test?.({ a: 2 })], [true, true, false]);
    assert.equal(compileFilters(undefined), undefined);
  });

  // Source: LocalStack, test_sqs_invalid_event_filter and test_dynamodb_invalid_event_filter, recorded
  for (const pattern of [
    'null',
    'simple string',
    '{"eventSource":"aws:sqs"}',
    '{"eventSource":[]}',
    '[{"a":1}]',
  ])
    it(`refuses the filter ${pattern} with Lambda's message, and gives the reason at deployment`, () => {
      const criteria = { Filters: [{ Pattern: pattern }] };
      assert.equal(checkFilterCriteria(criteria), 'Invalid filter pattern definition.');
      assert.throws(() => compileFilters(criteria), /^PatternError: Invalid filter pattern definition\. \S/);
    });
});

// docs/aws §18.5. The words are ours.
describe('the explanation of a pattern', () => {
  const ROWS: readonly (readonly [pattern: object, explanation: string])[] = [
    [{ source: ['market'] }, 'source is "shop", expected "market"'],
    [{ source: ['shop'], detail: { state: ['stopped'] } }, 'detail.state is "running", expected "stopped"'],
    [{ detail: { colour: ['red', 'blue'] } }, 'detail.colour is missing, expected "red" or "blue"'],
    [{ detail: { count: [{ numeric: ['>', 9] }] } }, 'detail.count is 5, expected {"numeric":[">",9]}'],
    [{ detail: { tags: ['green'] } }, 'detail.tags is a list without a value that matches, expected "green"'],
    [
      {
        $or: [
          { source: ['a'], detail: { count: [1] } },
          { source: ['shop'], detail: { count: [2] } },
        ],
      },
      'detail.count is 5, expected 2',
    ],
  ];
  for (const [pattern, explanation] of ROWS)
    it(`names what differs from ${JSON.stringify(pattern)}`, () => {
      const test = compileEventPattern(pattern);

      assert.equal(test(EVENT), false);
      assert.equal(test.explain?.(EVENT), explanation);
    });

  it('names what differs from each filter of a mapping', () => {
    const test = compileFilters({
      Filters: [{ Pattern: '{"source":["a"]}' }, { Pattern: '{"source":["b"]}' }],
    });

    assert.equal(test?.explain?.(EVENT), 'source is "shop", expected "a"; or source is "shop", expected "b"');
  });
});
