/** Tells once per threshold and period that so much of a quota is gone. */
import type { HolderPorts } from './holder-ports.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import { alarmWrite } from './ledger.ts';
import type { LedgerId, LedgerState } from './ledger.ts';
import type { Period } from './period.ts';

/** Thresholds that what was granted has reached, and that nobody has raised. */
function dueAlarms(seen: LedgerState, percents: readonly number[]): readonly number[] {
  const consumed = seen.credits - seen.remaining;
  return percents.filter((percent) => consumed * 100 >= percent * seen.limit && !seen.alarmed.has(percent));
}

/**
 * Marks each threshold that is due; of all holders that try, one is
 * the one that tells it.
 * @param note hears how the ledger stands after each mark
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
