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
  /** Changes logical ids and display names; the default keeps the names of the case. */
  readonly naming?: Naming;
  /** Returns a case with other names; the default returns it unchanged. */
  readonly restage?: (parityCase: ParityCase) => ParityCase;
  /** Called after each case. */
  readonly onResult?: (result: CaseResult) => void;
  /** Called with the target's response to a request, in the form of `expect`. */
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
  // All calls to the control plane share one account, as on AWS.
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
      // If an unexpected error prevents a case from running, the case has failed, and the other cases continue.
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
