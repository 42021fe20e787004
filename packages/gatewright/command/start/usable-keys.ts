import { listOf, memberOf } from '@gatewright/aws/json-object';
import type { ApiRoutes, ResolvedStack } from '../../../gateway/engine/index.ts';

/**
 * Returns the name of an API key in a usage plan of the stage, or its id if several keys have this name; undefined if
 * there is none. `gatewright keys value NAME` prints the value of the key. The suggested commands do not contain the value, because a template may contain the
 * value that is used on AWS.
 */
export function findKeyName(
  stacks: readonly Pick<ResolvedStack, 'resources'>[],
  { id, stage }: Pick<ApiRoutes, 'id' | 'stage'>,
): string | undefined {
  const resources = stacks.flatMap((stack) => [...stack.resources.values()]);
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const plans = new Set(
    ofType('AWS::ApiGateway::UsagePlan')
      .filter(({ properties }) =>
        listOf(properties, 'ApiStages').some(
          (each) => memberOf(each, 'ApiId') === id && memberOf(each, 'Stage') === stage,
        ),
      )
      .map(({ physicalId }) => physicalId),
  );
  const keyIds = new Set(
    ofType('AWS::ApiGateway::UsagePlanKey')
      .filter(({ properties: { UsagePlanId: plan } }) => typeof plan === 'string' && plans.has(plan))
      .map(({ properties: { KeyId: key } }) => key),
  );
  const keys = ofType('AWS::ApiGateway::ApiKey');
  const key = keys.find(
    ({ physicalId, properties: { Enabled: isEnabled } }) => keyIds.has(physicalId) && isEnabled !== false,
  );
  if (key === undefined) return undefined;
  const { Name: name } = key.properties;
  const isUnique = keys.filter(({ properties }) => properties['Name'] === name).length === 1;
  return typeof name === 'string' && isUnique ? name : key.physicalId;
}
