import type { CompiledDocument, CompiledKeyIssuer } from '../compiled-document.ts';
import type { ApiKeyRecord } from './api-key-record.ts';
import type { Claims } from '../decide/claims.ts';
import { expandRoles } from '../decide/principal.ts';
import type { Principal } from '../decide/principal.ts';
import type { VerifiedApiKey } from './verify-api-key.ts';

/** Matches the claim names that a key's metadata may set. The excluded names have another meaning. */
export const METADATA_NAME =
  /^(?!(?:sub|tenant|owner|plan|iss|exp|aud|scope|scp|roles)$)[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Returns the claims of callers with this key. The key's metadata cannot override the other claims. */
export function claimsOfKey({
  keyId,
  tenant,
  owner,
  plan,
  metadata,
}: Pick<ApiKeyRecord, 'keyId' | 'tenant' | 'owner' | 'plan' | 'metadata'>): Claims {
  return { ...metadata, owner, plan, sub: keyId, tenant };
}

/**
 * Returns the principal of an API key. Its subject is the key itself, so two keys of one owner are two principals, with
 * separate quotas and revocation. Rules can use the claims `sub` (the key's id), `tenant`, `owner`, `plan` and the
 * key's metadata.
 */
export function toKeyPrincipal(
  { record, notAfterEpochSeconds, customerVersion }: VerifiedApiKey,
  { id }: CompiledKeyIssuer,
  declared: CompiledDocument['roles'],
): Principal {
  const { keyId, prefix } = record;
  return {
    principalId: `${id}|${keyId}`,
    issuerId: id,
    issuer: prefix,
    subject: keyId,
    clientId: undefined,
    ...expandRoles(record, declared),
    claims: claimsOfKey(record),
    expiresAtEpochSeconds: notAfterEpochSeconds,
    ...(customerVersion !== undefined && { customerVersion }),
  };
}
