/** Reads the routes of a protected API from `access/<name>.routes.json`, which `gatewright access sync` writes. */
import { isJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { ApiKind } from '@gatewright/handlers/access/compiled-document';

/** The names of the kinds of APIs, as they are printed. */
export const API_NAMES: Readonly<Record<ApiKind, string>> = {
  rest: 'REST',
  http: 'HTTP',
  websocket: 'WebSocket',
};

export type RouteInventory = {
  readonly kind: ApiKind;
  /**
   * The ids of the API by stage of the stack that contains the authorizers. A stage may have two ids, because both the
   * deployed API and the API in the local gateway are listed.
   */
  readonly apiIds: Readonly<Record<string, readonly string[]>>;
  readonly routes: readonly InventoryRoute[];
};

export type InventoryRoute = {
  /**
   * The method, for example `GET` or `ANY`. `$default` and `$connect` are not methods: they are a `path` with the
   * method `ANY`.
   */
  readonly method: string;
  readonly path: string;
  /** Whether the route uses an authorizer of the toolkit. If not, the rules of a document are not enforced for it. */
  readonly isProtected: boolean;
  /**
   * Any other authorization type, in API Gateway's terms: `JWT`, `COGNITO_USER_POOLS`, `AWS_IAM`. Absent if the route
   * has no authorization, or an authorizer of the toolkit.
   */
  readonly guard?: string;
};

/**
 * Returns the protection of a route for its authorization type.
 * @param type `authorizationType` of a method or route, as AWS returns it
 */
export function protectionOf(type: unknown): Pick<InventoryRoute, 'isProtected' | 'guard'> {
  if (type === 'CUSTOM') return { isProtected: true };
  return typeof type === 'string' && type !== 'NONE'
    ? { isProtected: false, guard: type }
    : { isProtected: false };
}

/**
 * Parses an inventory. Returns undefined if the text is not an inventory. In that case the user, who may have written
 * it by hand, should run the command instead.
 */
export function parseInventory(text: string): RouteInventory | undefined {
  const value = parseJson(text);
  return isInventory(value) ? value : undefined;
}

export function printInventory(inventory: RouteInventory): string {
  return `${JSON.stringify(inventory, null, 2)}\n`;
}

function isInventory(value: unknown): value is RouteInventory {
  if (!isJsonObject(value)) return false;
  const { kind, apiIds, routes } = value;
  return (
    (kind === 'rest' || kind === 'http' || kind === 'websocket') &&
    isJsonObject(apiIds) &&
    Object.values(apiIds).every((ids) => Array.isArray(ids) && ids.every((id) => typeof id === 'string')) &&
    Array.isArray(routes) &&
    routes.every(isRoute)
  );
}

function isRoute(value: unknown): value is InventoryRoute {
  if (!isJsonObject(value)) return false;
  const { method, path, isProtected, guard = '' } = value;
  const texts = [method, path, guard];
  return texts.every((text) => typeof text === 'string') && typeof isProtected === 'boolean';
}
