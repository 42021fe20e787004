/**
 * Closes every period that has ended, for all tenants. The records of the closed periods are the basis of a month's
 * invoices.
 */
import { closeWrite, KEEP_MS } from '../ledger/ledger.ts';
import { readShards } from '../ledger/shards.ts';
import { LATE_MS } from './close-period.ts';
import { isCursorOf } from './cursor.ts';
import { feeListOf, listDueFees } from './due-fees.ts';
import { listLedgers } from './list-usage.ts';
import type { ListedLedger } from './list-usage.ts';
import { applyOperation, readItem, recordWrite, unavailable } from './operation.ts';
import type { AdminPorts, Requested } from './operation.ts';
import { recordUsage } from './record-usage.ts';
import { ledgerOf, toUsageRow } from './usage-row.ts';
import type { UsageRow } from './usage-row.ts';
import { monthBounds } from '../usage/invoice.ts';

type CloseQuestion = {
  /** The month to close, such as `2026-11`; undefined means all periods that have ended. */
  readonly month: string | undefined;
  readonly cursor: string | undefined;
};

export type ClosedPage = {
  /** Number of periods that this call closed, including periods without requests whose fee it recorded. */
  readonly closed: number;
  /**
   * Number of records written: records of closed periods, corrections, and records of fees for periods without
   * requests.
   */
  readonly recorded: number;
  /**
   * Number of records that correct periods that were closed before, because more usage was reported for them. Absent if
   * there are none.
   */
  readonly corrected?: number;
  /** Number of requested periods that could not be closed, because they have not ended or ended only recently. */
  readonly running: number;
  /** The first periods that this call closed. */
  readonly named?: readonly PeriodName[];
  /** The first periods that this call corrected. */
  readonly namedCorrected?: readonly PeriodName[];
  /** Set only if no month was requested. Periods without requests that ended before this time are not closed. */
  readonly endedSince?: string;
  readonly next?: string;
};

type PeriodName = Pick<UsageRow, 'tenant' | 'limit' | 'key' | 'periodStart'>;
type Counts = {
  closed: number;
  recorded: number;
  corrected: number;
  running: number;
  readonly named: PeriodName[];
  readonly namedCorrected: PeriodName[];
};

const PAGE = 50;
const AT_ONCE = 8;
const NAMED = 5;
const ALL_TIME = { fromEpochMs: undefined, toEpochMs: undefined };

/** Processes one page. A page may be repeated at any time, because a closed period is not changed again. */
export async function closeOver(
  ports: AdminPorts,
  requested: Requested,
  { month, cursor }: CloseQuestion,
): Promise<ClosedPage> {
  // Only the first page writes an audit entry for the run. When and how each period ended is recorded in the period
  // itself.
  if (cursor === undefined) await logRun(ports, requested, month);
  if (isCursorOf(feeListOf(), cursor)) return recordFees(ports, requested, { month, cursor });
  const { rows, next } = await listLedgers(ports, {
    tenant: undefined,
    cursor,
    limit: PAGE,
    ...(month === undefined ? ALL_TIME : monthBounds(month)),
  });
  const counts = noCounts();
  const ledgers = rows.filter(({ row }) => month === undefined || row.month === month).reverse();
  const work = async (): Promise<void> => {
    for (let ledger = ledgers.pop(); ledger !== undefined; ledger = ledgers.pop()) {
      const { periodEnd, state } = ledger.row;
      if (Date.parse(periodEnd) + LATE_MS <= requested.atEpochMs)
        await closeOne(ports, ledger, requested.atEpochMs, counts);
      // A ledger that a change of plan has ended in its period is not open, and its usage is recorded with the others.
      else if (state !== 'closed') counts.running += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (next !== undefined) return { ...toPage(counts), next };
  const fees = await recordFees(ports, requested, { month, cursor: undefined });
  return {
    ...fees,
    ...toPage({
      ...counts,
      closed: counts.closed + fees.closed,
      recorded: counts.recorded + fees.recorded,
      running: counts.running + fees.running,
      named: [...counts.named, ...(fees.named ?? [])].slice(0, NAMED),
    }),
  };
}

function noCounts(): Counts {
  return { closed: 0, recorded: 0, corrected: 0, running: 0, named: [], namedCorrected: [] };
}

function toPage({ named, corrected, namedCorrected, ...counts }: Counts): ClosedPage {
  return {
    ...counts,
    ...(named.length > 0 && { named }),
    ...(corrected > 0 && { corrected, namedCorrected }),
  };
}

function noteName(named: PeriodName[], { tenant, limit, key, periodStart }: UsageRow): void {
  if (named.length < NAMED) named.push({ tenant, limit, ...(key !== undefined && { key }), periodStart });
}

/** Records the fees that are due for periods without requests. They come last, because these periods have no ledger. */
async function recordFees(
  ports: AdminPorts,
  { atEpochMs }: Requested,
  { month, cursor }: CloseQuestion,
): Promise<ClosedPage> {
  const question = { tenant: undefined, cursor, ...(month === undefined ? ALL_TIME : monthBounds(month)) };
  const { rows, next } = await listDueFees(ports, question, atEpochMs, 'ended');
  const counts = noCounts();
  for (const { row, pk, planVersion, term, head } of rows) {
    if (month !== undefined && row.month !== month) continue;
    if (Date.parse(row.periodEnd) + LATE_MS > atEpochMs) {
      counts.running += 1;
      continue;
    }
    const written = await ports.store.update(head);
    if (written.kind === 'unknown' || written.kind === 'rejected') throw unavailable(written.reason);
    const item = { ver: planVersion, ...(term !== undefined && { term }) };
    const { isNew } = await recordUsage(ports, atEpochMs, () => Promise.resolve({ row, pk, item }));
    if (!isNew) continue;
    counts.closed += 1;
    counts.recorded += 1;
    noteName(counts.named, row);
  }
  return {
    ...toPage(counts),
    ...(month === undefined && { endedSince: new Date(atEpochMs - KEEP_MS).toISOString() }),
    ...(next !== undefined && { next }),
  };
}

async function closeOne(
  ports: AdminPorts,
  { subject, key, row }: ListedLedger,
  atEpochMs: number,
  counts: Counts,
): Promise<void> {
  let isClosed = false;
  if (row.state !== 'closed') {
    const outcome = await ports.store.update(closeWrite(key, atEpochMs));
    if (outcome.kind === 'unknown' || outcome.kind === 'rejected') throw unavailable(outcome.reason);
    isClosed = outcome.kind === 'done';
  }
  const recorded = await recordUsage(ports, atEpochMs, async () => {
    const whole = await readShards(ports.store, key, await readItem(ports.store, key));
    if (whole.kind === 'unavailable') throw unavailable(whole.reason);
    const { item } = whole;
    // The ledger has expired since it was listed.
    if (item === undefined) return undefined;
    return { row: toUsageRow(subject, ledgerOf(row), item), pk: key.pk, item };
  });
  const isNew = recorded?.isNew === true;
  counts.closed += isClosed ? 1 : 0;
  counts.recorded += isNew ? 1 : 0;
  if (isClosed) noteName(counts.named, row);
  else if (isNew && recorded.record.version > 1) {
    counts.corrected += 1;
    noteName(counts.namedCorrected, row);
  }
}

async function logRun(ports: AdminPorts, requested: Requested, month: string | undefined): Promise<void> {
  const target = { month: month ?? 'all' };
  const asked = { kind: 'close-over', pk: 'AUDIT#close-over', target, input: {} };
  await applyOperation(ports, requested, asked, () =>
    Promise.resolve({
      writes: (record) => [recordWrite(asked, requested, record)],
      before: {},
      after: {},
    }),
  );
}
