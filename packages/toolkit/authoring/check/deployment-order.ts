/**
 * Finds deployments that may be created too early. A deployment of a REST or WebSocket API is a snapshot, and
 * CloudFormation may create it before resources on which it does not depend. The template is compiled and has
 * unresolved intrinsics.
 */
import { awaitedBy, DEPLOYED_PARTS } from '@gatewright/aws/deployment-order';
import type { DeployedKind, LatePart } from '@gatewright/aws/deployment-order';
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

const KINDS = Object.keys(DEPLOYED_PARTS) as readonly DeployedKind[];

export function findLatePartsOfTemplate(resources: UnknownMembers): readonly LatePart[] {
  return Object.entries(resources).flatMap(([deployment, resource]) => {
    const kind = KINDS.find((one) => DEPLOYED_PARTS[one].deployment === membersOf(resource)['Type']);
    if (kind === undefined) return [];
    const api = apiOf(resource, kind);
    if (api === undefined || isHttpApi(resources[api])) return [];
    const types: readonly unknown[] = DEPLOYED_PARTS[kind].parts;
    const awaited = reach(resources, deployment);
    return Object.entries(resources)
      .filter(([logicalId, other]) => types.includes(membersOf(other)['Type']) && !awaited.has(logicalId))
      .filter(([, other]) => apiOf(other, kind) === api)
      .map(([part]) => ({ deployment, part }));
  });
}

/**
 * Describes how to make a deployment wait. SAM creates the deployment of a REST API itself and does not apply the API's
 * `DependsOn` to it, so the parts have to be in the API's document instead.
 */
export function orderFix(deployment: string, kind: DeployedKind | 'http'): string {
  const fix = `add it to DependsOn of ${deployment}`;
  return kind === 'rest'
    ? `${fix}; in SAM, write it in the AWS::Serverless::Api instead, under GatewayResponses or DefinitionBody`
    : fix;
}

/**
 * Returns the `DependsOn` that each deployment with late parts should have: what it has now, and the late parts, except
 * parts that wait for the deployment themselves.
 */
export function orderedDependsOn(resources: UnknownMembers): ReadonlyMap<string, readonly string[]> {
  const late = findLatePartsOfTemplate(resources).filter(
    ({ deployment, part }) => !reach(resources, part).has(deployment),
  );
  return new Map(
    [...Map.groupBy(late, ({ deployment }) => deployment)].map(([deployment, parts]) => [
      deployment,
      [...dependsOn(resources[deployment]), ...parts.map(({ part }) => part)],
    ]),
  );
}

function apiOf(resource: unknown, kind: DeployedKind): string | undefined {
  const { Ref: api } = membersOf(membersOf(membersOf(resource)['Properties'])[DEPLOYED_PARTS[kind].api]);
  return typeof api === 'string' ? api : undefined;
}

/** HTTP APIs have the same type of deployment as WebSocket APIs. */
function isHttpApi(api: unknown): boolean {
  const { Type: type, Properties: properties } = membersOf(api);
  return type === 'AWS::ApiGatewayV2::Api' && membersOf(properties)['ProtocolType'] !== 'WEBSOCKET';
}

function reach(resources: UnknownMembers, from: string): ReadonlySet<string> {
  return awaitedBy(from, (name) => needs(resources[name]).filter((other) => other in resources));
}

function needs(resource: unknown): readonly string[] {
  return [...dependsOn(resource), ...namesIn(membersOf(resource)['Properties'])];
}

function dependsOn(resource: unknown): readonly string[] {
  return [membersOf(resource)['DependsOn'] ?? []].flat().filter((name) => typeof name === 'string');
}

/** Returns the logical ids that occur in `Ref`, `Fn::GetAtt` and `Fn::Sub`, at any depth. */
function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return Object.entries(typeof value === 'object' && value !== null ? value : {}).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt')
      return [(Array.isArray(inner) ? String(inner[0]) : String(inner)).split('.')[0] ?? ''];
    if (key === 'Fn::Sub')
      return [...namesInText(Array.isArray(inner) ? String(inner[0]) : String(inner)), ...namesIn(inner)];
    return namesIn(inner);
  });
}

function namesInText(text: string): readonly string[] {
  return [...text.matchAll(/\$\{([^!.}]+)[^}]*\}/g)].map(([, name]) => name ?? '');
}
