/** Token and method → the authorizer's answer. */
import type { AuthorizerKind } from '../aws/authorizer-event.ts';
import { withinLimit } from '../aws/authorizer-result.ts';
import type { AuthorizerContext, PolicyResult, SimpleResult } from '../aws/authorizer-result.ts';
import type { MethodArn } from '../aws/method-arn.ts';
import { isTokenError } from '../errors.ts';
import type { TokenErrorCode } from '../errors.ts';
import { compilePolicy } from './compile-policy.ts';
import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import type { Principal } from './principal.ts';
import type { TokenVerifier } from './verify-token.ts';

/** What an HTTP API's 2.0 authorizer is set to take (`EnableSimpleResponses`); the function cannot see it. */
export type HttpResponseFormat = 'policy' | 'simple';

export type AccessRules = {
  readonly verifyToken: TokenVerifier;
  readonly allowedRoles: readonly string[];
  readonly httpResponseFormat: HttpResponseFormat;
};

export type Asked = {
  readonly kind: AuthorizerKind;
  readonly arn: MethodArn;
  /** Takes the token out of the event. Throws DomainError TOKEN_* where there is none to take. */
  readonly readToken: () => string;
};

export type AuthorizerResult = PolicyResult | SimpleResult;

export type Authorized =
  | { readonly kind: 'known'; readonly decision: Decision; readonly result: AuthorizerResult }
  /** `result` only where the API can be given no 401: HTTP APIs with payload 2.0 turn every error into 500. */
  | {
      readonly kind: 'unknown';
      readonly reason: TokenErrorCode;
      readonly result: AuthorizerResult | undefined;
    };

/**
 * Verifies the token and answers for the whole API: a policy, or for HTTP APIs set to it the simple form.
 * @throws DomainError for failures of ours only: KEY_SET_UNAVAILABLE, RESULT_TOO_LARGE
 */
export async function authorize(asked: Asked, rules: AccessRules): Promise<Authorized> {
  try {
    const principal = await rules.verifyToken(asked.readToken());
    const decision = decide(principal, rules.allowedRoles);
    const result = printResult(asked, rules, decision, principal.principalId, toContext(principal));
    return { kind: 'known', decision, result };
  } catch (error) {
    if (!isTokenError(error)) throw error;
    const result = asked.kind === 'http-2.0' ? printResult(asked, rules, 'deny', 'unknown', {}) : undefined;
    return { kind: 'unknown', reason: error.code, result };
  }
}

function printResult(
  { kind, arn }: Asked,
  { httpResponseFormat }: AccessRules,
  decision: Decision,
  principalId: string,
  context: AuthorizerContext,
): AuthorizerResult {
  return kind === 'http-2.0' && httpResponseFormat === 'simple'
    ? withinLimit({ isAuthorized: decision === 'allow', context })
    : withinLimit({ principalId, policyDocument: compilePolicy(decision, arn, kind), context });
}

/**
 * What the backend learns. Only flat values: an array fails every REST request with 500. `exp` goes along
 * because a cached answer outlives the token, and the backend may want to look again.
 */
function toContext(principal: Principal): AuthorizerContext {
  const { subject, issuer, roles, scope, expiresAtEpochSeconds } = principal;
  return {
    sub: subject,
    iss: issuer,
    roles: roles.join(' '),
    exp: expiresAtEpochSeconds,
    ...(scope !== undefined && { scope }),
  };
}
