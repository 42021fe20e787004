import { DomainError } from '../../errors.ts';

/**
 * Thrown if a revoked or expired API key has the correct secret. The error names the key and its customer, because only
 * someone who has the whole key can cause it.
 */
export class KeyRefused extends DomainError {
  readonly names: { readonly key: string; readonly customer: string };

  constructor(
    code: 'TOKEN_REVOKED' | 'TOKEN_EXPIRED',
    message: string,
    { keyId, tenant }: { readonly keyId: string; readonly tenant: string },
  ) {
    super(code, message);
    this.names = { key: keyId, customer: tenant };
  }
}
