import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SchemaSet } from '../../../../../../packages/gateway/core/deployment/models/json-schema.ts';
import type { SchemaVerdict } from '../../../../../../packages/gateway/core/deployment/models/json-schema.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const FGE = 'fge json-schema-validator, validation.properties (docs/aws §6)';
const API = 'abcdefghij';
const model = (name: string): string => `https://apigateway.amazonaws.com/restapis/${API}/models/${name}`;

function check(schema: JsonObject, value: unknown, more: Record<string, JsonObject> = {}): SchemaVerdict {
  const set = new SchemaSet(API, new Map(Object.entries({ Body: schema, ...more })));
  return set.check('Body')(value, JSON.stringify(value).length);
}

function details(verdict: SchemaVerdict): string {
  return verdict.isValid ? 'valid' : verdict.details;
}

describe('the messages of a schema check', () => {
  const rows: { schema: JsonObject; value: unknown; says: string }[] = [
    {
      schema: { required: ['to', 'body', 'subject'] },
      value: {},
      says: '[object has missing required properties (["body","subject","to"])]',
    },
    {
      schema: { type: 'number' },
      value: 'x',
      says: '[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]',
    },
    {
      schema: { type: ['string', 'null'] },
      value: 1,
      says: '[instance type (integer) does not match any allowed primitive type (allowed: ["null","string"])]',
    },
    {
      schema: { enum: ['cat', 'dog', 'fish'] },
      value: 'bird',
      says: '[instance value ("bird") not found in enum (possible values: ["cat","dog","fish"])]',
    },
    {
      schema: { maximum: 500 },
      value: 501,
      says: '[numeric instance is greater than the required maximum (maximum: 500, found: 501)]',
    },
    {
      schema: { maximum: 5, exclusiveMaximum: true },
      value: 5,
      says: '[numeric instance is not strictly lower than the required maximum 5]',
    },
    {
      schema: { minimum: '2' },
      value: 1,
      says: '[numeric instance is lower than the required minimum (minimum: 2, found: 1)]',
    },
    { schema: { multipleOf: 2 }, value: 3, says: '[remainder of division is not zero (3 / 2)]' },
    {
      schema: { minLength: 3 },
      value: '🙂x',
      says: '[string "🙂x" is too short (length: 2, required minimum: 3)]',
    },
    {
      schema: { maxLength: 1 },
      value: 'ab',
      says: '[string "ab" is too long (length: 2, maximum allowed: 1)]',
    },
    {
      schema: { pattern: '^[a-z]+$' },
      value: 'A\n',
      says: '[ECMA 262 regex "^[a-z]+$" does not match input string "A\n"]',
    },
    {
      schema: { properties: { a: {} }, additionalProperties: false },
      value: { a: 1, c: 1, b: 1 },
      says: '[object instance has properties which are not allowed by the schema: ["b","c"]]',
    },
    {
      schema: { minItems: 1 },
      value: [],
      says: '[array is too short: must have at least 1 elements but instance has 0 elements]',
    },
    {
      schema: { uniqueItems: true },
      value: [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      says: '[array must not contain duplicate elements]',
    },
    {
      schema: { minProperties: 1 },
      value: {},
      says: '[object has too few properties (found 0 but schema requires at least 1)]',
    },
    {
      schema: { dependencies: { a: ['b', 'c'] } },
      value: { a: 1, b: 1 },
      says: '[property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["c"])]',
    },
    {
      schema: { anyOf: [{ type: 'string' }, { minimum: 3 }] },
      value: 1,
      says: '[instance failed to match at least one required schema among 2]',
    },
    {
      schema: { oneOf: [{ type: 'integer' }, { minimum: 0 }] },
      value: 1,
      says: '[instance failed to match exactly one schema (matched 2 out of 2)]',
    },
    {
      schema: { not: { type: 'string' } },
      value: 'x',
      says: '[instance matched a schema which it should not have]',
    },
  ];
  for (const { schema, value, says } of rows)
    it(`${JSON.stringify(schema)} against ${JSON.stringify(value)}`, () => {
      assert.equal(details(check(schema, value)), says, FGE);
    });

  it('lists every place in order of its name, in one bracket', () => {
    const schema = { properties: { b: { type: 'string' }, a: { maximum: 1 } } };

    assert.equal(
      details(check(schema, { b: 1, a: 2 })),
      '[numeric instance is greater than the required maximum (maximum: 1, found: 2), instance type (integer) does not match any allowed primitive type (allowed: ["string"])]',
    );
  });

  it('does not mention anything below a place that fails', () => {
    const schema = { required: ['z'], properties: { a: { type: 'string' } } };

    assert.equal(details(check(schema, { a: 1 })), '[object has missing required properties (["z"])]', FGE);
  });

  it('reports only the first fault of a long body', () => {
    const schema = { items: { type: 'string' } };
    const value = Array.from({ length: 40_000 }, () => 1);

    assert.match(details(check(schema, value)), /^\[instance type [^,]*"string"\]\)\]$/);
  });
});

describe('a schema check', () => {
  it('follows references between models, and in circles', () => {
    const house = { properties: { contains: { type: 'array', items: { $ref: model('Body') } } } };
    const person = { required: ['name'], properties: { house: { $ref: model('House') } } };
    const value = (inner: JsonObject): unknown => ({ name: 'x', house: { contains: [inner] } });

    assert.equal(check(person, value({ name: 'y' }), { House: house }).isValid, true);
    assert.equal(check(person, value({}), { House: house }).isValid, false);
  });

  it('follows references within a model, also from another one', () => {
    const pets = {
      definitions: { id: { type: 'integer' } },
      properties: { id: { $ref: '#/definitions/id' } },
    };
    const order = { properties: { pet: { $ref: `${model('Pets')}#/definitions/id` } } };

    assert.equal(check(pets, { id: 'x' }).isValid, false);
    assert.equal(check(order, { pet: 'x' }, { Pets: pets }).isValid, false);
    assert.equal(check(order, { pet: 1 }, { Pets: pets }).isValid, true);
  });

  it('counts own properties only', () => {
    assert.equal(check({ required: ['toString'] }, {}).isValid, false);
    assert.equal(check({ required: ['__proto__'] }, JSON.parse('{"__proto__":1}')).isValid, true);
  });

  it('ignores everything next to a reference, as in draft 4', () => {
    const schema = { definitions: { a: {} }, properties: { x: { $ref: '#/definitions/a', type: 'string' } } };

    assert.equal(check(schema, { x: 1 }).isValid, true);
  });

  const verdicts: { title: string; schema: JsonObject; body: string; isValid: boolean; source: string }[] = [
    {
      title: 'tests each value with its own pattern',
      schema: { properties: { zip: { pattern: '^[0-9]+$' }, name: { pattern: '^[a-z]+$' } } },
      body: '{"zip":"123","name":"ann"}',
      isValid: true,
      source: 'draft 4, §5.2.3',
    },
    {
      title: 'refuses a value that only matches the pattern of another',
      schema: { properties: { zip: { pattern: '^[0-9]+$' }, name: { pattern: '^[a-z]+$' } } },
      body: '{"zip":"123","name":"456"}',
      isValid: false,
      source: 'draft 4, §5.2.3',
    },
    {
      title: 'tells names by each pattern',
      schema: { patternProperties: { '^x': { type: 'string' }, '^y': { type: 'number' } } },
      body: '{"x":"1","y":2}',
      isValid: true,
      source: 'draft 4, §5.4.4',
    },
    ...['toString', 'valueOf', 'constructor', 'hasOwnProperty', '__proto__'].flatMap((name) => [
      {
        title: `compares an object with a member ${name} with the values of enum`,
        schema: { enum: [{}, { a: 1 }] },
        body: `{"${name}":1}`,
        isValid: false,
        source: 'draft 4, §3.6',
      },
      {
        title: `finds an object with a member ${name} in the values of enum`,
        schema: JSON.parse(`{"enum":[{"${name}":[1]}]}`) as JsonObject,
        body: `{"${name}":[1]}`,
        isValid: true,
        source: 'draft 4, §3.6',
      },
    ]),
    ...['19.99', '4.35', '8.61', '1e21', '0.07', '-1.1', '0', '1E-2'].map((body) => ({
      title: `divides ${body} by 0.01 in decimals`,
      schema: { multipleOf: 0.01 },
      body,
      isValid: true,
      source: 'draft 4, §5.1.1',
    })),
    ...['0.015', '1e-7', '19.999'].map((body) => ({
      title: `divides ${body} by 0.01 in decimals`,
      schema: { multipleOf: 0.01 },
      body,
      isValid: false,
      source: 'draft 4, §5.1.1',
    })),
    {
      title: 'divides a number that JavaScript prints with an exponent',
      schema: { multipleOf: 3 },
      body: '1e21',
      isValid: false,
      source: 'draft 4, §5.1.1',
    },
    {
      title: 'misses a member with the empty name',
      schema: { required: [''] },
      body: '{}',
      isValid: false,
      source: 'draft 4, §5.4.3',
    },
    {
      title: 'misses a member with the empty name on which another depends',
      schema: { dependencies: { a: [''] } },
      body: '{"a":1}',
      isValid: false,
      source: 'draft 4, §5.4.5',
    },
  ];
  for (const { title, schema, body, isValid, source } of verdicts)
    it(title, () => {
      assert.equal(check(schema, JSON.parse(body)).isValid, isValid, source);
    });

  it('does not check formats', () => {
    assert.equal(check({ format: 'email' }, 'nobody').isValid, true);
  });
});

describe('a set of schemas refuses', () => {
  const rows: { name: string; schema: JsonObject; says: RegExp; source: string }[] = [
    {
      name: 'a type that draft 4 does not have',
      schema: { type: 'String' },
      says: /^Invalid model schema specified$/,
      source: 'aws-apigateway-importer issue 126',
    },
    {
      name: 'an empty list of required names',
      schema: { required: [] },
      says: /^Invalid model schema specified$/,
      source: 'aws-cdk issue 27433',
    },
    {
      name: 'an enum with a value twice',
      schema: { enum: ['A', 'A'] },
      says: /^Invalid model schema specified$/,
      source: 'aws-cdk issue 18715',
    },
    {
      name: 'keywords of later drafts and of OpenAPI',
      schema: { properties: { a: { example: 1 } }, const: 1 },
      says: /^Invalid model schema specified\. Unsupported keyword\(s\): \["const","example"\]$/,
      source: 'segurvita/swagger-rm-example README',
    },
    {
      name: 'a reference in another form',
      schema: { items: { $ref: 'Pet' } },
      says: /^Model reference must be in canonical form$/,
      source: 'Dropsource/serverless-todo-api-example-complete issue 3',
    },
    {
      name: 'a reference to a model of another API',
      schema: { items: { $ref: 'https://apigateway.amazonaws.com/restapis/other/models/Body' } },
      says: /^Model reference must be in canonical form$/,
      source: 'docs/aws §6',
    },
    {
      name: 'a local reference to nothing',
      schema: { items: { $ref: '#/definitions/a' } },
      says: /^Invalid model schema specified: can't resolve reference #\/definitions\/a/,
      source: 'docs/aws §6',
    },
    {
      name: 'an invalid pattern',
      schema: { pattern: '(' },
      says: /^Invalid model schema specified: the pattern "\(" is not a regular expression/,
      source: 'draft 4, §5.2.3',
    },
  ];
  for (const { name, schema, says, source } of rows)
    it(name, () => {
      assert.throws(() => check(schema, {}), { message: says }, source);
    });
});

describe('any JSON as a schema', () => {
  it('is compiled or refused, and its check ends', () => {
    const keywords = fc.constantFrom(
      'type',
      'properties',
      'items',
      'required',
      'enum',
      'anyOf',
      'not',
      '$ref',
      'pattern',
      'definitions',
      'a',
      'additionalProperties',
      'minimum',
      'dependencies',
      'uniqueItems',
      '__proto__',
    );
    const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('#', '#/definitions/a', 'object', 'string', 1, true, null),
        fc.array(tie('schema'), { maxLength: 2 }),
        fc.dictionary(keywords, tie('schema'), { maxKeys: 4 }),
      ),
    }));
    const objects = fc.dictionary(keywords, schema, { maxKeys: 5 });

    fc.assert(
      fc.property(objects, fc.jsonValue({ maxDepth: 3 }), (body, value) => {
        try {
          details(check(body as JsonObject, value));
        } catch (error) {
          assert.equal((error as Error).constructor.name, 'SchemaRefusal', String(error));
        }
      }),
      { numRuns: 150 },
    );
  });
});
