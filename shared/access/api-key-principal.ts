/** A verified API key → who calls. */
import { createHmac } from 'node:crypto';
import type { CompiledDocument, CompiledKeyIssuer } from './compiled-document.ts';
import { toBase62 } from './api-key.ts';
import { expandRoles } from './principal.ts';
import type { Principal } from './principal.ts';
import type { VerifiedApiKey } from './verify-api-key.ts';

/** 256 bits in base62; API Gateway takes values of 20 to 128 characters. */
export const NATIVE_VALUE_LENGTH = 43;

/**
 * The key itself is the subject: two keys of one owner are two principals, which quotas and revocation tell apart.
 * Rules bind by the claims `sub` (the key's id), `tenant`, `owner`, `plan` and its metadata, of which none can pose as
 * one of these.
 */
export function toKeyPrincipal(
  { record, notAfterEpochSeconds }: VerifiedApiKey,
  { id }: CompiledKeyIssuer,
  declared: CompiledDocument['roles'],
): Principal {
  const { keyId, prefix, tenant, owner, plan, metadata } = record;
  return {
    principalId: `${id}|${keyId}`,
    issuerId: id,
    issuer: prefix,
    subject: keyId,
    clientId: undefined,
    ...expandRoles(record, declared),
    claims: {
      ...metadata,
      ...{ owner, plan },
      ...{ sub: keyId, tenant },
    },
    expiresAtEpochSeconds: notAfterEpochSeconds,
  };
}

/**
 * Value of the API Gateway key that stands for ours in a native usage plan. Whoever reads API Gateway's keys learns
 * nothing that opens anything: the customer's secret is not in it.
 */
export function nativeKeyValue(usageKeySecret: string, keyId: string): string {
  return toBase62(createHmac('sha256', usageKeySecret).update(keyId).digest('hex'), NATIVE_VALUE_LENGTH);
}
