/**
 * Every quota of a plan is enforced independently, whatever names its limits had in earlier versions of the plan. All
 * quotas have the same size, so the oracle only counts: it has neither ledgers nor names.
 */
import { aRequest, QuotaTable } from '../support/quota-table.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const QUOTA = 3;
const NAMES = ['a', 'b', 'c', 'd'];
const DAY_MS = 86_400_000;
/** Names the period of an instant in UTC. Weeks begin on Monday. */
const PERIODS = {
  DAY: (at: number) => new Date(at).toISOString().slice(0, 10),
  WEEK: (at: number) => String(Math.floor((at - Date.UTC(2026, 10, 16)) / DAY_MS / 7)),
  MONTH: (at: number) => new Date(at).toISOString().slice(0, 7),
} as const;
type Length = keyof typeof PERIODS;
type Limit = { readonly id: string; readonly level: 'key'; readonly quota: number; readonly period: Length };

export const renamedLimits: DrawnPromise = {
  name: 'renamed-limits',
  says: 'every quota of a plan is enforced by itself, whatever its limits were called in earlier versions',
  few: 40,
  many: 20_000,
  meets: ['a limit was replaced', 'a name returned', 'a quota refused', 'a day began'],
  check: tryVersions,
};

async function tryVersions(seed: number, tally: Tally): Promise<string | undefined> {
  const pick = pickFrom(seed);
  const table = new QuotaTable();
  const earlier = new Set<string>();
  const told: string[] = [];
  for (let version = 1; version <= 6; version += 1) {
    const limits = drawLimits(pick);
    const names = limits.map(({ id }) => id);
    if (version > 1 && names.some((name) => !earlier.has(name))) count(tally, 'a limit was replaced');
    if (names.some((name) => earlier.has(name))) count(tally, 'a name returned');
    for (const name of names) earlier.add(name);
    told.push(JSON.stringify(limits.map(({ id, period }) => `${id} per ${period}`)));
    const admitted = await spend(table, version, limits, pick, tally);
    if (typeof admitted === 'string') return `${admitted} after ${told.join(' ')}`;
    const broken = limits.find(({ period }) => mostIn(admitted, period) > QUOTA);
    if (broken !== undefined) return `${broken.id} admitted more than ${QUOTA} after ${told.join(' ')}`;
  }
  return undefined;
}

function drawLimits(pick: Pick): readonly Limit[] {
  const some = pick.some(NAMES, 1).slice(0, 3);
  const names = pick.chance(0.5) ? some : some.toReversed();
  return names.map((id) => ({ id, level: 'key', quota: QUOTA, period: pick.one(['DAY', 'WEEK', 'MONTH']) }));
}

/** Requests of two processes that have this version. Returns the times of those that were admitted. */
async function spend(
  table: QuotaTable,
  version: number,
  limits: readonly Limit[],
  pick: Pick,
  tally: Tally,
): Promise<readonly number[] | string> {
  const plans = [{ id: 'gold', version, limits, cost: 1 }];
  const holders = [table.holder([], { plans }), table.holder([], { plans })] as const;
  const admitted: number[] = [];
  for (let step = 0; step < 8; step += 1) {
    table.nowMs += 1000;
    if (pick.chance(0.3)) {
      table.nowMs += DAY_MS;
      count(tally, 'a day began');
    }
    const decision = await pick.one(holders).consume(aRequest({ atEpochMs: table.nowMs }));
    if (decision.allowed) admitted.push(table.nowMs);
    else if (decision.reason === 'quota-exceeded') count(tally, 'a quota refused');
    else return `a request was refused because of ${decision.reason}`;
  }
  for (const holder of holders) await holder.flush();
  return admitted;
}

/** The largest number of admissions in one period. */
function mostIn(admitted: readonly number[], period: Length): number {
  const inPeriod = Map.groupBy(admitted, PERIODS[period]);
  return Math.max(0, ...[...inPeriod.values()].map(({ length }) => length));
}
