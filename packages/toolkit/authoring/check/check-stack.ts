/** Checks before deployment that a stack uses the authorizers as the documents require. */
import type { ProtectedStack } from '../compile/build-access.ts';
import { checkLaterRoutes } from './check-later-routes.ts';
import { checkChargedRoutes, checkNativePlans, checkPreflight, checkWiring } from './check-wiring.ts';
import { readWiredApi, readWiring } from './read-wiring.ts';

/**
 * Returns the unsafe settings of the protected APIs that documents identify by stack and logical id. Each text begins
 * with the document's file name. `resources` are the resources of the compiled template, with unresolved intrinsics.
 */
export function checkStack(
  protects: readonly ProtectedStack[],
  stackName: string,
  resources: Readonly<Record<string, unknown>>,
): readonly string[] {
  const complaints = protects
    .filter(({ stack }) => stack === stackName)
    .flatMap(({ document, logicalId, isReadLive }) => {
      const { routes, apiKeySource } = readWiredApi(resources, logicalId);
      return [
        ...readWiring(resources, logicalId).flatMap((authorizer) => checkWiring(document, authorizer)),
        ...checkPreflight(routes),
        ...(isReadLive
          ? []
          : checkLaterRoutes(
              document,
              routes.map(({ method, path, calls }) => ({ method, path, isProtected: calls !== undefined })),
            )),
        ...checkChargedRoutes(document, routes, apiKeySource),
        // If the template has no routes, it is unknown whether any route requires an API key.
        ...(routes.length > 0 ? checkNativePlans(document, routes, apiKeySource) : []),
      ].map((complaint) => `access/${document.name}.yml: ${complaint}`);
    });
  // Duplicates are removed, because a document may name the same API for several stages.
  return [...new Set(complaints)];
}
