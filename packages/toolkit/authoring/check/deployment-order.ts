/**
 * Finds deployments that may be created too early. A deployment of a REST API is a snapshot, and CloudFormation may
 * create it before resources on which it does not depend. The template is compiled and has unresolved intrinsics.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

type LatePart = { readonly deployment: string; readonly part: string };

/**
 * The types that a deployment must name in `DependsOn`, because nothing else makes the deployment wait for them. Models
 * and validators need not be named, because methods refer to them.
 */
const PARTS: ReadonlySet<unknown> = new Set(['AWS::ApiGateway::GatewayResponse', 'AWS::ApiGateway::Method']);

export function findLateParts(resources: UnknownMembers): readonly LatePart[] {
  return Object.entries(resources).flatMap(([deployment, resource]) => {
    if (membersOf(resource)['Type'] !== 'AWS::ApiGateway::Deployment') return [];
    const api = apiOf(resource);
    if (api === undefined) return [];
    const awaited = reach(resources, deployment);
    return Object.entries(resources)
      .filter(([logicalId, other]) => PARTS.has(membersOf(other)['Type']) && !awaited.has(logicalId))
      .filter(([, other]) => apiOf(other) === api)
      .map(([part]) => ({ deployment, part }));
  });
}

/**
 * Describes how to make a deployment wait. SAM creates the deployment itself and does not apply the API's `DependsOn`
 * to it, so the parts have to be in the API's document instead.
 */
export function orderFix(deployment: string): string {
  return `add it to DependsOn of ${deployment}; in SAM, write it in the AWS::Serverless::Api instead, under GatewayResponses or DefinitionBody`;
}

/**
 * Returns the `DependsOn` that each deployment with late parts should have: what it has now, and the late parts, except
 * parts that wait for the deployment themselves.
 */
export function orderedDependsOn(resources: UnknownMembers): ReadonlyMap<string, readonly string[]> {
  const late = findLateParts(resources).filter(
    ({ deployment, part }) => !reach(resources, part).has(deployment),
  );
  return new Map(
    [...Map.groupBy(late, ({ deployment }) => deployment)].map(([deployment, parts]) => [
      deployment,
      [...dependsOn(resources[deployment]), ...parts.map(({ part }) => part)],
    ]),
  );
}

function apiOf(resource: unknown): string | undefined {
  const { Ref: api } = membersOf(membersOf(membersOf(resource)['Properties'])['RestApiId']);
  return typeof api === 'string' ? api : undefined;
}

function reach(resources: UnknownMembers, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const name of needs(resources[next]))
      if (name in resources && !found.has(name)) {
        found.add(name);
        open.push(name);
      }
  return found;
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
