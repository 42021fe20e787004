/**
 * Checks that the options of the call produce the same plan as the saved attachment. Otherwise, the attachment is not
 * applied. Attack: a cloned repository contains files that put routes behind a function of its author.
 */
import type { Journal, Plan } from './journal.ts';
import { permissionPart } from './authorizer-function.ts';
import { routePart } from './live-api.ts';
import type { LiveApi } from './live-api.ts';
import { routeOf } from './read-live-api.ts';
import { AttachmentFileError } from './restore-steps.ts';
import { findIds, isSame, stateOf } from './step.ts';
import type { Snapshot } from './step.ts';

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
 * @throws AttachmentFileError if the plans differ
 */
export function assertPlanned(saved: Plan, planned: Plan): void {
  // The permission is not compared, because a new plan omits a permission that already exists. This is safe, because
  // the permission can only be for the function, and the function is compared.
  const [ours, theirs] = [planned, saved].map(({ apiId, steps }) =>
    steps
      .filter(({ part }) => part !== permissionPart(apiId))
      .map(({ part, after, canaryPercent }) => ({ part, after, canaryPercent })),
  );
  if (saved.functionArn === planned.functionArn && isSame(ours, theirs)) return;
  const has = saved.steps.map(({ part }) => part).filter((part) => part.startsWith('route '));
  throw new AttachmentFileError(
    `the saved attachment differs from these options: it puts ${has.join(', ')} behind ${saved.functionArn}. Nothing was changed. ` +
      'Pass the options of the saved plan, or make a new plan. If the saved plan was started, undo it with gatewright detach',
  );
}
