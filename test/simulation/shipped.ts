/** The code under test: the repository's own, or a mutant of it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Limits from '#shared/quota/admin/limits.ts';
import type * as Ledger from '#shared/quota/ledger.ts';
import type * as Line from '#shared/quota/line.ts';
import type * as MemoryTable from '../support/memory-table.ts';
import type * as MemoryListing from '../support/memory-listing.ts';
import type * as PlanBook from '#shared/quota/plan-book.ts';
import type * as Plan from '#shared/quota/plan.ts';
import type * as Quotas from '#shared/quota/quotas.ts';
import { REPOSITORY } from '../architecture/source-files.ts';

export type Shipped = typeof Quotas &
  typeof MemoryTable &
  typeof MemoryListing &
  typeof Ledger &
  typeof Plan &
  typeof PlanBook &
  Pick<typeof Line, 'assignedKey'> &
  Pick<typeof Limits, 'suspend' | 'resume'>;

/** @param mark behind the addresses of the modules: those of a mutant have one */
export async function loadShipped(mark = ''): Promise<Shipped> {
  const quota = ['quotas', 'ledger', 'line', 'plan', 'plan-book', 'admin/limits'].map(
    (name) => `shared/quota/${name}`,
  );
  const names = [...quota, 'test/support/memory-table', 'test/support/memory-listing'];
  const addressOf = (name: string): string => `${pathToFileURL(join(REPOSITORY, `${name}.ts`)).href}${mark}`;
  const modules = await Promise.all(names.map((name) => import(addressOf(name)) as Promise<object>));
  return Object.assign({}, ...modules) as Shipped;
}
