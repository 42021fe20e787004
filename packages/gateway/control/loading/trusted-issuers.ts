/** Issuers whose tokens the gateway itself checks: the issuers in authorizers of the served APIs. */
import type { ApiState } from '../api-state.ts';

/** Each issuer once. Issuers that only a stage variable names are unknown before a request. */
export function listTrustedIssuers(apis: readonly ApiState[]): readonly string[] {
  const issuers = new Set<string>();
  for (const { served } of apis)
    for (const { deployment } of served.stages.values())
      for (const { authorization } of deployment.routes.plans)
        if (authorization.kind === 'token')
          for (const { issuer } of authorization.authorizer.trust.issuers) issuers.add(issuer);
  return [...issuers];
}
