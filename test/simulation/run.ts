/**
 * `npm run simulate -- --schedules N --seed S [--model quota] [--mutant NAME] [--trace]`: schedules of the
 * shipped code of quotas and breakers, or of a mutant of it. Ends with `N violations`; exit code 1 if there are any.
 * `--trace` replays the one schedule of the seed, line by line. `--find-mutants` renews mutants.json, with
 * `--model` for the mutants of one.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BREAKER_MUTANTS } from './breaker-mutants.ts';
import { hunt } from './hunt.ts';
import { SAVED_SEEDS, savedSeedOf } from './kept-seeds.ts';
import type { Model } from './model.ts';
import { MUTANTS } from './mutants.ts';
import { BREAKER_MODELS, MODELS, modelNamed } from './models.ts';
import { loadMutant } from './patched-source.ts';
import type { Shipped } from './shipped.ts';
import { loadShipped } from './shipped.ts';

const MUTANT_SEEDS = 20_000;
const ALL_MODELS = [...MODELS, ...BREAKER_MODELS];
const ALL_MUTANTS = [...MUTANTS, ...BREAKER_MUTANTS];

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string' },
    mutant: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'find-mutants': { type: 'boolean', default: false },
  },
});

function wholeNumber(name: 'schedules' | 'seed'): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
  return number;
}

async function simulate(shipped: Shipped, models: readonly Model[] = ALL_MODELS): Promise<number> {
  const [schedules, seed] = [wholeNumber('schedules'), wholeNumber('seed')];
  let violations = 0;
  for (const model of models) {
    const startedMs = performance.now();
    const { caught, ...figures } = await hunt(model, shipped, seed, schedules);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const counts = `${figures.schedules} schedules, ${figures.admissions} admissions, ${figures.writes} writes`;
    console.log(`${model.name.padEnd(18)} ${counts} (${seconds} s)`);
    if (caught === undefined) continue;
    violations += caught.run.violations.length;
    for (const violation of caught.run.violations) console.log(`  seed ${caught.seed}: ${violation}`);
    console.log(`  replay: npm run simulate -- --model ${model.name} --seed ${caught.seed} --trace`);
  }
  console.log(`${violations} violations`);
  return violations;
}

async function trace(shipped: Shipped): Promise<number> {
  const run = await modelNamed(values.model ?? 'quota').run(shipped, wholeNumber('seed'), true);
  for (const line of run.trace) console.log(line);
  console.log(`${run.violations.length} violations`);
  return run.violations.length;
}

async function findMutants(): Promise<number> {
  const { model } = values;
  const chosen = ALL_MUTANTS.filter((mutant) => model === undefined || mutant.model === model);
  const found: Record<string, number> = {};
  let survivors = 0;
  for (const mutant of ALL_MUTANTS) {
    if (!chosen.includes(mutant)) {
      const kept = savedSeedOf(mutant);
      if (kept !== undefined) found[`${mutant.model}: ${mutant.name}`] = kept;
      continue;
    }
    using patched = await loadMutant(mutant);
    const { caught } = await hunt(modelNamed(mutant.model), patched.shipped, 1, MUTANT_SEEDS);
    console.log(
      `${mutant.model}: ${mutant.name}: ${caught === undefined ? 'SURVIVED' : `seed ${caught.seed}`}`,
    );
    if (caught === undefined) survivors += 1;
    else found[`${mutant.model}: ${mutant.name}`] = caught.seed;
  }
  writeFileSync(SAVED_SEEDS, `${JSON.stringify(found, null, 2)}\n`);
  return survivors;
}

async function main(): Promise<number> {
  if (values['find-mutants']) return findMutants();
  const models = values.model === undefined ? undefined : [modelNamed(values.model)];
  const mutant = ALL_MUTANTS.find(
    ({ name, model }) => name === values.mutant && model === (values.model ?? model),
  );
  if (values.mutant !== undefined && mutant === undefined) throw new Error(`no mutant ${values.mutant}`);
  using patched = mutant === undefined ? undefined : await loadMutant(mutant);
  const shipped = patched?.shipped ?? (await loadShipped());
  if (values.trace) return await trace(shipped);
  return await simulate(shipped, mutant === undefined ? models : [modelNamed(mutant.model)]);
}

try {
  process.exitCode = (await main()) === 0 ? 0 : 1;
} catch (error) {
  console.error(`simulate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
