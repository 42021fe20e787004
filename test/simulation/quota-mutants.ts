/** Counted quotas, broken. */
import { patch } from './patch.ts';
import type { Mutant, Patch } from './patch.ts';

/** Every slot also says what it holds and until when; whoever finds the ledger empty takes expired leases back. */
const RECLAIM: readonly Patch[] = [
  patch(
    'grant.ts',
    'grantWrite(key, { ...size, grantId, slot, report: reporting })',
    'withExpiry(grantWrite(key, { ...size, grantId, slot, report: reporting }), slot, size.units, at)',
  ),
  patch(
    'grant.ts',
    'const ATTEMPTS = 3;',
    `const ATTEMPTS = 3;
function withExpiry(write: any, slot: number, units: number, at: any): any {
  const until = at.clock.nowEpochMs() + 3000;
  return { ...write, change: { ...write.change, set: { ...write.change.set, ['n' + slot]: units, ['e' + slot]: until } } };
}`,
  ),
  patch(
    'lease.ts',
    '    return this.#remainder >= cost &&',
    '    return this.#unexpired() && this.#remainder >= cost &&',
  ),
  patch(
    'lease.ts',
    '  #isStale(): boolean {',
    `  #grantedAtWall = 0;
  #unexpired(): boolean {
    if (this.#at.clock.nowEpochMs() - this.#grantedAtWall <= 3000) return true;
    this.#remainder = 0;
    return true;
  }
  async #reclaim(item: any): Promise<void> {
    for (let slot = 0; slot < 16; slot += 1) {
      const [id, units, until] = [item['s' + slot], item['n' + slot], item['e' + slot]];
      if (!(units > 0) || until + 7000 > this.#at.clock.nowEpochMs()) continue;
      await this.#at.store.update({
        purpose: 'return', key: this.#key, when: [{ attribute: 's' + slot, is: 'equal', value: id }],
        change: { kind: 'update', add: { rem: units, out: -units }, set: { ['s' + slot]: 'reclaimed', ['n' + slot]: 0 } },
      } as any);
    }
  }
  #isStale(): boolean {`,
  ),
  patch(
    'lease.ts',
    "    if (sent.kind === 'granted') {",
    "    if (sent.kind === 'refused') await this.#reclaim(sent.item);\n    if (sent.kind === 'granted') {\n      this.#grantedAtWall = this.#at.clock.nowEpochMs();",
  ),
];

const BLIND_OPENING: readonly Patch[] = [
  patch('ledger.ts', "when: [{ attribute: 'cred', is: 'absent' }],", 'when: [],'),
  patch('ledger.ts', "[{ attribute: 'cur', is: 'absent-or-below', value: start }];", '[];'),
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
        'grant.ts',
        "      case 'unknown':\n        break;",
        "      case 'unknown':\n        return { kind: 'granted', item: { rem: 0 }, grantId, slot, unsent };",
      ),
    ],
  },
  {
    name: 'one pool for all periods',
    model: 'quota',
    patches: [patch('holdings.ts', '${headKey(id).pk}#${period.startEpochMs}', '${headKey(id).pk}')],
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
        'holdings.ts',
        'if (arrival.toEpochMs < period.endEpochMs) continue;',
        'if (arrival.toEpochMs < lease.period.endEpochMs) continue;',
      ),
    ],
  },
  { name: 'period opened by a blind put', model: 'quota', patches: BLIND_OPENING },
  {
    name: 'read, then set',
    model: 'quota',
    patches: [
      patch(
        'grant.ts',
        'await at.store.update(grantWrite(key, { ...size, grantId, slot, report: reporting }));',
        'await readThenSet(grantWrite(key, { ...size, grantId, slot, report: reporting }), at);',
      ),
      patch(
        'grant.ts',
        'const ATTEMPTS = 3;',
        `const ATTEMPTS = 3;
async function readThenSet(write: any, at: any): Promise<any> {
  const read = await at.store.read(write.key, { consistent: true });
  if (read.kind !== 'done') return { kind: 'unknown', reason: '' };
  const item = read.item;
  const fails = item === undefined || write.when.some((test: any) =>
    (test.is === 'at-least' && item[test.attribute] < test.value) || (test.is === 'at-most' && item[test.attribute] > test.value));
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
    patches: [patch('ledger.ts', "[{ attribute: 'cur', is: 'absent-or-below', value: start }];", '[];')],
  },
  {
    name: 'period opened without checking the plan',
    model: 'quota',
    patches: [
      patch('ledger.ts', "when: [{ attribute: 'ver', is: 'equal', value: plan.version }],", 'when: [],'),
    ],
  },
  {
    name: 'usage report repeated on retry',
    model: 'quota',
    patches: [patch('grant.ts', 'attempt === 0 ? unsent : 0', 'report')],
  },
  {
    name: 'return without fence, retried',
    model: 'quota',
    patches: [
      patch(
        'ledger.ts',
        "when: [{ attribute: slot, is: 'equal', value: from.grantId }],",
        "when: [{ attribute: 'rem', is: 'present' }],",
      ),
      patch(
        'lease.ts',
        'const outcome = await this.#at.store.update(returnWrite(last.key, { ...last, units, report }));',
        `let outcome = await this.#at.store.update(returnWrite(last.key, { ...last, units, report }));
      if (outcome.kind === 'unknown') outcome = await this.#at.store.update(returnWrite(last.key, { ...last, units, report }));`,
      ),
    ],
  },
  {
    name: 'return without fence, sent twice by the network',
    model: 'quota-resend',
    patches: [
      patch(
        'ledger.ts',
        "when: [{ attribute: slot, is: 'equal', value: from.grantId }],",
        "when: [{ attribute: 'rem', is: 'present' }],",
      ),
    ],
  },
  {
    name: 'return drops its units after the reply',
    model: 'quota',
    patches: [
      patch(
        'lease.ts',
        '      this.#remainder -= units;\n      this.#unreported = 0;',
        '      this.#unreported = 0;',
      ),
      patch(
        'lease.ts',
        '{ ...last, units, report }));',
        '{ ...last, units, report }));\n      this.#remainder -= units;',
      ),
    ],
  },
  {
    name: 'wait between check and subtract',
    model: 'quota',
    patches: [
      patch(
        'charge.ts',
        '    if (lacking === undefined) {',
        '    await Promise.resolve();\n    if (lacking === undefined) {',
      ),
    ],
  },
  {
    name: 'a grant of another size keeps its id',
    model: 'quota',
    patches: [patch('grant.ts', '    this.#sequence += 1;', '    this.#sequence = 1;')],
  },
  {
    name: 'no gate on what is left',
    model: 'quota',
    patches: [patch('ledger.ts', 'if (grant.gate !== undefined) when', 'if (grant.gate === -1) when')],
  },
  {
    name: 'no gate on what is out',
    model: 'quota',
    patches: [
      patch('ledger.ts', "is: 'at-most', value: grant.outstandingMax", "is: 'at-most', value: 2 ** 50"),
    ],
  },
  {
    name: 'refund of units that were reported',
    model: 'quota',
    patches: [patch('lease.ts', 'if (this.#unreported < cost) return false;', '')],
  },
  {
    name: 'the same operation counts twice',
    model: 'quota',
    patches: [patch('ledger.ts', "when: [{ attribute: 'kind', is: 'absent' }],", 'when: [],')],
  },
  {
    name: 'borrowed units are never charged',
    model: 'quota-bounded',
    patches: [patch('lease.ts', '    debt.borrowed += lacking;\n    debt.owed += lacking;', '')],
  },
  {
    name: 'what was borrowed is forgotten with the lease that is pushed out',
    model: 'quota-bounded',
    patches: [
      patch('lease.ts', 'this.#debt = at.debts.find(this.#key);', ''),
      patch('debts.ts', 'if (known !== undefined) return known;', ''),
    ],
  },
  {
    name: 'a period is opened although its subject is suspended',
    model: 'quota',
    patches: [patch('ledger.ts', "  whenHead.push({ attribute: 'susp', is: 'absent' });\n", '')],
  },
  {
    name: 'debit and credit of a shard as two writes',
    model: 'quota-sharded',
    patches: [patch('sharding.ts', 'await store.transact(moveWrites', `await ${TWO_WRITES}(moveWrites`)],
  },
  {
    name: 'a shard is made anew over the one that is there',
    model: 'quota-sharded',
    patches: [patch('shards.ts', "when: [{ attribute: 'cred', is: 'absent' }],", 'when: [],')],
  },
  {
    name: 'more is moved than is there',
    model: 'quota-sharded',
    patches: [
      patch(
        'shards.ts',
        "when: [{ attribute: 'rem', is: 'at-least', value: units }, ...",
        "when: [{ attribute: 'rem', is: 'present' }, ...",
      ),
    ],
  },
  {
    name: 'a suspended root fills its shards',
    model: 'quota-sharded',
    patches: [patch('shards.ts', "...(from === 'root' ? OPEN : [])", '...OPEN.slice(2)')],
  },
  {
    name: 'refused when one shard is short',
    model: 'quota-sharded',
    patches: [
      patch('sharding.ts', "return filled === 'short' ? this.#search(need) : filled;", 'return filled;'),
    ],
  },
  {
    name: 'an alarm is raised by everybody who sees it',
    model: 'quota',
    patches: [patch('ledger.ts', "      { attribute: mark, is: 'absent' },\n", '')],
  },
];
