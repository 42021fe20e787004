/** Mutants of what a holder reports to the ledger: bills that differ from the use, and units that exist twice. */
import { patch } from './patch.ts';
import type { Mutant } from './patch.ts';

const FENCE = "{ attribute: mark, is: 'absent-or-below', value: fence },";
const RETURN_WITHOUT_FENCE = patch(
  'ledger/ledger.ts',
  FENCE,
  `...(purpose === 'return' ? [] : [${FENCE.slice(0, -1)} as const]),`,
);

export const BILL_MUTANTS: readonly Mutant[] = [
  {
    name: 'units that wait for their request are taken off an exact bill',
    model: 'quota',
    patches: [patch('ledger/stock.ts', 'isExact ? Math.max(0, untold) : untold', 'untold')],
  },
  {
    name: 'an exact bill of what was admitted on trust',
    model: 'quota-bounded',
    patches: [patch('holding/lease.ts', "if (this.#limit.billing === 'exact' || ", 'if (')],
  },
  {
    name: 'usage report repeated',
    model: 'quota',
    patches: [
      patch(
        'ledger/stock.ts',
        "if (sent.kind !== 'done') this.#reportLater(report);",
        "this.#reportLater(report);\n    if (sent.kind !== 'done');",
      ),
    ],
  },
  {
    name: 'usage report dropped with a grant that was refused',
    model: 'quota',
    patches: [patch('ledger/stock.ts', 'this.#reportLater(report);\n    else if', ';\n    else if')],
  },
  {
    name: 'a write counts as often as it arrives',
    model: 'quota',
    patches: [patch('ledger/ledger.ts', FENCE, '')],
  },
  {
    name: 'a write that was given up is not looked for',
    model: 'quota',
    patches: [patch('ledger/own-writes.ts', 'this.#abandoned[0]?.sequence ?? by.sequence', 'by.sequence')],
  },
  {
    name: 'a write that was refused is not looked for',
    model: 'quota-resend',
    patches: [
      patch(
        'ledger/own-writes.ts',
        '        this.#remember({ ...abandoned, onLost: () => undefined });\n',
        '',
      ),
    ],
  },
  {
    name: 'what has landed after all is not undone',
    model: 'quota',
    patches: [
      patch(
        'ledger/own-writes.ts',
        '!landed.stands) this.#landed =',
        '!landed.stands && landed.sequence < 0) this.#landed =',
      ),
    ],
  },
  {
    name: 'what has landed after all is undone twice',
    model: 'quota',
    patches: [
      patch(
        'ledger/ledger.ts',
        "when: [{ attribute: mark, is: 'equal', value: landed }],",
        "when: [{ attribute: 'rem', is: 'present' }],",
      ),
    ],
  },
  {
    name: 'what a return dropped is not found again',
    model: 'quota',
    patches: [patch('ledger/own-writes.ts', 'for (const { onLost } of others) onLost();', '')],
  },
  {
    name: 'a direct charge is not used before it is reported',
    model: 'quota',
    patches: [
      patch('ledger/ledger.ts', 'grant.outstandingMax === undefined ? 0 : grant.units;', 'grant.units;'),
    ],
  },
  {
    name: 'what was charged directly stays used when another limit refuses',
    model: 'quota',
    patches: [
      patch('quotas.ts', '        for (const holding of charged.holdings) await holding.uncharge();\n', ''),
      patch('ledger/stock.ts', ' this.#unreported -= size.units;', ';'),
    ],
  },
  { name: 'return without fence, sent again', model: 'quota', patches: [RETURN_WITHOUT_FENCE] },
  {
    name: 'return without fence, sent twice by the network',
    model: 'quota-resend',
    patches: [RETURN_WITHOUT_FENCE],
  },
  {
    name: 'return drops its units after the reply',
    model: 'quota',
    patches: [
      patch(
        'ledger/stock.ts',
        '    this.units -= units;\n    this.#unreported -= report;\n    let givenBack = units;\n    const sent = await writes.release({ units, report }, () => {\n      givenBack = 0;\n      this.units += units;',
        '    this.#unreported -= report;\n    let givenBack = units;\n    const sent = await writes.release({ units, report }, () => {\n      givenBack = 0;',
      ),
      patch(
        'ledger/stock.ts',
        '    return { sent, units: givenBack };',
        "    if (sent.kind === 'done') this.units -= units;\n    return { sent, units: givenBack };",
      ),
    ],
  },
];
