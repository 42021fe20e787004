/**
 * Combines the decision of a resource policy with the decision of the caller's own policies or authorizer
 * (docs/aws §1.2, tables A and B).
 */
import type { PolicyDecision } from './model.ts';

/**
 * Combines two decisions within one account (table A). If either denies explicitly, the call is denied. Otherwise, one
 * allow is enough.
 */
export function decideWithinAccount(one: PolicyDecision, other: PolicyDecision): PolicyDecision {
  if (one === 'explicit-deny' || other === 'explicit-deny') return 'explicit-deny';
  return one === 'allow' || other === 'allow' ? 'allow' : 'implicit-deny';
}

/**
 * Combines two decisions of different accounts (table B). If either denies explicitly, the call is denied. Otherwise,
 * both must allow it.
 */
export function decideAcrossAccounts(one: PolicyDecision, other: PolicyDecision): PolicyDecision {
  if (one === 'explicit-deny' || other === 'explicit-deny') return 'explicit-deny';
  return one === 'allow' && other === 'allow' ? 'allow' : 'implicit-deny';
}
