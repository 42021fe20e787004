import { listCurrentUsage } from '../quota/admin/list-usage.ts';
import type { Page } from '../quota/admin/list-usage.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import type { UsageRow } from '../quota/admin/usage-row.ts';

const MOST_PAGES = 10;

/**
 * Reads the usage of an organisation's limits in the current periods.
 * @throws DomainError STORE_UNAVAILABLE
 */
export function readCurrentUsage(
  { usage, tenant }: { readonly usage: AdminPorts; readonly tenant: string },
  atEpochMs: number,
): Promise<readonly UsageRow[]> {
  return readPages((cursor) => listCurrentUsage(usage, { tenant, cursor, atEpochMs }));
}

/** Reads the pages of a list, at most ten. */
export async function readPages(
  list: (cursor: string | undefined) => Promise<Page<UsageRow>>,
): Promise<readonly UsageRow[]> {
  const rows: UsageRow[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = await list(cursor);
    rows.push(...found.rows);
    cursor = found.next;
    if (cursor === undefined) break;
  }
  return rows;
}
