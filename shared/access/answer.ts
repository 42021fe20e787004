/** How an authorizer function ends: it returns its result, or fails with the one message that API Gateway takes for 401. */
import type { AccessRules, Authorized, AuthorizerResult } from './authorize.ts';
import { KeySets } from './key-sets.ts';
import { createTokenVerifier } from './verify-token.ts';
import type { AuthorizerConfig } from '../config.ts';
import { UnauthorizedAnswer } from '../errors.ts';
import type { Clock, KeySetFetcher } from '../ports.ts';

export type CountOutcome = (outcome: 'Allow' | 'Deny' | 'Unauthorized', reason?: string) => void;

/** Wires configuration to rules; the key sets live as long as the function's instance. */
export function createAccessRules(
  config: AuthorizerConfig,
  fetcher: KeySetFetcher,
  clock: Clock,
): AccessRules {
  const { issuers, allowedRoles, httpResponseFormat } = config;
  const verifyToken = createTokenVerifier(issuers, new KeySets(fetcher, clock), clock);
  return { verifyToken, allowedRoles, httpResponseFormat };
}

/**
 * `Unauthorized` counts exactly the invocations that fail on purpose, so that an alarm can take them off
 * Lambda's errors; an unknown caller who is denied instead counts as `Deny`.
 * @throws UnauthorizedAnswer where the API can say 401 to an unknown caller.
 */
export function answer(authorized: Authorized, count: CountOutcome): AuthorizerResult {
  if (authorized.kind === 'known') {
    count(authorized.decision === 'allow' ? 'Allow' : 'Deny');
    return authorized.result;
  }
  count(authorized.result === undefined ? 'Unauthorized' : 'Deny', authorized.reason);
  if (authorized.result === undefined) throw new UnauthorizedAnswer();
  return authorized.result;
}
