import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAN_RULES } from '../../../../../../packages/gateway/control/api/rest/plan-patch.ts';
import { readPatch } from '../../../../../../packages/gateway/control/edits/patch.ts';
import type { UsagePlan } from '../../../../../../packages/gateway/control/metering/usage-plans.ts';

const PLAN: UsagePlan = {
  id: 'p1',
  name: 'gold',
  description: 'd',
  productCode: undefined,
  tags: {},
  apiStages: [{ apiId: 'a1', stage: 'dev', throttle: {} }],
  throttle: undefined,
  quota: undefined,
};

const patch = (op: string, path: string, value?: string, plan = PLAN): UsagePlan =>
  readPatch({ patchOperations: [{ op, path, value }] }, 'updateUsagePlanInput', PLAN_RULES)(plan);

/** @see API Gateway developer guide, "Patch operations", "UsagePlan" */
describe('a usage plan', () => {
  const rows: readonly (readonly [string, string, string | undefined, Partial<UsagePlan>])[] = [
    ['replace', '/name', 'silver', { name: 'silver' }],
    ['replace', '/description', 'e', { description: 'e' }],
    ['remove', '/description', undefined, { description: undefined }],
    ['add', '/productCode', 'c', { productCode: 'c' }],
    ['replace', '/throttle/rateLimit', '2.5', { throttle: { rateLimit: 2.5, burstLimit: 0 } }],
    ['add', '/throttle/burstLimit', '3', { throttle: { rateLimit: 0, burstLimit: 3 } }],
    ['add', '/quota/limit', '5', { quota: { limit: 5, offset: 0, period: 'DAY' } }],
    ['replace', '/quota/period', 'WEEK', { quota: { limit: 0, offset: 0, period: 'WEEK' } }],
    ['replace', '/quota/offset', '1', { quota: { limit: 0, offset: 1, period: 'DAY' } }],
    [
      'replace',
      '/apiStages/a1:dev/throttle/~1pets~1{id}/GET/rateLimit',
      '9',
      {
        apiStages: [
          { apiId: 'a1', stage: 'dev', throttle: { '/pets/{id}/GET': { rateLimit: 9, burstLimit: 0 } } },
        ],
      },
    ],
  ];
  for (const [op, path, value, changed] of rows)
    it(`is changed by ${op} ${path}${value === undefined ? '' : ` ${value}`}`, () =>
      assert.deepEqual(patch(op, path, value), { ...PLAN, ...changed }));

  it('keeps the other parts of a limit, and removes all of them at once', () => {
    const limited = patch('replace', '/quota/period', 'MONTH', patch('add', '/quota/limit', '5'));

    assert.deepEqual(limited.quota, { limit: 5, offset: 0, period: 'MONTH' });
    assert.equal(patch('remove', '/quota', undefined, limited).quota, undefined);
  });

  for (const [op, path, value, refusal] of [
    ['replace', '/throttle/burstLimit', '1.5', /Invalid value "1.5" for burstLimit: write a whole number/],
    ['replace', '/throttle/rateLimit', 'many', /for rateLimit: write a number/],
    ['replace', '/quota/period', 'YEAR', /Must be one of \[DAY, WEEK, MONTH\]/],
    ['remove', '/name', undefined, /Invalid patch/],
    ['add', '/description', 'e', /Invalid patch/],
  ] as const)
    it(`refuses ${op} ${path} ${value ?? ''}`, () => assert.throws(() => patch(op, path, value), refusal));
});
