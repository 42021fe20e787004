/** The code under test: the repository's own, or a mutant of it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Breaker from '#shared/resilience/breaker.ts';
import type * as TermsBook from '#shared/quota/plan/terms-book.ts';
import type * as Customers from '#shared/quota/admin/customers.ts';
import type * as Limits from '#shared/quota/admin/limits.ts';
import type * as Ledger from '#shared/quota/ledger/ledger.ts';
import type * as Line from '#shared/quota/ledger/line.ts';
import type * as MemoryTable from '../support/memory-table.ts';
import type * as MemoryListing from '../support/memory-listing.ts';
import type * as PlanBook from '#shared/quota/plan/plan-book.ts';
import type * as Plan from '#shared/quota/plan/plan.ts';
import type * as Quotas from '#shared/quota/quotas.ts';
import { REPOSITORY } from '../architecture/source-files.ts';

export type Shipped = typeof Quotas &
  typeof MemoryTable &
  typeof MemoryListing &
  typeof Ledger &
  typeof Plan &
  typeof PlanBook &
  Pick<typeof Line, 'assignedKey'> &
  Pick<typeof TermsBook, 'TermsBook'> &
  Pick<typeof Customers, 'createCustomer' | 'setPlan' | 'setState'> &
  typeof Breaker &
  Pick<typeof Limits, 'suspend' | 'resume'>;

const QUOTA = [
  'quotas',
  'ledger/ledger',
  'ledger/line',
  'plan/plan',
  'plan/plan-book',
  'plan/terms-book',
  'admin/customers',
  'admin/limits',
];
/** The files that are simulated, and the table that they use. */
export const SHIPPED_FILES: readonly string[] = [
  ...QUOTA.map((name) => `shared/quota/${name}.ts`),
  'shared/resilience/breaker.ts',
  'test/support/memory-table.ts',
  'test/support/memory-listing.ts',
];

/** @param markOf what stands behind the address of a file: those of a mutant have a mark */
export async function loadShipped(markOf: (file: string) => string = () => ''): Promise<Shipped> {
  const addressOf = (file: string): string => `${pathToFileURL(join(REPOSITORY, file)).href}${markOf(file)}`;
  const modules = await Promise.all(SHIPPED_FILES.map((file) => import(addressOf(file)) as Promise<object>));
  return Object.assign({}, ...modules) as Shipped;
}
