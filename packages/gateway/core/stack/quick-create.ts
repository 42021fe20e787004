/**
 * Quick create: an HTTP API with a `Target` implicitly gets an integration with this target, a route, and a `$default`
 * stage that is deployed automatically (CreateApi, "Target"; AWS::ApiGatewayV2::Api, "Target").
 */
import { DefinitionError, REFUSING } from '../errors.ts';
import { makeId } from '@gatewright/aws/physical-ids';
import type { Tolerance } from '../errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from './model.ts';

const MARK = ' by quick create';

/** Whether API Gateway manages the resource with this logical id, which the API shows as `apiGatewayManaged`. */
export function isQuickCreated(logicalId: string): boolean {
  return logicalId.endsWith(MARK);
}

export function quickIntegration(target: string, credentialsArn?: string): JsonObject {
  const isUrl = /^https?:/i.test(target);
  return {
    IntegrationType: isUrl ? 'HTTP_PROXY' : 'AWS_PROXY',
    IntegrationUri: target,
    PayloadFormatVersion: isUrl ? '1.0' : '2.0',
    ...(isUrl ? { IntegrationMethod: 'ANY' } : {}),
    ...(credentialsArn === undefined || credentialsArn === '' ? {} : { CredentialsArn: credentialsArn }),
  };
}

/**
 * Adds the quick-create resources of each API directly after the API.
 * @throws DefinitionError for the first fault, if no fault is tolerated
 */
export function expandQuickCreate(
  stackName: string,
  resources: ReadonlyMap<string, ResolvedResource>,
  tolerance: Tolerance = REFUSING,
): ReadonlyMap<string, ResolvedResource> {
  const expanded = new Map<string, ResolvedResource>();
  for (const [logicalId, resource] of resources) {
    expanded.set(logicalId, resource);
    if (resource.type !== 'AWS::ApiGatewayV2::Api') continue;
    const made = tolerance.attempt(
      'the quick-create route of the API does not exist',
      () => quickCreate(stackName, resource),
      () => [],
    );
    for (const one of made) expanded.set(one.logicalId, one);
  }
  return expanded;
}

function quickCreate(stackName: string, api: ResolvedResource): readonly ResolvedResource[] {
  const { Target: target, RouteKey: routeKey, CredentialsArn: credentials } = api.properties;
  if (target === undefined || target === null) {
    if (routeKey === undefined || routeKey === null) return [];
    throw new DefinitionError(
      api.place('RouteKey'),
      'RouteKey is allowed only for quick create, which requires a Target',
    );
  }
  if (typeof target !== 'string')
    throw new DefinitionError(api.place('Target'), `Target must be a string, not ${JSON.stringify(target)}`);
  if (api.properties['ProtocolType'] !== 'HTTP')
    throw new DefinitionError(api.place('Target'), 'Quick create is supported for HTTP APIs only');
  const ApiId = api.physicalId;
  const part = (
    type: string,
    property: string,
    physicalId: string,
    properties: JsonObject,
  ): ResolvedResource => ({
    logicalId: `${api.logicalId} ${type}${MARK}`,
    type: `AWS::ApiGatewayV2::${type}`,
    physicalId,
    properties: { ApiId, ...properties },
    dependsOn: [],
    place: () => api.place(property),
  });
  const id = (kind: string): string => makeId(7, stackName, api.logicalId, 'quick create', kind);
  return [
    part(
      'Integration',
      'Target',
      id('integration'),
      quickIntegration(target, typeof credentials === 'string' ? credentials : undefined),
    ),
    part('Route', 'RouteKey', id('route'), {
      RouteKey: typeof routeKey === 'string' ? routeKey : '$default',
      Target: `integrations/${id('integration')}`,
    }),
    part('Stage', 'Target', '$default', { StageName: '$default', AutoDeploy: true }),
  ];
}
