/**
 * Creates the steps of a saved attachment again from their parts, their states and the live API. Attack: a cloned
 * repository contains a file that shows one route to the user but calls another. Its checksum is correct, because
 * anybody can compute it.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { listAt, textAt } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { permissionPart } from './authorizer-function.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import type { Saved, SavedStep, Undo } from './journal.ts';
import { authorizerPart, DEPLOYED_BY, deploymentPart, routePart } from './live-api.ts';
import type { LiveApi } from './live-api.ts';
import {
  authorizerStep,
  deploymentStep,
  keySourceStep,
  permissionStep,
  routeStep,
  stageStep,
} from './plan.ts';
import { isSame } from './step.ts';
import type { PlaneCall, Step } from './step.ts';

/**
 * Thrown if the files of an attachment differ from the files that this command would have written. Nothing was changed.
 */
export class AttachmentFileError extends UsageError {
  override readonly code = 'ATTACHMENT_FILE_CHANGED';
}

/**
 * Creates the steps of a saved attachment.
 * @throws AttachmentFileError if the file contains other calls, or belongs to another kind of API
 */
export function restoreSteps<Of extends Undo>(
  saved: Saved<Of>,
  live: LiveApi,
  authorizer: AuthorizerFunction,
): Of {
  if (saved.kind !== live.kind)
    throw changed(`the file is for an API of kind ${saved.kind}, but ${live.apiId} is of kind ${live.kind}`);
  const steps = saved.steps.map((step) => {
    const made = restoreStep(step, live, authorizer);
    if (
      made === undefined ||
      !isSame(made.after, step.after) ||
      (made.before === null) !== (step.before === null)
    )
      throw changed(`the file’s step for ${step.part} is not a step that attach creates`);
    const different = findDifferentCall(step, made, authorizer);
    if (different !== undefined)
      throw changed(
        `the file’s step for ${step.part} has a call that attach does not make: ${different.method} ${different.path}`,
      );
    return made;
  });
  return { ...saved, steps } as unknown as Of;
}

function changed(what: string): AttachmentFileError {
  return new AttachmentFileError(
    `the attachment file was not written by gatewright attach for this API: ${what}. Nothing was changed`,
  );
}

/** Creates one step; undefined if `attach` has no step for such a part. */
function restoreStep(step: SavedStep, live: LiveApi, authorizer: AuthorizerFunction): Step | undefined {
  const { part, before, after } = step;
  const [kind = ''] = part.split(' ', 1);
  const name = part.slice(kind.length + 1);
  if (part === permissionPart(live.apiId)) return permissionStep(live, authorizer);
  if (part === authorizerPart(name)) {
    const calls = textAt(after, 'authorizerUri')?.includes(`/functions/${authorizer.arn}/invocations`);
    return after['name'] === name && calls === true ? authorizerStep(live, after) : undefined;
  }
  if (part === deploymentPart(name))
    return name.startsWith(`${DEPLOYED_BY} `) ? deploymentStep(live, name) : undefined;
  if (before === null) return undefined;
  if (part === 'api') return keySourceStep(live, before);
  if (part === 'stage') return stageStep(live, before, percentOf(step));
  if (part !== routePart(name)) return undefined;
  const address = live.routes.find(({ key }) => key === name)?.address;
  // If the route no longer exists, its state is neither `before` nor `after`, so no call is made for it.
  return routeStep(live, { key: name, address: address ?? '', before }, after['apiKeyRequired'] === true);
}

/** Returns the canary percentage of a saved step. In files of format 1, only the call contains it. */
function percentOf({ canaryPercent, apply }: SavedStep): number | undefined {
  if (apply === undefined) return canaryPercent;
  const percent = listAt(apply.body, 'patchOperations')
    .filter(isJsonObject)
    .find(({ path }) => path === '/canarySettings/percentTraffic');
  return percent === undefined ? undefined : Number(percent['value']);
}

function findDifferentCall(
  { part, apply, revert, orElse = [] }: SavedStep,
  made: Step,
  { arn, name }: AuthorizerFunction,
): PlaneCall | undefined {
  const isGone = part.startsWith('route ') && made.revert.path === '';
  const others = (made.orElse ?? []).map((one) => one.revert);
  return [
    [apply, made.apply] as const,
    [revert, made.revert] as const,
    ...orElse.map((one, index) => [one.revert, others[index]] as const),
  ].find(([saved, own]) => saved !== undefined && !isGone && !isSameCall(saved, own, arn, name))?.[0];
}

/** Whether two calls are the same, even if one contains the function's name and the other its ARN. */
function isSameCall(saved: PlaneCall, own: PlaneCall | undefined, arn: string, name: string): boolean {
  const byArn = encodeURIComponent(arn.split(':').slice(0, 7).join(':'));
  const path = saved.path.replace(`/functions/${name}/`, `/functions/${byArn}/`);
  return isSame({ ...saved, path } satisfies UnknownMembers, own);
}
