import type { HolderPorts } from '../holding/holder-ports.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { alarmWrite } from '../ledger/ledger.ts';
import type { LedgerId, LedgerState } from '../ledger/ledger.ts';
import type { Period } from '../ledger/period.ts';

/** Returns the thresholds that the granted units have reached and that are not marked yet. */
function dueAlarms(seen: LedgerState, percents: readonly number[]): readonly number[] {
  const consumed = seen.credits - seen.remaining;
  return percents.filter((percent) => consumed * 100 >= percent * seen.limit && !seen.alarmed.has(percent));
}

/**
 * Marks the thresholds that are due. If several holders try to mark a threshold, only one succeeds and emits the event.
 * @param note called with the ledger after each mark
 */
export async function raiseAlarms(
  { key, id, period }: { readonly key: ItemKey; readonly id: LedgerId; readonly period: Period },
  seen: LedgerState,
  percents: readonly number[],
  { store, clock, observe }: Pick<HolderPorts, 'store' | 'clock' | 'observe'>,
  note: (item: Item) => void,
): Promise<void> {
  for (const percent of dueAlarms(seen, percents)) {
    const outcome = await store.update(alarmWrite(key, percent, clock.nowEpochMs()));
    if (outcome.kind !== 'done') continue;
    note(outcome.item);
    observe({ kind: 'alarm', id, period, percent });
  }
}
