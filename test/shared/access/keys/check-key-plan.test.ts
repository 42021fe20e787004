import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { aNewKey, ApiKeyTable } from '../../../support/api-key-table.ts';

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );

describe('the customer plan of a new API key', () => {
  // Whoever calls by such a key would get 500: request-authorizer charges by the claim.
  it('refuses an unknown customer plan if a document charges by the claim, and lists the known ones', async () => {
    const table = new ApiKeyTable();
    table.plans.add('silver');
    const paid = { prefix: 'shop_paid' };
    const operation = table.operation();

    await assert.rejects(table.admin.create(aNewKey({ ...paid, plan: 'nope' }), operation), {
      code: 'REQUEST_INVALID',
      field: 'plan',
      message:
        /^plan must be a customer plan that is saved or that an access document defines; expected one of gold, silver/,
    });
    await assert.rejects(table.admin.create(aNewKey({ ...paid, metadata: { tier: 'nope' } }), operation), {
      code: 'REQUEST_INVALID',
      field: 'metadata.tier',
    });
    assert.equal(table.items.size, 0);
    for (const plan of ['gold', 'silver']) {
      const wanted = aNewKey({ ...paid, plan });
      assert.equal(await codeOf(table.admin.create(wanted, table.operation())), 'done', plan);
    }
  });

  // Its callers would be denied, request by request, although the rules allow them.
  it('uses the plan by which a document charges, and accepts it in any of its claims', async () => {
    const table = new ApiKeyTable();
    const paid = { prefix: 'shop_paid' };
    await assert.rejects(table.admin.create(aNewKey(paid), table.operation()), {
      code: 'REQUEST_INVALID',
      field: 'plan',
      message:
        /^plan is required: documents charge keys with this prefix by plan or tier or owner\.x, and deny keys without this value; expected one of gold/,
    });
    assert.equal(table.items.size, 0);
    const byTier = aNewKey({ ...paid, metadata: { tier: 'gold' } });
    assert.equal(await codeOf(table.admin.create(byTier, table.operation())), 'done');
  });

  it('accepts any plan if no document charges by it: the backend may define its own', async () => {
    const table = new ApiKeyTable();

    assert.equal((await table.admin.create(aNewKey({ plan: 'nope' }), table.operation())).stored.version, 1);
  });

  // A user took the plan for one that is enforced.
  it('says that a plan by which no document charges limits nobody, and if there is no such plan', async () => {
    const table = new ApiKeyTable();
    table.plans.add('silver');
    const noteOf = async (over: Parameters<typeof aNewKey>[0]): Promise<string | undefined> =>
      (await table.admin.create(aNewKey(over), table.operation())).note;

    assert.match(
      (await noteOf({ plan: 'nope' })) ?? '',
      /^The plan nope limits nobody yet: no access document charges keys of shop_live by their claim "plan"\. .* There is no such plan \(expected one of gold, silver\)\.$/,
    );
    for (const plan of ['silver', 'gold'])
      assert.match(
        (await noteOf({ plan })) ?? '',
        /plan: \{ claim: plan \} to a document, or read the claim in a handler\.$/,
      );
    assert.deepEqual(
      [await noteOf({}), await noteOf({ prefix: 'shop_paid', plan: 'gold' })],
      [undefined, undefined],
    );
  });

  it('does not say that there is no such plan if the stack has no table of plans', async () => {
    const table = new ApiKeyTable();
    table.plansFault = new DomainError('CONFIG_INVALID', 'the environment variable USAGE_TABLE is missing');
    const { note } = await table.admin.create(aNewKey({ plan: 'nope' }), table.operation());

    assert.match(note ?? '', /^The plan nope limits nobody yet: .* in a handler\.$/);
  });

  it('answers a creation again though its plan is gone since', async () => {
    const table = new ApiKeyTable();
    table.plans.add('silver');
    const operation = table.operation();
    const wanted = aNewKey({ prefix: 'shop_paid', plan: 'silver' });
    const first = await table.admin.create(wanted, operation);
    table.plans.clear();

    assert.deepEqual((await table.admin.create(wanted, operation)).stored, first.stored);
  });

  it('is the plan of the recorded customer, and no other', async () => {
    const table = new ApiKeyTable();
    table.customers.set('acme', 'active').set('gone', 'closed');
    const make = (over: Parameters<typeof aNewKey>[0]) =>
      codeOf(
        table.admin.create(aNewKey({ prefix: 'shop_paid', tenant: 'acme', ...over }), table.operation()),
      );

    assert.equal(await make({ onRecord: true }), 'done');
    assert.equal(await make({}), 'done', 'the record has the plan');
    // It would not count, and the key would say something else than the invoice.
    assert.equal(await make({ plan: 'gold' }), 'REQUEST_INVALID');
    assert.equal(await make({ tenant: 'gone', onRecord: true }), 'CUSTOMER_CLOSED');
    assert.equal(await make({ tenant: 'new', onRecord: true }), 'CUSTOMER_UNKNOWN');
  });

  it('is not asked for on record if no document charges such keys', async () => {
    const table = new ApiKeyTable();
    table.customers.set('acme', 'closed');
    const make = (prefix: string) =>
      codeOf(table.admin.create(aNewKey({ prefix, tenant: 'acme' }), table.operation()));

    assert.deepEqual([await make('shop_live'), await make('shop_paid')], ['done', 'CUSTOMER_CLOSED']);
  });
});
