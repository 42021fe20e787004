/** User pools of the loaded stacks: they have no address at AWS, so the local issuer speaks for them. */
import { userPoolIssuer } from '../deployment/compile-token-authorizer.ts';
import type { ResolvedStack } from '../definition/model.ts';

/** The `iss` each pool's tokens would have at AWS. */
export function listLocalIssuers(stacks: readonly ResolvedStack[]): ReadonlySet<string> {
  const issuers = new Set<string>();
  for (const { region, resources } of stacks)
    for (const { type, physicalId } of resources.values())
      if (type === 'AWS::Cognito::UserPool') issuers.add(userPoolIssuer(region, physicalId));
  return issuers;
}
