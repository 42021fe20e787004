/** Runs schedules until one breaks a rule. */
import type { Model, Run } from './model.ts';
import type { Shipped } from './shipped.ts';

type Hunt = {
  readonly schedules: number;
  readonly admissions: number;
  readonly writes: number;
  /** First seed whose schedule broke a rule. */
  readonly caught: { readonly seed: number; readonly run: Run } | undefined;
};

export async function hunt(
  model: Model,
  shipped: Shipped,
  firstSeed: number,
  schedules: number,
): Promise<Hunt> {
  let [admissions, writes] = [0, 0];
  for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
    const run = await model.run(shipped, seed);
    admissions += run.admissions;
    writes += run.writes;
    if (run.violations.length > 0)
      return { schedules: seed - firstSeed + 1, admissions, writes, caught: { seed, run } };
  }
  return { schedules, admissions, writes, caught: undefined };
}
