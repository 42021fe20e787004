/** Compiles the `when` condition of a rule to the tree that is deployed. */
import type { CompiledCondition } from '@gatewright/handlers/access/compiled-document';
import type { ClaimTest, Condition, Several } from '../document/document-conditions.ts';
import type { Path } from '../document/shape.ts';

type ConditionNames = {
  readonly issuers: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** Returns the index of a list of address blocks. Equal lists share an index. */
  readonly networkIndex: (cidr: readonly string[]) => number;
  /** Whether the condition belongs to an allow rule and not to a deny rule. */
  readonly opens: boolean;
  /** The time in seconds for which API Gateway may cache a result that depends on the condition. */
  readonly keptSeconds: number;
  /**
   * Whether one of the issuers is Cognito. Cognito's tokens contain custom attributes as strings, whatever type the
   * user pool declares.
   */
  readonly hasCognito: boolean;
  readonly complain: (path: Path, message: string) => void;
};

/**
 * Compiles a condition. If the condition has several keys, all of them must be true. Reports names that the document
 * does not declare.
 */
export function compileCondition(condition: Condition, path: Path, names: ConditionNames): CompiledCondition {
  const nested = (key: 'all' | 'any') =>
    condition[key]?.map((inner, index) => compileCondition(inner, [...path, key, index], names));
  const declared = (key: 'issuers' | 'roles', given: readonly string[], at: Path): void => {
    for (const [index, name] of given.entries())
      if (!names[key].has(name))
        names.complain(
          [...at, index],
          `"${name}" is not declared under ${key}; expected one of ${list(names[key])}`,
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
  if (claims) {
    checkTexts(claims, [...path, 'claims'], names);
    parts.push(...claims.map(compileClaim));
  }
  if (sourceIp) parts.push({ is: 'network', index: names.networkIndex(sourceIp.cidr) });
  if (mfa) parts.push({ is: 'mfa' });
  if (authAgeSeconds !== undefined)
    parts.push(compileAge(authAgeSeconds, [...path, 'authAgeSeconds'], names));
  return together('all', parts);
}

/**
 * Compiles a limit on the age of the sign-in. A cached result is valid until it expires, so the sign-in must still be
 * recent enough when it expires.
 */
function compileAge(
  authAgeSeconds: number,
  path: Path,
  { opens, keptSeconds, complain }: ConditionNames,
): CompiledCondition {
  const maxSeconds = opens ? authAgeSeconds - keptSeconds : authAgeSeconds;
  if (maxSeconds <= 0)
    complain(
      path,
      `must be more than the ${keptSeconds} s for which results are cached: raise it, or lower result.cacheTtlSeconds`,
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

/**
 * Reports tests of custom attributes whose value has the wrong type for tokens of Cognito. Such a test is undecided for
 * every token, so an allow rule with it would never apply, and a deny rule would always apply.
 */
function checkTexts(
  claims: readonly ClaimTest[],
  path: Path,
  { hasCognito, complain }: ConditionNames,
): void {
  if (!hasCognito) return;
  for (const [index, { claim, op, value }] of claims.entries()) {
    const [name = ''] = claim;
    if (op === 'exists' || !name.startsWith('custom:')) continue;
    if ((op === 'equals' || op === 'in') && [value].flat().some((item) => typeof item === 'string')) continue;
    complain(
      [...path, index],
      `${name} is always a string in tokens of Cognito, so ${op} ${JSON.stringify(value)} never matches: compare it with strings, such as op: equals, value: "true"`,
    );
  }
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

/** Says how a deny rule spares callers without a claim that it tests. */
export function adviseExists(claim: string): string {
  return `if it should not, add { claim: ${claim}, op: exists } next to the test`;
}

/**
 * Returns the claims that a deny rule with this condition requires, because it denies callers who lack them. These are
 * the claims of tests that are not inside a "not", unless the condition also has an `exists` test of the claim.
 */
export function claimsDeniedIfMissing(condition: Condition | undefined): readonly string[] {
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
