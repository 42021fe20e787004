/** The issuers whose tokens the gateway itself checks. They are the issuers in the authorizers of the served APIs. */
import type { ApiState } from '../api-state.ts';

/** Returns each issuer once. An issuer that is named only by a stage variable is unknown before a request. */
export function listTrustedIssuers(apis: readonly ApiState[]): readonly string[] {
  const issuers = new Set<string>();
  for (const { served } of apis)
    for (const { deployment } of served.stages.values())
      for (const { authorization } of deployment.routes.plans)
        if (authorization.kind === 'token')
          for (const { issuer } of authorization.authorizer.trust.issuers) issuers.add(issuer);
  return [...issuers];
}
