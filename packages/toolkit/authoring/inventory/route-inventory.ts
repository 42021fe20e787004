/** The routes of a protected API: `access/<name>.routes.json`, written by `gatewright access sync`. */
import { isJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { ApiKind } from '@gatewright/handlers/access/compiled-document';

export type RouteInventory = {
  readonly kind: ApiKind;
  /** Ids of the API by stage of the authorizers' own stack: as deployed, and in the local gateway. */
  readonly apiIds: Readonly<Record<string, readonly string[]>>;
  readonly routes: readonly InventoryRoute[];
};

export type InventoryRoute = {
  /** `GET`, `ANY`; `$default` and `$connect` are a `path`, with `ANY`. */
  readonly method: string;
  readonly path: string;
  /** False: the route does not use our authorizers, so a document's rules for it are not enforced. */
  readonly isProtected: boolean;
  /**
   * Another authorization type, in API Gateway's terms: `JWT`, `COGNITO_USER_POOLS`, `AWS_IAM`. Absent: none,
   * or ours.
   */
  readonly guard?: string;
};

/** @param type `authorizationType` of a method or route, as AWS answers it */
export function protectionOf(type: unknown): Pick<InventoryRoute, 'isProtected' | 'guard'> {
  if (type === 'CUSTOM') return { isProtected: true };
  return typeof type === 'string' && type !== 'NONE'
    ? { isProtected: false, guard: type }
    : { isProtected: false };
}

/** Undefined when the text is not an inventory: a user who wrote it by hand should run the command instead. */
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
