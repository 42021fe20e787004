/** Rate limits, broken; each must be caught direct and leased. */
import { patch } from './patch.ts';
import type { Mutant, Patch } from './patch.ts';

const RATE_PATCHES: readonly { readonly name: string; readonly patches: readonly Patch[] }[] = [
  {
    name: 'idle time adds to the burst',
    patches: [
      patch(
        'holding/rate-limit.ts',
        "change: { kind: 'update', set: { tat: nowUs + increment, expiresAt } },",
        "change: tatUs === undefined ? { kind: 'update', set: { tat: nowUs + increment, expiresAt } } : { kind: 'update', add: { tat: increment }, set: { expiresAt } },",
      ),
    ],
  },
  {
    name: 'burst not lowered for age and skew',
    patches: [
      patch(
        'plan/plan.ts',
        'return Math.floor(limit.burst - (limit.rate / limit.perSeconds) * lateSeconds);',
        'return limit.burst + 0 * lateSeconds;',
      ),
    ],
  },
  {
    name: 'timeout taken as granted',
    patches: [
      patch(
        'holding/rate-lease.ts',
        "        case 'unknown':\n",
        "        case 'unknown':\n          this.#batches.push({ units, sentAt });\n",
      ),
    ],
  },
  {
    name: 'units are used at any age',
    patches: [
      patch(
        'holding/rate-lease.ts',
        'elapsedMs(clock, sentAt) <= this.#limit.maxAgeMs',
        'elapsedMs(clock, sentAt) >= 0',
      ),
    ],
  },
  {
    name: 'age counted from the reply',
    patches: [
      patch(
        'holding/rate-lease.ts',
        'this.#batches.push({ units, sentAt });\n          this.#observeGrant',
        'this.#batches.push({ units, sentAt: momentOf(this.#at.clock) });\n          this.#observeGrant',
      ),
    ],
  },
  {
    name: 'age by a clock that stands still',
    patches: [
      patch(
        'age.ts',
        'Math.max(0, clock.monotonicMs() - since.monotonicMs, clock.nowEpochMs() - since.wallMs)',
        'Math.max(0, clock.monotonicMs() - since.monotonicMs)',
      ),
    ],
  },
];

export const RATE_MUTANTS: readonly Mutant[] = ['rate-direct', 'rate-leased'].flatMap((model) =>
  RATE_PATCHES.map((mutant) => ({ ...mutant, model })),
);
