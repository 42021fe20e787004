/** Checks before deployment that a stack uses the authorizers as the documents require. */
import type { ProtectedStack } from '../compile/build-access.ts';
import { checkLaterRoutes } from './check-later-routes.ts';
import {
  checkChargedRoutes,
  checkNativePlans,
  checkPreflight,
  checkUncharged,
  checkWiring,
} from './check-wiring.ts';
import { readWiredApi, readWiring } from './read-wiring.ts';

type StackCheck = {
  readonly unsafe: readonly string[];
  /** Unsafe to deploy, but served on this machine. @see {@link checkUncharged} */
  readonly uncharged: readonly string[];
};

/**
 * Returns the unsafe settings of the protected APIs that documents identify by stack and logical id. Each text begins
 * with the document's file name. `resources` are the resources of the compiled template, with unresolved intrinsics.
 */
export function checkStack(
  protects: readonly ProtectedStack[],
  stackName: string,
  resources: Readonly<Record<string, unknown>>,
  what: 'deployed' | 'served' = 'deployed',
): StackCheck {
  const checks = protects
    .filter(({ stack }) => stack === stackName)
    .map(({ document, logicalId, isReadLive }) => {
      const { routes, apiKeySource } = readWiredApi(resources, logicalId);
      const inDocument = (complaint: string): string => `access/${document.name}.yml: ${complaint}`;
      return {
        unsafe: [
          ...readWiring(resources, logicalId).flatMap((authorizer) => checkWiring(document, authorizer)),
          ...checkPreflight(routes),
          ...(isReadLive
            ? []
            : checkLaterRoutes(
                document,
                routes.map(({ method, path, calls }) => ({ method, path, isProtected: calls !== undefined })),
              )),
          ...checkChargedRoutes(
            document,
            routes.filter(({ isForeign }) => isForeign !== true),
            apiKeySource,
          ),
          // If the template has no routes, it is unknown whether any route requires an API key.
          ...(routes.length > 0 ? checkNativePlans(document, routes, apiKeySource) : []),
        ].map(inDocument),
        uncharged: checkUncharged(document, routes, what).map(inDocument),
      };
    });
  // Duplicates are removed, because a document may name the same API for several stages.
  return {
    unsafe: [...new Set(checks.flatMap(({ unsafe }) => unsafe))],
    uncharged: [...new Set(checks.flatMap(({ uncharged }) => uncharged))],
  };
}
