import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { OWN_RULES, withOwnSchema } from '../../../../../packages/gateway/core/deployability/own-schemas.ts';
import { remedyOf } from '../../../../../packages/gateway/core/deployability/remedies.ts';
import { openSchemas } from '../../../../../packages/gateway/engine/compose/checking/open-schemas.ts';

/** Returns the schemas that have a service's words, each with the last name on its path. */
function wordedIn(
  value: unknown,
  name: string,
): readonly (readonly [name: string, schema: JsonObject, says: string])[] {
  if (Array.isArray(value)) return value.flatMap((one) => wordedIn(one, name));
  if (!isJsonObject(value)) return [];
  const own = typeof value['says'] === 'string' ? [[name, value, value['says']] as const] : [];
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => wordedIn(inner, key))];
}

/** Keywords that only say where a rule applies, or how it is worded. */
const OTHERS = new Set('says fix if then else properties items allOf'.split(' '));

describe('each rule with the words of a service', () => {
  for (const [type, schemas] of Object.entries(OWN_RULES))
    for (const [name, schema, says] of wordedIn(schemas, type))
      for (const [keyword, value] of Object.entries(schema).filter(([key]) => !OTHERS.has(key)))
        it(`of ${type} says what to do: ${says} (${keyword})`, () => {
          const missing = keyword === 'required' && Array.isArray(value) ? String(value[0]) : undefined;
          const pair = keyword === 'dependentExcluded' ? (['A', 'B'] as const) : undefined;
          const violated = { keyword, schema: value, parent: schema, data: 'x', name, missing, pair };

          assert.ok((remedyOf(violated) ?? '') !== '', 'add fix next to says');
        });
});

/** The keywords that a value can violate. */
const KEYWORDS = new Set(
  (
    'additionalProperties anyOf const dependentExcluded dependentRequired enum enumCaseInsensitive exclusiveMaximum ' +
    'exclusiveMinimum maxItems maxLength maxProperties maximum minItems minLength minProperties minimum multipleOf not ' +
    'oneOf pattern required requiredOr requiredXor type uniqueItems'
  ).split(' '),
);

/** Returns the keywords in a schema for which no remedy is known, each with its value. */
function withoutRemedy(schema: unknown, name: string, areNames = false): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => withoutRemedy(one, name));
  if (!isJsonObject(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    const missing = key === 'required' && Array.isArray(value) ? String(value[0]) : undefined;
    const pair = key === 'dependentExcluded' ? (['A', 'B'] as const) : undefined;
    const isSaid =
      areNames ||
      !KEYWORDS.has(key) ||
      remedyOf({ keyword: key, schema: value, parent: schema, data: 'x', name, missing, pair }) !== undefined;
    // Violations inside of conditions are not reported.
    const inner =
      !areNames && (key === 'if' || key === 'not')
        ? []
        : withoutRemedy(value, areNames ? key : name, !areNames && /^(?:pattern)?properties$/i.test(key));
    return [...(isSaid ? [] : [`${name}: ${key} ${JSON.stringify(value)}`]), ...inner];
  });
}

describe('each keyword of the schemas', () => {
  it('has a remedy that says what to change, so that no remedy is only the address of a page', async () => {
    const { table } = await openSchemas();
    const found = Object.entries(table).flatMap(([type, { schema }]) =>
      withoutRemedy(withOwnSchema(type, schema), type),
    );

    assert.deepEqual([...new Set(found)], []);
  });
});
