/**
 * Changes untrusted input at random, by a seed. Each parser must answer or refuse the input, and must then serve the
 * next one.
 */
import { ACCESS_TARGETS } from './fuzz/access-targets.ts';
import { keepCase, readCases } from './fuzz/cases.ts';
import { runTarget, tryInput } from './fuzz/run-target.ts';
import { projectTarget } from './fuzz/project-target.ts';
import { templateTarget } from './fuzz/template-target.ts';
import { MAPPING_TARGETS } from './fuzz/mapping-targets.ts';
import { httpTarget, webSocketTarget } from './fuzz/wire-targets.ts';
import type { Crash } from './fuzz/run-target.ts';
import type { FuzzTarget } from './fuzz/target.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

const MS_PER_MINUTE = 60_000;
/** The number of inputs per target and the total time of a quick run. */
const QUICK = { inputs: 150, minutes: 0.5 };
const USUAL_MINUTES = 2;

export const fuzz: Proof = {
  name: 'fuzz',
  claim:
    'no input that a seed derives from valid inputs crashes a parser, hangs a connection or prevents the next request',
  quick: true,
  async run({ quick, minutes = quick ? QUICK.minutes : USUAL_MINUTES, seed = 1, only }) {
    const targets = await openTargets(only);
    if (targets.length === 0)
      return { kind: 'refuted', reason: `--only ${only ?? ''}: there is no such target`, figures: {} };
    const outcome = await fuzzFor(targets, {
      ms: minutes * MS_PER_MINUTE,
      inputs: quick ? QUICK.inputs : Infinity,
      seed,
    });
    return outcome.kind === 'proven' && only !== undefined ? { ...outcome, isPart: true } : outcome;
  },
};

type OpenTarget = () => FuzzTarget | Promise<FuzzTarget>;

const TARGETS: ReadonlyMap<string, OpenTarget> = new Map<string, OpenTarget>([
  ...[...MAPPING_TARGETS, ...ACCESS_TARGETS].map((target) => [target.name, () => target] as const),
  ['template', templateTarget],
  ['project', projectTarget],
  ['http', httpTarget],
  ['websocket', webSocketTarget],
]);

/** @param only the name of a single target; for an unknown name, nothing is returned */
export async function openTargets(only?: string): Promise<readonly FuzzTarget[]> {
  const chosen = [...TARGETS].filter(([name]) => only === undefined || name === only);
  return Promise.all(chosen.map(async ([, open]) => open()));
}

async function fuzzFor(
  targets: readonly FuzzTarget[],
  { ms, inputs, seed }: { readonly ms: number; readonly inputs: number; readonly seed: number },
): Promise<Outcome> {
  const uncaught: string[] = [];
  const note = (error: Error): void => void uncaught.push(`uncaught ${error.stack ?? error.message}`);
  process.on('uncaughtException', note);
  try {
    const crashes = [...(await replay(targets))];
    const figures: Record<string, Figures> = {};
    for (const target of targets) {
      // A target gets the same inputs whether it runs alone or with others.
      const own = seed + [...TARGETS.keys()].indexOf(target.name);
      const run = await runTarget(target, own, { inputs, ms: ms / targets.length });
      crashes.push(...run.crashes);
      for (const crash of run.crashes) keepCase(crash);
      figures[target.name] = { inputs: run.inputs, crashes: run.crashes.length };
    }
    const faults = [...crashes.map(({ target, reason }) => `${target}: ${reason}`), ...uncaught];
    return faults.length === 0
      ? { kind: 'proven', figures: { seed, targets: figures } }
      : { kind: 'refuted', reason: faults.join('; '), figures: { seed, targets: figures } };
  } finally {
    process.off('uncaughtException', note);
    for (const target of targets) await target.close?.();
  }
}

/** The stored inputs that still crash. */
async function replay(targets: readonly FuzzTarget[]): Promise<readonly Crash[]> {
  const still: Crash[] = [];
  for (const { target: name, input } of readCases()) {
    const target = targets.find((one) => one.name === name);
    // With `--only`, the stored inputs of other targets are skipped.
    if (target === undefined && TARGETS.has(name)) continue;
    const reason = target === undefined ? 'there is no such target' : await tryInput(target, input);
    if (reason !== undefined) still.push({ target: name, input, reason });
  }
  return still;
}
