import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestInvalid } from '#shared/errors.ts';
import { instant, oneOf, optional, readFields, schemaOf, text, wholeNumber } from '#shared/http/fields.ts';

const FIELDS = {
  name: text('a name', { maxLength: 5 }),
  units: wholeNumber('units', { min: 1, max: 10 }),
  at: optional(instant('a time')),
  kind: optional(oneOf('a kind', ['a', 'b'])),
};

describe('readFields', () => {
  it('reads what is there, numbers of a query too', () => {
    assert.deepEqual(readFields(FIELDS, { name: 'x', units: '7', at: '2026-11-20' }, 'query'), {
      name: 'x',
      units: 7,
      at: Date.UTC(2026, 10, 20),
      kind: undefined,
    });
  });

  const REFUSED: readonly (readonly [value: unknown, field: string])[] = [
    [undefined, 'body'],
    [[], 'body'],
    ['text', 'body'],
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'too long' }, 'name'],
    [{ name: 'a\nb' }, 'name'],
    // One character that terminals take for the beginning of an escape sequence.
    [{ name: 'a\u009bb' }, 'name'],
    [{ name: 'x' }, 'units'],
    [{ name: 'x', units: 11 }, 'units'],
    [{ name: 'x', units: 1.5 }, 'units'],
    [{ name: 'x', units: '1e1' }, 'units'],
    // JSON says what is a number, and the schema that this has to be one.
    [{ name: 'x', units: '5' }, 'units'],
    [{ name: 'x', units: 1, at: 'yesterday' }, 'at'],
    [{ name: 'x', units: 1, at: '2026-13-40' }, 'at'],
    // Date.parse takes it for the 3rd of March.
    [{ name: 'x', units: 1, at: '2026-02-31' }, 'at'],
    [{ name: 'x', units: 1, at: '2026-06-31T00:00:00Z' }, 'at'],
    [{ name: 'x', units: 1, kind: null }, 'kind'],
    [{ name: 'x', units: 1, unit: 1 }, 'unit'],
    [JSON.parse('{"name":"x","units":1,"__proto__":{}}'), '__proto__'],
  ];
  for (const [value, field] of REFUSED)
    it(`refuses ${JSON.stringify(value ?? 'nothing')}, naming ${field}`, () => {
      assert.throws(
        () => readFields(FIELDS, value, 'body'),
        (error) => error instanceof RequestInvalid && error.field === field,
      );
    });
});

describe('oneOf', () => {
  it('is a required field, unless it is made optional', () => {
    const fields = { kind: oneOf('a kind', ['a', 'b']), size: optional(oneOf(undefined, ['s'])) };

    assert.deepEqual(schemaOf(fields), {
      type: 'object',
      properties: {
        kind: { type: 'string', description: 'a kind', enum: ['a', 'b'] },
        size: { type: 'string', enum: ['s'] },
      },
      required: ['kind'],
      additionalProperties: false,
    });
    assert.throws(() => readFields(fields, { size: 's' }, 'body'), RequestInvalid);
  });
});

describe('text', () => {
  it('says which form it must have, if it has one', () => {
    const wantedOf = (pattern?: RegExp) =>
      text('a name', { maxLength: 5, ...(pattern && { pattern }) }).expected;

    assert.equal(wantedOf(), '1 to 5 characters');
    assert.equal(wantedOf(/^[a-z]+$/), '1 to 5 characters of the form ^[a-z]+$');
  });
});

describe('schemaOf', () => {
  it('describes what readFields accepts', () => {
    assert.deepEqual(schemaOf({ units: FIELDS.units, kind: FIELDS.kind }), {
      type: 'object',
      properties: {
        units: { type: 'integer', description: 'units', minimum: 1, maximum: 10 },
        kind: { type: 'string', description: 'a kind', enum: ['a', 'b'] },
      },
      required: ['units'],
      additionalProperties: false,
    });
  });
});
