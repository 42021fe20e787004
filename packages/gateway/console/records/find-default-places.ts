/** Finds where settings stand that reach a route without being written at it. */
import { asText } from '@gatewright/aws/json-object';
import { findByPhysicalId, placeOf, resourcesOf } from './find-places.ts';
import { valueAt } from './misread-event.ts';
import { shortFile } from '../../core/stack/source-format.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';

/** The DefaultAuthorizer of an API of SAM, which guards each route that names no other authorizer. */
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

/** The stages of the usage plans that a key belongs to, if none of them is the stage of the request. */
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
