import type { KeyDefect } from '@gatewright/aws/access-decision';
import { DomainError } from '../../errors.ts';

/**
 * Thrown if an API key with a correct secret is revoked or expired, or if a rotation has replaced the secret. The error
 * names the key and its customer, because only someone who has or had the whole key can cause it.
 */
export class KeyRefused extends DomainError {
  readonly names: {
    readonly key: string;
    readonly customer: string;
    readonly defect: KeyDefect;
    /** ISO 8601 */
    readonly since: string;
  };

  constructor(
    code: 'TOKEN_REVOKED' | 'TOKEN_EXPIRED',
    message: string,
    { keyId, tenant }: { readonly keyId: string; readonly tenant: string },
    { defect, sinceEpochSeconds }: { readonly defect: KeyDefect; readonly sinceEpochSeconds: number },
  ) {
    super(code, message);
    const since = new Date(Math.floor(sinceEpochSeconds) * 1000).toISOString();
    this.names = { key: keyId, customer: tenant, defect, since };
  }
}
