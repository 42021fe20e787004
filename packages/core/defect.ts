/**
 * Which check stopped a request, more precisely than the code of its error: stable, plain data. What explains a failure
 * chooses by it, and never by the text for the log.
 */
import type { TokenDefectCode } from './policy/bearer-token.ts';

export type Defect =
  /** Of a bearer token, by a JWT or Cognito authorizer. */
  | { readonly kind: 'token'; readonly code: TokenDefectCode }
  /** Of a Lambda authorizer. */
  | { readonly kind: 'authorizer'; readonly code: AuthorizerDefectCode }
  /** No AWS::Lambda::Permission lets the API, or its authorizer, invoke the function. */
  | { readonly kind: 'permission' }
  /** What stands in front of the stage refused the request, and says why itself. */
  | { readonly kind: 'screen'; readonly because: readonly string[]; readonly changes: readonly string[] }
  /** A mapping template broke off. */
  | { readonly kind: 'template'; readonly side: 'request' | 'response'; readonly problem: string }
  /** What a function returned, or began to stream, is no proxy response. */
  | { readonly kind: 'proxy-response'; readonly problem: string };

type AuthorizerDefectCode =
  /** An identity source is missing or empty; the function was not called. */
  | 'identity-missing'
  /** The token does not match IdentityValidationExpression; the function was not called. */
  | 'identity-mismatch'
  /** The function threw `Unauthorized`. */
  | 'unauthorized'
  | 'timed-out'
  | 'failed'
  /** Lambda refused the call. */
  | 'refused'
  /** The function returned what no authorizer may return. */
  | 'malformed';
