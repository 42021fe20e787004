/**
 * The name of the member of the authorizer's context that records what the toolkit's authorizers decided. API Gateway
 * caches the context with the policy, so the record explains a cached result as well as a new one. Access logs print it
 * with `$context.authorizer.accessDecision`.
 *
 * The record has names and ids only: no claims, paths or texts. It is encoded like a query string, so a JSON log line
 * and a header can contain it without escapes.
 */
export const ACCESS_DECISION = 'accessDecision';

/**
 * The name of the context member that lists what the caller may do with an MCP server. An access document must not pass
 * a claim under this name.
 */
export const MCP_GRANTS = 'mcpGrants';

export type AccessDecision = {
  /** Name of the access document. */
  readonly document: string;
  /** Identifies the compiled document; absent if an older version of the toolkit compiled it. */
  readonly version?: string | undefined;
  /** `allow`, or the reason why the request was refused: `no-rule`, `deny-rule`, `not-owner`, `over-quota`, `over-rate` … */
  readonly outcome: string;
  /** Ids of the rules that decided. */
  readonly rules: readonly string[];
  /** Id of the issuer in the document; empty if the credential was refused. */
  readonly issuer: string;
  readonly roles: readonly string[];
  /** The caller's API key. */
  readonly key?: string | undefined;
  /** The tenant of the caller's API key, or the tenant that the quota charges. */
  readonly customer?: string | undefined;
  /** Id of the limit of the customer plan that refuses the request. */
  readonly limit?: string | undefined;
};

/** Maximum length of a record. A longer record loses its roles first, then its rules, then the customer. */
const MAX_CHARACTERS = 512;

type PrintedDecision = Pick<AccessDecision, 'document' | 'outcome'> & Partial<AccessDecision>;

/** @returns undefined if the record is too long even without roles, rules and customer */
export function printAccessDecision({
  rules = [],
  roles = [],
  customer,
  ...named
}: PrintedDecision): string | undefined {
  const lists = { customer, rules: rules.join(' '), roles: roles.join(' ') };
  // The members that may be left out come last.
  const fields = Object.entries({ ...named, ...lists }).filter(
    (field): field is [string, string] => !!field[1],
  );
  for (let tries = 0; tries <= Object.keys(lists).length; tries += 1) {
    const text = String(new URLSearchParams(fields));
    if (text.length <= MAX_CHARACTERS) return text;
    fields.pop();
  }
  return undefined;
}

/** @returns undefined if the value is not a record that `printAccessDecision` has written */
export function parseAccessDecision(value: unknown): AccessDecision | undefined {
  if (typeof value !== 'string') return undefined;
  const fields = new URLSearchParams(value);
  const [document, outcome] = ['document', 'outcome'].map((name) => fields.get(name));
  if (document == null || outcome == null) return undefined;
  const list = (name: string) => (fields.get(name) ?? '').split(' ').filter((text) => text !== '');
  return {
    document,
    version: fields.get('version') ?? undefined,
    outcome,
    rules: list('rules'),
    issuer: fields.get('issuer') ?? '',
    roles: list('roles'),
    key: fields.get('key') ?? undefined,
    customer: fields.get('customer') ?? undefined,
    limit: fields.get('limit') ?? undefined,
  };
}
