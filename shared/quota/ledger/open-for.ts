/** Opens the period that a request is charged to, or returns where the request is charged instead. */
import type { Acquired, Moved, RefusalReason } from '../holding/holding.ts';
import type { HolderPorts } from '../holding/holder-ports.ts';
import { isSamePeriod } from './line.ts';
import { openPeriod } from './open-period.ts';
import type { OpenRequest } from './open-period.ts';
import { periodAt } from './period.ts';

/**
 * Opens the period. Returns undefined if it is open or may be open.
 * @param storeEpochMs the time of the store's clock, if known
 */
export async function openFor(
  wanted: Omit<OpenRequest, 'nowEpochMs'>,
  storeEpochMs: number | undefined,
  { store, clock }: Pick<HolderPorts, 'store' | 'clock'>,
): Promise<Moved | Extract<Acquired, { kind: 'plan-changed' }> | RefusalReason | undefined> {
  const { period, limit } = wanted;
  if (!isSamePeriod(periodAt(limit.period, period.startEpochMs), period))
    return { kind: 'moved', from: wanted, to: undefined };
  const opened = await openPeriod({ ...wanted, nowEpochMs: storeEpochMs ?? clock.nowEpochMs() }, store);
  switch (opened.kind) {
    case 'ready':
      return undefined;
    case 'gone':
      return 'quota-exceeded';
    case 'suspended':
    case 'unavailable':
      return opened.kind;
    case 'moved':
      return { kind: 'moved', from: wanted, to: opened.period };
    case 'renamed':
      return { kind: 'moved', from: wanted, to: opened.id };
    default:
      return opened;
  }
}
