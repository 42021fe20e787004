/**
 * Checks that the options of the call produce the same plan as the saved attachment. Otherwise, the attachment is not
 * applied. Attack: a cloned repository contains files that put routes behind a function of its author.
 */
import type { Journal, Plan, Undo } from './journal.ts';
import { permissionPart } from './authorizer-function.ts';
import { routePart } from './live-api.ts';
import type { LiveApi } from './live-api.ts';
import { routeOf } from './read-live-api.ts';
import { AttachmentFileError } from './restore-steps.ts';
import { describe, findIds, hasTrace, isSame, stateOf } from './step.ts';
import type { Snapshot, Step } from './step.ts';

/** A plan that may have been begun, with the current state of the API's parts. */
export type Begun = { readonly attachment: Plan; readonly now: Snapshot };

/**
 * Checks that a run has been begun.
 * @throws AttachmentFileError if there is an undo file although no run was begun
 */
export function assertBegun(journal: Journal): void {
  if (journal.lines().some(({ what }) => what === 'begin')) return;
  throw new AttachmentFileError(
    `${journal.folder} contains an undo file, but its journal records no started step. Nothing was changed. Remove this folder and run the command again`,
  );
}

/** Whether an earlier run has changed the API, and nothing of the attachment is left there. */
export function isLost(
  journal: Journal,
  { attachment, now }: { readonly attachment: Undo; readonly now: Snapshot },
): boolean {
  return journal.lines().some(({ what }) => what === 'done') && !hasTrace(attachment.steps, now);
}

/** Returns the API as it was before the steps that are already done, because the plan was made for that state. */
export function rewind(live: LiveApi, { attachment: { steps }, now }: Begun): LiveApi {
  const ids = findIds(steps, now);
  const parts: Snapshot = {
    ...live.parts,
    ...Object.fromEntries(
      steps.flatMap((step) =>
        step.before !== null && stateOf(step, now, ids) === 'after' ? [[step.part, step.before]] : [],
      ),
    ),
  };
  return {
    ...live,
    parts,
    api: parts['api'] ?? live.api,
    routes: live.routes.map(({ key, method, path, address, shown }) =>
      routeOf(parts[routePart(key)] ?? shown, key, method, path, address),
    ),
  };
}

/**
 * Checks that a saved plan is the plan for the current options.
 * @param planned the plan that the options of this call produce
 * @param isStarted whether a run of the saved plan was started
 * @throws AttachmentFileError if the plans differ
 */
export function assertPlanned(saved: Plan, planned: Plan, isStarted: boolean): void {
  const differences = findDifferences(saved, planned);
  if (differences.length === 0) return;
  throw new AttachmentFileError(
    `the saved attachment differs from these options: ${differences.join('; ')}. Nothing was changed. ` +
      `Pass the options of the saved attachment, or ${isStarted ? 'undo it with gatewright detach and run attach again' : 'make a new plan with gatewright attach plan'}`,
  );
}

/** Returns phrases such as `it has no canary, and these options ask for a canary of 30 %`. */
function findDifferences(saved: Plan, planned: Plan): readonly string[] {
  const [theirs, ours] = [comparedOf(saved), comparedOf(planned)];
  const only = (one: ReadonlyMap<string, Step>, other: ReadonlyMap<string, Step>): readonly string[] =>
    [...one.keys()].filter((part) => !other.has(part));
  const [more, fewer] = [only(theirs, ours), only(ours, theirs)];
  const changed = [...theirs].flatMap(([part, step]) => {
    const other = ours.get(part);
    if (
      other === undefined ||
      (isSame(step.after, other.after) && step.canaryPercent === other.canaryPercent)
    )
      return [];
    return [
      step.canaryPercent === other.canaryPercent
        ? describe(part, step.after, other.after).replaceAll(
            / was (.*?) and is now /g,
            ' is $1 in the saved attachment and would become ',
          )
        : `it ${canaryOf(step)}, and these options ${canaryOf(other, 'ask for')}`,
    ];
  });
  return [
    ...(saved.functionArn === planned.functionArn
      ? []
      : [
          `it puts ${[...theirs.keys()].filter(isRoute).join(', ')} behind ${saved.functionArn}, and these options name ${planned.functionArn}`,
        ]),
    ...(more.length === 0 ? [] : [`only the saved attachment changes ${more.join(', ')}`]),
    ...(fewer.length === 0 ? [] : [`only these options change ${fewer.join(', ')}`]),
    ...changed,
  ];
}

/**
 * The permission is not compared, because a new plan omits a permission that already exists. This is safe, because the
 * permission can only be for the function, and the function is compared.
 */
function comparedOf({ apiId, steps }: Plan): ReadonlyMap<string, Step> {
  return new Map(steps.filter(({ part }) => part !== permissionPart(apiId)).map((step) => [step.part, step]));
}

function isRoute(part: string): boolean {
  return part.startsWith('route ');
}

function canaryOf({ canaryPercent }: Step, verb: 'has' | 'ask for' = 'has'): string {
  return `${verb} ${canaryPercent === undefined ? 'no canary' : `a canary of ${canaryPercent} %`}`;
}
