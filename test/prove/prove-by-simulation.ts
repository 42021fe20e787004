/**
 * Runs a million schedules of shipped code in models of its environment, and checks that every mutant of the code fails
 * within 20,000 seeds. This can take hours, so finished parts are stored in .build/<name>. A run continues where an
 * earlier one ended, as long as no file that a part loads has changed.
 */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { importClosure, readSource, REPOSITORY } from '../architecture/source-files.ts';
import { hunt } from '../simulation/hunt.ts';
import type { HuntReport } from '../simulation/hunt-worker.ts';
import { huntInThread } from '../simulation/hunt-in-thread.ts';
import { savedSeedOf } from '../simulation/kept-seeds.ts';
import type { Model } from '../simulation/model.ts';
import { modelNamed } from '../simulation/models.ts';
import type { Mutant } from '../simulation/patch.ts';
import { loadMutant } from '../simulation/patched-source.ts';
import { SHIPPED_FILES } from '../simulation/shipped.ts';
import { ResumableWork } from '../../lab/tools/resumable-work.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const SCHEDULES = 1_000_000;
const QUICK_SCHEDULES = 8_000;
/** The number of runs of one model in one thread, which take half a minute. */
const PART = 2_000;
const MUTANT_SEEDS = 20_000;
const REPORTED_EVERY = 20;
/** The program of a part's thread, which loads its simulation by name. */
const THREAD = 'test/simulation/hunt-worker.ts';

type Simulation = {
  /** The name of the proof, and of the folder with its results. */
  readonly name: string;
  readonly claim: string;
  readonly models: readonly Model[];
  readonly mutants: readonly Mutant[];
};

export function proveBySimulation({ name, claim, models, mutants }: Simulation): Proof {
  return {
    name,
    claim,
    // `npm test` already runs some schedules of each model.
    quick: false,
    run: async ({ quick, minutes = Infinity }) => {
      const untilMs = performance.now() + minutes * 60_000;
      const kept = quick
        ? ResumableWork.none<HuntReport>()
        : ResumableWork.in<HuntReport>(join(REPOSITORY, '.build', name), hashOfSources());
      const parts = partsOf(models, quick ? QUICK_SCHEDULES : SCHEDULES);
      const simulated = await simulate(parts, kept, untilMs);
      if (simulated.kind !== 'proven' || quick) return simulated;
      const survivors = await findSurvivors(mutants);
      const caught = mutants.length - survivors.length;
      const figures = { ...simulated.figures, mutants: mutants.length, caught };
      if (survivors.length > 0)
        return { kind: 'refuted', reason: `nothing notices: ${survivors.join('; ')}`, figures };
      return { kind: 'proven', figures };
    },
  };
}

async function findSurvivors(mutants: readonly Mutant[]): Promise<readonly string[]> {
  const survivors: string[] = [];
  for (const mutant of mutants) {
    using patched = await loadMutant(mutant);
    const model = modelNamed(mutant.model);
    // In most cases, the stored seed makes the mutant fail.
    const known = savedSeedOf(mutant);
    let { caught } = await hunt(model, patched.shipped, known ?? 1, 1);
    if (caught === undefined) ({ caught } = await hunt(model, patched.shipped, 1, MUTANT_SEEDS));
    if (caught === undefined) survivors.push(`${mutant.model}: ${mutant.name}`);
  }
  return survivors;
}

type Part = { readonly model: string; readonly firstSeed: number; readonly schedules: number };

function partsOf(models: readonly Model[], schedules: number): readonly Part[] {
  const share = Math.ceil(schedules / models.length);
  return models.flatMap(({ name: model }) =>
    Array.from({ length: Math.ceil(share / PART) }, (_, part) => ({
      model,
      firstSeed: 1 + part * PART,
      schedules: Math.min(PART, share - part * PART),
    })),
  );
}

async function simulate(
  parts: readonly Part[],
  kept: ResumableWork<HuntReport>,
  untilMs: number,
): Promise<Outcome> {
  const reports = new Map<Part, HuntReport>();
  const open: Part[] = [];
  for (const part of parts) {
    const known = kept.find(nameOf(part));
    if (known === undefined) open.push(part);
    else reports.set(part, known);
  }
  let violated: string | undefined;
  const work = async (): Promise<void> => {
    while (violated === undefined && performance.now() < untilMs) {
      const part = open.shift();
      if (part === undefined) return;
      const report = await huntInThread(part);
      reports.set(part, report);
      if (report.violation === undefined) kept.keep(nameOf(part), report);
      else violated = `${part.model}, ${report.violation}`;
      if (reports.size % REPORTED_EVERY === 0) console.log(`  ${reports.size} of ${parts.length} parts`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work));
  const figures = sumUp(reports);
  if (violated !== undefined) return { kind: 'refuted', reason: violated, figures };
  if (open.length > 0)
    return {
      kind: 'skipped',
      reason: `${reports.size} of ${parts.length} parts are done; run the same command again to continue`,
    };
  return { kind: 'proven', figures };
}

function sumUp(reports: ReadonlyMap<Part, HuntReport>): Figures {
  const models: Record<string, { schedules: number; admissions: number; writes: number }> = {};
  for (const [{ model }, { schedules, admissions, writes }] of reports) {
    const sum = (models[model] ??= { schedules: 0, admissions: 0, writes: 0 });
    sum.schedules += schedules;
    sum.admissions += admissions;
    sum.writes += writes;
  }
  for (const [name, { schedules, admissions, writes }] of Object.entries(models))
    console.log(`  ${name}: ${schedules} schedules, ${admissions} admissions, ${writes} writes`);
  const schedules = Object.values(models).reduce((total, model) => total + model.schedules, 0);
  return { schedules, violations: 0, models };
}

function nameOf({ model, firstSeed, schedules }: Part): string {
  return `${model} ${firstSeed} ${schedules}`;
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of importClosure([THREAD, ...SHIPPED_FILES]))
    hash.update(`${path}\0${readSource(path).text}\0`);
  return hash.digest('hex').slice(0, 16);
}
