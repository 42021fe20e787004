/** Counted quotas, broken. */
import { patch } from './patch.ts';
import type { Mutant, Patch } from './patch.ts';

/**
 * Every holder also says what it was granted and until when; whoever finds the ledger empty takes expired leases back.
 */
const RECLAIM: readonly Patch[] = [
  patch(
    'ledger/own-writes.ts',
    'sweep(grantWrite(this.#key, grant, by), stale)',
    'withExpiry(sweep(grantWrite(this.#key, grant, by), stale), by.holder, grant.units, this.#at)',
  ),
  patch(
    'ledger/own-writes.ts',
    'const ATTEMPTS = 3;',
    `const ATTEMPTS = 3;
function withExpiry(write: any, holder: string, units: number, at: any): any {
  const until = at.clock.nowEpochMs() + 3000;
  return { ...write, change: { ...write.change, set: { ...write.change.set, ['n' + holder]: units, ['e' + holder]: until } } };
}`,
  ),
  patch(
    'holding/lease.ts',
    '    return this.#stock.units >= cost &&',
    '    return this.#unexpired() && this.#stock.units >= cost &&',
  ),
  patch(
    'holding/lease.ts',
    '  #isStale(): boolean {',
    `  #grantedAtWall = 0;
  #unexpired(): boolean {
    if (this.#at.clock.nowEpochMs() - this.#grantedAtWall <= 3000) return true;
    this.#stock.units = 0;
    return true;
  }
  async #reclaim(item: any): Promise<void> {
    for (const [name, units] of Object.entries<any>(item ?? {})) {
      const [until, holder] = [item['e' + name.slice(1)], name.slice(1)];
      if (!/^n[0-9a-f]{12}$/.test(name) || !(units > 0) || until + 7000 > this.#at.clock.nowEpochMs()) continue;
      await this.#at.store.update({
        purpose: 'return', key: this.#key, when: [{ attribute: 'e' + holder, is: 'equal', value: until }],
        change: { kind: 'update', add: { rem: units, out: -units }, set: { ['n' + holder]: 0, ['e' + holder]: 0 } },
      } as any);
    }
  }
  #isStale(): boolean {`,
  ),
  patch(
    'holding/lease.ts',
    "    if (sent.kind === 'done') {\n      this.#lastUnits",
    "    if (sent.kind === 'refused') await this.#reclaim(sent.item);\n    if (sent.kind === 'done') {\n      this.#grantedAtWall = this.#at.clock.nowEpochMs();\n      this.#lastUnits",
  ),
];

const BLIND_OPENING: readonly Patch[] = [
  patch('ledger/opening.ts', "when: [{ attribute: 'cred', is: 'absent' }],", 'when: [],'),
  patch('ledger/opening.ts', "        { attribute: 'cur', is: 'absent-or-below', value: start },\n", ''),
];

/** What a mutant does instead of `store.transact`: a credit without an answer is sent again. */
const TWO_WRITES = `(async (writes: any) => {
      const debit = await store.update(writes[0]);
      if (debit.kind !== 'done') return { kind: 'rejected', retryable: true, reason: '' } as const;
      for (let again = 0; again < 3; again += 1) {
        const credit = await store.update(writes[1]);
        if (credit.kind === 'done') return { kind: 'done', storeEpochMs: undefined } as const;
        if (credit.kind === 'refused') break;
      }
      return { kind: 'rejected', retryable: true, reason: '' } as const;
    })`;

export const QUOTA_MUTANTS: readonly Mutant[] = [
  { name: 'reclaim a lease after its expiry and a margin', model: 'quota', patches: RECLAIM },
  {
    name: 'timeout taken as granted',
    model: 'quota',
    patches: [
      patch(
        'ledger/own-writes.ts',
        '        if (mayLand) this.#remember(abandoned);',
        "        if (mayLand) return { kind: 'done', item: { rem: 0, out: 0, used: 0, cred: 0, lim: 0, b: 0 } };",
      ),
    ],
  },
  {
    name: 'one pool for all periods',
    model: 'quota',
    patches: [
      patch(
        'holding/holdings.ts',
        '${headKey(id).pk}#${period.startEpochMs}#${period.endEpochMs}#',
        '${headKey(id).pk}#',
      ),
    ],
  },
  {
    name: 'period from the local clock although there is a stamp',
    model: 'quota',
    patches: [
      patch('quotas.ts', 'if (atEpochMs !== undefined) {', 'if (atEpochMs === 0) {'),
      patch(
        'quotas.ts',
        'fromEpochMs: localEpochMs - clockSkewMs, toEpochMs: localEpochMs + clockSkewMs',
        'fromEpochMs: localEpochMs, toEpochMs: localEpochMs + 0 * clockSkewMs',
      ),
    ],
  },
  {
    name: 'no guard band around boundaries',
    model: 'quota-unstamped',
    patches: [
      patch(
        'quotas.ts',
        'fromEpochMs: localEpochMs - clockSkewMs, toEpochMs: localEpochMs + clockSkewMs',
        'fromEpochMs: localEpochMs, toEpochMs: localEpochMs + 0 * clockSkewMs',
      ),
    ],
  },
  {
    name: 'a moved period hides its neighbour',
    model: 'quota-unstamped',
    patches: [
      patch(
        'holding/holdings.ts',
        'if (arrival.toEpochMs < period.endEpochMs) continue;',
        'if (arrival.toEpochMs < (this.#moved.get(nameOf(id, period, plan)) ?? period).endEpochMs) continue;',
      ),
    ],
  },
  { name: 'period opened by a blind put', model: 'quota', patches: BLIND_OPENING },
  {
    name: 'read, then set',
    model: 'quota',
    patches: [
      patch(
        'ledger/own-writes.ts',
        'const outcome = await store.update(write);',
        'const outcome = await readThenSet(write, this.#at);',
      ),
      patch(
        'ledger/own-writes.ts',
        'const ATTEMPTS = 3;',
        `const ATTEMPTS = 3;
async function readThenSet(write: any, at: any): Promise<any> {
  const read = await at.store.read(write.key, { consistent: true });
  if (read.kind !== 'done') return { kind: 'unknown', reason: '' };
  const item = read.item;
  const fails = item === undefined || write.when.some((test: any) =>
    (test.is === 'at-least' && item[test.attribute] < test.value) || (test.is === 'at-most' && item[test.attribute] > test.value) ||
    (test.is === 'absent-or-below' && item[test.attribute] >= test.value));
  if (fails) return { kind: 'refused', item, storeEpochMs: undefined };
  const set = { ...write.change.set };
  for (const [name, units] of Object.entries(write.change.add)) set[name] = item[name] + Number(units);
  return at.store.update({ ...write, when: [{ attribute: 'rem', is: 'present' }], change: { kind: 'update', set } });
}`,
      ),
    ],
  },
  {
    name: 'no fence in the head against late writers',
    model: 'quota',
    patches: [
      patch('ledger/opening.ts', "        { attribute: 'cur', is: 'absent-or-below', value: start },\n", ''),
    ],
  },
  {
    name: 'period opened without checking the plan',
    model: 'quota',
    patches: [
      patch(
        'ledger/opening.ts',
        "when: [{ attribute: 'ver', is: 'equal', value: plan.version }],\n      change: { kind: 'check' },\n    },\n    {",
        "when: [],\n      change: { kind: 'check' },\n    },\n    {",
      ),
    ],
  },
  {
    name: 'wait between check and subtract',
    model: 'quota',
    patches: [
      patch(
        'holding/charge.ts',
        '    if (lacking === undefined) {',
        '    await Promise.resolve();\n    if (lacking === undefined) {',
      ),
    ],
  },
  {
    name: 'two writes have the same number',
    model: 'quota',
    patches: [
      patch(
        'ledger/grant.ts',
        'Math.max(this.#sequence + 1, ',
        'Math.max(this.#sequence, this.#sequence || ',
      ),
    ],
  },
  {
    name: 'no gate on what is left',
    model: 'quota',
    patches: [
      patch('ledger/ledger.ts', "is: 'at-least', value: grant.gate", "is: 'at-least', value: -(2 ** 50)"),
    ],
  },
  {
    name: 'no gate on what is out',
    model: 'quota',
    patches: [
      patch(
        'ledger/ledger.ts',
        "is: 'at-most', value: grant.outstandingMax",
        "is: 'at-most', value: 2 ** 50",
      ),
    ],
  },
  {
    name: 'a refund is not told to the ledger',
    model: 'quota',
    patches: [
      patch(
        'ledger/stock.ts',
        '    this.#unreported -= cost;\n    this.units += cost;',
        '    this.units += cost;',
      ),
    ],
  },
  {
    name: 'the same operation counts twice',
    model: 'quota',
    patches: [patch('ledger/ledger.ts', "when: [{ attribute: 'kind', is: 'absent' }],", 'when: [],')],
  },
  {
    name: 'borrowed units are never charged',
    model: 'quota-bounded',
    patches: [patch('ledger/stock.ts', '    debt.borrowed += lacking;\n    debt.owed += lacking;', '')],
  },
  {
    name: 'a period is opened although its subject is suspended',
    model: 'quota',
    patches: [
      patch(
        'ledger/opening.ts',
        "periodId(period)), { attribute: 'susp', is: 'absent' }]",
        'periodId(period))]',
      ),
    ],
  },
  {
    name: 'debit and credit of a shard as two writes',
    model: 'quota-sharded',
    patches: [
      patch('ledger/sharding.ts', 'await store.transact(moveWrites', `await ${TWO_WRITES}(moveWrites`),
    ],
  },
  {
    name: 'a shard is made again over the one that is there',
    model: 'quota-sharded',
    patches: [patch('ledger/shards.ts', "when: [{ attribute: 'cred', is: 'absent' }],", 'when: [],')],
  },
  {
    name: 'more is moved than is there',
    model: 'quota-sharded',
    patches: [
      patch(
        'ledger/shards.ts',
        "when: [{ attribute: 'rem', is: 'at-least', value: units }, ...",
        "when: [{ attribute: 'rem', is: 'present' }, ...",
      ),
    ],
  },
  {
    name: 'a suspended root fills its shards',
    model: 'quota-sharded',
    patches: [patch('ledger/shards.ts', "...(from === 'root' ? OPEN : [])", '...OPEN.slice(2)')],
  },
  {
    name: 'refused when one shard is short',
    model: 'quota-sharded',
    patches: [
      patch(
        'ledger/sharding.ts',
        "return filled === 'short' ? this.#search(need) : filled;",
        'return filled;',
      ),
    ],
  },
  {
    name: 'an alarm is raised by everybody who sees it',
    model: 'quota',
    patches: [patch('ledger/ledger.ts', "      { attribute: mark, is: 'absent' },\n", '')],
  },
];
