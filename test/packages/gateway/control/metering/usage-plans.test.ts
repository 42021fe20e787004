import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_QUOTAS } from '../../../../../packages/gateway/control/api-quotas.ts';
import { PlanKey, UsagePlans } from '../../../../../packages/gateway/control/metering/usage-plans.ts';
import { KeyUsage } from '../../../../../packages/gateway/core/metering/quota.ts';
import type { UsagePlan } from '../../../../../packages/gateway/control/metering/usage-plans.ts';

const aPlan = (id: string): UsagePlan =>
  ({ id, name: id, apiStages: [], throttle: undefined, quota: undefined, tags: {} }) as unknown as UsagePlan;

function plansWith(...ids: readonly string[]): UsagePlans {
  const plans = new UsagePlans(DEFAULT_QUOTAS);
  for (const id of ids) {
    plans.put(aPlan(id));
    plans.join(id, new PlanKey('key', new KeyUsage(0)));
  }
  return plans;
}

describe('UsagePlans', () => {
  it('removes a plan that is deleted, with the membership of its keys', () => {
    const plans = plansWith('gold', 'silver');
    const before = plans.revision;

    plans.delete('gold');

    assert.deepEqual(
      plans.all.map(({ id }) => id),
      ['silver'],
    );
    assert.deepEqual([[...plans.plansOf('key')], plans.keysOf('gold')], [['silver'], []]);
    assert.equal(plans.find('gold'), undefined);
    assert.ok(plans.revision > before);
  });

  it('removes a key from one plan, or from all plans', () => {
    const plans = plansWith('gold', 'silver');

    plans.leave('gold', 'key');
    assert.deepEqual([[...plans.plansOf('key')], plans.findKey('gold', 'key')], [['silver'], undefined]);

    plans.leaveAll('key');
    assert.deepEqual([[...plans.plansOf('key')], plans.keysOf('silver')], [[], []]);
  });

  it('takes a key once', () => {
    const plans = plansWith('gold');

    assert.throws(() => plans.join('gold', new PlanKey('key', new KeyUsage(0))), {
      message: 'Usage Plan Key already exists',
    });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html: a key belongs to one
  // plan for each stage.
  const [dev, prod, other] = ['a:dev', 'a:prod', 'b:dev'];
  for (const [mine, theirs, shared] of [
    [[dev, prod], [other], undefined],
    [[dev, prod], [other, prod], prod],
    [[dev, prod], [prod, other], prod],
    [[prod, dev], [dev], dev],
    [[dev], [other, dev], dev],
    [[], [dev], undefined],
    [[dev], [], undefined],
  ] as const)
    it(`${shared === undefined ? 'takes' : 'refuses'} a key for ${mine.join(' and ') || 'no stage'} that has ${theirs.join(' and ') || 'no stage'} already`, () => {
      const plans = new UsagePlans(DEFAULT_QUOTAS);
      const put = (id: string, stages: readonly string[]): void =>
        plans.put({
          ...aPlan(id),
          apiStages: stages.map((text) => {
            const [apiId, stage] = text.split(':');
            return { apiId, stage, throttle: {} };
          }),
        } as unknown as UsagePlan);
      put('gold', theirs);
      plans.join('gold', new PlanKey('key', new KeyUsage(0)));
      put('silver', mine);
      const join = (): void => plans.join('silver', new PlanKey('key', new KeyUsage(0)));

      if (shared === undefined) assert.doesNotThrow(join);
      else
        assert.throws(join, {
          message: `API Key key is already in Usage Plan gold for API Stage ${shared}`,
        });
      assert.deepEqual([...plans.plansOf('key')], shared === undefined ? ['gold', 'silver'] : ['gold']);
    });
});
