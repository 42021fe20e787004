/**
 * Refuses to publish documents that would lock out all callers, or that would accept callers whom no deployment has
 * allowed.
 */
import type { AuthorizerConfig } from '../../config/access-config.ts';
import { DomainError } from '../../errors.ts';
import type { CompiledAccess } from '../compiled-document.ts';

/**
 * @throws DomainError CONFIG_INVALID if the documents protect no API of this stage, if they trust the local issuer
 * outside of a developer's machine, or if the secret for native usage plans is missing
 */
export function assertUsable(
  { documents }: CompiledAccess,
  { stage, localIssuerUrl, usageKeySecret }: AuthorizerConfig,
): void {
  const here = documents.filter(({ apis }) => apis.some((api) => api.for === stage));
  if (here.length === 0)
    throw invalid(
      `no access document protects an API in stage ${stage}: add ${stage} under api in a document`,
    );
  for (const { name, issuers, apiKeys } of here) {
    const isHere = ({ only }: { readonly only?: readonly string[] }) => only?.includes(stage) ?? true;
    if (localIssuerUrl === undefined && issuers.some((issuer) => issuer.trust.isLocal && isHere(issuer)))
      throw invalid(
        `${name} trusts the local issuer in stage ${stage}, but this is not a developer's machine: restrict the issuer to other stages, such as only: [dev]`,
      );
    if (
      usageKeySecret === undefined &&
      apiKeys.some((issuer) => issuer.nativeUsagePlan === true && isHere(issuer))
    )
      throw invalid(
        `${name} has native usage plans, but GATEWRIGHT_USAGE_KEY_SECRET is missing: set this variable`,
      );
  }
}

function invalid(what: string): DomainError {
  return new DomainError('CONFIG_INVALID', what);
}
