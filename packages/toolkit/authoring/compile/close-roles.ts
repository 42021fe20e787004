/** Expands `roles` of a document, so that each role has all roles that it inherits. */
import type { CompiledRole } from '@gatewright/handlers/access/compiled-document';
import type { AccessDocument } from '../document/document.ts';
import type { Path } from '../document/shape.ts';

/**
 * Returns each role with all roles that it inherits. Each role is visited only once, because the number of paths
 * through the graph can be exponential.
 */
export function closeRoles(
  document: Pick<AccessDocument, 'roles'>,
  problem: (path: Path, message: string) => void,
): Readonly<Record<string, CompiledRole>> {
  const roles = document.roles ?? {};
  const close = (name: string): ReadonlySet<string> => {
    const closed = new Set([name]);
    // The loop also visits the roles that it adds to the set.
    for (const role of closed) for (const inherited of roles[role]?.inherits ?? []) closed.add(inherited);
    return closed;
  };
  const all = new Map(Object.keys(roles).map((name) => [name, close(name)]));
  for (const [name, { inherits = [] }] of Object.entries(roles))
    for (const [index, inherited] of inherits.entries()) {
      const path = ['roles', name, 'inherits', index];
      if (!Object.hasOwn(roles, inherited)) problem(path, `"${inherited}" is not declared under roles`);
      const through = inherited === name ? '' : ` through "${inherited}"`;
      if (all.get(inherited)?.has(name) === true)
        problem(path, `"${name}" must not inherit itself${through}`);
    }
  return Object.fromEntries(
    [...all].map(([name, names]) => {
      const closed = [...names].sort();
      const scopes = [...new Set(closed.flatMap((role) => roles[role]?.scopes ?? []))].sort();
      return [name, { roles: closed, scopes }];
    }),
  );
}
