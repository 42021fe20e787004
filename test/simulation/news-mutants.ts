/** News of a customer's record, broken: processes that are not notified, or ignore it. */
import { patch } from './patch.ts';
import type { Mutant } from './patch.ts';

export const NEWS_MUTANTS: readonly Mutant[] = [
  {
    name: 'a change is announced on no ledger',
    model: 'quota-news',
    patches: [
      patch('admin/announce.ts', 'if (ledger === undefined) return false;', 'if (pk !== "") return false;'),
    ],
  },
  {
    name: 'news in an answer of the table is not heard',
    model: 'quota-news',
    patches: [patch('plan/news.ts', "if (typeof version === 'number')", "if (typeof version === 'boolean')")],
  },
  {
    name: 'a record that is known to be outdated is still used',
    model: 'quota-news',
    patches: [
      patch(
        'plan/terms-book.ts',
        'this.#isBehind(name, entry) ? undefined : this.#confirm(entry, atEpochMs)',
        'this.#confirm(entry, atEpochMs)',
      ),
    ],
  },
  {
    name: 'the record of a suspended customer is used as long as any other',
    model: 'quota-news',
    patches: [
      patch(
        'plan/terms-book.ts',
        'Math.min(SUSPENDED_FRESH_MS, this.#freshMs)',
        'Math.max(SUSPENDED_FRESH_MS, this.#freshMs)',
      ),
    ],
  },
  {
    name: 'a change to a record tells no plan',
    model: 'quota-news',
    patches: [
      patch('admin/customers.ts', 'return plans.filter((_, at) => items[at] !== undefined);', 'return [];'),
    ],
  },
  {
    name: 'a plan that confirms records is read once a minute',
    model: 'quota-news',
    patches: [
      patch(
        'plan/plan-book.ts',
        'entry.isWatched ? Math.min(entry.freshMs, this.newsEveryMs) : entry.freshMs',
        'entry.freshMs',
      ),
    ],
  },
  {
    name: 'news of a plan that differ confirm the record',
    model: 'quota-news',
    patches: [patch('plan/terms-book.ts', 'if (entry.news.mark !== news.mark) return undefined;', '')],
  },
  {
    name: 'a lease does not read a ledger that may be suspended',
    model: 'quota-news',
    patches: [patch('holding/lease.ts', 'this.#plan.id === planId', 'this.#plan.id !== planId')],
  },
  {
    name: 'a suspension of a limit tells no plan',
    model: 'quota-news',
    patches: [patch('plan/plan-news.ts', '{ [LIMIT_NEWS]: `${atEpochMs}#${digits}` }', '{ other: digits }')],
  },
  {
    name: 'requests are decided by the terms from before the news were read',
    model: 'quota-news',
    patches: [
      patch(
        'quotas.ts',
        "return { kind: 'unavailable' };\n    return this.#termsOf(request, atEpochMs);",
        "return { kind: 'unavailable' };\n    return terms;",
      ),
    ],
  },
];
