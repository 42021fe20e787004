/** Finds the permissions that a function URL has, for a caller whom none of them admits. */
import { readFunctionName } from '@gatewright/aws/function-name';
import { asText } from '@gatewright/aws/json-object';
import { placeOf, resourcesOf } from './find-places.ts';
import { isEvent } from './recorded-request.ts';
import type { StageVariables } from '../../core/deployment/stage/stage-variables.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { Recorded } from './recorded-request.ts';

type At = {
  readonly stacks: readonly ResolvedStack[];
  readonly stage: { readonly variables: StageVariables | null } | undefined;
};

export function placesOfPermissions(recorded: Recorded, { stacks, stage }: At): readonly NamedPlace[] {
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
