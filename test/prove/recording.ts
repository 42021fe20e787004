/**
 * Measures what recording costs, with the bench that switches it on and off in one process. It needs a machine with no
 * other work.
 */
import { describeRow, measureRecording } from '../../lab/bench/record.ts';
import { medianInterval } from '../../lab/bench/interval.ts';
import { SCENARIOS } from '../../lab/bench/scenarios.ts';
import type { RecordRow } from '../../lab/bench/record.ts';
import type { Figures, Proof } from './proof.ts';

/** The largest share of the throughput at 32 connections that recording may cost. */
const MOST = 0.03;
export const recording: Proof = {
  name: 'recording',
  claim: 'recording every request reduces the throughput at 32 connections by at most 3 %',
  // CI does not run it, because it would also measure the other work of the machine.
  quick: false,
  run: async ({ sample }) => {
    const rows: RecordRow[] = [];
    for (const scenario of SCENARIOS) {
      const row = await measureRecording(scenario, { pairs: sample });
      console.log(describeRow(row));
      rows.push(row);
    }
    const figures = { scenarios: rows.map(toFigures) };
    const reasons = [...rows.flatMap(reasonsAgainst), ...reasonsAgainstAll(rows)];
    return reasons.length === 0
      ? { kind: 'proven', figures }
      : { kind: 'refuted', reason: reasons.join('; '), figures };
  },
};

/** The claim, for each scenario. */
export function reasonsAgainst({ scenario, cost }: Pick<RecordRow, 'scenario' | 'cost'>): readonly string[] {
  return cost.median > MOST ? [`${scenario}: ${percent(cost.median)} less throughput`] : [];
}

/**
 * For all scenarios together, the whole interval must also be below the limit, both for the throughput and for the time
 * of the serving thread. The pairs of a single scenario are not exact enough: their uncertainty is a fifth to a half of
 * the limit.
 */
export function reasonsAgainstAll(rows: readonly Pick<RecordRow, 'shares'>[]): readonly string[] {
  const most = (read: (share: RecordRow['shares'][number]) => number): number =>
    medianInterval(
      (rows[0]?.shares ?? []).map((_, pair) => {
        const together = rows.flatMap(({ shares }) => shares.slice(pair, pair + 1).map(read));
        return together.reduce((sum, share) => sum + share, 0) / together.length;
      }),
    ).high;
  const [cost, main] = [most((share) => share.cost), most((share) => share.main)];
  return [
    ...(main > MOST ? [`all: up to ${percent(main)} more time of the serving thread`] : []),
    ...(cost > MOST ? [`all: up to ${percent(cost)} less throughput`] : []),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function toFigures({ scenario, pairs, perSecond, cost, mainMicros, main, ring, rssMb }: RecordRow): Figures {
  const percents = ({ median, low, high }: RecordRow['cost']): Figures => ({
    median: round(median * 100, 2),
    low: round(low * 100, 2),
    high: round(high * 100, 2),
  });
  return {
    scenario,
    pairs,
    throughputPercent: percents(cost),
    servingThreadPercent: percents(main),
    perSecond: { on: Math.round(perSecond.on), off: Math.round(perSecond.off) },
    servingThreadMicros: { on: round(mainMicros.on, 1), off: round(mainMicros.off, 1) },
    ...(ring && { recordsInRing: ring.kept, ringMegabytes: round(ring.bytes / 1024 ** 2, 1) }),
    ...(rssMb !== undefined && { processMegabytes: Math.round(rssMb) }),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
