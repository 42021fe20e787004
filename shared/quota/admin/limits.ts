/** Changes one limit of one subject: tops it up, sets another limit, resets, suspends or resumes it. */
import { DomainError, RequestInvalid } from '../../errors.ts';
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';
import {
  adjustWrites,
  headKey,
  ledgerKey,
  openingCredits,
  parseLedger,
  resumeWrite,
  subjectList,
  suspendWrite,
} from '../ledger/ledger.ts';
import type { LedgerState } from '../ledger/ledger.ts';
import { periodId } from '../ledger/period.ts';
import type { Period } from '../ledger/period.ts';
import { limitNewsWrite, NEWS_DIGITS } from '../plan/plan-news.ts';
import { MAX_UNITS } from '../plan/plan.ts';
import { recallUnits } from '../ledger/shards.ts';
import { applyOperation, recordWrite } from './operation.ts';
import type { AdminPorts, ChangeRequest, AppliedOperation, Requested } from './operation.ts';
import { findLedger, findOpenLedger, idOf } from './subject-ledger.ts';
import type { LedgerQuestion, SubjectLedger } from './subject-ledger.ts';

type Adjustment = {
  readonly units: number;
  readonly limit?: number;
  readonly restored?: number;
  readonly carriedBack?: number;
};

export function topUp(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion,
  units: number,
): Promise<AppliedOperation> {
  return adjust(ports, requested, question, { kind: 'top-up', input: { units } }, () => ({ units }));
}

/**
 * Sets another limit for the period. Top-ups and overage do not change. If they and the new limit together are lower
 * than what is already charged, no more requests are admitted.
 */
export function setLimit(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion,
  limit: number,
): Promise<AppliedOperation> {
  return adjust(ports, requested, question, { kind: 'set-limit', input: { limit } }, (ledger) => ({
    // The units are the difference of the opening credits, not of the limits. If a customer was downgraded to a limit
    // below its usage so far, the usage beyond that limit is subtracted from a higher limit.
    units: openingCredits({ ...ledger, limit }) - openingCredits(ledger),
    limit,
  }));
}

/**
 * Gives all charged units of the period back to the subject, including units that were charged under earlier plans of
 * the period. Units that processes have leased can still be used in addition. The units that are given back are added
 * to `credits`.
 */
export function reset(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion,
): Promise<AppliedOperation> {
  return adjust(ports, requested, question, { kind: 'reset', input: {} }, (ledger) => {
    const charged = ledger.credits - ledger.restored - ledger.remaining;
    const carriedBack = ledger.carried;
    return {
      units: charged + openingCredits({ ...ledger, carriedBack }) - openingCredits(ledger),
      restored: ledger.restored + charged,
      carriedBack,
    };
  });
}

/** Suspends the limit. No more requests are admitted, in this period and later periods, until the limit is resumed. */
export function suspend(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion,
): Promise<AppliedOperation> {
  return change(ports, requested, question, 'suspend', (found) => {
    const { id, plan, limit, period, item } = found;
    const head = { plan: plan.id, level: limit.level, list: subjectList(id.tenant) };
    const susp = requested.atEpochMs;
    return [
      { purpose: 'suspend', key: headKey(id), when: [], change: { kind: 'update', set: { ...head, susp } } },
      // If the period has no ledger, the write requires that it is still absent. Otherwise a ledger that is opened
      // between the read and the write would stay open although the head is suspended.
      item === undefined ? absent(ledgerKey(id, period)) : suspendWrite(ledgerKey(id, period), susp),
    ];
  });
}

export function resume(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion,
): Promise<AppliedOperation> {
  return change(ports, requested, question, 'resume', ({ id, period, item }) => [
    { purpose: 'resume', key: headKey(id), when: [], change: { kind: 'update', remove: ['susp'] } },
    ...(item === undefined ? [] : [resumeWrite(ledgerKey(id, period))]),
  ]);
}

async function adjust(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion,
  { kind, input }: Pick<ChangeRequest, 'kind' | 'input'>,
  adjustmentOf: (ledger: LedgerState) => Adjustment,
): Promise<AppliedOperation> {
  const asked = changeRequestOf(question, { kind, input });
  let lowered: Pick<SubjectLedger, 'id' | 'period'> | undefined;
  const done = await applyOperation(ports, requested, asked, async () => {
    const { id, period, item } = await findOpenLedger(ports, question, requested.atEpochMs);
    const ledger = parseLedger(item);
    refuseClosed(ledger, period);
    const { units, limit, restored, carriedBack } = adjustmentOf(ledger);
    if (ledger.credits + units > MAX_UNITS)
      throw new RequestInvalid(
        limit === undefined ? 'units' : 'limit',
        `would exceed ${MAX_UNITS} units in total`,
      );
    if (units < 0 && item['mov'] !== undefined) lowered = { id, period };
    const by = {
      operationId: requested.operationId,
      kind,
      units,
      basedOn: ledger,
      ...(limit !== undefined && { limit }),
      ...(units < 0 && { covered: ledger.covered }),
      ...(restored !== undefined && { restored }),
      ...(carriedBack !== undefined && { carriedBack }),
    };
    return {
      writes: (record) => adjustWrites(ledgerKey(id, period), { ...by, record }, requested.atEpochMs),
      before: describe(ledger, periodId(period)),
      after: describe(
        {
          ...ledger,
          limit: limit ?? ledger.limit,
          credits: ledger.credits + units,
          remaining: ledger.remaining + units,
        },
        periodId(period),
      ),
    };
  });
  // If this call fails, no harm is done, because the processes that charge requests recall the units when they next
  // read the root.
  if (lowered !== undefined) await recallUnits(ports.store, lowered.id, lowered.period);
  return done;
}

function change(
  ports: AdminPorts,
  requested: Requested,
  question: LedgerQuestion,
  kind: 'suspend' | 'resume',
  writesOf: (found: SubjectLedger) => readonly ItemWrite[],
): Promise<AppliedOperation> {
  const asked = changeRequestOf(question, { kind, input: {} });
  return applyOperation(ports, requested, asked, async () => {
    const found = await findLedger(ports, question, requested.atEpochMs);
    if (found.item !== undefined) refuseClosed(parseLedger(found.item), found.period);
    const isSuspended = (item: Item | undefined): boolean => item?.['susp'] !== undefined;
    return {
      writes: (record) => [
        recordWrite(asked, requested, record),
        ...writesOf(found),
        // Processes that have leased units of the limit notice the change when they next read the plan.
        limitNewsWrite(found.plan.id, requested.atEpochMs, ports.random.hex(NEWS_DIGITS)),
      ],
      before: { suspended: isSuspended(found.head) || isSuspended(found.item) },
      after: { suspended: kind === 'suspend' },
    };
  });
}

/**
 * Builds the change request. It contains the period only if the user named it, so that the same request repeated
 * tomorrow is still the same request.
 */
export function changeRequestOf(
  question: LedgerQuestion,
  { kind, input }: Pick<ChangeRequest, 'kind' | 'input'>,
): ChangeRequest {
  const { tenant, key, route, limit, periodEpochMs, plan } = question;
  const target = {
    tenant,
    ...(key !== undefined && { key }),
    ...(route !== undefined && { route }),
    limit,
    ...(periodEpochMs !== undefined && { period: new Date(periodEpochMs).toISOString() }),
    ...(plan !== undefined && { plan }),
  };
  return { kind, pk: headKey(idOf(question)).pk, target, input };
}

function absent(key: ItemKey): ItemWrite {
  return { purpose: 'suspend', key, when: [{ attribute: 'rem', is: 'absent' }], change: { kind: 'check' } };
}

function refuseClosed({ closed }: LedgerState, { endEpochMs }: Period): void {
  if (closed)
    throw new DomainError(
      'PERIOD_CLOSED',
      `the period is closed, so it cannot be changed; wait for the next one, which begins on ${new Date(endEpochMs).toISOString()}`,
    );
}

function describe(
  { limit, credits, remaining }: Pick<LedgerState, 'limit' | 'credits' | 'remaining'>,
  period: string,
): Readonly<Record<string, unknown>> {
  return { period, limit, credits, remaining };
}
