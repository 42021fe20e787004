/**
 * Finds the places of settings that affect a route, or that an error refers to, but that are not written at the route.
 */
import { TABLE_TYPES } from '../../core/stack/table-types.ts';
import { asText, asList, membersOf } from '@gatewright/aws/json-object';
import { findByPhysicalId, named, placeOf, resourcesOf } from './find-places.ts';
import { valueAt } from './misread-event.ts';
import { shortFile } from '../../core/stack/source-format.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import { isEvent } from './recorded-request.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { RecordedRequest, Recorded } from './recorded-request.ts';
import type { StageVariables } from '../../core/deployment/stage/stage-variables.ts';

/**
 * Returns the place of the DefaultAuthorizer of an API of SAM, which guards each route that names no other authorizer.
 */
export function placesOfDefaultAuthorizer(
  { source, file }: ResolvedStack,
  { logicalId }: ResolvedResource,
  authorizer: string,
): readonly NamedPlace[] {
  const { original, lineOf } = source ?? {};
  if (original === undefined || lineOf === undefined) return [];
  const paths = [
    ['Resources', logicalId, 'Properties', 'Auth', 'DefaultAuthorizer'],
    ['Globals', 'Api', 'Auth', 'DefaultAuthorizer'],
    ['Globals', 'HttpApi', 'Auth', 'DefaultAuthorizer'],
  ];
  const path = paths.find((names) => valueAt(original, names) === authorizer);
  const line = path === undefined ? undefined : lineOf(path);
  return line === undefined ? [] : [{ what: 'DefaultAuthorizer', place: `${shortFile(file)}:${line}` }];
}

/** Returns the places of the settings that say where the key is, and which routes need it. */
export function placesOfKeySettings(
  recorded: RecordedRequest,
  stack: ResolvedStack,
  own: ResolvedResource,
): readonly NamedPlace[] {
  const source = 'ApiKeySourceType';
  return [
    ...placesOfKeyOfPreflight(recorded, stack, own),
    ...(own.properties[source] === 'AUTHORIZER' ? named(source, placeOf(own, source)) : []),
  ];
}

/**
 * Returns the place of the ApiKeyRequired of an API of SAM, which SAM also sets for the preflight routes that it adds.
 */
function placesOfKeyOfPreflight(
  { received }: RecordedRequest,
  { source, file }: ResolvedStack,
  { logicalId }: ResolvedResource,
): readonly NamedPlace[] {
  const { original, lineOf } = source ?? {};
  if (original === undefined || lineOf === undefined || received.method !== 'OPTIONS') return [];
  const path = [
    ['Resources', logicalId, 'Properties', 'Auth', 'ApiKeyRequired'],
    ['Globals', 'Api', 'Auth', 'ApiKeyRequired'],
  ].find((names) => valueAt(original, names) !== undefined);
  const line = path === undefined ? undefined : lineOf(path);
  return line === undefined ? [] : [{ what: 'ApiKeyRequired', place: `${shortFile(file)}:${line}` }];
}

/**
 * Returns the places of the stages of the usage plans that a key belongs to, if none of them is the stage of the
 * request.
 */
export function placesOfOtherStages(keyId: string, stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  const memberships = resourcesOf(stacks, 'AWS::ApiGateway::UsagePlanKey').filter(
    ({ properties }) => properties['KeyId'] === keyId,
  );
  return memberships.flatMap(({ properties }) => {
    const plan = findByPhysicalId(
      stacks,
      'AWS::ApiGateway::UsagePlan',
      asText(properties['UsagePlanId']) ?? '',
    );
    const place = placeOf(plan, 'ApiStages') ?? placeOf(plan);
    return plan === undefined || place === undefined
      ? []
      : [{ what: `ApiStages of usage plan ${plan.logicalId}`, place }];
  });
}

const INDEX = /IndexName: ([\w.-]+)(?:, IndexKey: ([^\s,.]+))?/;
const KEY = /Index Key:? ([^\s,]+)/i;

/** Returns the place of the key of an index that an error of DynamoDB names. The error does not name the table. */
export function placesOfIndex(
  { outcome }: Pick<RecordedRequest, 'outcome'>,
  stacks: readonly ResolvedStack[],
): readonly NamedPlace[] {
  const message = outcome?.kind === 'failed' ? outcome.errorMessage : '';
  const [, index, indexKey] = INDEX.exec(message) ?? [];
  const key = indexKey ?? KEY.exec(message)?.[1];
  if (index === undefined || key === undefined) return [];
  const places = TABLE_TYPES.flatMap((type) => resourcesOf(stacks, type)).flatMap((table) =>
    ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'].flatMap((list) =>
      asList(table.properties[list]).flatMap((one, at) => {
        const { IndexName: name, KeySchema: schema } = membersOf(one);
        const element = asList(schema).findIndex((part) => asText(membersOf(part)['AttributeName']) === key);
        const member = `${list}.${at}.KeySchema.${element}.AttributeName`;
        return name === index && element !== -1 ? (placeOf(table, member) ?? []) : [];
      }),
    ),
  );
  const [place, ...others] = places;
  return place === undefined || others.length > 0
    ? []
    : [{ what: `key ${key} of the index ${index}`, place }];
}

export type RightsAt = {
  readonly stacks: readonly ResolvedStack[];
  readonly stage: { readonly variables: StageVariables | null } | undefined;
};

/** Returns the places of the permissions that a function URL has, for a caller whom none of them admits. */
export function placesOfPermissions(recorded: Recorded, { stacks, stage }: RightsAt): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.failure === undefined || recorded.phase !== 'authorize') return [];
  const { api, route } = recorded.received;
  if (api.functionUrl === undefined || route === undefined || !('functionName' in route.integration))
    return [];
  const own = readFunctionName(route.integration.functionName.render(stage?.variables ?? null)).functionName;
  return resourcesOf(stacks, 'AWS::Lambda::Permission').flatMap((permission) => {
    const { FunctionName: of } = permission.properties;
    const place = placeOf(permission, 'Action');
    return readFunctionName(asText(of) ?? '').functionName !== own || place === undefined
      ? []
      : [{ what: `permission ${permission.logicalId}`, place }];
  });
}
