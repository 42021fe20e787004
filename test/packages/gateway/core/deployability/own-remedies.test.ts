import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { OWN_RULES } from '../../../../../packages/gateway/core/deployability/own-schemas.ts';
import { remedyOf } from '../../../../../packages/gateway/core/deployability/remedies.ts';

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
