/** What a deployment of a REST API must hold and CloudFormation may make after it, as far as `DependsOn` tells. */
import type { ResolvedResource } from '../core/stack/model.ts';

/** A deployment that does not wait for a gateway response or method of its API. */
export type LatePart = { readonly part: string; readonly deployment: string };

/** Nothing refers to these, so `DependsOn` alone brings them before a deployment. */
const PARTS: ReadonlySet<string> = new Set(['AWS::ApiGateway::GatewayResponse', 'AWS::ApiGateway::Method']);

/** What comes with the OpenAPI document of its API is made with the API; its id here tells the operation, with spaces. */
const IN_TEMPLATE = /^[A-Za-z0-9]+$/;

export function findLateParts(
  resources: ReadonlyMap<string, ResolvedResource>,
  apiId: string,
): readonly LatePart[] {
  const ofApi = [...resources.values()].filter((resource) => resource.properties['RestApiId'] === apiId);
  return ofApi
    .filter(({ type }) => type === 'AWS::ApiGateway::Deployment')
    .flatMap(({ logicalId: deployment }) => {
      const awaited = awaitedBy(resources, deployment);
      return ofApi
        .filter(
          ({ type, logicalId }) => PARTS.has(type) && IN_TEMPLATE.test(logicalId) && !awaited.has(logicalId),
        )
        .map(({ logicalId: part }) => ({ part, deployment }));
    });
}

function awaitedBy(resources: ReadonlyMap<string, ResolvedResource>, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const name of resources.get(next)?.dependsOn ?? [])
      if (!found.has(name)) {
        found.add(name);
        open.push(name);
      }
  return found;
}
