/** The refusal of a token by each API type (docs/aws §4.5, §4.6). */
import { gatewayError } from '../errors.ts';
import type { GatewayError, GatewayErrorDetail } from '../errors.ts';
import type { TokenDefect } from './bearer-token.ts';

/** The type of authorizer. Each type words the same defects differently. */
export type TokenDialect = 'http-jwt' | 'rest-jwt' | 'cognito';

type TokenRefusalWords = {
  readonly dialect: TokenDialect;
  readonly withoutScope: 'UNAUTHORIZED' | 'ACCESS_DENIED';
};

/** Returns the error for a refused token. The token needs one of the route's `scopes`. `why` is for the operator. */
export function tokenRefusal(
  { dialect, withoutScope }: TokenRefusalWords,
  defect: TokenDefect,
  scopes: readonly string[],
  why: string = defect.description,
): GatewayError {
  const code = defect.code === 'scope' ? withoutScope : 'UNAUTHORIZED';
  const words = describeIn(dialect, defect, scopes);
  const detail: GatewayErrorDetail = {
    source: 'client',
    reason: why,
    logged: words,
    defect: { kind: 'token', code: defect.code, ...(defect.part && { part: defect.part }) },
  };
  switch (dialect) {
    case 'http-jwt':
      return gatewayError(code, {
        ...detail,
        headers: ['www-authenticate', challenge(defect.code, words, scopes)],
      });
    case 'rest-jwt':
      return gatewayError(code, detail);
    case 'cognito':
      return gatewayError(code, {
        ...detail,
        ...(defect.code === 'expired' ? { message: 'The incoming token has expired' } : {}),
      });
  }
}

/** Only JWT authorizers of HTTP APIs say which scopes the route needs (docs/aws §4.5). */
function describeIn(
  dialect: TokenDialect,
  { code, description }: TokenDefect,
  scopes: readonly string[],
): string {
  return code === 'scope' && dialect === 'http-jwt' ? `expected scopes: [${scopes.join(' ')}]` : description;
}

/** Returns the challenge of RFC 6750 §3, in AWS's form without commas. */
function challenge(code: TokenDefect['code'], description: string, scopes: readonly string[]): string {
  if (code === 'missing') return 'Bearer';
  const error = code === 'scope' ? 'insufficient_scope' : 'invalid_token';
  return `Bearer scope="${scopes.join(' ')}" error="${error}" error_description="${description}"`;
}
