/** Whose tokens the gateway itself checks: issuers that authorizers of the served APIs name. */
import type { ApiState } from './api-state.ts';

/** Each once. Those that only a stage variable names are not known before a request. */
export function listTrustedIssuers(apis: readonly ApiState[]): readonly string[] {
  const issuers = new Set<string>();
  for (const { served } of apis)
    for (const { deployment } of served.stages.values())
      for (const { authorization } of deployment.routes.plans)
        if (authorization.kind === 'token')
          for (const { issuer } of authorization.authorizer.trust.issuers) issuers.add(issuer);
  return [...issuers];
}
