/** A plan that changes its periods, broken: units that are there again, and keys that are locked out. */
import { patch } from './patch.ts';
import type { Mutant } from './patch.ts';

export const PLAN_MUTANTS: readonly Mutant[] = [
  {
    name: 'a ledger that begins with the period and ends at another time is charged',
    model: 'quota-plans',
    patches: [
      patch(
        'ledger/ledger.ts',
        '  if (grant.endEpochMs !== undefined) when.push(whenOf(grant.endEpochMs));\n',
        '',
      ),
    ],
  },
  {
    name: 'what was used before a change does not count',
    model: 'quota-plans',
    patches: [patch('ledger/open-period.ts', 'carried: before }', 'carried: before - carried }')],
  },
  {
    name: 'only the ledger in force counts in the one that takes its place',
    model: 'quota-plans',
    patches: [
      patch(
        'ledger/open-period.ts',
        'chargedIn(id, before, store)',
        'chargedIn(id, before.slice(0, 1), store)',
      ),
    ],
  },
  {
    name: 'only the ledger in force is ended if more count',
    model: 'quota-plans',
    patches: [
      patch(
        'ledger/open-period.ts',
        '    before.map((each) => store',
        '    before.slice(0, 1).map((each) => store',
      ),
    ],
  },
  {
    name: 'the ledger that another takes the place of continues granting',
    model: 'quota-plans',
    patches: [
      patch(
        'ledger/opening.ts',
        'set: { closed: nowEpochMs, nxt: termEpochMs ?? 1 }',
        'set: { nxt: nowEpochMs }',
      ),
    ],
  },
  {
    name: 'what was used is read before the ledger is ended',
    model: 'quota-plans',
    patches: [
      patch(
        'ledger/open-period.ts',
        '  const ended = await Promise',
        '  const carried = await chargedIn(id, before, store);\n  const ended = await Promise',
      ),
      patch(
        'ledger/open-period.ts',
        '  const carried = await chargedIn(id, before, store);\n  if (carried === undefined)',
        '  if (carried === undefined)',
      ),
    ],
  },
  {
    name: 'two open the next ledger by two rules',
    model: 'quota-plans',
    patches: [
      patch(
        'ledger/opening.ts',
        "        { attribute: 'cur', is: 'equal', value: new Date(head.cur).toISOString() },\n        head.from === undefined\n          ? { attribute: 'rule', is: 'absent' }\n          : { attribute: 'rule', is: 'equal', value: head.from },",
        "        { attribute: 'cur', is: 'absent-or-below', value: start },",
      ),
    ],
  },
  {
    name: 'the next period is opened by another rule without a look',
    model: 'quota-plans',
    patches: [
      patch('ledger/opening.ts', "        { attribute: 'rule', is: 'equal', value: head.rule },\n", ''),
    ],
  },
  {
    name: 'a limit under another id begins again',
    model: 'quota-plans',
    patches: [
      patch(
        'ledger/open-period.ts',
        'if (before === undefined || id.limit !== limit.id)',
        'if (before !== id.limit)',
      ),
    ],
  },
];
