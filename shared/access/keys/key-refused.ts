import { DomainError } from '../../errors.ts';

/** The refusal of an API key whose secret was right. Its id and customer may be named: only its holder gets here. */
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
