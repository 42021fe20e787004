import type { KeyDefect } from '@gatewright/aws/access-decision';
import { DomainError } from '../../errors.ts';

/**
 * Thrown if an API key is refused. The error names the key, for logs. It names the customer only if the secret is or was
 * correct, because anyone can send the id of a key.
 */
export class KeyRefused extends DomainError {
  readonly names: {
    readonly key: string;
    readonly customer?: string;
    readonly defect: KeyDefect;
    /** ISO 8601 */
    readonly since?: string;
  };

  constructor(
    code: 'TOKEN_REVOKED' | 'TOKEN_EXPIRED' | 'TOKEN_UNKNOWN' | 'TOKEN_MALFORMED',
    message: string,
    { keyId, tenant }: { readonly keyId: string; readonly tenant?: string },
    { defect, sinceEpochSeconds }: { readonly defect: KeyDefect; readonly sinceEpochSeconds?: number },
  ) {
    super(code, message);
    this.names = {
      key: keyId,
      ...(tenant !== undefined && { customer: tenant }),
      defect,
      ...(sinceEpochSeconds !== undefined && {
        since: new Date(Math.floor(sinceEpochSeconds) * 1000).toISOString(),
      }),
    };
  }
}
