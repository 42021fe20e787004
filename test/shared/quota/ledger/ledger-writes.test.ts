/**
 * What each write of a ledger finds and leaves, and what the second of two writers gets. The rules are in
 * docs/design/quota.md; the table evaluates conditions as DynamoDB does.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adjustWrites,
  alarmWrite,
  closeWrite,
  grantWrite,
  parseLedger,
  resumeWrite,
  returnWrite,
  suspendWrite,
  trackWrite,
  undoWrite,
} from '#shared/quota/ledger/ledger.ts';
import { adoptWrite, replaceWrite } from '#shared/quota/ledger/opening.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
import { NOON_MS } from '../../../support/quota-table.ts';
import { aTable, KEY, named, OPEN, PERIOD } from './a-ledger.ts';

const BY = { holder: 'c0ffee000001', sequence: 7, fence: 7 };

const STATES = {
  open: OPEN,
  absent: undefined,
  closed: { ...OPEN, closed: 1 },
  suspended: { ...OPEN, susp: 1 },
  empty: { ...OPEN, rem: 2 },
  'of a term': { ...OPEN, term: NOON_MS },
} as const;
type State = keyof typeof STATES;

const LEASE = { units: 3, gate: 3, outstandingMax: 4, report: 2 };
const DELIVERED = { units: 3, gate: undefined, outstandingMax: undefined, report: 0 };

const WRITES: readonly {
  readonly what: string;
  readonly write: ItemWrite;
  readonly done: readonly State[];
  /** The open ledger after the write. */
  readonly after: Item;
}[] = [
  {
    what: 'a lease',
    write: grantWrite(KEY, LEASE, BY),
    done: ['open', 'of a term'],
    after: { rem: 7, out: 5, used: 8, [`h${BY.holder}`]: 7 },
  },
  {
    what: 'a lease when too much is out',
    write: grantWrite(KEY, { ...LEASE, outstandingMax: 3 }, BY),
    done: [],
    after: OPEN,
  },
  {
    what: 'a charge for units that are left, to the last',
    write: grantWrite(KEY, { ...DELIVERED, units: 10, gate: 10 }, BY),
    done: ['open', 'of a term'],
    after: { rem: 0, out: 4, used: 16 },
  },
  {
    what: 'a charge for one unit more than is left',
    write: grantWrite(KEY, { ...DELIVERED, units: 11, gate: 11 }, BY),
    done: [],
    after: OPEN,
  },
  {
    what: 'a charge for units that were delivered',
    write: grantWrite(KEY, DELIVERED, BY),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: 7, out: 4, used: 9 },
  },
  {
    what: 'a charge of another end of the period',
    write: grantWrite(KEY, { ...DELIVERED, endEpochMs: PERIOD.endEpochMs + 1000 }, BY),
    done: [],
    after: OPEN,
  },
  {
    what: 'a charge of a term',
    write: grantWrite(KEY, { ...DELIVERED, endEpochMs: PERIOD.endEpochMs, termEpochMs: NOON_MS }, BY),
    done: ['of a term'],
    after: OPEN,
  },
  {
    what: 'a return',
    write: returnWrite(KEY, { units: 3, report: 1 }, BY),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: { rem: 13, out: 0, used: 7, [`h${BY.holder}`]: 7 },
  },
  {
    what: 'a tracked charge',
    write: trackWrite(KEY, 12, PERIOD.endEpochMs),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: -2, out: 4, used: 18 },
  },
  {
    what: 'a tracked charge of another end of the period',
    write: trackWrite(KEY, 12, PERIOD.endEpochMs + 1000),
    done: [],
    after: OPEN,
  },
  {
    what: 'a tracked charge of a term',
    write: trackWrite(KEY, 12, undefined, NOON_MS),
    done: ['of a term'],
    after: OPEN,
  },
  {
    what: 'an alarm',
    write: alarmWrite(KEY, 80, NOON_MS),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: { a80: NOON_MS },
  },
  {
    what: 'a top-up',
    write: adjustWrites(KEY, { operationId: 'o', kind: 'top-up', units: 5, carriedBack: 0 }, NOON_MS)[1],
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: 15, cred: 25, lim: 20 },
  },
  {
    what: 'a change of the limit, from the ledger that was read',
    write: adjustWrites(
      KEY,
      {
        operationId: 'o',
        kind: 'set',
        units: -5,
        limit: 15,
        covered: 20,
        restored: 2,
        carriedBack: 1,
        basedOn: { credits: 20, limit: 20 },
      },
      NOON_MS,
    )[1],
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { rem: 5, cred: 15, lim: 15, cov: 20, rst: 2, back: 1 },
  },
  ...[
    { credits: 21, limit: 20 },
    { credits: 20, limit: 21 },
  ].map((basedOn) => ({
    what: `a change of the limit, from a ledger with ${basedOn.credits} units and a limit of ${basedOn.limit}`,
    write: adjustWrites(KEY, { operationId: 'o', kind: 'set', units: 1, basedOn }, NOON_MS)[1],
    done: [],
    after: OPEN,
  })),
  {
    what: 'a suspension',
    write: suspendWrite(KEY, NOON_MS),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: { susp: NOON_MS },
  },
  {
    what: 'a resumption',
    write: resumeWrite(KEY),
    done: ['open', 'closed', 'suspended', 'empty', 'of a term'],
    after: OPEN,
  },
  {
    what: 'a closing',
    write: closeWrite(KEY, NOON_MS),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { closed: NOON_MS },
  },
  {
    what: 'an adoption by a term',
    write: adoptWrite(KEY, 'gold', NOON_MS),
    done: ['open', 'suspended', 'empty'],
    after: { term: NOON_MS },
  },
  {
    what: 'an adoption by a term of another plan',
    write: adoptWrite(KEY, 'silver', NOON_MS),
    done: [],
    after: OPEN,
  },
  {
    what: 'a replacement',
    write: replaceWrite(KEY, NOON_MS),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { closed: NOON_MS, nxt: 1 },
  },
  {
    what: 'a replacement by the same term',
    write: replaceWrite(KEY, NOON_MS, NOON_MS),
    done: ['open', 'suspended', 'empty', 'of a term'],
    after: { closed: NOON_MS, nxt: NOON_MS },
  },
  {
    what: 'a replacement by an earlier term',
    write: replaceWrite(KEY, NOON_MS, NOON_MS - 1),
    done: ['open', 'suspended', 'empty'],
    after: { closed: NOON_MS, nxt: NOON_MS - 1 },
  },
];

describe('a write to a ledger', () => {
  for (const { what, write, done, after } of WRITES)
    for (const [state, item] of Object.entries(STATES)) {
      const isDone = (done as readonly string[]).includes(state);
      it(`${isDone ? 'is done' : 'is refused'}: ${what}, if the ledger is ${state}`, async () => {
        const { store, itemAt } = aTable(named(KEY, item));
        const outcome = await store.update(write);

        assert.equal(outcome.kind, isDone ? 'done' : 'refused');
        if (!isDone) assert.deepEqual(itemAt(KEY), item);
        if (state === 'open' && isDone) assert.partialDeepStrictEqual(itemAt(KEY), after);
      });
    }

  it('that resumes leaves nothing of the suspension', async () => {
    const { store, itemAt } = aTable(named(KEY, STATES.suspended));
    await store.update(resumeWrite(KEY));

    assert.deepEqual(itemAt(KEY), OPEN);
  });

  it('that is undone leaves what was there, and only if it was the last one', async () => {
    const grant = grantWrite(KEY, LEASE, BY);
    const undo = undoWrite(KEY, grant, BY.sequence, { holder: BY.holder, sequence: 8 });
    const { store, itemAt } = aTable(named(KEY, OPEN));
    assert.equal((await store.update(undo)).kind, 'refused');
    await store.update(grant);
    assert.equal((await store.update(undo)).kind, 'done');

    assert.deepEqual(itemAt(KEY), { ...OPEN, [`h${BY.holder}`]: 8 });
  });
});

describe('the second of two writers', () => {
  const later = { ...BY, sequence: 8, fence: 8 };
  const other = { ...BY, holder: 'c0ffee000002' };
  const adjusted = (operationId: string) =>
    adjustWrites(
      KEY,
      { operationId, kind: 'set', units: 5, limit: 25, basedOn: { credits: 20, limit: 20 } },
      NOON_MS,
    );
  const rows: readonly (readonly [
    what: string,
    writes: readonly (readonly ItemWrite[])[],
    isDone: boolean,
  ])[] = [
    ['sends a grant again', [[grantWrite(KEY, LEASE, BY)], [grantWrite(KEY, LEASE, BY)]], false],
    [
      'sends a return again',
      [[returnWrite(KEY, { units: 1, report: 0 }, BY)], [returnWrite(KEY, { units: 1, report: 0 }, BY)]],
      false,
    ],
    ['leases more than may be out', [[grantWrite(KEY, LEASE, BY)], [grantWrite(KEY, LEASE, other)]], false],
    [
      'leases within what may be out',
      [[grantWrite(KEY, LEASE, BY)], [grantWrite(KEY, { ...LEASE, outstandingMax: 5 }, other)]],
      true,
    ],
    [
      'grants after its own write',
      [[grantWrite(KEY, DELIVERED, BY)], [grantWrite(KEY, DELIVERED, later)]],
      true,
    ],
    [
      'uses the last units',
      [
        [grantWrite(KEY, { ...DELIVERED, units: 10, gate: 10 }, BY)],
        [grantWrite(KEY, { ...DELIVERED, units: 1, gate: 1 }, other)],
      ],
      false,
    ],
    ['raises an alarm', [[alarmWrite(KEY, 80, 1)], [alarmWrite(KEY, 80, 2)]], false],
    ['raises another alarm', [[alarmWrite(KEY, 80, 1)], [alarmWrite(KEY, 90, 2)]], true],
    ['closes a period', [[closeWrite(KEY, 1)], [closeWrite(KEY, 2)]], false],
    ['charges a closed period', [[closeWrite(KEY, 1)], [trackWrite(KEY, 1)]], false],
    ['repeats an adjustment by its id', [adjusted('o'), adjusted('o')], false],
    ['adjusts what was adjusted since it was read', [adjusted('o'), adjusted('p')], false],
    ['replaces a ledger', [[replaceWrite(KEY, 1)], [replaceWrite(KEY, 2)]], false],
    ['adopts a ledger', [[adoptWrite(KEY, 'gold', 1)], [adoptWrite(KEY, 'gold', 2)]], false],
    [
      'replaces what a later term has adopted',
      [[adoptWrite(KEY, 'gold', 5)], [replaceWrite(KEY, 2, 4)]],
      false,
    ],
  ];
  for (const [what, [first = [], second = []], isDone] of rows)
    it(`${isDone ? 'is admitted' : 'is refused'} if it ${what}`, async () => {
      const { store } = aTable(named(KEY, OPEN));

      assert.equal((await store.transact([...first])).kind, 'done');
      assert.equal((await store.transact([...second])).kind, isDone ? 'done' : 'refused');
    });
});

describe('parseLedger', () => {
  it('reads what is absent as nothing', () => {
    assert.deepEqual(parseLedger({}), {
      remaining: 0,
      outstanding: 0,
      used: 0,
      credits: 0,
      limit: 0,
      wasteBudget: 0,
      overage: 0,
      covered: 0,
      restored: 0,
      suspended: false,
      closed: false,
      replaced: false,
      carried: 0,
      carriedBack: 0,
      alarmed: new Set(),
    });
  });

  it('reads each attribute by its name', () => {
    const item = {
      rem: 1,
      out: 2,
      used: 3,
      cred: 40,
      lim: 5,
      b: 6,
      ov: 7,
      cov: 8,
      rst: 9,
      carry: 10,
      back: 11,
      susp: 1,
      closed: 1,
      nxt: 1,
      a80: 1,
      a100: 2,
      alias: 3,
      ab1: 4,
    };
    assert.deepEqual(parseLedger(item), {
      remaining: 1,
      outstanding: 2,
      used: 3,
      credits: 40,
      limit: 5,
      wasteBudget: 6,
      overage: 7,
      covered: 33,
      restored: 9,
      suspended: true,
      closed: true,
      replaced: true,
      carried: 10,
      carriedBack: 11,
      alarmed: new Set([80, 100]),
    });
    assert.equal(parseLedger({ ...item, cov: 50 }).covered, 50);
  });
});
