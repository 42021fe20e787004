/** News of a customer's record, broken: processes that are not told, or do not listen. */
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
        'plan/customer-book.ts',
        'if (ageMs <= freshMs && !this.#isBehind(name, entry)) return entry;',
        'if (ageMs <= freshMs) return entry;',
      ),
    ],
  },
  {
    name: 'the record of a suspended customer is used as long as any other',
    model: 'quota-news',
    patches: [
      patch(
        'plan/customer-book.ts',
        'Math.min(SUSPENDED_FRESH_MS, this.#freshMs)',
        'Math.max(SUSPENDED_FRESH_MS, this.#freshMs)',
      ),
    ],
  },
];
