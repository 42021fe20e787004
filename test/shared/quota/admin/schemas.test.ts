import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAN } from '#shared/quota/admin/schemas.ts';
import { parsePlan } from '#shared/quota/plan/plan.ts';

type Structure = { readonly properties: Readonly<Record<string, unknown>> };
const { items } = (PLAN as unknown as { properties: { limits: { items: Structure } } }).properties.limits;

describe('the schema of a plan', () => {
  for (const limit of [
    { id: 'a', level: 'key', quota: 1000, period: 'MONTH' },
    { id: 'a', level: 'key', rate: 10, burst: 50 },
    { id: 'a', level: 'key', concurrency: 5 },
  ])
    it(`has every field of a limit with ${Object.keys(limit)[2] ?? ''}`, () => {
      let known = '';
      assert.throws(
        () => parsePlan({ id: 'p', version: 1, limits: [{ ...limit, nothing: 1 }] }),
        (error: Error) => {
          known = /known are (.*)$/.exec(error.message)?.[1] ?? '';
          return known !== '';
        },
      );

      assert.deepEqual(
        known.split(', ').filter((name) => !Object.hasOwn(items.properties, name)),
        [],
      );
    });
});
