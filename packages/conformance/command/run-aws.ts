/**
 * `--target aws`: prints what the run creates and costs, and asks for confirmation. An interrupted run can be resumed,
 * and `--sweep` removes what it left behind.
 */
import { Journal, listRuns } from '../account/journal.ts';
import { planRun, printPlan } from '../account/plan.ts';
import { sweep } from '../account/sweep.ts';
import { lackOfAws, openAccess } from '../targets/aws.ts';
import type { CaseResult } from '../report/score.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { TargetOptions } from '../targets/target.ts';

type Values = {
  readonly plan: boolean;
  readonly sweep: boolean;
  readonly yes: boolean;
  readonly resume?: string | undefined;
};

type Ports = {
  run(
    cases: readonly AnyCase[],
    onResult: (result: CaseResult) => void,
    earlier: readonly CaseResult[],
  ): Promise<number>;
  confirm(question: string): Promise<boolean>;
};

/** @returns the exit code */
export async function runAws(
  values: Values,
  options: TargetOptions,
  cases: readonly AnyCase[],
  ports: Ports,
): Promise<number> {
  const { workingFolder, runId } = options;
  if (values.sweep) return sweepAccount(options);
  if (values.resume !== undefined && !listRuns(workingFolder).includes(values.resume))
    throw new Error(
      `this folder has no run ${values.resume}; the runs that can be resumed: ${listRuns(workingFolder).join(', ') || '(none)'}`,
    );
  const journal = new Journal(workingFolder, runId);
  const { results } = journal.read();
  const asked = cases.filter((one) => lackOfAws(one) === undefined);
  const waiting = asked.filter(({ id }) => !results.has(id));
  process.stderr.write(`${printPlan(planRun(waiting), runId)}\n`);
  if (values.plan) return 0;
  if (!values.yes && !(await ports.confirm('Create these resources?'))) {
    process.stderr.write('Nothing was created. Pass --yes if there is no terminal.\n');
    return 2;
  }
  if (values.resume !== undefined) await sweepAccount(options);
  process.stderr.write(
    `this is run ${runId}; if it is interrupted, continue it with --resume ${runId}, or remove its resources with --sweep\n`,
  );
  const code = await ports.run(
    cases.filter(({ id }) => !results.has(id)),
    ({ parityCase, difference, notAsked }) =>
      journal.write({
        result: {
          id: parityCase.id,
          ...(difference === undefined ? {} : { difference }),
          ...(notAsked === undefined ? {} : { notAsked }),
        },
      }),
    cases.flatMap((parityCase) => {
      const earlier = results.get(parityCase.id);
      if (earlier === undefined) return [];
      const { difference, notAsked } = earlier;
      return [{ parityCase, difference, ...(notAsked === undefined ? {} : { notAsked }) }];
    }),
  );
  const { made, removed } = journal.read();
  process.stderr.write(`resources created: ${made}, removed: ${removed}\n`);
  return code;
}

async function sweepAccount(options: TargetOptions): Promise<number> {
  const access = await openAccess(options);
  try {
    const { workingFolder } = options;
    const { removed, left } = await sweep({
      target: access.target,
      access,
      workingFolder,
      pace: access.pace,
    });
    process.stderr.write(`leftover resources removed: ${removed}, not removed: ${left.length}\n`);
    for (const one of left) process.stderr.write(`not removed: ${one}\n`);
    return left.length > 0 ? 1 : 0;
  } finally {
    access.target.close();
  }
}
