import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SchemaSet } from '../../../../../../packages/gateway/core/deployment/models/json-schema.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { cpuMs } from '../../../../../support/cpu-time.ts';

const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = {};
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
};

describe('a schema check is bounded', () => {
  const bombs: { name: string; schema: JsonObject; value: unknown }[] = [
    {
      name: 'a pattern that backtracks without end',
      schema: { pattern: '^(a+)+$' },
      value: `${'a'.repeat(200)}b`,
    },
    {
      name: 'a pattern for names of properties',
      schema: { patternProperties: { '^(a|a)*$': { type: 'string' } }, additionalProperties: false },
      value: { [`${'a'.repeat(100)}b`]: 1 },
    },
    {
      name: 'choices that double with every level',
      schema: {
        anyOf: [
          { required: ['y'], properties: { a: { $ref: '#' } } },
          { required: ['z'], properties: { a: { $ref: '#' } } },
        ],
      },
      value: nested(60, (a) => ({ a })),
    },
    {
      name: 'a body nested ten thousands deep',
      schema: { items: { $ref: '#' }, type: 'array' },
      value: nested(50_000, (inner) => [inner]),
    },
    { name: 'a reference to itself', schema: { $ref: '#' }, value: {} },
  ];
  for (const { name, schema, value } of bombs)
    it(`refuses ${name} within its budget`, () => {
      const set = new SchemaSet('abc', new Map([['Body', schema]]));

      const took = cpuMs(() => assert.equal(set.check('Body')(value, 1_000).isValid, false));

      assert.ok(took < 2_000, `${took} ms`);
    });

  it('compares the items of a long list in linear time', () => {
    const value = Array.from({ length: 50_000 }, (_unused, index) => ({ index }));
    const set = new SchemaSet('abc', new Map([['Body', { uniqueItems: true }]]));

    const took = cpuMs(() => assert.equal(set.check('Body')(value, 1_000).isValid, true));

    assert.ok(took < 2_000, `${took} ms`);
  });
});
