/** What recording costs, by the bench that switches it on and off in one process; it needs a machine with nothing else to do. */
import { describeRow, measureRecording } from '../../bench/record.ts';
import { SCENARIOS } from '../../bench/scenarios.ts';
import type { RecordRow } from '../../bench/record.ts';
import type { Figures, Proof } from './proof.ts';

/** Share of the throughput at 32 connections. */
const MOST = 0.03;
export const recording: Proof = {
  name: 'recording',
  claim: 'recording every request takes at most 3 % of the throughput at 32 connections',
  // The machine's other work would be measured.
  quick: false,
  run: async ({ sample }) => {
    const rows: RecordRow[] = [];
    for (const scenario of SCENARIOS) {
      const row = await measureRecording(scenario, { pairs: sample });
      console.log(describeRow(row));
      rows.push(row);
    }
    const figures = { scenarios: rows.map(toFigures) };
    const reasons = rows.flatMap(reasonsAgainst);
    return reasons.length === 0
      ? { kind: 'proven', figures }
      : { kind: 'refuted', reason: reasons.join('; '), figures };
  },
};

/** Of the serving thread's time, which other work on the machine spoils least, the whole interval has to lie below. */
export function reasonsAgainst({ scenario, main, cost }: RecordRow): readonly string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    ...(main.high > MOST ? [`${scenario}: up to ${percent(main.high)} more time of the serving thread`] : []),
    ...(cost.median > MOST ? [`${scenario}: ${percent(cost.median)} less throughput`] : []),
  ];
}

function toFigures({ scenario, pairs, perSecond, cost, mainMicros, main, ring, rssMb }: RecordRow): Figures {
  const percents = ({ median, low, high }: RecordRow['cost']): Figures => ({
    median: round(median * 100, 2),
    low: round(low * 100, 2),
    high: round(high * 100, 2),
  });
  return {
    ...{ scenario, pairs, throughputPercent: percents(cost), servingThreadPercent: percents(main) },
    perSecond: { on: Math.round(perSecond.on), off: Math.round(perSecond.off) },
    servingThreadMicros: { on: round(mainMicros.on, 1), off: round(mainMicros.off, 1) },
    ...(ring && { recordsInRing: ring.kept, ringMegabytes: round(ring.bytes / 1024 ** 2, 1) }),
    ...(rssMb !== undefined && { processMegabytes: Math.round(rssMb) }),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
