/** Combines a resource policy with the caller's other decision (docs/aws §1.2, tables A and B). */
import type { PolicyDecision } from './model.ts';

/** Combines two decisions within one account (table A). Any deny denies, and one allow is enough. */
export function decideWithinAccount(one: PolicyDecision, other: PolicyDecision): PolicyDecision {
  if (one === 'explicit-deny' || other === 'explicit-deny') return 'explicit-deny';
  return one === 'allow' || other === 'allow' ? 'allow' : 'implicit-deny';
}

/** Combines two decisions of different accounts (table B). Any deny denies, and both decisions must allow. */
export function decideAcrossAccounts(one: PolicyDecision, other: PolicyDecision): PolicyDecision {
  if (one === 'explicit-deny' || other === 'explicit-deny') return 'explicit-deny';
  return one === 'allow' && other === 'allow' ? 'allow' : 'implicit-deny';
}
