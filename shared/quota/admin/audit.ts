import { parseCursor, printCursor } from './cursor.ts';
import { auditDay, parseEntry, unavailable } from './operation.ts';
import type { AdminPorts, AuditEntry } from './operation.ts';

type AuditPage = { readonly entries: readonly AuditEntry[]; readonly next?: string };

const PAGE = 50;
/** A string that sorts after every instant. */
const LAST = '\uffff';

/**
 * Lists the audit entries of one day.
 * @param dayEpochMs any instant of the UTC day
 * @throws RequestInvalid if `cursor` is not a cursor; DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function listAudit(
  { listing }: Pick<AdminPorts, 'listing'>,
  dayEpochMs: number,
  cursor: string | undefined,
): Promise<AuditPage> {
  const pk = auditDay(new Date(dayEpochMs).toISOString());
  const { sk } = parseCursor(pk, cursor);
  const page = await listing.range({
    pk,
    from: '0',
    to: LAST,
    limit: PAGE,
    newestFirst: true,
    ...(sk !== undefined && { after: sk }),
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const last = page.items.at(-1)?.key.sk;
  return {
    entries: page.items.map(({ item }) => parseEntry(item)),
    ...(page.hasMore && last !== undefined && { next: printCursor(pk, { sk: last }) }),
  };
}
