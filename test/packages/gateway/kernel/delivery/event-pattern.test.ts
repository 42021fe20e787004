import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compileEventPattern,
  compileFilters,
} from '../../../../../packages/gateway/kernel/delivery/event-pattern.ts';

const EVENT = {
  source: 'shop',
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
  [{ $or: [{ detail: { count: [5] } }] }, true],
  [{ detail: { items: { sku: ['b'] } } }, true],
  [{ detail: { items: { sku: ['c'] } } }, false],
  [{ detail: { items: [{ exists: true }] } }, false],
  [{ detail: [{ exists: true }] }, true],
  [{ detail: [{ exists: false }] }, false],
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
];

describe('compileEventPattern', () => {
  for (const [pattern, matches] of rows)
    it(`${matches ? 'matches' : 'does not match'} ${JSON.stringify(pattern)}`, () => {
      assert.equal(compileEventPattern(pattern)(EVENT), matches);
    });

  for (const [pattern, says] of [
    [{}, /must contain a field/],
    [{ $or: [] }, /"\$or" must contain a pattern/],
    [{ source: [{ exists: 'yes' }] }, /"exists" must be true or false/],
    [{ source: [{ prefix: 1 }] }, /"prefix" must be a string/],
    [{ source: [{ prefix: 'a', suffix: 'b' }] }, /an object with one operator/],
    [{ source: [{ 'anything-but': [] }] }, /must contain a value/],
    [{ source: [{ 'anything-but': { numeric: ['<', 1] } }] }, /does not support "numeric"/],
    [{ source: [{ numeric: [] }] }, /"numeric" must be a list/],
    [{ source: [{ cidr: '10.0.0.1' }] }, /is not a range of addresses/],
    [{ source: 'shop' }, /"source" must be a list/],
    [{ source: [] }, /must contain a rule/],
    [{ source: [{ like: 'x' }] }, /"like" is not an operator/],
    [{ source: [{ numeric: ['>'] }] }, /"numeric" must be a list/],
    [{ source: [{ numeric: ['<', '10'] }] }, /"numeric" must contain =, <, <=, > or >=, each with a number/],
    [{ source: [{ numeric: ['!=', 10] }] }, /"numeric" must contain/],
    [{ source: [{ numeric: ['>', 0, 'toString', 5] }] }, /"numeric" must contain/],
    [{ source: [{ cidr: '10.0.0.0/99' }] }, /is not a range of addresses/],
    ['text', /must be an object/],
  ] as const)
    it(`refuses ${JSON.stringify(pattern)}`, () => {
      assert.throws(() => compileEventPattern(pattern), says);
    });

  it('takes a pattern of stars in one pass over the text', () => {
    const test = compileEventPattern({ a: [{ wildcard: `${'*a'.repeat(1_000)}*b` }] });
    assert.equal(test({ a: 'a'.repeat(100_000) }), false);
  });
});

describe('compileFilters', () => {
  it('is met by one of several patterns, each JSON in a text', () => {
    const test = compileFilters({ Filters: [{ Pattern: '{"a":[1]}' }, { Pattern: '{"b":["x"]}' }] });
    assert.deepEqual([test?.({ a: 1 }), test?.({ b: 'x' }), test?.({ a: 2 })], [true, true, false]);
    assert.equal(compileFilters(undefined), undefined);
    assert.throws(() => compileFilters({ Filters: [{ Pattern: '{' }] }), /is not JSON/);
  });
});
