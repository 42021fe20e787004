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

/** The name of the context member that says, for logs, why the quota refuses a caller whom the rules allow. */
export const QUOTA_REFUSAL = 'quotaRefusal';

/** The name of the context member with the seconds until the quota has units again. */
export const RETRY_AFTER = 'retryAfter';

/** The name of the context member that lists, for logs, the claims that the caller lacks. */
export const CLAIM_REFUSAL = 'claimRefusal';

/** The reasons why the rules refuse a request. */
export type RuleOutcome =
  | 'no-route'
  | 'no-rule'
  | 'deny-rule'
  | 'not-owner'
  | 'dot-segment'
  | 'missing-claim'
  /** The rules under `mcp` deny the call that the headers of the MCP message name. */
  | 'mcp-headers';

/** The reasons why the quota refuses a request that the rules allow. */
export type ChargeOutcome =
  | 'over-quota'
  /** Separate from `over-quota`, because nobody can add units to a closed period. */
  | 'period-closed'
  /** Separate from `over-quota`, because nobody can add units to a rate. */
  | 'over-rate'
  | 'suspended'
  /** The token has no tenant or plan to charge, or one of its names cannot be charged. */
  | 'no-subject'
  /** A TOKEN authorizer never charges. */
  | 'not-charged';

/** A code that begins with `TOKEN_` says why the credential was refused (docs/errors.md). */
export type AccessOutcome = 'allow' | RuleOutcome | ChargeOutcome | `TOKEN_${string}`;

/** Why an API key is refused. The first five tell of a key whose secret is or was correct. */
export type KeyDefect =
  | 'key-revoked'
  | 'revoked-before-closing'
  | 'customer-closed'
  | 'key-expired'
  | 'secret-replaced'
  /** No key has the id, or the secret is wrong. */
  | 'key-unknown'
  /** The text has the form of a key, but lacks characters or has a wrong checksum. */
  | 'key-mistyped'
  /** The text has the form of a key, but the document accepts no keys with its prefix. */
  | 'key-of-other-prefix';

export type AccessDecision = {
  /** Name of the access document. */
  readonly document: string;
  /** Identifies the compiled document; absent if an older version of the toolkit compiled it. */
  readonly version?: string | undefined;
  /**
   * `allow`, or the reason why the request was refused. Another version of the toolkit may have written a
   * reason that this type does not contain.
   */
  readonly outcome: AccessOutcome;
  /** Ids of the rules that decided. */
  readonly rules: readonly string[];
  /** Id of the issuer in the document; empty if the credential was refused. */
  readonly issuer: string;
  readonly roles: readonly string[];
  /** The caller's API key. */
  readonly key?: string | undefined;
  /** The tenant of the caller's API key, or the tenant that the quota charges. */
  readonly customer?: string | undefined;
  /** Why that API key is refused, such as `secret-replaced`; absent for other credentials. */
  readonly defect?: string | undefined;
  /** The time since which that API key, or its secret, is refused, in ISO 8601. */
  readonly since?: string | undefined;
  /** The customer plan under which the request was charged. */
  readonly plan?: string | undefined;
  /** Id of the limit of the customer plan that refuses the request. */
  readonly limit?: string | undefined;
  /** The quota of that limit, if it is the customer's own instead of the plan's. */
  readonly ownQuota?: string | undefined;
  /** Whether that limit applies to the customer (`tenant`), to each `key`, or to each `route` of a key. */
  readonly level?: string | undefined;
  /** The name under which that limit counts the caller, if it applies to each key; it may be the id of `key`. */
  readonly chargedKey?: string | undefined;
  /** The name under which that limit counts the route, if it applies to each route. */
  readonly chargedRoute?: string | undefined;
  /** The units that the refused request costs. */
  readonly cost?: string | undefined;
};

/**
 * Maximum length of a record. A longer record loses the charged route and key first, then its roles, its rules, the
 * customer and the plan.
 */
const MAX_CHARACTERS = 512;

type PrintedDecision = Pick<AccessDecision, 'document' | 'outcome'> & Partial<AccessDecision>;

/** @returns undefined if the record is too long even without roles, rules, customer and plan */
export function printAccessDecision({
  rules = [],
  roles = [],
  customer,
  plan,
  chargedKey,
  chargedRoute,
  ...named
}: PrintedDecision): string | undefined {
  const lists = {
    plan,
    customer,
    rules: rules.join(' '),
    roles: roles.join(' '),
    chargedKey,
    chargedRoute,
  };
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
    outcome: outcome as AccessOutcome,
    rules: list('rules'),
    issuer: fields.get('issuer') ?? '',
    roles: list('roles'),
    key: fields.get('key') ?? undefined,
    customer: fields.get('customer') ?? undefined,
    defect: fields.get('defect') ?? undefined,
    since: fields.get('since') ?? undefined,
    plan: fields.get('plan') ?? undefined,
    limit: fields.get('limit') ?? undefined,
    ownQuota: fields.get('ownQuota') ?? undefined,
    level: fields.get('level') ?? undefined,
    chargedKey: fields.get('chargedKey') ?? undefined,
    chargedRoute: fields.get('chargedRoute') ?? undefined,
    cost: fields.get('cost') ?? undefined,
  };
}

/**
 * The message with which a handler refuses a charge to a closed period. The reply also contains the id of the
 * limit.
 */
export const PERIOD_IS_CLOSED = 'the period of the limit is closed';

/** The first words of a text in `QUOTA_REFUSAL`. They distinguish it from other texts in a log line. */
const REFUSALS = ['over quota', 'period closed', 'suspended', 'charged'] as const;
const REFUSAL = new RegExp(`: ((?:${REFUSALS.join('|')})\\b.*)$`, 's');

/** Returns the text for `QUOTA_REFUSAL`, such as `over quota: limit monthly of plan free, tenant globex`. */
export function printQuotaRefusal(refusal: (typeof REFUSALS)[number], details: string): string {
  return `${refusal}: ${details}`;
}

/**
 * Whether a text of `printQuotaRefusal` says that the credential and the rules are fine, and only the customer may not
 * use more at the moment. If the caller could not be charged at all, the document is wrong instead.
 */
export function isSpent(text: string): boolean {
  return REFUSALS.some((refusal) => refusal !== 'charged' && text.startsWith(refusal));
}

/** Finds a text that `printQuotaRefusal` has made at the end of a log line; undefined if there is none. */
export function findQuotaRefusal(line: string): string | undefined {
  return REFUSAL.exec(line)?.[1];
}
