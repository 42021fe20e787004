/**
 * Applies a plan, and undoes it. The API itself, and not the journal, shows which steps are done, because a call
 * without a response may have been carried out. Both operations can therefore be repeated after a crash at any point.
 */
import { UsageError } from '../../../base/terminal/output.ts';
import { PlaneError } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Journal, JournalLine, Plan, Undo } from './journal.ts';
import {
  describe,
  fillIds,
  findForeignEdits,
  findIds,
  findRedeployed,
  stateOfMembers,
  stateOf,
  findUndone,
  isSame,
} from './step.ts';
import type { PlaneCall, Snapshot, Step } from './step.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { authorizerPart } from './live-api.ts';

export type Work = {
  readonly plane: Pick<ControlPlane, 'write'>;
  readonly look: () => Promise<Snapshot>;
  readonly journal: Journal;
  readonly now: () => Date;
  readonly report: (step: Step, what: JournalLine['what'], place: number, of: number) => void;
};

/** Thrown if others have edited the API. If `hasStarted` is true, steps of the plan have been done before. */
export class ForeignEditError extends UsageError {
  readonly edits: readonly string[];
  readonly hasStarted: boolean;

  constructor(edits: readonly string[], advice: string, hasStarted = false) {
    super(
      `the API has changed since the plan was made:\n${edits.map((edit) => `  ${edit}`).join('\n')}\n${advice}`,
    );
    this.edits = edits;
    this.hasStarted = hasStarted;
  }
}

export class UnfinishedError extends UsageError {}

const PLAN_AGAIN = 'make a new plan: gatewright attach plan';
const IN_THE_MIDDLE =
  'undo these edits and run gatewright attach apply, which resumes the plan; or run gatewright detach, which undoes the steps done so far';

/**
 * Applies a plan. If it fails, completed steps stay, and a repetition continues after them.
 * @throws ForeignEditError if others have edited the API
 * @throws PlaneError if AWS refuses a call or does not respond
 */
export async function applyPlan(plan: Plan, work: Work): Promise<void> {
  const { journal } = work;
  let snapshot = await readSnapshot(plan, work);
  if (journal.undo() === undefined) {
    const { format, id, apiId, kind, stage, region, functionArn, steps, sources } = plan;
    const guards = findFormerGuards(steps, plan.parts);
    const about = { format, id, apiId, kind, stage, region, functionArn };
    journal.saveUndo({ ...about, ...(sources !== undefined && { sources }), steps, guards });
  }
  for (const [index, step] of plan.steps.entries()) {
    const say = (what: JournalLine['what']): void => note(work, step, what, index + 1, plan.steps.length);
    // The API is read again before a deployment. A deployment publishes all pending settings, including settings that
    // others have changed.
    if (step.makes === 'deployment' || step.part === 'stage') snapshot = await readSnapshot(plan, work);
    const ids = findIds(plan.steps, snapshot);
    if (stateOf(step, snapshot, ids) === 'after') {
      say('there');
      continue;
    }
    say('begin');
    const answer = await work.plane.write(fillIds(step.apply, ids) as PlaneCall);
    say('done');
    if (step.makes !== undefined) snapshot = { ...snapshot, [step.part]: answer };
  }
}

async function readSnapshot({ parts, steps }: Plan, { look }: Work): Promise<Snapshot> {
  const snapshot = await look();
  const edits = findForeignEdits(parts, steps, snapshot);
  if (edits.length === 0) return snapshot;
  const ids = findIds(steps, snapshot);
  const hasStarted = steps.some((step) => stateOf(step, snapshot, ids) === 'after');
  throw new ForeignEditError(edits, hasStarted ? IN_THE_MIDDLE : PLAN_AGAIN, hasStarted);
}

/** Returns the steps of a plan that are not done yet, according to the current API. */
export function remaining({ steps }: Pick<Plan, 'steps'>, now: Snapshot): readonly Step[] {
  const ids = findIds(steps, now);
  return steps.filter((step) => stateOf(step, now, ids) !== 'after');
}

type Detachment = { readonly kept: readonly string[] };

/**
 * Undoes the completed steps, the last step first. If others have changed a part since then, the part is an obstacle.
 * If the undo is forced, such a part is left as it is.
 * @throws ForeignEditError if there is an obstacle. It is thrown before anything is changed
 */
export async function undoPlan(undo: Undo, work: Work, isForced = false): Promise<Detachment> {
  const first = await work.look();
  const ids = findIds(undo.steps, first);
  const redeployed = findRedeployed(undo.steps, first);
  const inTheWay = new Map(
    undo.steps.flatMap((step) => {
      if (step === redeployed) return [];
      const described = describeObstacle(step, undo.guards ?? {}, first, ids);
      return described === undefined ? [] : [[step, described] as const];
    }),
  );
  const described = [...inTheWay.values()];
  if (inTheWay.size > 0 && !isForced)
    throw new ForeignEditError(
      described,
      'undo these edits first, or pass --force, which leaves the edited parts as they are',
    );
  const kept = [...described];
  const steps = undoOrder(undo.steps, redeployed);
  for (const [index, step] of steps.entries()) {
    const say = (what: JournalLine['what']): void => note(work, step, what, index + 1, steps.length);
    if (step === redeployed) {
      say('undo');
      await deployWithout(undo, step, work);
      say('undone');
      continue;
    }
    const isDone = !inTheWay.has(step) && stateOfMembers(step, first, ids) === 'after';
    const done = isDone ? findUndone(step, first, ids) : undefined;
    if (done === undefined) {
      say('gone');
      continue;
    }
    say('undo');
    try {
      await work.plane.write(fillIds(done.revert, ids) as PlaneCall);
    } catch (error) {
      // AWS may refuse the call because this part is still needed by parts that others have changed.
      if (inTheWay.size === 0 || !(error instanceof PlaneError) || error.refusal === '') throw error;
      kept.push(`${step.part} was not changed: ${error.message}`);
      continue;
    }
    say('undone');
  }
  const left = await work.look();
  const still = undo.steps.filter((step) => stateOfMembers(step, left, ids) === 'after');
  if (still.length > 0 && kept.length === 0)
    throw new UnfinishedError(
      `AWS accepted every call, but these parts are not restored: ${still.map(({ part }) => part).join(', ')}; run gatewright detach again`,
    );
  return { kept };
}

/**
 * Returns the steps in the order in which they are undone. If the stage has been redeployed, the API is deployed again
 * after its routes have been undone and before the authorizer is deleted, because the stage calls the authorizer until
 * then.
 */
function undoOrder(steps: readonly Step[], redeployed: Step | undefined): readonly Step[] {
  const reversed = steps.toReversed().filter((step) => step !== redeployed);
  if (redeployed === undefined) return reversed;
  const found = reversed.findIndex(
    ({ makes, part }) => makes === 'authorizer' || part.startsWith('permission '),
  );
  return reversed.toSpliced(found === -1 ? reversed.length : found, 0, redeployed);
}

/** Deploys the API as it is now, and points the stage at the new deployment. */
async function deployWithout({ id, steps }: Undo, stage: Step, { plane }: Work): Promise<void> {
  const deploy = steps.find(({ makes }) => makes === 'deployment')?.apply;
  if (deploy === undefined) return;
  const made = await plane.write({ ...deploy, body: { description: `Gatewright detach ${id}` } });
  const deployment = textAt(made, 'id') ?? textAt(made, 'deploymentId');
  if (deployment === undefined)
    throw new UnfinishedError('AWS created a deployment without an id; run gatewright detach again');
  await plane.write(fillIds(stage.apply, { deployment }) as PlaneCall);
}

/**
 * Describes why a step cannot be undone. Either the step's part has changed, or the authorizer that the undo would
 * restore has changed.
 */
function describeObstacle(
  step: Step,
  guards: Snapshot,
  now: Snapshot,
  ids: ReturnType<typeof findIds>,
): string | undefined {
  switch (stateOfMembers(step, now, ids)) {
    case 'other':
      return describe(step.part, step.before ?? undefined, now[step.part]);
    case 'after':
      return describeChangedGuard(step, guards, now);
    case 'before':
    case undefined:
      return undefined;
  }
}

function note(
  { journal, now, report }: Work,
  step: Step,
  what: JournalLine['what'],
  place: number,
  of: number,
): void {
  journal.note({ at: now().toISOString(), step: step.name, what });
  report(step, what, place, of);
}

// The authorizers that an undo restores are identified by id. An id is not sufficient to recognize an authorizer,
// because the authorizer may have been edited, deleted or created again since then.

/** Returns the authorizers that the routes lose, in the state that they have at that time. */
function findFormerGuards(steps: readonly Step[], parts: Snapshot): Snapshot {
  return Object.fromEntries(
    steps.flatMap((step) => {
      const id = idBefore(step);
      const found = id === undefined ? undefined : findAuthorizer(parts, id);
      return id === undefined || found === undefined ? [] : [[id, found.shown] as const];
    }),
  );
}

/**
 * Describes how the authorizer that an undo restores differs from the authorizer that the route had. Returns undefined
 * if there is no difference, or if the step does not replace an authorizer.
 * @param guards the authorizers in the undo file. Undo files of earlier versions do not contain authorizers. With such
 *   a file, this function only notices an authorizer that no longer exists.
 */
function describeChangedGuard(step: Step, guards: Snapshot, now: Snapshot): string | undefined {
  const id = idBefore(step);
  if (id === undefined) return undefined;
  const found = findAuthorizer(now, id);
  const was = guards[id];
  if (found === undefined) return `${step.part}: its former authorizer ${id} no longer exists`;
  if (was === undefined || isSame(was, found.shown)) return undefined;
  return `${step.part}: its former authorizer has changed: ${describe(found.part, was, found.shown)}`;
}

function idBefore({ part, before }: Step): string | undefined {
  const type = textAt(before ?? {}, 'authorizationType') ?? 'NONE';
  const id = textAt(before ?? {}, 'authorizerId') ?? '';
  const isGuarded = part.startsWith('route ') && type !== 'NONE' && type !== 'AWS_IAM';
  return isGuarded && id !== '' ? id : undefined;
}

function findAuthorizer(parts: Snapshot, id: string) {
  for (const [part, shown] of Object.entries(parts))
    if (part.startsWith(authorizerPart('')) && (shown['id'] === id || shown['authorizerId'] === id))
      return { part, shown };
  return undefined;
}
