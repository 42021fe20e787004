/** May this principal use the API? Decided from the principal alone, so that the answer may be cached under its token. */
import type { Principal } from './principal.ts';

export type Decision = 'allow' | 'deny';

/** Allows a principal that has one of the roles; default deny. */
export function decide(principal: Principal, allowedRoles: readonly string[]): Decision {
  return principal.roles.some((role) => allowedRoles.includes(role)) ? 'allow' : 'deny';
}
