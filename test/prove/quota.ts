/** A million schedules of the shipped quota code over all models, and every mutant of it within 20,000 seeds. */
import { availableParallelism } from 'node:os';
import { hunt } from '../simulation/hunt.ts';
import { huntInThread } from '../simulation/hunt-in-thread.ts';
import { MODELS, modelNamed } from '../simulation/models.ts';
import { MUTANTS } from '../simulation/mutants.ts';
import { loadMutant } from '../simulation/patched-source.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const SCHEDULES = 1_000_000;
const QUICK_SCHEDULES = 8_000;
const MUTANT_SEEDS = 20_000;

export const quota: Proof = {
  name: 'quota',
  claim: 'no schedule of crashes, pauses, lost and doubled writes breaks a rule, and every mutant does',
  // `npm test` runs 500 schedules of each model already.
  quick: false,
  run: async ({ quick }) => {
    const simulated = await simulate(quick ? QUICK_SCHEDULES : SCHEDULES);
    if (simulated.kind === 'refuted' || quick) return simulated;
    const survivors: string[] = [];
    for (const mutant of MUTANTS) {
      using patched = await loadMutant(mutant);
      const { caught } = await hunt(modelNamed(mutant.model), patched.shipped, 1, MUTANT_SEEDS);
      if (caught === undefined) survivors.push(`${mutant.model}: ${mutant.name}`);
    }
    const figures = {
      ...simulated.figures,
      mutants: MUTANTS.length,
      caught: MUTANTS.length - survivors.length,
    };
    if (survivors.length > 0)
      return { kind: 'refuted', reason: `nothing notices: ${survivors.join('; ')}`, figures };
    return { kind: 'proven', figures };
  },
};

async function simulate(schedules: number): Promise<Outcome & { readonly figures: Figures }> {
  const threads = Math.max(1, availableParallelism());
  const share = Math.ceil(schedules / MODELS.length / threads);
  const models: Record<string, Figures> = {};
  let total = 0;
  for (const { name } of MODELS) {
    const reports = await Promise.all(
      Array.from({ length: threads }, (_, thread) =>
        huntInThread({ model: name, firstSeed: 1 + thread * share, schedules: share }),
      ),
    );
    const sum = (figure: 'schedules' | 'admissions' | 'writes'): number =>
      reports.reduce((all, report) => all + report[figure], 0);
    models[name] = { schedules: sum('schedules'), admissions: sum('admissions'), writes: sum('writes') };
    total += sum('schedules');
    console.log(
      `  ${name}: ${sum('schedules')} schedules, ${sum('admissions')} admissions, ${sum('writes')} writes`,
    );
    const violation = reports.find((report) => report.violation !== undefined)?.violation;
    if (violation !== undefined)
      return { kind: 'refuted', reason: `${name}, ${violation}`, figures: { models } };
  }
  return { kind: 'proven', figures: { schedules: total, violations: 0, models } };
}
