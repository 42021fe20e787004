/**
 * Announces to processes that the record of one of a plan's customers has changed. The announcement (`news`) is an
 * attribute of the plan, and the change to a record writes it in the same transaction. If a process reads a plan and
 * finds the same announcement as before, the records of all the plan's customers are unchanged, so the process does not
 * read them. What is admitted does not depend on it.
 * @see docs/design/quota §3.2
 */
import type { Moment } from '../age.ts';
import { planKey } from '../ledger/ledger.ts';
import type { Item, ItemWrite, Value } from '../../table/item-write.ts';

/**
 * Two attributes of a plan. Each has the time of the last change and random digits. `news` is written when the record
 * of a customer changes, `limitNews` when a limit of a tenant or key is suspended or resumed.
 */
const PLAN_NEWS = 'news';
const LIMIT_NEWS = 'limitNews';
/** The number of random digits in an announcement, so that two changes at the same time differ. */
export const NEWS_DIGITS = 8;

/** The announcements in a plan about its customers, as they were read. */
export type PlanNews = {
  /** Differs after each change to a customer, and after each change to the plan. */
  readonly mark: string;
  /** The time of the last change to a customer; -Infinity if there was none since the plan was saved. */
  readonly changedEpochMs: number;
  /** Differs each time a limit was suspended or resumed, and after each change to the plan. */
  readonly limitMark: string;
  /** The position of this plan in the order in which the process has received plans from the table. */
  readonly answer: number;
  /** The time when the read was started. */
  readonly readAt: Moment;
};

export interface PlanNewsReader {
  /** The number of plans that the table has returned so far. */
  readonly answers: number;
  /** Maximum age of a plan whose news shows that cached customer records are still current. */
  readonly newsEveryMs: number;
  /** Returns the newest announcement; undefined if the plan is not known. */
  newsOf(planId: string): PlanNews | undefined;
  /**
   * Records how many reads of records the announcements have made unnecessary. The number is negative if they have
   * caused reads.
   */
  noteReads(planId: string, saved: number): void;
}

export function parseNews(plan: Item): Pick<PlanNews, 'mark' | 'limitMark' | 'changedEpochMs'> {
  const news = plan[PLAN_NEWS];
  const changedEpochMs = news === undefined ? -Infinity : Number(String(news).split('#')[0]);
  // A plan that is saved loses its announcements, but its version increases.
  const markOf = (text: Value = ''): string => `${plan['ver']}#${text}`;
  return { mark: markOf(news), limitMark: markOf(plan[LIMIT_NEWS]), changedEpochMs };
}

/** Whether a write to a plan does nothing except announce that the record of a customer has changed. */
export function isNewsWrite({ key, change }: ItemWrite): boolean {
  return (
    key.pk.startsWith('PLAN#') &&
    change.kind === 'update' &&
    change.add === undefined &&
    change.remove === undefined &&
    Object.keys(change.set ?? {}).join() === PLAN_NEWS
  );
}

/**
 * Adds announcements to the writes of a customer's change. A transaction writes each item only once, so if the change
 * tests a plan, the announcement becomes part of that test.
 * @param plans ids of plans that the table has
 * @param digits random digits
 */
export function withNews(
  writes: readonly ItemWrite[],
  plans: readonly string[],
  atEpochMs: number,
  digits: string,
): readonly ItemWrite[] {
  const set = { [PLAN_NEWS]: `${atEpochMs}#${digits}` };
  const told = writes.map((write): ItemWrite => {
    const isTested = plans.some((plan) => planKey(plan).pk === write.key.pk) && write.change.kind === 'check';
    return isTested ? { ...write, change: { kind: 'update', set } } : write;
  });
  const written = new Set(writes.map(({ key }) => key.pk));
  const others = plans.filter((plan) => !written.has(planKey(plan).pk));
  return [...told, ...others.map((plan) => tellWrite(plan, set))];
}

/**
 * Returns the write that announces that a limit of a plan was suspended or resumed. It informs the processes that have
 * leased units of the plan.
 */
export function limitNewsWrite(plan: string, atEpochMs: number, digits: string): ItemWrite {
  return tellWrite(plan, { [LIMIT_NEWS]: `${atEpochMs}#${digits}` });
}

function tellWrite(plan: string, set: Item): ItemWrite {
  return {
    purpose: 'assign',
    key: planKey(plan),
    when: [{ attribute: 'ver', is: 'present' }],
    change: { kind: 'update', set },
  };
}
