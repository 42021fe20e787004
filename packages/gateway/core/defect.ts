/**
 * The check that stopped a request, as stable, plain data. It is more precise than the error code. Explanations depend
 * on this value and never on log text.
 */
import type { TokenDefectCode } from './policy/bearer-token.ts';

export type Defect =
  /** A defect of a bearer token, found by a JWT or Cognito authorizer. */
  | { readonly kind: 'token'; readonly code: TokenDefectCode }
  | { readonly kind: 'authorizer'; readonly code: AuthorizerDefectCode }
  /** No AWS::Lambda::Permission lets the API, or its authorizer, invoke the function. */
  | { readonly kind: 'permission' }
  /** A screen in front of the stage refused the request, and provides its own reasons. */
  | { readonly kind: 'screen'; readonly because: readonly string[]; readonly changes: readonly string[] }
  /** A mapping template failed. */
  | { readonly kind: 'template'; readonly side: 'request' | 'response'; readonly problem: string }
  /** The function's result, or the beginning of its stream, is not a valid proxy response. */
  | { readonly kind: 'proxy-response'; readonly problem: string };

type AuthorizerDefectCode =
  /** An identity source is missing or empty; the function was not called. */
  | 'identity-missing'
  /** The token does not match IdentityValidationExpression; the function was not called. */
  | 'identity-mismatch'
  | 'unauthorized'
  | 'timed-out'
  | 'failed'
  | 'refused'
  | 'malformed';
