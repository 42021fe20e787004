/**
 * Finds changes that CloudFormation refuses, and resources that it replaces or deletes, when a new template updates a
 * stack.
 */
import { isDeepStrictEqual } from 'node:util';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../../stack/model.ts';
import { makeFinding } from '../finding.ts';
import type { DeployFinding, Placed } from '../finding.ts';
import type { SchemaTable } from '../schema-check.ts';
import { findConflicts } from './conflicts.ts';
import { findForbiddenChanges } from './forbidden-changes.ts';
import { judgeDeployments } from './judge-deployments.ts';
import { judgeExports } from './judge-exports.ts';
import { placeOf } from './place-of.ts';
import { compareStacks } from './stack-changes.ts';
import type { Change, StackChanges } from './stack-changes.ts';
import { isNoticed, lostWith } from './what-is-lost.ts';

/**
 * Returns the findings about an update from `before` to `now`.
 * @param others the other stacks that are checked together, because they may import an export that the update removes
 */
export function judgeUpdate(
  before: ResolvedStack,
  now: ResolvedStack,
  others: readonly ResolvedStack[],
  table: SchemaTable,
): readonly DeployFinding[] {
  const changes = compareStacks(before, now, table);
  const conflicts = findConflicts(changes, table);
  const at = (resource: ResolvedResource, property = ''): Placed => placeOf(now, resource, property);
  const refused = new Set(conflicts.map(({ resource }) => resource.logicalId));
  return [
    ...changes.retyped.map((resource) =>
      makeFinding(
        'update-changes-type',
        at(resource, 'Type'),
        `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${resource.logicalId}]`,
      ),
    ),
    ...conflicts.map(({ resource, property, rule, message }) =>
      makeFinding(rule, at(resource, property), message),
    ),
    ...changes.kept.flatMap((change) =>
      findForbiddenChanges(change).map(({ property, message }) =>
        makeFinding('update-forbidden', at(change.now, property), message),
      ),
    ),
    ...judgeExports(changes, others),
    ...changes.kept
      .filter(({ now: { logicalId } }) => !refused.has(logicalId))
      .flatMap((change) => judgeReplacement(change, changes)),
    ...changes.removed
      .filter((resource) => !conflicts.some(({ old }) => old === resource))
      .flatMap((resource) => judgeRemoval(resource, changes)),
    ...judgeDeployments(changes),
  ];
}

const KEPT_BY: ReadonlySet<string> = new Set(['Retain', 'RetainExceptOnCreate', 'Snapshot']);

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html */
function isRetained({ source }: ResolvedStack, logicalId: string, policy: string): boolean {
  const resources = mapOf(source?.template ?? {}, 'Resources');
  return KEPT_BY.has(textOf(mapOf(resources, logicalId), policy));
}

function judgeReplacement(
  { now, replacedBy }: Change,
  { now: stack }: StackChanges,
): readonly DeployFinding[] {
  if (replacedBy === undefined) return [];
  const lost = lostWith(now.type);
  const isKept = isRetained(stack, now.logicalId, 'UpdateReplacePolicy');
  if (lost === undefined && !isNoticed(now.type)) return [];
  const isLost = lost !== undefined && !isKept;
  const kept = isKept
    ? `; UpdateReplacePolicy keeps the old resource${lost === undefined ? '' : `, but the new resource does not take over ${lost}`}`
    : '';
  return [
    makeFinding(
      isLost ? 'update-loses' : 'update-replaces',
      placeOf(stack, now, replacedBy),
      `${now.logicalId} is replaced because ${replacedBy} changes${isLost ? `, and loses ${lost}` : kept}`,
    ),
  ];
}

function judgeRemoval(resource: ResolvedResource, { before, added }: StackChanges): readonly DeployFinding[] {
  const { type, logicalId } = resource;
  const lost = lostWith(type);
  if (lost === undefined || isRetained(before, logicalId, 'DeletionPolicy')) return [];
  const twin = added.find(
    (one) => one.type === type && isDeepStrictEqual(one.properties, resource.properties),
  );
  const renamed =
    twin === undefined
      ? ''
      : `; ${twin.logicalId} has the same properties, but a new logical id means a new resource`;
  return [
    makeFinding(
      'update-loses',
      placeOf(before, resource, ''),
      `${logicalId} is not in the new template, so it is deleted together with ${lost}${renamed}`,
      {
        remedy:
          twin === undefined
            ? 'keep the resource, or set DeletionPolicy: Retain and deploy that first'
            : `keep the logical id ${logicalId}, or set DeletionPolicy: Retain and deploy that first`,
      },
    ),
  ];
}
