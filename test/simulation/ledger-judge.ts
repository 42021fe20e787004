/**
 * Knows the truth and says when it is broken: every write to the table and every admission pass here. It reads
 * the items' attributes itself and computes periods itself, so that a mistake of the code is not its own.
 */
import type { ItemStore } from '#shared/ports.ts';
import type { Item, ItemKey, ItemWrite } from '#shared/table/item-write.ts';
import type { World } from './world.ts';

type Truth = {
  isOpened: boolean;
  /**
   * The units that the ledger has granted, minus those that were returned. The number is kept when the item no longer
   * exists.
   */
  given: number;
  peakGiven: number;
  peakCredits: number;
  /** Opening credits plus every operation, each counted once. */
  expectedCredits: number;
  admitted: number;
  /** The units that were billed by holder (instance), and the units that its requests took. */
  readonly billed: Map<string, number>;
  readonly taken: Map<string, { net: number; gross: number }>;
  /** Units settled above their estimate that the quota did not have. */
  owed: number;
  /** Has seen what lowers `rem` without a gate: a decrease, or a cost settled above its estimate. */
  isLowered: boolean;
  /** The ledger of another rule in which what was charged here counts, since it was opened. */
  countedIn: string | undefined;
};

type JudgeOptions = {
  /** Units that instances may admit on trust, all together, per ledger. */
  readonly trust: () => number;
  /** Whether a ledger's limit bills exactly, even if processes end without notice. */
  readonly isExact: (name: string) => boolean;
};

export class LedgerJudge {
  writes = 0;
  readonly #world: World;
  readonly #items: ReadonlyMap<string, Item>;
  readonly #options: JudgeOptions;
  readonly #truths = new Map<string, Truth>();
  readonly #operations = new Set<string>();
  readonly #before = new Map<string, Item | undefined>();
  readonly #alarms = new Set<string>();

  constructor(world: World, items: ReadonlyMap<string, Item>, options: JudgeOptions) {
    this.#world = world;
    this.#items = items;
    this.#options = options;
  }

  /** The table, watched: each write is judged at the instant at which it is carried out. */
  watch(table: ItemStore): ItemStore {
    return {
      update: (write) => {
        this.writes += 1;
        const before = this.#items.get(nameOf(write.key));
        const outcome = table.update(write);
        this.#judge(write, before);
        return outcome;
      },
      transact: (writes) => {
        this.writes += 1;
        const before = writes.map(({ key }) => this.#items.get(nameOf(key)));
        const outcome = table.transact(writes);
        writes.forEach((write, index) => this.#judge(write, before[index]));
        return outcome;
      },
      read: async (key, options) => {
        const read = await table.read(key, options);
        // An eventually consistent read may see the item as it was one write ago.
        const isOld = options?.consistent !== true && this.#world.chance.chance(0.2);
        const name = nameOf(key);
        return isOld && this.#before.has(name) && read.kind === 'done'
          ? { ...read, item: this.#before.get(name) }
          : read;
      },
    };
  }

  /** A request was admitted that belongs to that ledger's period. */
  admit(name: string, units: number): void {
    const truth = this.#truthOf(name);
    truth.admitted += units;
    this.#checkAdmitted(name, truth);
  }

  /** Units were taken that were granted from that ledger. */
  take(name: string, instance: string, units: number): void {
    const { taken } = this.#truthOf(name);
    const { net, gross } = taken.get(instance) ?? { net: 0, gross: 0 };
    taken.set(instance, { net: net + units, gross: gross + Math.max(0, units) });
  }

  /**
   * The bill, once all instances that live have told what they used: of theirs to the unit, with what was settled above
   * its estimate: who lives pays its debts, but for a ledger that was closed. Who has died may have been charged for
   * the request that it died in, and for refunds that it had not told yet; so may a ledger that expired meanwhile.
   */
  checkBill(
    holders: readonly {
      readonly holders: Iterable<string>;
      readonly name: string;
      readonly isAlive: boolean;
    }[],
    most: number,
  ): void {
    for (const [name, { billed, taken, owed, isLowered }] of this.#truths) {
      const item = this.#items.get(name);
      for (const { holders: names, name: instance, isAlive } of holders) {
        const has = [...names].reduce((sum, holder) => sum + (billed.get(holder) ?? 0), 0);
        const { net, gross } = taken.get(instance) ?? { net: 0, gross: 0 };
        const isOver = has > (isAlive && item !== undefined ? net : gross + most);
        const isLost =
          isAlive &&
          item !== undefined &&
          item['closed'] === undefined &&
          this.#options.trust() === 0 &&
          has < net;
        // If a process settles above the estimate and dies, nobody knows how far it came.
        const isShort = this.#options.isExact(name) && !isLowered && owed === 0 && has < net;
        if (isOver || isLost || isShort)
          this.#world.violate(
            'P4',
            `${show(name)} bills ${has} of ${instance}${isAlive ? '' : ' (dead)'}, which used ${net}`,
          );
      }
    }
  }

  /** Whatever has become of the plan, a request is of no period that was over when it came. */
  checkPeriod(name: string, atMs: number): void {
    const item = this.#items.get(name);
    if (item !== undefined && endOf(item) <= atMs)
      this.#world.violate('P15', `${show(name)} is charged for what came after its end`);
  }

  /** A request is charged under no earlier term of its customer than the one that it is of. */
  checkTerm(name: string, termMs: number): void {
    const item = this.#items.get(name);
    if (item !== undefined && read(item, 'term') < termMs)
      this.#world.violate('P16', `${show(name)} of term ${read(item, 'term')} is charged after ${termMs}`);
  }

  /** An admission was taken back. */
  refund(name: string, units: number): void {
    this.#truthOf(name).admitted -= units;
  }

  /** Increases the expected cost by `units`. Reports of it may be under way before the settlement has ended. */
  expectMore(name: string, instance: string, units: number): void {
    this.take(name, instance, units);
    this.#truthOf(name).isLowered = true;
  }

  /** The real cost was another; `owed` of it was not in the quota. */
  settle(name: string, difference: number, owed: number): void {
    const truth = this.#truthOf(name);
    truth.admitted += difference;
    truth.owed += owed;
    this.#checkAdmitted(name, truth);
  }

  /** Units with which nobody was admitted; undefined if the period was never opened. */
  unused(name: string): number | undefined {
    const truth = this.#truths.get(name);
    return truth?.isOpened === true ? truth.peakCredits - truth.admitted : undefined;
  }

  /** Whether any period of that subject and limit was opened before. */
  hasOpened(partition: string): boolean {
    for (const [name, { isOpened }] of this.#truths)
      if (isOpened && name.startsWith(`${partition}\n`)) return true;
    return false;
  }

  peakOf(name: string): number {
    return this.#truths.get(name)?.peakGiven ?? 0;
  }

  #truthOf(name: string): Truth {
    const known = this.#truths.get(name);
    if (known !== undefined) return known;
    const counts = { given: 0, peakGiven: 0, peakCredits: 0, expectedCredits: 0, admitted: 0, owed: 0 };
    const truth = {
      isOpened: false,
      isLowered: false,
      countedIn: undefined,
      billed: new Map(),
      taken: new Map(),
      ...counts,
    };
    this.#truths.set(name, truth);
    return truth;
  }

  #checkAdmitted(name: string, truth: Truth): void {
    const trust = this.#options.trust() + truth.owed;
    if (truth.admitted > truth.given + trust)
      this.#world.violate('P1', `${show(name)} admitted ${truth.admitted}, granted ${truth.given}`);
    if (truth.admitted > truth.peakCredits + trust)
      this.#world.violate('P1', `${show(name)} admitted ${truth.admitted} of ${truth.peakCredits}`);
  }

  #judge(write: ItemWrite, before: Item | undefined): void {
    const name = nameOf(write.key);
    const after = this.#items.get(name);
    if (after === before || after === undefined) return;
    this.#before.set(name, before);
    if (write.key.sk.startsWith('OP#')) this.#noteOperation(write, after);
    if (!write.key.sk.startsWith('P#')) return;
    const rootName = name.replace(SHARD, '');
    const root = this.#items.get(rootName);
    // Gone, while a late write moves units between its shards.
    if (root === undefined) return;
    if (write.change.kind === 'put' && rootName === name) this.#open(name, after);
    if (rootName !== name) this.#checkShard(name, after);
    if (read(root, 'mov') > 0 && rootName === name) this.#checkHalted(name, before, after);
    const truth = this.#truthOf(rootName);
    const { rem, out, used } = this.#fullOf(rootName, root);
    const credits = read(root, 'cred');
    if (rem + out + used !== credits)
      this.#world.violate('P2', `${show(name)} ${rem} + ${out} + ${used} is not ${credits}`);
    truth.given = credits - rem;
    truth.peakGiven = Math.max(truth.peakGiven, truth.given);
    truth.peakCredits = Math.max(truth.peakCredits, credits);
    if (write.purpose === 'adjust') this.#checkOperation(rootName, truth, write);
    if (credits !== truth.expectedCredits)
      this.#world.violate('P3', `${show(name)} has ${credits} credits, not ${truth.expectedCredits}`);
    if (used < 0 || (rootName === name && out < 0))
      this.#world.violate('P4', `${show(name)} has ${used} used, ${out} out`);
    noteBilled(truth, write);
    const isLease = write.when.some(({ attribute }) => attribute === 'out');
    if (isLease && read(after, 'out') > read(after, 'b'))
      this.#world.violate('P5', `${show(name)} has ${after['out']} out, budget ${after['b']}`);
    if (rem < 0 && !truth.isLowered && this.#options.trust() === 0)
      this.#world.violate('P2', `${show(name)} has ${rem} left`);
    if (write.purpose === 'grant' && read(after, 'rem') < read(before ?? {}, 'rem'))
      this.#checkReplaced(rootName);
    if (
      after['nxt'] !== undefined &&
      before?.['nxt'] === undefined &&
      read(after, 'nxt') < read(after, 'term')
    )
      this.#world.violate('P17', `${show(name)} is ended by an earlier term`);
    if (write.purpose === 'alarm') this.#noteAlarm(name, write, before, after);
  }

  /** The root and its shards together; what the root has handed out is what they were given. */
  #fullOf(
    rootName: string,
    root: Item,
  ): { readonly rem: number; readonly out: number; readonly used: number } {
    let [rem, out, used] = [read(root, 'rem'), read(root, 'out'), read(root, 'used')];
    if (root['mov'] === undefined) return { rem, out, used };
    const own = rem + out + used + read(root, 'mov');
    if (own !== read(root, 'cred'))
      this.#world.violate('P2', `${show(rootName)} comes to ${own} of ${read(root, 'cred')}`);
    let moved = 0;
    for (let shard = 0; shard < JUDGED_SHARDS; shard += 1) {
      const item = this.#items.get(rootName.replace('\n', `#S${shard}\n`));
      if (item === undefined) continue;
      rem += read(item, 'rem');
      out += read(item, 'out');
      used += read(item, 'used');
      moved += read(item, 'cred');
    }
    if (moved !== read(root, 'mov'))
      this.#world.violate(
        'P2',
        `${show(rootName)} handed out ${read(root, 'mov')}, its shards have ${moved}`,
      );
    return { rem, out, used };
  }

  #checkShard(name: string, item: Item): void {
    const [rem, out, used] = [read(item, 'rem'), read(item, 'out'), read(item, 'used')];
    if (rem + out + used !== read(item, 'cred'))
      this.#world.violate('P2', `${show(name)} ${rem} + ${out} + ${used} is not ${item['cred']}`);
    if (rem < 0) this.#world.violate('P2', `${show(name)} has ${rem} left`);
  }

  /** If one ledger has counted what was charged in another, that one grants no more: each would allow the whole. */
  #checkReplaced(name: string): void {
    const { countedIn } = this.#truthOf(name);
    if (countedIn !== undefined) this.#world.violate('P14', `${show(name)} grants beside ${show(countedIn)}`);
  }

  #checkHalted(name: string, before: Item | undefined, after: Item): void {
    const isHalted = before?.['susp'] !== undefined || before?.['closed'] !== undefined;
    if (isHalted && read(after, 'mov') > read(before, 'mov'))
      this.#world.violate('P13', `${show(name)} is halted and fills its shards`);
  }

  #open(name: string, item: Item): void {
    const truth = this.#truthOf(name);
    if (this.#items.get(name.replace(/\n.*$/, '\nHEAD'))?.['susp'] !== undefined)
      this.#world.violate('P13', `${show(name)} was opened while its subject was suspended`);
    if (truth.isOpened) this.#world.violate('P3', `${show(name)} was opened twice`);
    truth.expectedCredits = this.expectCredits(name);
    truth.peakCredits = read(item, 'cred');
    truth.isOpened = true;
    for (const other of this.overlapped(name)) this.#truthOf(other).countedIn = name;
    if (read(item, 'term') > this.#world.nowMs)
      this.#world.violate('P18', `${show(name)} was opened before its term`);
  }

  /** Credits that a ledger opened now must have; the model says. */
  expectCredits: (name: string) => number = () => 0;

  /** Ledgers of its line whose charges count in one that is opened now; the model says. */
  overlapped: (name: string) => readonly string[] = () => [];

  #noteOperation(write: ItemWrite, item: Item): void {
    const name = `${write.key.pk}\n${String(item['period'])}`;
    const operation = nameOf(write.key);
    if (item['units'] === undefined || this.#operations.has(operation)) return;
    this.#operations.add(operation);
    this.#truthOf(name).expectedCredits += read(item, 'units');
  }

  #checkOperation(name: string, truth: Truth, write: ItemWrite): void {
    const units = write.change.kind === 'update' ? (write.change.add?.['cred'] ?? 0) : 0;
    if (units < 0) truth.isLowered = true;
    this.#world.note(() => `  ${show(name)} adjusted by ${units}`);
  }

  #noteAlarm(name: string, write: ItemWrite, before: Item | undefined, after: Item): void {
    const mark = Object.keys(after).find((attribute) => before?.[attribute] === undefined) ?? '';
    if (this.#alarms.has(`${name} ${mark}`))
      this.#world.violate('P10', `${show(name)} ${write.purpose} ${mark} twice`);
    this.#alarms.add(`${name} ${mark}`);
  }
}

/** Every write of a holder carries its mark. */
function noteBilled({ billed }: Truth, { change }: ItemWrite): void {
  if (change.kind !== 'update') return;
  const holder = Object.keys(change.set ?? {})
    .find((attribute) => /^h[\da-f]{12}$/.test(attribute))
    ?.slice(1);
  if (holder !== undefined) billed.set(holder, (billed.get(holder) ?? 0) + (change.add?.['used'] ?? 0));
}

/** When the period of a ledger ends, by its time to live. */
export function endOf(item: Item): number {
  return Number(item['expiresAt']) * 1000 - 35 * 86_400_000;
}

/** The suffix of a shard's name after its root's name. */
export const SHARD = /#S\d+(?=\n)/;
/** Follows `MAX_SHARDS` of plan.ts; its own number on purpose: the judge shares no mistake with what it judges. */
export const JUDGED_SHARDS = 16;

function nameOf({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}

function show(name: string): string {
  return name.replace('\n', ' ');
}

function read(item: Item, attribute: string): number {
  return Number(item[attribute] ?? 0);
}
