/** What is refused in a customer's record, by code, and what the answers say. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { createRouter } from '#shared/http/router.ts';
import {
  CHANGES_A_YEAR,
  createCustomer,
  getCustomer,
  listCustomers,
  setPlan,
  setState,
  showTerms,
} from '#shared/quota/admin/customers.ts';
import type { NewCustomer, WantedTerm } from '#shared/quota/admin/customers.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { getPlan, saveNewPlans, savePlan } from '#shared/quota/admin/plans.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { customerKey } from '#shared/quota/plan/customer.ts';
import { versionKey } from '#shared/quota/plan/plan-book.ts';
import { anAdminEvent, codeOf, memoryAdminPorts, requested } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MONTHLY = { id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH' };

let operations = 0;
const now = (atMs = 0) => requested(`op-${(operations += 1)}`, NOON_MS + atMs);

/** The customer acme on plan gold since noon, in EUR. */
async function aRecord(): Promise<AdminPorts> {
  const ports = memoryAdminPorts();
  const invoices = { gold: 'EUR', silver: 'EUR', dollar: 'USD' };
  for (const [id, currency] of Object.entries(invoices))
    await savePlan(ports, now(), id, { id, version: 1, invoice: { currency }, limits: [MONTHLY] });
  await createCustomer(ports, now(), { tenant: 'acme', plan: 'gold', currency: 'EUR', name: 'Acme Ltd' });
  return ports;
}

describe('a new customer', () => {
  // Source: what the record would say, and could not be held.
  const REFUSED: readonly (readonly [name: string, wanted: Partial<NewCustomer>, code: string])[] = [
    ['a name that is on record', { tenant: 'acme' }, 'CUSTOMER_EXISTS'],
    ['an unknown plan', { plan: 'platinum' }, 'PLAN_UNKNOWN'],
    ['an unknown currency', { currency: 'EUX' }, 'CURRENCY_UNKNOWN'],
    ['a plan in another currency', { plan: 'dollar', currency: 'EUR' }, 'CURRENCY_MISMATCH'],
    ['an own number for a limit that the plan lacks', { limits: { daily: 3 } }, 'LIMIT_UNKNOWN'],
    ['an own number below the cost of a request', { limits: { monthly: 0 } }, 'PLAN_INVALID'],
    ['a name that is too long', { tenant: 'a'.repeat(257) }, 'SUBJECT_INVALID'],
  ];
  for (const [name, wanted, code] of REFUSED)
    it(`is refused with ${code} for ${name}`, async () => {
      const ports = await aRecord();

      assert.equal(
        await codeOf(createCustomer(ports, now(), { tenant: 'new', plan: 'gold', ...wanted })),
        code,
      );
    });

  it('is created once, however often the operation is sent', async () => {
    const ports = await aRecord();
    const request = now();
    const wanted = { tenant: 'globex', plan: 'silver' };

    const [first, again] = [
      await createCustomer(ports, request, wanted),
      await createCustomer(ports, request, wanted),
    ];

    assert.deepEqual([first.repeated, again.repeated], [false, true]);
    const { customers } = await listCustomers(ports, undefined, NOON_MS);
    assert.deepEqual(
      customers.map(({ tenant, plan }) => [tenant, plan]),
      [
        ['acme', 'gold'],
        ['globex', 'silver'],
      ],
    );
  });
});

describe('a plan of an access document', () => {
  const DOCUMENT_PLAN = { id: 'brought', version: 2, invoice: { currency: 'EUR' }, limits: [MONTHLY] };
  const bringing = (ports: AdminPorts, plan: object = DOCUMENT_PLAN): AdminPorts => ({
    ...ports,
    documentPlans: () => Promise.resolve([{ id: 'brought', ...plan }]),
  });
  const storedIn = async (ports: AdminPorts): Promise<number> =>
    (await getPlan({ store: ports.store }, 'brought')).version;

  // Source: what the first charge by the plan writes (plan-book.ts).
  const NAMED: readonly (readonly [name: string, by: (ports: AdminPorts) => Promise<unknown>])[] = [
    ['a new customer', (ports) => createCustomer(ports, now(), { tenant: 'new', plan: 'brought' })],
    [
      'a change of plan',
      (ports) => setPlan(ports, now(MINUTE_MS), { tenant: 'acme', plan: 'brought', version: 2 }),
    ],
    [
      'an assignment',
      (ports) => assignPlan(ports, now(), { tenant: 'new', key: 'k-1', plan: 'brought', version: 1 }),
    ],
  ];
  for (const [name, by] of NAMED)
    it(`is used for ${name} before its first charge, and is then in the table, with its version for invoices`, async () => {
      const ports = bringing(await aRecord());

      assert.equal(await codeOf(by(ports)), 'done');

      assert.equal(await storedIn(ports), 2);
      const kept = await ports.store.read(versionKey('brought', 2));
      assert.ok(kept.kind === 'done' && kept.item !== undefined);
    });

  // The fees of a customer who changed to such a plan in the portal, and made no request, were on no invoice.
  it('that a customer has chosen in the portal is known, and is saved before the fees of a month are read', async () => {
    const price = { fee: '49.00', tiers: [{ unitPrice: '0.05' }] };
    const ports = bringing(await aRecord(), { ...DOCUMENT_PLAN, limits: [{ ...MONTHLY, price }] });
    const portal: AdminPorts = { ...ports, savesPlans: false };
    await setPlan(portal, now(MINUTE_MS), { tenant: 'acme', plan: 'brought', version: 2 });
    await saveNewPlans(portal, NOON_MS);
    assert.equal(await codeOf(storedIn(ports)), 'PLAN_UNKNOWN');
    assert.equal((await getPlan(ports, 'brought')).version, 2);

    const answer = createRouter(quotaAdminRoutes(ports));
    const asked = JSON.stringify(anAdminEvent('GET /quota/export', { query: { of: 'drafts' } }));
    const later = asked.replace(String(NOON_MS), String(NOON_MS + 2 * MINUTE_MS));
    const { body = '' } = await answer(JSON.parse(later), () => undefined);
    assert.equal(body.split('\n').filter((line) => line.includes('"plan":"brought"')).length, 1, body);
    assert.equal(await storedIn(ports), 2);
  });

  it('replaces an older record of the table, and keeps a newer one', async () => {
    const ports = bringing(await aRecord());
    const save = (version: number) =>
      savePlan(ports, now(), 'brought', {
        ...DOCUMENT_PLAN,
        version,
        limits: [{ ...MONTHLY, id: `v${version}` }],
      });
    const create = (tenant: string, limit: string) =>
      codeOf(createCustomer(ports, now(), { tenant, plan: 'brought', limits: { [limit]: 3 } }));
    await save(1);

    assert.deepEqual([await create('one', 'v1'), await create('two', 'monthly')], ['LIMIT_UNKNOWN', 'done']);
    assert.equal(await storedIn(ports), 2);

    await save(3);
    assert.deepEqual(
      [await create('three', 'monthly'), await create('four', 'v3')],
      ['LIMIT_UNKNOWN', 'done'],
    );
    assert.equal(await storedIn(ports), 3);
  });

  it('is not written if the change is refused', async () => {
    const ports = bringing(await aRecord());

    assert.equal(
      await codeOf(createCustomer(ports, now(), { tenant: 'acme', plan: 'brought' })),
      'CUSTOMER_EXISTS',
    );

    assert.equal(await codeOf(storedIn(ports)), 'PLAN_UNKNOWN');
  });

  // A newcomer's `customers create acme fre` named no plan, although the documents define some.
  it('is named if the wanted plan is neither saved nor in a document', async () => {
    const ports = bringing(await aRecord());

    await assert.rejects(createCustomer(ports, now(), { tenant: 'new', plan: 'brougt' }), {
      code: 'PLAN_UNKNOWN',
      message: /^there is no customer plan brougt: .* The access documents define the plan brought$/,
    });
  });

  it('is refused if it is invalid, and nothing is refused if the documents cannot be read', async () => {
    const ports = await aRecord();
    const create = (at: AdminPorts) => codeOf(createCustomer(at, now(), { tenant: 'new', plan: 'brought' }));
    const unread = () => Promise.reject(new DomainError('STORE_UNAVAILABLE', 'no answer'));

    assert.equal(await create(bringing(ports, { version: 1, limits: [] })), 'PLAN_INVALID');
    assert.equal(await create({ ...ports, documentPlans: unread }), 'STORE_UNAVAILABLE');
  });
});

describe('a change of plan', () => {
  const change = (ports: AdminPorts, wanted: Partial<WantedTerm>, atMs = MINUTE_MS) =>
    setPlan(ports, now(atMs), { tenant: 'acme', plan: 'silver', version: 2, ...wanted });
  const REFUSED: readonly (readonly [name: string, wanted: Partial<WantedTerm>, code: string])[] = [
    ['an unknown customer', { tenant: 'nobody' }, 'CUSTOMER_UNKNOWN'],
    ['an unknown plan', { plan: 'platinum' }, 'PLAN_UNKNOWN'],
    ['a plan in another currency', { plan: 'dollar' }, 'CURRENCY_MISMATCH'],
    ['a currency that its plan does not have', { plan: 'dollar', currency: 'CHF' }, 'CURRENCY_MISMATCH'],
    ['an unknown currency', { plan: 'dollar', currency: 'EUX' }, 'CURRENCY_UNKNOWN'],
    ['an own number for a limit that the plan lacks', { limits: { daily: 3 } }, 'LIMIT_UNKNOWN'],
    ['a moment in a closed period', { fromEpochMs: NOON_MS - 40 * DAY_MS }, 'PERIOD_CLOSED'],
    ['a moment that has passed', { fromEpochMs: NOON_MS }, 'PERIOD_CLOSED'],
    ['a record that was changed meanwhile', { version: 1 }, 'EDIT_CONFLICT'],
  ];
  for (const [name, wanted, code] of REFUSED)
    it(`is refused with ${code} for ${name}`, async () => {
      assert.equal(await codeOf(change(await aRecord(), wanted)), code);
    });

  it('also changes the currency of the customer, if both name it', async () => {
    const ports = await aRecord();

    const { before, after } = await change(ports, { plan: 'dollar', currency: 'USD' });

    assert.deepEqual([before['currency'], after['currency'], after['plan']], ['EUR', 'USD', 'dollar']);
    await assert.rejects(change(ports, { plan: 'gold', version: 3 }, 2 * MINUTE_MS), {
      code: 'CURRENCY_MISMATCH',
      message:
        'the customer is invoiced in USD, but plan gold is in EUR; name a plan in USD, or set the currency of the customer to EUR as well (--currency EUR)',
    });
  });

  it('is made by one of two at the same time, and refused to the other with the version to send', async () => {
    const ports = await aRecord();

    const codes = await Promise.all([codeOf(change(ports, {})), codeOf(change(ports, { plan: 'gold' }))]);

    assert.deepEqual(codes.toSorted(), ['EDIT_CONFLICT', 'done']);
    await assert.rejects(change(ports, {}), {
      code: 'EDIT_CONFLICT',
      nextVersion: 3,
      message: 'the next version of the customer is 3, but the request has 2',
    });
  });

  it('is refused if another change is about to begin, which some processes may already know', async () => {
    const ports = await aRecord();
    await change(ports, { fromEpochMs: NOON_MS + 2 * MINUTE_MS });

    const soon = 90_000;
    await assert.rejects(change(ports, { plan: 'gold', version: 3 }, soon), {
      code: 'EDIT_CONFLICT',
      message:
        'another change to the customer comes into force at 2026-11-19T12:02:00.000Z; send this change after that time',
    });
    assert.equal(await codeOf(change(ports, { plan: 'gold', version: 3 }, 5 * MINUTE_MS)), 'done');
  });

  it('is refused after as many in a year as ledgers can account for', async () => {
    const ports = await aRecord();
    const codes: string[] = [];
    for (let version = 2; version <= CHANGES_A_YEAR + 1; version += 1) {
      const plan = version % 2 === 0 ? 'silver' : 'gold';
      codes.push(await codeOf(change(ports, { plan, version }, version * MINUTE_MS)));
    }
    assert.deepEqual(codes, [...Array<string>(CHANGES_A_YEAR - 1).fill('done'), 'CHANGES_TOO_MANY']);

    const version = CHANGES_A_YEAR + 1;
    assert.equal(await codeOf(change(ports, { plan: 'gold', version }, 400 * DAY_MS)), 'done');
  });

  it('with a distant time keeps the terms in force until then, and those of the last year', async () => {
    const ports = await aRecord();
    await change(ports, {}, DAY_MS);
    await change(ports, { plan: 'gold', version: 3, fromEpochMs: NOON_MS + 500 * DAY_MS }, 2 * DAY_MS);
    await change(ports, { version: 4, fromEpochMs: NOON_MS + 1000 * DAY_MS }, 3 * DAY_MS);

    const { plan, plans } = await getCustomer(ports, 'acme', NOON_MS + 4 * DAY_MS);

    assert.equal(plan, 'silver');
    assert.deepEqual(
      (plans as readonly { readonly from: string }[]).map(({ from }) => Date.parse(from) - NOON_MS),
      [0, DAY_MS, 500 * DAY_MS, 1000 * DAY_MS],
    );
  });

  it('withdraws future terms, and keeps those that have begun', async () => {
    const ports = await aRecord();
    await change(ports, { fromEpochMs: NOON_MS + 10 * DAY_MS });
    await change(ports, { plan: 'gold', version: 3 }, DAY_MS);

    const { plans, plan, version } = await getCustomer(ports, 'acme', NOON_MS + 20 * DAY_MS);

    assert.deepEqual([plan, version], ['gold', 3]);
    assert.deepEqual(plans, [{ plan: 'gold', from: new Date(NOON_MS).toISOString() }]);
  });
});

describe('the state of a customer', () => {
  it('is unknown of one that is not on record, and final of one that is closed', async () => {
    const ports = await aRecord();

    assert.equal(await codeOf(setState(ports, now(), 'nobody', 'suspended')), 'CUSTOMER_UNKNOWN');
    assert.equal(await codeOf(setState(ports, now(1), 'acme', 'closed')), 'done');
    assert.equal(await codeOf(setState(ports, now(2), 'acme', 'active')), 'CUSTOMER_CLOSED');
    const again = createCustomer(ports, now(3), { tenant: 'acme', plan: 'gold' });
    assert.equal(await codeOf(again), 'CUSTOMER_EXISTS');
  });

  it('keeps the time since when it holds if it is set again', async () => {
    const ports = await aRecord();
    await setState(ports, now(MINUTE_MS), 'acme', 'suspended');
    await setState(ports, now(DAY_MS), 'acme', 'suspended');

    const { stateSince } = await getCustomer(ports, 'acme', NOON_MS + 2 * DAY_MS);

    assert.equal(Date.parse(String(stateSince)), NOON_MS + MINUTE_MS);
  });

  // Plans that begin after the customer is closed never apply. What was in force is billed.
  for (const { name, planned, kept } of [
    { name: 'the only plan', planned: [], kept: ['gold'] },
    { name: 'no plan that has not begun', planned: [DAY_MS], kept: ['gold'] },
    { name: 'a plan that has begun', planned: [MINUTE_MS], kept: ['gold', 'silver'] },
    { name: 'a plan that begins now', planned: [10 * MINUTE_MS], kept: ['gold', 'silver'] },
    {
      name: 'what has begun, and nothing after it',
      planned: [MINUTE_MS, DAY_MS],
      kept: ['gold', 'silver'],
    },
  ])
    it(`keeps ${name} when it is closed, and all plans when it is suspended`, async () => {
      for (const state of ['closed', 'suspended'] as const) {
        const ports = await aRecord();
        for (const [index, fromMs] of planned.entries()) {
          const term = { tenant: 'acme', plan: index === 0 ? 'silver' : 'gold', version: index + 2 };
          await setPlan(ports, now(), { ...term, fromEpochMs: NOON_MS + fromMs });
        }
        await setState(ports, now(10 * MINUTE_MS), 'acme', state);

        const plans = (await getCustomer(ports, 'acme', NOON_MS))['plans'] as readonly { plan: string }[];
        const all = ['gold', ...planned.map((_, index) => (index === 0 ? 'silver' : 'gold'))];
        assert.deepEqual(
          plans.map(({ plan }) => plan),
          state === 'closed' ? kept : all,
        );
      }
    });

  it('is an outage, and not a missing record, if the item was not written by this code', async () => {
    const ports = await aRecord();
    await ports.store.update({
      purpose: 'assign',
      key: customerKey('acme'),
      when: [],
      change: { kind: 'put', item: { ver: 9, doc: '{"tenant":"acme"}' } },
    });

    assert.equal(await codeOf(getCustomer(ports, 'acme', NOON_MS)), 'STORE_UNAVAILABLE');
    assert.equal(await codeOf(showTerms(ports, { tenant: 'acme', key: 'k' }, NOON_MS)), 'STORE_UNAVAILABLE');
  });
});

describe('the terms of a key', () => {
  it("are the customer's, otherwise those assigned to the key, otherwise those that the caller names", async () => {
    const ports = await aRecord();
    await assignPlan(ports, now(), { tenant: 'old', key: 'k-1', plan: 'silver', version: 1 });
    const shown = (tenant: string, key: string) => showTerms(ports, { tenant, key }, NOON_MS + 1);
    const from = new Date(NOON_MS).toISOString();

    assert.deepEqual(
      [await shown('acme', 'k-1'), await shown('old', 'k-1'), await shown('old', 'k-2')],
      [
        { tenant: 'acme', key: 'k-1', by: 'customer', state: 'active', plan: 'gold', from },
        { tenant: 'old', key: 'k-1', by: 'key', state: 'active', plan: 'silver', from },
        { tenant: 'old', key: 'k-2', by: 'caller', state: 'active' },
      ],
    );
  });
});
