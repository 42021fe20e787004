/** The order in which CloudFormation creates the deployment of an API and the parts that it should contain. */

/**
 * A deployment of a REST or WebSocket API is a snapshot. No property of a deployment refers to resources of the types
 * in `parts`, so only `DependsOn` makes CloudFormation create them before the deployment. Other parts, such as models
 * and integrations, need not be named, because methods and routes refer to them. `api` is the property by which a part
 * names its API.
 */
export const DEPLOYED_PARTS = {
  rest: {
    api: 'RestApiId',
    deployment: 'AWS::ApiGateway::Deployment',
    parts: ['AWS::ApiGateway::GatewayResponse', 'AWS::ApiGateway::Method'],
  },
  websocket: {
    api: 'ApiId',
    deployment: 'AWS::ApiGatewayV2::Deployment',
    parts: ['AWS::ApiGatewayV2::Route'],
  },
} as const satisfies Readonly<
  Record<
    string,
    { readonly api: string; readonly deployment: string; readonly parts: readonly `AWS::${string}`[] }
  >
>;

export type DeployedKind = keyof typeof DEPLOYED_PARTS;

/** A gateway response, method or WebSocket route that the API's deployment does not depend on. */
export type LatePart = { readonly part: string; readonly deployment: string };

/** Returns the logical ids that are created before `from`, if `needs` returns the ids that a resource waits for. */
export function awaitedBy(
  from: string,
  needs: (logicalId: string) => readonly string[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const name of needs(next))
      if (!found.has(name)) {
        found.add(name);
        open.push(name);
      }
  return found;
}
