/**
 * Reads the routes that a stage serves from its OpenAPI export, and compares them with the configured routes. The two
 * differ if a route was added or deleted and the change is not deployed yet.
 */
import { isJsonObject, memberOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { readOpenApiRoutes } from '@gatewright/authoring/inventory/openapi-inventory';
import type { InventoryRoute } from '@gatewright/authoring/inventory/route-inventory';
import { UsageError } from '../../../../base/terminal/output.ts';

/**
 * Returns the routes of an OpenAPI export.
 * @throws UsageError if the value is not an OpenAPI document
 */
export function readExportedRoutes(exported: UnknownMembers): readonly InventoryRoute[] {
  const { components, securityDefinitions } = exported;
  const schemes = membersOf(components)['securitySchemes'] ?? securityDefinitions;
  const routes = readOpenApiRoutes(exported, (name) => isCustom(memberOf(schemes, name)));
  if (routes !== undefined) return routes;
  throw new UsageError("the stage's export is not an OpenAPI document");
}

/**
 * Whether a security scheme may belong to a Lambda authorizer. This is assumed for an undeclared scheme. API keys, IAM
 * and JWT authorizers are never the toolkit's, so the result is false.
 */
function isCustom(scheme: unknown): boolean {
  if (!isJsonObject(scheme)) return true;
  const { type } = membersOf(scheme['x-amazon-apigateway-authorizer']);
  return type === 'token' || type === 'request' || scheme['x-amazon-apigateway-authtype'] === 'custom';
}

type United = {
  readonly routes: readonly InventoryRoute[];
  /** Routes that are served, but no longer configured. */
  readonly onlyDeployed: readonly string[];
  /** Routes that are configured, but not served yet. */
  readonly onlySet: readonly string[];
};

/**
 * Merges two lists of routes. A route that is protected in either list is protected in the result, because a policy's
 * wildcards must not match it before, during or after the change.
 */
export function mergeRoutes(set: readonly InventoryRoute[], deployed: readonly InventoryRoute[]): United {
  const [bySet, byDeployed] = [indexRoutes(set), indexRoutes(deployed)];
  const keys = new Set([...bySet.keys(), ...byDeployed.keys()]);
  const routes = [...keys].map((key): InventoryRoute => {
    const route = bySet.get(key) ?? byDeployed.get(key);
    const [method = '', path = ''] = [route?.method, route?.path];
    const sides = [bySet, byDeployed].map((side) => side.get(key) ?? side.get(`ANY ${path}`));
    const isProtected = sides.some((found) => found?.isProtected === true);
    const guard = isProtected ? undefined : route?.guard;
    return { method, path, isProtected, ...(guard !== undefined && { guard }) };
  });
  return {
    routes,
    onlyDeployed: [...byDeployed.keys()].filter((key) => !bySet.has(key)).sort(),
    onlySet: [...bySet.keys()].filter((key) => !byDeployed.has(key)).sort(),
  };
}

function indexRoutes(routes: readonly InventoryRoute[]): ReadonlyMap<string, InventoryRoute> {
  return new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
}
