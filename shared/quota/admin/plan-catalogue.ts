import type { PlanCatalogue } from '../../ports.ts';
import { parseKeyPart } from '../../table/item-write.ts';
import { planKey } from '../ledger/ledger.ts';
import { PLAN_LIST } from '../plan/plan-book.ts';
import { findCustomer } from './find-customer.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';

/** Maximum number of plans in the list. It is enough for a user to notice a misspelled plan. */
const PAGE = 50;

export function createPlanCatalogue({
  store,
  listing,
}: {
  readonly store: AdminPorts['store'];
  readonly listing: Pick<AdminPorts['listing'], 'list'>;
}): PlanCatalogue {
  return {
    customer: (tenant) => findCustomer({ store }, tenant),
    has: async (planId) => (await readItem(store, planKey(planId))) !== undefined,
    async list() {
      const page = await listing.list({ list: PLAN_LIST, limit: PAGE });
      if (page.kind === 'unavailable') throw unavailable(page.reason);
      return page.keys.map(({ pk }) => parseKeyPart(pk.slice(pk.indexOf('#') + 1)));
    },
  };
}
