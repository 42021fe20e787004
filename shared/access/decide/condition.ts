import { claimAt } from './claims.ts';
import type { CompiledCondition } from '../compiled-document.ts';
import type { Principal } from './principal.ts';

/**
 * The result of a condition. It is undefined if the condition cannot be decided, because a claim is missing or has the
 * wrong type, or the caller's address is unknown. An allow rule with this condition then does not apply, but a deny
 * rule does.
 */
export type Truth = boolean | undefined;

const CLOCK_SKEW_LIMIT_SECONDS = 120;

export type Circumstances = {
  readonly nowEpochSeconds: number;
  /**
   * Whether the request comes from the address list with this index. It is undefined if the caller's address is
   * unknown.
   */
  readonly isInNetwork: (index: number) => Truth;
};

/**
 * Evaluates a condition in three-valued logic (Kleene's). If a claim is missing or has a type that the rule does not
 * expect, its test is undecided, and so is `not` of that test. If `not` of a missing claim were true, the rule "not
 * suspended" would admit every caller whose issuer omits the claim `suspended`. `exists` is always decided.
 */
export function evaluateCondition(
  condition: CompiledCondition,
  principal: Principal,
  at: Circumstances,
): Truth {
  switch (condition.is) {
    case 'all':
      return every(condition.of, (inner) => evaluateCondition(inner, principal, at));
    case 'any':
      return not(every(condition.of, (inner) => not(evaluateCondition(inner, principal, at))));
    case 'not':
      return not(evaluateCondition(condition.of, principal, at));
    case 'issuer':
      return principal.issuerId === condition.name;
    case 'client':
      return principal.clientId === condition.name;
    case 'scope':
      return principal.scopes.has(condition.name);
    case 'role':
      return principal.roles.has(condition.name);
    case 'network':
      return at.isInNetwork(condition.index);
    case 'claim':
      return evaluateClaim(condition, claimAt(principal.claims, condition.claim));
    case 'mfa':
      return evaluateClaim({ op: 'contains', values: ['mfa'] }, principal.claims['amr']);
    case 'auth-age':
      return evaluateAge(principal.claims['auth_time'], condition.maxSeconds, at.nowEpochSeconds);
  }
}

function every(
  conditions: readonly CompiledCondition[],
  evaluate: (inner: CompiledCondition) => Truth,
): Truth {
  let truth: Truth = true;
  for (const condition of conditions) {
    const held = evaluate(condition);
    if (held === false) return false;
    if (held === undefined) truth = undefined;
  }
  return truth;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

type ClaimCondition = Pick<Extract<CompiledCondition, { is: 'claim' }>, 'op' | 'values'>;

function evaluateClaim({ op, values }: ClaimCondition, claim: unknown): Truth {
  if (op === 'exists') return claim !== undefined;
  if (claim === undefined || claim === null) return undefined;
  const [limit] = values;
  switch (op) {
    case 'equals':
    case 'in':
      return isOneOf(values, claim);
    case 'contains':
      return Array.isArray(claim) ? hasMember(claim, limit) : undefined;
    case 'gte':
      return typeof claim === 'number' && typeof limit === 'number' ? claim >= limit : undefined;
    case 'lte':
      return typeof claim === 'number' && typeof limit === 'number' ? claim <= limit : undefined;
  }
}

/**
 * Whether the claim equals one of the values. Returns undefined if no value has the claim's type: the string "false"
 * neither equals the boolean false nor counts as different from it.
 */
function isOneOf(values: ClaimCondition['values'], claim: unknown): Truth {
  if (values.some((value) => value === claim)) return true;
  return values.some((value) => typeof value === typeof claim) ? false : undefined;
}

function hasMember(claim: readonly unknown[], value: unknown): Truth {
  if (claim.includes(value)) return true;
  return claim.every((item) => typeof item === typeof value) ? false : undefined;
}

function evaluateAge(authTime: unknown, maxSeconds: number, nowEpochSeconds: number): Truth {
  // A time in the future is most likely in milliseconds. Without this check it would count as recent forever.
  if (typeof authTime !== 'number' || authTime > nowEpochSeconds + CLOCK_SKEW_LIMIT_SECONDS) return undefined;
  return nowEpochSeconds - authTime <= maxSeconds;
}
