import { DomainError } from '../../errors.ts';
import { closeWrite, headKey, ledgerKey, parseLedger } from '../ledger/ledger.ts';
import { periodId } from '../ledger/period.ts';
import { changeRequestOf } from './limits.ts';
import { applyOperation, recordWrite } from './operation.ts';
import type { AdminPorts, AppliedOperation, Requested } from './operation.ts';
import { findLedger, rowOf } from './subject-ledger.ts';
import type { LedgerQuestion } from './subject-ledger.ts';
import { recordUsage } from './record-usage.ts';
import type { UsageRecord } from './usage-record.ts';

export type Closed = { readonly operation: AppliedOperation; readonly record: UsageRecord };

/**
 * Maximum time after the end of a period within which its requests may still be reported. It is the maximum run time of
 * a Lambda function.
 */
export const LATE_MS = 15 * 60_000;

/**
 * Closes a period that has ended, and records its usage. If more usage was reported after a first closing, closing
 * again writes a correction as the next version. Otherwise the existing record is returned.
 * @throws DomainError PERIOD_RUNNING until 15 minutes after the period's end, and the errors of `findLedger` and
 * `applyOperation`
 */
export async function closePeriod(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion & { readonly periodEpochMs: number },
): Promise<Closed> {
  const asked = changeRequestOf(question, { kind: 'close', input: {} });
  const operation = await applyOperation(ports, requested, asked, async () => {
    const { id, period, item } = await findLedger(ports, question, requested.atEpochMs);
    const opensAt = period.endEpochMs + LATE_MS;
    if (requested.atEpochMs < opensAt || item === undefined)
      throw new DomainError(
        'PERIOD_RUNNING',
        `the period can be closed from ${new Date(opensAt).toISOString()} on, because requests may arrive until then`,
      );
    const { closed } = parseLedger(item);
    const close = closeWrite(ledgerKey(id, period), requested.atEpochMs);
    return {
      writes: (record) => [recordWrite(asked, requested, record), ...(closed ? [] : [close])],
      before: { period: periodId(period), closed },
      after: { period: periodId(period), closed: true },
    };
  });
  const { record } = await recordUsage(ports, requested.atEpochMs, async () => {
    const found = await findLedger(ports, question, requested.atEpochMs);
    return { row: rowOf(found), pk: headKey(found.id).pk, item: found.item ?? {} };
  });
  return { operation, record };
}
