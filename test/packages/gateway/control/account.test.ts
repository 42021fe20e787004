import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../packages/gateway/control/account.ts';
import { ServedApis } from '../../../../packages/gateway/control/served-apis.ts';
import { aStack } from '../../../support/a-stack.ts';
import { aKey, API_ID, aPlan, KEY_VALUE, meteredApi } from '../../../support/metered-apis.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';
import type { KeyHolder } from '../../../../packages/gateway/core/exchange.ts';
import type { TestResource } from '../../../support/a-stack.ts';

const NEW_VALUE = 'made-by-an-api-call-0001';

function serve(resources: Record<string, TestResource>): { served: ServedApis; account: Account } {
  const account = new Account({ clock: new VirtualClock(), isThrottled: false });
  const served = new ServedApis(account);
  served.prepare([aStack(resources)]).serve();
  return { served, account };
}

function reload(served: ServedApis, resources: Record<string, TestResource>): void {
  served.prepare([aStack(resources)]).serve();
}

function holder(account: Account, value = KEY_VALUE): KeyHolder | undefined {
  return account.keyRing.holderOf(API_ID, 'dev', value);
}

/** Puts a key into the account and the plan as API calls do. */
function addByCall(account: Account): void {
  account.keys.put({
    ...account.keys.get('Key'),
    id: 'called0001',
    value: NEW_VALUE,
    enabled: true,
  });
  account.plans.join('Plan', account.makePlanKey('called0001'));
}

describe('Account', () => {
  const now = new VirtualClock().nowEpochMs();

  it('keeps usage and buckets over a reload, found again by logical id (design: control plane)', () => {
    const limits = { Quota: { Limit: 2, Period: 'DAY' }, Throttle: { RateLimit: 0, BurstLimit: 2 } };
    const { served, account } = serve(meteredApi(limits));
    const before = holder(account)!;
    before.count(now);
    before.bucketOf('GET /pets', now)!.take();

    reload(served, meteredApi(limits));

    const after = holder(account)!;
    after.count(now);
    after.bucketOf('GET /pets', now)!.take();
    assert.equal(after.isQuotaUsedUp(now), true);
    assert.equal(after.bucketOf('GET /pets', now)!.isEmpty(now), true);
  });

  it('takes changed limits from a reload and applies them to what was used', () => {
    const { served, account } = serve(meteredApi({ Quota: { Limit: 1, Period: 'DAY' } }));
    holder(account)!.count(now);

    reload(served, meteredApi({ Quota: { Limit: 2, Period: 'DAY' } }));

    assert.equal(holder(account)!.isQuotaUsedUp(now), false);
  });

  it('drops what the template defines no more', () => {
    const { served, account } = serve(meteredApi());
    const rest = Object.entries(meteredApi()).filter(([name]) => name !== 'Key' && name !== 'PlanKey');

    reload(served, Object.fromEntries(rest));

    assert.equal(holder(account), undefined);
    assert.equal(account.keys.find('Key'), undefined);
    assert.deepEqual(account.plans.keysOf('Plan'), []);
  });

  it('keeps keys that API calls made, and their place in a plan of the template', () => {
    const { served, account } = serve(meteredApi());
    addByCall(account);

    reload(served, meteredApi());

    assert.equal(holder(account, NEW_VALUE)?.apiKey.id, 'called0001');
  });

  it('allows two keys of a template to swap their values', () => {
    const other = `${KEY_VALUE}-other`;
    const { served, account } = serve(meteredApi({}, { Other: aKey({ Value: other }) }));

    reload(served, meteredApi({}, { Key: aKey({ Value: other }), Other: aKey() }));

    assert.equal(account.keys.findByValue(other)?.id, 'Key');
  });

  it('changes nothing when a template is refused, or is prepared and then not served', () => {
    const { served, account } = serve(meteredApi());
    addByCall(account);

    assert.throws(() => served.prepare([aStack(meteredApi({}, { Taken: aKey({ Value: NEW_VALUE }) }))]));
    served.prepare([aStack(meteredApi({}, { Key: aKey({ Enabled: false }) }))]);

    assert.equal(holder(account)?.apiKey.id, 'Key');
    assert.equal(account.keys.find('Taken'), undefined);
  });

  it('follows a plan that is edited while it is served', () => {
    const { account } = serve(meteredApi());
    assert.notEqual(holder(account), undefined);

    account.plans.put({ ...account.plans.get('Plan'), apiStages: [] });

    assert.equal(holder(account), undefined);
  });
});

describe('UsagePlans', () => {
  it('refuses a change that would put a key into two plans of one stage', () => {
    const { account } = serve(
      meteredApi({}, { Second: aPlan({ ApiStages: [{ ApiId: API_ID, Stage: 'prod' }] }) }),
    );
    const { plans } = account;
    plans.join('Second', account.makePlanKey('Key'));
    const second = plans.get('Second');

    assert.throws(
      () => plans.put({ ...second, apiStages: plans.get('Plan').apiStages }),
      /already in Usage Plan Plan/,
    );
    assert.deepEqual(plans.get('Second'), second);
  });

  it('refuses a key that is already in the plan', () => {
    const { account } = serve(meteredApi());

    assert.throws(
      () => account.plans.join('Plan', account.makePlanKey('Key')),
      /Usage Plan Key already exists/,
    );
  });
});
