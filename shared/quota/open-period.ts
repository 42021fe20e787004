/** Creates a period's ledger at first contact: once ever, by the newest plan, not before its time. */
import type { ItemStore } from '../ports.ts';
import type { RefusedMember, TransactOutcome } from '../table/item-write.ts';
import { openWrites } from './ledger.ts';
import type { LedgerId, Opening } from './ledger.ts';
import type { Period } from './period.ts';
import type { QuotaLimit } from './plan.ts';

export type OpenRequest = {
  readonly id: LedgerId;
  readonly period: Period;
  readonly limit: QuotaLimit;
  readonly plan: { readonly id: string; readonly version: number };
  /** By the store's clock if it has one: the local one may be the one that is wrong. */
  readonly nowEpochMs: number;
};

export type Opened =
  /** It is there, or may be: go on and ask it. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'plan-changed' }
  | { readonly kind: 'moved'; readonly startEpochMs: number }
  /** The period is long over and its ledger was taken away. */
  | { readonly kind: 'gone' }
  /** Nothing of the subject is opened until an operator resumes it. */
  | { readonly kind: 'suspended' }
  | { readonly kind: 'unavailable' };

/** A period may be opened this long before it begins by the store's clock: requests of it arrive by other clocks. */
const EARLY_MS = 10_000;

export async function openPeriod(request: OpenRequest, store: ItemStore): Promise<Opened> {
  const { limit, period } = request;
  // A fast clock must not push the head into the future: every period up to it would count as past.
  if (period.startEpochMs > request.nowEpochMs + EARLY_MS) return { kind: 'unavailable' };
  const whole = limit.quota + limit.overage;
  if (limit.initialUsage === 0) return toOpened(request, await open(request, 'any', whole, store));
  const first = await open(request, 'first', whole - limit.initialUsage, store);
  const hasHead = first.kind === 'refused' && first.members[1]?.holds === false;
  return toOpened(request, hasHead ? await open(request, 'later', whole, store) : first);
}

function open(
  { id, period, limit, plan }: OpenRequest,
  head: Opening['head'],
  credits: number,
  store: ItemStore,
): Promise<TransactOutcome> {
  const { quota, overage, level, wasteBudget } = limit;
  const isSharded = limit.shards !== undefined;
  return store.transact(
    openWrites({ id, period, plan, credits, limit: quota, overage, level, wasteBudget, head, isSharded }),
  );
}

function toOpened(request: OpenRequest, outcome: TransactOutcome): Opened {
  switch (outcome.kind) {
    case 'done':
    case 'unknown':
      return { kind: 'ready' };
    case 'rejected':
      return outcome.retryable ? { kind: 'ready' } : { kind: 'unavailable' };
    case 'refused':
      return explain(request, outcome.members);
  }
}

function explain({ period }: OpenRequest, [plan, head, ledger]: readonly RefusedMember[]): Opened {
  if (ledger?.holds === false) return { kind: 'ready' };
  if (plan?.holds === false) return { kind: 'plan-changed' };
  if (head?.holds === false && head.item?.['susp'] !== undefined) return { kind: 'suspended' };
  const current = head?.holds === false ? head.item?.['cur'] : undefined;
  if (typeof current !== 'string') return { kind: 'ready' };
  const startEpochMs = Date.parse(current);
  return startEpochMs > period.startEpochMs ? { kind: 'moved', startEpochMs } : { kind: 'gone' };
}
