/**
 * Closes all periods that have ended, in scheduled rounds. An invocation continues at the point where the previous
 * invocation stopped.
 */
import { DomainError } from '../../errors.ts';
import type { ItemStore } from '../../ports.ts';
import { closeOver } from './close-over.ts';
import type { ClosedPage } from './close-over.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';

/** The progress of a round. It is saved after each page, so after an interruption only one page is processed again. */
type Round = {
  /**
   * Version number of the saved progress. It prevents two concurrent invocations from resetting each other's progress.
   */
  readonly version: number;
  readonly startedEpochMs: number;
  /** The position at which the round continues; undefined if the round is complete. */
  readonly cursor: string | undefined;
};

type ClosedPart = Omit<ClosedPage, 'next'> & {
  /** Whether the round is complete, so the next invocation has nothing to do. */
  readonly isWhole: boolean;
};

const KEY = { pk: 'AUDIT#close-over', sk: 'ROUND' };
/**
 * Minimum time between two rounds. It is a little less than a day, so that there is a round every day even if the
 * hourly invocation comes early or late.
 */
const EVERY_MS = 23 * 3_600_000;
/**
 * Maximum duration of a round. If a round takes longer, an operator must be informed, because ledgers expire 35 days
 * after their period.
 */
const LATE_AFTER_MS = 14 * 24 * 3_600_000;

/**
 * Processes as many pages of the current round as `withinMs` allows, but at least one. If the last round is complete
 * and the next is not due yet, does nothing.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable, or if the round began more than two weeks ago
 * and is still not complete
 */
export async function closeAllOver(
  ports: AdminPorts,
  by: string,
  atEpochMs: number,
  withinMs: number,
): Promise<ClosedPart> {
  const sums = { closed: 0, recorded: 0, running: 0 };
  const last = await readRound(ports.store);
  if (last?.cursor === undefined && atEpochMs - (last?.startedEpochMs ?? -Infinity) < EVERY_MS)
    return { ...sums, isWhole: true };
  const startedEpochMs = last?.cursor === undefined ? atEpochMs : last.startedEpochMs;
  const requested = { operationId: `round-${new Date(startedEpochMs).toISOString()}`, by, atEpochMs };
  const startedMs = performance.now();
  let { version = 0, cursor }: Partial<Round> = last ?? {};
  for (;;) {
    const page = await closeOver(ports, requested, { month: undefined, cursor });
    for (const name of ['closed', 'recorded', 'running'] as const) sums[name] += page[name];
    cursor = page.next;
    const isMine = await saveRound(ports.store, { version: (version += 1), startedEpochMs, cursor });
    if (cursor === undefined || !isMine) return { ...sums, isWhole: cursor === undefined };
    if (performance.now() - startedMs > withinMs) break;
  }
  if (atEpochMs - startedEpochMs > LATE_AFTER_MS)
    throw new DomainError(
      'STORE_UNAVAILABLE',
      'not all periods could be closed within two weeks, but a ledger expires five weeks after its period',
    );
  return { ...sums, isWhole: false };
}

async function readRound(store: ItemStore): Promise<Round | undefined> {
  const item = await readItem(store, KEY);
  if (item === undefined) return undefined;
  const cursor = item['cursor'];
  return {
    version: Number(item['ver']),
    startedEpochMs: Number(item['begunAt']),
    cursor: typeof cursor === 'string' ? cursor : undefined,
  };
}

/**
 * Saves the progress of the round.
 * @returns false if another invocation is running the round
 */
async function saveRound(store: ItemStore, { version, startedEpochMs, cursor }: Round): Promise<boolean> {
  const before = { attribute: 'ver' } as const;
  const outcome = await store.update({
    purpose: 'record',
    key: KEY,
    when: [version === 1 ? { ...before, is: 'absent' } : { ...before, is: 'equal', value: version - 1 }],
    change: {
      kind: 'put',
      item: { ver: version, begunAt: startedEpochMs, ...(cursor !== undefined && { cursor }) },
    },
  });
  if (outcome.kind === 'unknown' || outcome.kind === 'rejected') throw unavailable(outcome.reason);
  return outcome.kind === 'done';
}
