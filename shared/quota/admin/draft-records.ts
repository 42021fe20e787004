/**
 * Lists drafts of usage records. These are the records that would be written if all periods of a month were closed now.
 */
import { feeListOf, listDueFees } from './due-fees.ts';
import { listLedgers } from './list-usage.ts';
import type { Page, UsageQuestion } from './list-usage.ts';
import { isCursorOf } from './cursor.ts';
import type { AdminPorts } from './operation.ts';
import { nextRecord } from './record-usage.ts';
import type { UsageRecord } from './usage-record.ts';

/** Maximum number of records per page. Each record costs a few reads. */
const PAGE = 50;

/**
 * Lists drafts of the records of periods that have started. Nothing is written. In an open period, `lost` is the number
 * of units that processes have leased; it is not known how many of these units will be billed.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable; RequestInvalid for a cursor of another list
 */
export async function listDraftRecords(
  ports: AdminPorts,
  question: UsageQuestion,
  nowEpochMs: number,
): Promise<Page<UsageRecord>> {
  if (isCursorOf(feeListOf('drafts'), question.cursor)) return draftFees(ports, question, nowEpochMs);
  const limit = Math.min(question.limit, PAGE);
  const { rows, next } = await listLedgers(ports, { ...question, limit, purpose: 'drafts' });
  const drafts = await Promise.all(
    rows.map(async ({ row, key, item }) => {
      const lost = row.state === 'closed' ? row.lost : row.outstanding;
      const { record, isNew } = await nextRecord(ports, nowEpochMs, {
        row: { ...row, lost },
        pk: key.pk,
        item,
      });
      return isNew ? [record] : [];
    }),
  );
  if (next !== undefined) return { rows: drafts.flat(), next };
  const fees = await draftFees(ports, { ...question, cursor: undefined }, nowEpochMs);
  return { ...fees, rows: [...drafts.flat(), ...fees.rows] };
}

/** Drafts of the fees for periods without requests. */
async function draftFees(
  ports: AdminPorts,
  question: UsageQuestion,
  nowEpochMs: number,
): Promise<Page<UsageRecord>> {
  const { rows, next } = await listDueFees(ports, { ...question, purpose: 'drafts' }, nowEpochMs, 'begun');
  const drafts = await Promise.all(
    rows.map(({ row, pk, planVersion, term }) => {
      const item = { ver: planVersion, ...(term !== undefined && { term }) };
      return nextRecord(ports, nowEpochMs, { row, pk, item });
    }),
  );
  return { rows: drafts.map(({ record }) => record), ...(next !== undefined && { next }) };
}
