/**
 * `npm run prove`, see USAGE. Each proof writes docs/evidence/<name>.json on a clean tree; quick runs do not.
 * Exit code 1: refuted; 2: a proof asked for by name could not run here.
 */
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../architecture/source-files.ts';
import { describeTree, writeEvidence } from './evidence.ts';
import type { Proof } from './proof.ts';
import { PROOFS } from './proofs.ts';

const USAGE = `npm run prove [-- NAME …] [OPTION …]

  --quick          only short proofs, or the short form of the named ones; writes no evidence
  --without NAME   all but this one
  --minutes N      how long: breakers, browser's half hour, fuzz, quota, soak
  --seed N         seed of random input: fuzz, mutants
  --sample N       how many mutants, or clients of fan-out
  --only NAME      one package or folder (mutants), case (browser) or target (fuzz)
  --survivors      mutants that no test has caught so far
  --workers N      how many mutants, choices of parts, or cases of browser are tried side by side
  --against COMMIT what speed is compared with`;

/** After its last proof, the process may stay alive for this long, by a timer or a socket that a proof left open. */
const ENDS_WITHIN_MS = 60_000;

/**
 * Runs one proof. Prints a line when it starts, so that the log of a run that was ended names it, and one with the
 * outcome.
 */
async function prove(
  proof: Proof,
  { quick, ...bounds }: Parameters<Proof['run']>[0],
): Promise<'proven' | 'refuted' | 'skipped'> {
  const startedMs = performance.now();
  console.log(`PROVING ${proof.name}`);
  const tree = describeTree(REPOSITORY);
  const outcome = await proof.run({ quick, ...bounds });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  switch (outcome.kind) {
    case 'skipped':
      console.log(`SKIPPED ${proof.name}: ${outcome.reason}`);
      break;
    case 'refuted':
      console.log(`REFUTED ${proof.name}: ${outcome.reason} (${seconds} s)`);
      console.log(JSON.stringify(outcome.figures));
      break;
    case 'proven':
      if (outcome.due === undefined || outcome.due.length === 0)
        console.log(`PROVEN ${proof.name}: ${proof.claim} (${seconds} s)`);
      else console.log(`PROVEN IN PART ${proof.name}: due are ${outcome.due.join(', ')} (${seconds} s)`);
      if (!quick && outcome.isPart !== true) {
        const reason = writeEvidence(REPOSITORY, proof, outcome, tree);
        if (reason !== undefined) console.log(`  docs/evidence/${proof.name}.json is not written: ${reason}`);
      }
      if (outcome.isPart === true) console.log(JSON.stringify(outcome.figures));
      break;
  }
  return outcome.kind;
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0, not "${text}"`);
  return number;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      sample: { type: 'string' },
      only: { type: 'string' },
      survivors: { type: 'boolean', default: false },
      workers: { type: 'string' },
      against: { type: 'string' },
      without: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    const width = Math.max(...PROOFS.map(({ name }) => name.length));
    const list = PROOFS.map(({ name, claim }) => `  ${name.padEnd(width)}  ${claim}`);
    console.log([USAGE, '', ...list].join('\n'));
    return 0;
  }
  const unknown = [...positionals, ...values.without].filter(
    (name) => !PROOFS.some((proof) => proof.name === name),
  );
  if (unknown.length > 0) {
    console.error(
      `unknown proof: ${unknown.join(', ')}; there are: ${PROOFS.map(({ name }) => name).join(', ')}`,
    );
    return 1;
  }
  const chosen = PROOFS.filter(({ name }) => !values.without.includes(name)).filter(({ name, quick }) =>
    positionals.length === 0 ? quick || !values.quick : positionals.includes(name),
  );
  const options = {
    quick: values.quick,
    minutes: readNumber('minutes', values.minutes),
    seed: readNumber('seed', values.seed),
    sample: readNumber('sample', values.sample),
    only: values.only,
    survivors: values.survivors,
    workers: readNumber('workers', values.workers),
    against: values.against,
  };
  const outcomes = new Set<string>();
  for (const proof of chosen) outcomes.add(await prove(proof, options));
  if (outcomes.has('refuted')) return 1;
  return outcomes.has('skipped') && positionals.length > 0 && !values.quick ? 2 : 0;
}

/** Ends the process as failed if something that a proof left open keeps it alive. */
function endInTime(): void {
  setTimeout(() => {
    console.error(`prove: a proof left these open: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(1);
  }, ENDS_WITHIN_MS).unref();
}

try {
  process.exitCode = await main();
  endInTime();
} catch (error) {
  console.error(`prove: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
