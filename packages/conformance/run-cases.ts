/** Runs cases against a target, a few at a time. */
import { runControlCase } from './play/control-run.ts';
import { runCase } from './play/run-case.ts';
import { isControlCase } from './schema/read-cases.ts';
import { NotAsked } from './play/not-asked.ts';
import type { Answer } from './report/recording.ts';
import type { CaseResult } from './report/score.ts';
import type { AnyCase, ControlTarget } from './schema/control-case.ts';
import type { ParityCase } from './schema/parity-case.ts';
import type { Target } from './targets/target.ts';
import type { Naming } from './template/template.ts';

type RunOptions = {
  /** Logical ids and display names; default: as the case names them. */
  readonly naming?: Naming;
  /** A case under other names; default: as it is. */
  readonly restage?: (parityCase: ParityCase) => ParityCase;
  /** Called once a case is over. */
  readonly onResult?: (result: CaseResult) => void;
  /** The target's response to the request of a case, in the form of `expect`. */
  readonly onAnswer?: (parityCase: AnyCase, answer: Answer) => void;
};

/** @returns the results in the order of the cases */
export async function runCases(
  cases: readonly AnyCase[],
  target: Target,
  options: RunOptions = {},
): Promise<readonly CaseResult[]> {
  const { naming = (name: string) => name, restage = (one: ParityCase) => one, onResult, onAnswer } = options;
  const results = new Map<AnyCase, CaseResult>();
  const waiting = [...cases];
  // One account for all calls to the control plane, as at AWS.
  let control: Promise<ControlTarget> | undefined;
  const ask = async (parityCase: AnyCase): Promise<string | undefined> => {
    const onReply = (answer: Answer): void => onAnswer?.(parityCase, answer);
    return isControlCase(parityCase)
      ? runControlCase(parityCase, await (control ??= target.openControl()), onReply)
      : runCase(restage(parityCase), { deploy: target.deploy, naming, onReply });
  };
  const run = async (parityCase: AnyCase): Promise<CaseResult> => {
    const lack = target.cannotAsk(parityCase);
    if (lack !== undefined) return { parityCase, notAsked: lack };
    try {
      return { parityCase, difference: await ask(parityCase) };
    } catch (error) {
      if (error instanceof NotAsked) return { parityCase, notAsked: error.message };
      // A case that cannot be asked because of an unexpected error has failed, and the others go on.
      return {
        parityCase,
        difference: `could not run: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await run(next);
      results.set(next, result);
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: target.concurrency }, work));
  return cases.flatMap((parityCase) => results.get(parityCase) ?? []);
}
