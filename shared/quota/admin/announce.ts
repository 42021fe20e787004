/** Announces a change to a customer's record to the processes that charge the customer. */
import { currentLedgerOf, HEAD_SK, subjectList } from '../ledger/ledger.ts';
import { newsWrite } from '../plan/news.ts';
import type { AdminPorts } from './operation.ts';

/**
 * Maximum number of pages of ledger heads to update. Processes that use the heads of later pages notice the change
 * within a minute.
 */
const PAGES = 10;
const PAGE = 50;

/**
 * Writes the version to the customer's current ledgers. It never fails: processes that do not find the version in a
 * ledger read the record within a minute.
 * @returns the number of ledgers that were written
 */
export async function announce(
  { store, listing }: Pick<AdminPorts, 'store' | 'listing'>,
  tenant: string,
  version: number,
): Promise<number> {
  const list = subjectList(tenant);
  let told = 0;
  let after: Parameters<AdminPorts['listing']['list']>[0]['after'];
  for (let page = 0; page < PAGES; page += 1) {
    const heads = await listing.list({ list, limit: PAGE, ...(after !== undefined && { after }) });
    if (heads.kind === 'unavailable') return told;
    const written = await Promise.all(heads.keys.map((key) => tell(store, key.pk, version)));
    told += written.filter(Boolean).length;
    after = heads.after;
    if (after === undefined) return told;
  }
  return told;
}

async function tell(store: AdminPorts['store'], pk: string, version: number): Promise<boolean> {
  const head = await store.read({ pk, sk: HEAD_SK }, { consistent: true });
  const ledger = head.kind === 'done' ? currentLedgerOf(pk, head.item) : undefined;
  if (ledger === undefined) return false;
  const { kind } = await store.update(newsWrite(ledger, version));
  return kind === 'done';
}
