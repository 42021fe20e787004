/** Reads the routes of an API from an OpenAPI document, for APIs without a template. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { InventoryRoute } from './route-inventory.ts';

const VERBS: Readonly<Record<string, string>> = {
  delete: 'DELETE',
  get: 'GET',
  head: 'HEAD',
  options: 'OPTIONS',
  patch: 'PATCH',
  post: 'POST',
  put: 'PUT',
  'x-amazon-apigateway-any-method': 'ANY',
};

/**
 * Returns the routes of a document; undefined if the value is not an OpenAPI or Swagger document. An operation without
 * security is open. `guards` maps the name of each scheme to whether it protects a route, because not every scheme
 * does.
 */
export function readOpenApiRoutes(
  document: unknown,
  guards: (scheme: string) => boolean = () => true,
): readonly InventoryRoute[] | undefined {
  if (
    !isJsonObject(document) ||
    !(document['openapi'] ?? document['swagger']) ||
    !isJsonObject(document['paths'])
  )
    return undefined;
  const { paths, security: usual } = document;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(membersOf(operations)).flatMap(([word, operation]): InventoryRoute[] => {
      const method = Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
      if (method === undefined || !isJsonObject(operation)) return [];
      const { security = usual } = operation;
      const isProtected =
        Array.isArray(security) && security.some((scheme) => Object.keys(scheme as object).some(guards));
      return [{ method, path: path === '/$default' ? '$default' : path, isProtected }];
    }),
  );
}
