/** Finds the lines of the statements in policies of IAM that nearly admit a caller. */
import { asOneOrMore, asText, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { findDenials } from '../explain/missing-right.ts';
import { isPlainRoute } from '../explain/policy-advice.ts';
import { tracePolicies } from './describe-guard.ts';
import { placesOfPermissions } from './find-distant-places.ts';
import { named, placeOf } from './find-places.ts';
import { isEvent, kindOfEvent } from './recorded-request.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { GuardPolicy, NamedPlace } from '../explain/circumstances.ts';
import type { RightsAt } from './find-distant-places.ts';
import type { Recorded, RecordedEvent } from './recorded-request.ts';

/** The types that have statements for callers. */
const WITH_STATEMENTS =
  /^AWS::IAM::(?:User|Role|Group|Policy|ManagedPolicy|UserPolicy|RolePolicy|GroupPolicy)$/;

/** Returns the places of the permissions and statements that nearly admit a refused caller. */
export function placesOfRights(recorded: Recorded, at: RightsAt): readonly NamedPlace[] {
  return [
    ...placesOfPermissions(recorded, at),
    ...placesOfSigner(recorded, at.stacks),
    ...(isEvent(recorded) || recorded.failure === undefined
      ? []
      : findPlainRoutes(tracePolicies(recorded), at.stacks)),
  ];
}

/**
 * Returns the places of the ARNs in policies that contain a variable of a route, such as `{id}`, which is plain text in
 * a policy.
 */
export function findPlainRoutes(
  policies: readonly GuardPolicy[],
  stacks: readonly ResolvedStack[],
): readonly NamedPlace[] {
  const plain = policies.flatMap(({ of, statements, resource }) =>
    of === 'identity'
      ? statements.flatMap(({ resources }) => resources.filter((one) => isPlainRoute(one, resource)))
      : [],
  );
  return findTexts(stacks, 'Resource', (text) => plain.includes(text));
}

/**
 * Returns the places of the actions of Lambda that the policies of a user or role allow, for a function URL that
 * refuses this caller.
 */
function placesOfSigner(recorded: Recorded, stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  const defect = isEvent(recorded) ? undefined : recorded.error?.detail.defect;
  return defect?.kind === 'function-url' && defect.signer !== undefined
    ? findCallsOf(defect.signer, stacks)
    : [];
}

/**
 * Finds the places for an event without a route. For a call to `@connections`, the policies of its caller decide. For a
 * message, the route selection expression selected no route.
 */
export function placesWithoutRoute(
  recorded: RecordedEvent,
  own: ResolvedResource,
  stacks: readonly ResolvedStack[],
): readonly NamedPlace[] {
  const property = 'RouteSelectionExpression';
  return kindOfEvent(recorded) === 'post'
    ? placesOfCaller(recorded, stacks)
    : named(property, placeOf(own, property));
}

/** Finds the actions of APIs that the policies of the refused caller of `@connections` allow. */
function placesOfCaller(
  { failure = '' }: Pick<RecordedEvent, 'failure'>,
  stacks: readonly ResolvedStack[],
): readonly NamedPlace[] {
  const [denied] = findDenials([failure]);
  return denied === undefined
    ? []
    : findTexts(stacks, 'Action', (text) => /^execute-api:/i.test(text), isOfCaller(denied.name));
}

export function findCallsOf(signer: string, stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  const [, name = ''] = /(?:user|role|assumed-role)\/([^/]+)(?:\/[^/]*)?$/.exec(signer) ?? [];
  return findTexts(stacks, 'Action', (text) => /^lambda:Invoke/i.test(text), isOfCaller(name));
}

/** Whether a resource is the user or role, or a policy of it. */
function isOfCaller(name: string): (resource: ResolvedResource) => boolean {
  return ({ physicalId, properties }) =>
    physicalId === name ||
    ['Users', 'Roles'].some((list) => asOneOrMore(properties[list] ?? []).includes(name));
}

function findTexts(
  stacks: readonly ResolvedStack[],
  member: string,
  isWanted: (text: string) => boolean,
  isOf: (resource: ResolvedResource) => boolean = () => true,
): readonly NamedPlace[] {
  const resources = stacks.flatMap((stack) => [...stack.resources.values()]);
  return resources
    .filter((resource) => WITH_STATEMENTS.test(resource.type) && isOf(resource))
    .flatMap((resource) =>
      pathsOf(resource.properties, member, isWanted).flatMap((path) =>
        named(`${member} in ${resource.logicalId}`, placeOf(resource, path)),
      ),
    );
}

/**
 * Finds a member at any depth of a value. Returns the paths of its texts: of the member itself, or of the items of its
 * list.
 */
function pathsOf(
  value: Json,
  member: string,
  isWanted: (text: string) => boolean,
  path: readonly string[] = [],
): readonly string[] {
  const text = asText(value);
  if (text !== undefined) return path.slice(-2).includes(member) && isWanted(text) ? [path.join('.')] : [];
  if (!isJsonObject(value) && !Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsOf(inner as Json, member, isWanted, [...path, key]),
  );
}
