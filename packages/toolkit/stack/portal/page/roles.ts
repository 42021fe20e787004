/**
 * Lists the roles that each request needs, so that a refusal can name them. Only the functions of the portal enforce
 * the roles.
 */
import type { Role } from '@gatewright/handlers/portal/answers';

/** Matched in this order against method and path. Routes that are not listed are open to every role. */
const NEEDED: readonly (readonly [request: RegExp, roles: readonly Role[]])[] = [
  [/^\w+ api\/(keys|webhooks)/, ['owner', 'developer']],
  [/^POST api\/plan/, ['owner', 'billing']],
  [/^\w+ api\/invoices/, ['owner', 'billing']],
  [/^\w+ api\/(members|invitations)/, ['owner']],
];

function rolesFor(method: string, path: string): readonly Role[] | undefined {
  return NEEDED.find(([request]) => request.test(`${method} ${path}`))?.[1];
}

/** Returns the section that the page shows first: the keys, or the usage if the role may not see the keys. */
export function firstSection(role: Role): 'keys' | 'use' {
  return rolesFor('GET', 'api/keys')?.includes(role) === false ? 'use' : 'keys';
}

/** Returns a sentence such as `This needs the role owner or billing.` */
export function describeNeeded(method: string, path: string): string {
  const roles = rolesFor(method, path);
  if (roles === undefined) return 'Your role may not do this.';
  return `This action needs the role ${roles.join(' or ')}. An owner of your organisation can change your role.`;
}
