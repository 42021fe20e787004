import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPolicy } from '#shared/resilience/create-policy.ts';

describe('createPolicy', () => {
  for (const { name, observe } of [
    {
      name: 'throws',
      observe: () => {
        throw new Error('metrics are down');
      },
    },
    { name: 'rejects', observe: (): unknown => Promise.reject(new Error('metrics are down')) },
  ])
    it(`fails no call because its observer ${name}`, async () => {
      const policy = createPolicy({
        name: 'prices',
        timeoutMs: 1_000,
        retry: { attempts: 2 },
        breaker: {},
        observe,
      });
      let attempts = 0;

      const result = await policy.run(
        () => {
          attempts += 1;
          return attempts === 1 ? Promise.reject(new Error('reset')) : Promise.resolve('ramen');
        },
        { idempotent: true },
      );

      assert.deepEqual([result, attempts], ['ramen', 2]);
    });
});
