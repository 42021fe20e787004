/** Examples are checked by the validator that is used for requests. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleOf } from '../../../../../packages/gateway/console/endpoints/schema-example.ts';
import type { JsonObject as Schema } from '@gatewright/aws/json-object';
import { SchemaSet } from '../../../../../packages/gateway/core/deployment/models/json-schema.ts';

const PET: Schema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 1 } },
};
const OTHERS = new Map<string, Schema>([['Pet', PET]]);
const REF = 'https://apigateway.amazonaws.com/restapis/abcdefghij/models/Pet';

const cases: { name: string; schema: Schema; example: unknown }[] = [
  {
    name: 'the first of several choices, with what all of them share',
    schema: {
      type: 'object',
      properties: { id: { type: 'integer' } },
      anyOf: [{ properties: { size: { type: 'boolean' } } }, { properties: { color: { type: 'string' } } }],
    },
    example: { id: 1, size: true },
  },
  { name: 'what has no type', schema: {}, example: 'text' },
  { name: 'null', schema: { type: 'null' }, example: null },
  { name: 'items without a type', schema: { items: { type: 'boolean' } }, example: [true] },
  { name: 'an object with all that it may have', schema: PET, example: { name: 'text', age: 1 } },
  {
    name: 'a property that is required and not described',
    schema: { type: 'object', required: ['id'] },
    example: { id: 'text' },
  },
  {
    name: 'another model of the API',
    schema: { type: 'object', properties: { pets: { type: 'array', items: { $ref: REF }, minItems: 2 } } },
    example: {
      pets: [
        { name: 'text', age: 1 },
        { name: 'text', age: 1 },
      ],
    },
  },
  {
    name: 'its own definition',
    schema: {
      type: 'object',
      properties: { size: { $ref: '#/definitions/size' } },
      definitions: { size: { enum: ['small', 'large'] } },
    },
    example: { size: 'small' },
  },
  {
    name: 'numbers within their bounds',
    schema: {
      type: 'object',
      properties: {
        a: { type: 'number', minimum: 3, exclusiveMinimum: true },
        b: { type: 'integer', minimum: 7, multipleOf: 5 },
        c: { type: 'integer', maximum: -2 },
      },
    },
    example: { a: 4, b: 10, c: -2 },
  },
  {
    name: 'texts by length and format',
    schema: {
      type: 'object',
      properties: {
        short: { type: 'string', maxLength: 2 },
        long: { type: 'string', minLength: 6 },
        at: { type: 'string', format: 'date-time' },
      },
    },
    example: { short: 'te', long: 'textxx', at: '2026-01-31T12:00:00Z' },
  },
  {
    name: 'what all of several schemas say',
    schema: {
      allOf: [{ $ref: REF }, { type: 'object', required: ['tag'], properties: { tag: { type: 'boolean' } } }],
    },
    example: { name: 'text', age: 1, tag: true },
  },
  {
    name: 'the first of several choices',
    schema: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
    example: 'text',
  },
  { name: 'a type that may be null', schema: { type: ['null', 'boolean'] }, example: true },
];

describe('exampleOf', () => {
  for (const { name, schema, example } of cases)
    it(`makes ${name}, which the gateway takes`, () => {
      const made = exampleOf(schema, (model) => OTHERS.get(model));

      assert.deepEqual(made, example);
      const check = new SchemaSet('abcdefghij', new Map([...OTHERS, ['Body', schema]])).check('Body');
      const text = JSON.stringify(made);
      assert.deepEqual(check(made, text.length), { isValid: true });
    });

  it('takes what is written as an example, a default or a constant', () => {
    const properties = {
      a: { example: 7 },
      b: { default: [1] },
      c: { const: 'x' },
      d: { examples: [null, 1] },
    };

    assert.deepEqual(
      exampleOf({ type: 'object', properties }, () => undefined),
      { a: 7, b: [1], c: 'x', d: null },
    );
  });

  it('ends if a schema contains itself', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#' } } };

    assert.ok(JSON.stringify(exampleOf(tree, () => undefined)).length < 500);
  });
});
