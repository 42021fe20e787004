/** `when` of a rule → the tree that ships. Build time only. */
import type { CompiledCondition } from '@gatewright/handlers/access/compiled-document';
import type { ClaimTest, Condition, Several } from './document-conditions.ts';
import type { Path } from './shape.ts';

type ConditionNames = {
  readonly issuers: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** Index of a list of address blocks; the same list has the same index. */
  readonly networkIndex: (cidr: readonly string[]) => number;
  /** Whether callers are let in where the condition holds, and not where it does not. */
  readonly opens: boolean;
  /** How long API Gateway may keep what follows from the condition. */
  readonly keptSeconds: number;
  readonly complain: (path: Path, message: string) => void;
};

/** Several keys of one condition must all hold. Names that the document does not declare are reported. */
export function compileCondition(condition: Condition, path: Path, names: ConditionNames): CompiledCondition {
  const nested = (key: 'all' | 'any') =>
    condition[key]?.map((inner, index) => compileCondition(inner, [...path, key, index], names));
  const declared = (key: 'issuers' | 'roles', given: readonly string[], at: Path): void => {
    for (const [index, name] of given.entries())
      if (!names[key].has(name))
        names.complain(
          [...at, index],
          `"${name}" is not declared under ${key}; there are ${list(names[key])}`,
        );
  };
  const parts: CompiledCondition[] = [];
  const { issuers, clients, scopes, roles, claims, sourceIp, mfa, authAgeSeconds, not } = condition;
  if (condition.all) parts.push(together('all', nested('all') ?? []));
  if (condition.any) parts.push(together('any', nested('any') ?? []));
  if (not)
    parts.push({ is: 'not', of: compileCondition(not, [...path, 'not'], { ...names, opens: !names.opens }) });
  if (issuers) {
    declared('issuers', issuers, [...path, 'issuers']);
    parts.push(
      together(
        'any',
        issuers.map((name) => ({ is: 'issuer', name })),
      ),
    );
  }
  if (clients)
    parts.push(
      together(
        'any',
        clients.map((name) => ({ is: 'client', name })),
      ),
    );
  if (scopes) parts.push(...compileSeveral('scope', scopes));
  if (roles) {
    declared('roles', roles.all ?? [], [...path, 'roles', 'all']);
    declared('roles', roles.any ?? [], [...path, 'roles', 'any']);
    parts.push(...compileSeveral('role', roles));
  }
  if (claims) parts.push(...claims.map(compileClaim));
  if (sourceIp) parts.push({ is: 'network', index: names.networkIndex(sourceIp.cidr) });
  if (mfa) parts.push({ is: 'mfa' });
  if (authAgeSeconds !== undefined)
    parts.push(compileAge(authAgeSeconds, [...path, 'authAgeSeconds'], names));
  return together('all', parts);
}

/** A kept answer lets in for as long as it is kept, so the sign-in must be young enough at the end of that. */
function compileAge(
  authAgeSeconds: number,
  path: Path,
  { opens, keptSeconds, complain }: ConditionNames,
): CompiledCondition {
  const maxSeconds = opens ? authAgeSeconds - keptSeconds : authAgeSeconds;
  if (maxSeconds <= 0)
    complain(
      path,
      `must be over the ${keptSeconds} s for which answers are kept: raise it, or lower result.cacheTtlSeconds`,
    );
  return { is: 'auth-age', maxSeconds };
}

function compileSeveral(is: 'scope' | 'role', { all, any }: Several): CompiledCondition[] {
  const toLeaf = (name: string): CompiledCondition => ({ is, name });
  return [
    ...(all === undefined ? [] : [together('all', all.map(toLeaf))]),
    ...(any === undefined ? [] : [together('any', any.map(toLeaf))]),
  ];
}

function compileClaim({ claim, op, value }: ClaimTest): CompiledCondition {
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return { is: 'claim', claim, op, values: values as (string | number | boolean)[] };
}

function together(is: 'all' | 'any', of: readonly CompiledCondition[]): CompiledCondition {
  const [only] = of;
  return only !== undefined && of.length === 1 ? only : { is, of };
}

function list(names: ReadonlySet<string>): string {
  return names.size === 0 ? 'none' : [...names].join(', ');
}

/**
 * Claims without which a deny rule with this condition denies, though a value would have to be there for what was
 * written: tests that no "not" turns around, without an `exists` of the same claim anywhere.
 */
export function claimsThatDenyMissing(condition: Condition | undefined): readonly string[] {
  const asked = new Set<string>();
  const tested = new Set<string>();
  const look = (when: Condition, isTurned: boolean): void => {
    for (const { claim, op } of when.claims ?? [])
      if (op === 'exists') asked.add(claim.join('.'));
      else if (!isTurned) tested.add(claim.join('.'));
    for (const inner of [...(when.all ?? []), ...(when.any ?? [])]) look(inner, isTurned);
    if (when.not) look(when.not, !isTurned);
  };
  if (condition !== undefined) look(condition, false);
  return [...tested].filter((claim) => !asked.has(claim));
}
