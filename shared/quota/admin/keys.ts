/** Keys' plans, as administrators assign and list them. */
import { DomainError } from '../../errors.ts';
import { assignWrite, keyList, keyPlanKey, parseKeyPlan } from '../key-plans.ts';
import type { KeyPlan } from '../key-plans.ts';
import { planKey } from '../ledger.ts';
import { assignedKey } from '../line.ts';
import { parseCursor, printCursor } from './cursor.ts';
import { carryOut, readItem, recordWrite, unavailable } from './operation.ts';
import type { AdminPorts, CarriedOut, Requested } from './operation.ts';
import { checkKey } from '../subject.ts';
import { getPlan } from './plans.ts';

export type KeyPage = { readonly keys: readonly KeyPlan[]; readonly next?: string };

const PAGE = 100;

/** @throws RequestInvalid for a cursor of something else, DomainError STORE_UNAVAILABLE */
export async function listKeys(
  ports: AdminPorts,
  tenant: string,
  cursor: string | undefined,
): Promise<KeyPage> {
  const { pk } = parseCursor(cursor);
  const list = keyList(tenant);
  const page = await ports.listing.list({
    list,
    limit: PAGE,
    ...(pk !== undefined && { after: { list, pk, sk: 'PLAN' } }),
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const items = await Promise.all(page.keys.map((key) => readItem(ports.store, key)));
  const keys = items.filter((item) => item !== undefined).map(parseKeyPlan);
  return { keys, ...(page.after !== undefined && { next: printCursor({ pk: page.after.pk }) }) };
}

/** undefined: none was assigned. @throws DomainError STORE_UNAVAILABLE */
export async function findKeyPlan(
  { store }: Pick<AdminPorts, 'store'>,
  tenant: string,
  key: string,
): Promise<KeyPlan | undefined> {
  const item = await readItem(store, keyPlanKey(tenant, key));
  return item === undefined ? undefined : parseKeyPlan(item);
}

/**
 * Puts a key on a plan. `version` is 1 for the first assignment, and one more than the newest for a later one.
 * @throws DomainError PLAN_UNKNOWN, EDIT_CONFLICT
 */
export function assignPlan(ports: AdminPorts, requested: Requested, wanted: KeyPlan): Promise<CarriedOut> {
  const { tenant, key, plan, version } = wanted;
  const { pk } = keyPlanKey(tenant, key);
  checkKey(pk);
  const asked = { kind: 'assign-plan', pk, target: { tenant, key }, input: { plan, version } };
  return carryOut(ports, requested, asked, async () => {
    const { version: planVersion } = await getPlan(ports, plan);
    const known = await findKeyPlan(ports, tenant, key);
    const next = (known?.version ?? 0) + 1;
    if (version !== next)
      throw new DomainError(
        'EDIT_CONFLICT',
        `the next version to be saved is ${next}; yours says ${version}`,
      );
    return {
      writes: (record) => [
        recordWrite(asked, requested, record),
        {
          purpose: 'assign',
          key: planKey(plan),
          when: [{ attribute: 'ver', is: 'at-least', value: planVersion }],
          change: { kind: 'check' },
        },
        assignWrite(wanted),
        // Where whoever charges looks before a period of another plan is ended.
        {
          purpose: 'assign',
          key: assignedKey(tenant, key),
          when: [],
          change: { kind: 'update', set: { plan } },
        },
      ],
      before: known === undefined ? {} : { plan: known.plan, version: known.version },
      after: { plan, version },
    };
  });
}
