/** Customers on record, broken: plans that are not enforced, come too early, or give units again. */
import { patch } from './patch.ts';
import type { Mutant } from './patch.ts';

export const CUSTOMER_MUTANTS: readonly Mutant[] = [
  {
    name: 'an upgrade gives again what was used',
    model: 'quota-customers',
    patches: [patch('ledger/open-period.ts', 'carried: before }', 'carried: before - carried }')],
  },
  {
    name: 'after a downgrade the ledger of the larger plan continues granting',
    model: 'quota-customers',
    patches: [
      patch(
        'ledger/ledger.ts',
        "    when.push({ attribute: 'term', is: 'at-least', value: grant.termEpochMs });\n",
        '    when.push();\n',
      ),
      patch(
        'holding/lease.ts',
        '(isShard || !isBeforeTerm(item, this.#termEpochMs))',
        '(isShard || item !== undefined)',
      ),
    ],
  },
  {
    name: 'a cancelled customer continues',
    model: 'quota-customers',
    patches: [patch('plan/terms-book.ts', "if (customer.state !== 'active')", 'if (customer.version < 0)')],
  },
  {
    name: 'a plan after a trial begins with the trial',
    model: 'quota-customers',
    patches: [patch('plan/customer.ts', 'fromEpochMs <= epochMs)', 'fromEpochMs <= epochMs + 3_600_000)')],
  },
  {
    name: "a customer's own limit is that of its plan",
    model: 'quota-customers',
    patches: [
      patch('plan/customer.ts', 'quota: limits[limit.id] }', 'quota: 0 * Number(limits[limit.id]) + 9 }'),
    ],
  },
  {
    name: 'an older term ends the ledger of a newer one',
    model: 'quota-customers',
    patches: [
      patch('ledger/open-period.ts', '!isBeforeTerm(item, termEpochMs) || !mayEnd', 'false || !mayEnd'),
      patch('ledger/open-period.ts', '  if (!isBeforeTerm(item, at.termEpochMs)) return false;\n', ''),
      patch('ledger/opening.ts', ', ...isNotLater]', ']'),
    ],
  },
  {
    name: 'a record is used as long as the process lives',
    model: 'quota-customers',
    patches: [
      patch(
        'plan/terms-book.ts',
        'if (freshMs !== undefined && elapsedMs(this.#clock, entry.confirmedAt) <= freshMs)',
        '',
      ),
    ],
  },
  {
    name: 'a frozen process believes an answer from before',
    model: 'quota-customers',
    patches: [
      patch(
        'plan/terms-book.ts',
        ' || this.#fresh(key, atEpochMs) !== undefined)',
        ' || name !== undefined)',
      ),
    ],
  },
];
