import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from '@gatewright/aws/json-object';
import {
  describeSchema,
  exampleOf,
} from '../../../../../../../packages/toolkit/stack/portal/page/reference/schema.ts';
import type { SchemaNode } from '../../../../../../../packages/toolkit/stack/portal/page/reference/schema.ts';

const DOCUMENT: Json = {
  components: {
    schemas: {
      Tree: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', maxLength: 9 },
          children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
        },
      },
      Circle: { $ref: '#/components/schemas/Circle' },
    },
  },
};
const TREE: Json = { $ref: '#/components/schemas/Tree' };

const countOf = ({ members }: SchemaNode): number =>
  members.reduce((sum, { node }) => sum + countOf(node), 1);

describe('describeSchema', () => {
  it('says type, bounds and what is required', () => {
    const node = describeSchema(DOCUMENT, TREE);

    assert.equal(node.type, 'Tree, object');
    assert.deepEqual(
      node.members.map(({ name, isRequired, node: { type, facts } }) => [name, isRequired, type, facts]),
      [
        ['name', true, 'string', ['at most 9 characters']],
        ['children', false, 'list of Tree', []],
      ],
    );
  });

  it('ends if a schema contains itself', () => {
    assert.ok(countOf(describeSchema(DOCUMENT, TREE)) < 10);
    assert.deepEqual(describeSchema(DOCUMENT, { $ref: '#/components/schemas/Circle' }).members, []);
  });

  it('is bounded, however wide and deep a schema is', () => {
    const wide = (depth: number): Json =>
      depth === 0
        ? { type: 'string' }
        : {
            type: 'object',
            properties: Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`p${at}`, wide(depth - 1)])),
          };

    assert.ok(countOf(describeSchema({}, wide(5))) <= 2500);
    assert.ok(JSON.stringify(exampleOf({}, wide(5))).length < 20_000);
  });

  const TYPES: readonly (readonly [schema: Json, type: string, facts: readonly string[]])[] = [
    [{ type: 'string', format: 'date-time' }, 'string (date-time)', []],
    [{ type: ['integer', 'null'] }, 'integer or null', []],
    [{ type: 'string', nullable: true }, 'string or null', []],
    [{ type: 'array', items: { type: 'number' } }, 'list of number', []],
    [{ enum: ['a', 1] }, 'anything', ['one of a, 1']],
    [{ properties: {} }, 'object', []],
    [{ type: 'integer', minimum: 1, default: 5 }, 'integer', ['at least 1', 'default 5']],
    [true, 'anything', []],
    [{ $ref: 'other.yml#/a' }, 'anything', []],
  ];
  for (const [schema, type, facts] of TYPES)
    it(`is ${type} for ${JSON.stringify(schema)}`, () => {
      const node = describeSchema({}, schema);
      assert.deepEqual([node.type, node.facts], [type, facts]);
    });
});

describe('exampleOf', () => {
  const EXAMPLES: readonly (readonly [schema: Json, example: Json | undefined])[] = [
    [TREE, { name: 'text', children: [] }],
    [{ type: 'string', format: 'email' }, 'somebody@example.com'],
    [{ type: 'string', example: 'apples' }, 'apples'],
    [{ type: 'string', enum: ['open', 'sent'] }, 'open'],
    [{ oneOf: [{ type: 'integer' }, { type: 'string' }] }, 1],
    [
      { allOf: [{ properties: { a: { type: 'boolean' } } }, { properties: { b: { const: 2 } } }] },
      { a: true, b: 2 },
    ],
    [{}, undefined],
    [{ $ref: '#/components/schemas/Circle' }, undefined],
  ];
  for (const [schema, example] of EXAMPLES)
    it(`of ${JSON.stringify(schema)} is ${JSON.stringify(example)}`, () => {
      assert.deepEqual(exampleOf(DOCUMENT, schema), example);
    });

  it('and the description take any schema', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (schema) => {
        describeSchema(DOCUMENT, schema as Json);
        exampleOf(DOCUMENT, schema as Json);
      }),
    );
  });
});
