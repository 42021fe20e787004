/** Prints a document as a table that shows users who may call what. */
import type {
  CompiledCondition,
  CompiledDocument,
  CompiledKeyIssuer,
  CompiledMcpRule,
  CompiledRoute,
  CompiledRule,
  NameOrClaim,
} from '@gatewright/handlers/access/compiled-document';
import type { McpGrants, McpPatterns } from '@gatewright/handlers/mcp/grants';
import { MCP_SUBJECTS } from '@gatewright/handlers/mcp/methods';
import { CONNECT } from '../compile/expand-rule.ts';
import { showControls } from '@gatewright/aws/text/visible-text';

/**
 * The result for a route and a role. `open`: the route has no authorizer. `other`: the route has an authorizer that
 * does not belong to the toolkit. `allow`: the request is always allowed. `own`: only requests for the caller's own
 * data are allowed. `depends`: the result depends on more than the role. `deny`: the request is always denied.
 */
export type MatrixCell = 'open' | 'other' | 'allow' | 'own' | 'depends' | 'deny';

type MatrixRow = {
  readonly route: CompiledRoute;
  /** The cells in the order of `columns`: first for `anybody`, a caller without any role, then for each role. */
  readonly cells: readonly MatrixCell[];
  readonly rules: readonly string[];
  /** Whether the quota charges an allowed caller. If there is no account to charge, the caller is refused. */
  readonly isCharged: boolean;
};

type AccessMatrix = {
  readonly columns: readonly string[];
  readonly rows: readonly MatrixRow[];
  /** Notes about the whole document, such as required claims, who is charged, and the rules of channels and MCP. */
  readonly notes: readonly string[];
};

export function describeAccess(document: CompiledDocument): AccessMatrix {
  const roles = Object.keys(document.roles);
  const routes = document.kind === 'websocket' ? [document.routes[0] ?? CONNECT] : document.routes;
  return {
    columns: ['anybody', ...roles],
    rows: routes.map((route, index) => {
      const rules = document.rules.filter(
        (rule) => document.kind === 'websocket' || rule.routes.includes(index),
      );
      return {
        route,
        cells: [undefined, ...roles].map((role) =>
          route.isOpen !== true
            ? cellOf(rules, document, role)
            : route.guard === undefined
              ? 'open'
              : 'other',
        ),
        rules: route.isOpen === true ? [] : rules.map((rule) => describeRule(rule, document, route)),
        isCharged: isCharged(document, index) && route.isOpen !== true,
      };
    }),
    notes: [
      ...describeRequired(document),
      ...describeQuota(document),
      ...describeChannels(document),
      ...describeMcp(document),
      ...document.apiKeys.map(describeKeys),
    ],
  };
}

function describeRequired({ result: { claims } }: CompiledDocument): readonly string[] {
  const { required = [] } = claims ?? {};
  return required.length === 0
    ? []
    : [`every caller must have the claims ${required.join(', ')}; all others get 403`];
}

function isCharged({ quota, kind }: CompiledDocument, index: number): boolean {
  if (quota === undefined) return false;
  return kind === 'websocket' || (quota.routes?.includes(index) ?? true);
}

/**
 * Returns a line such as `charged: callers of keys; tenant: claim tenant; plan: from the customer record, otherwise
 * claim plan`.
 */
function describeQuota({ quota }: CompiledDocument): readonly string[] {
  if (quota === undefined) return [];
  const from = (source: NameOrClaim): string =>
    'name' in source ? source.name : `claim ${source.claim.join('.')}`;
  const who = quota.issuers === undefined ? 'all callers' : `callers of ${quota.issuers.join(', ')}`;
  const named = `tenant: ${from(quota.tenant)}; plan: from the customer record, otherwise ${from(quota.plan)}`;
  const needed = [
    ...('claim' in quota.tenant ? [from(quota.tenant)] : []),
    ...('claim' in quota.plan ? ['a plan'] : []),
  ];
  return [`charged: ${who}; ${named}${needed.length > 0 ? `; 403 without ${needed.join(' or ')}` : ''}`];
}

/** Returns a line such as `channels chat: rooms: allow subscribe and publish on rooms/* if role member`. */
function describeChannels(document: CompiledDocument): readonly string[] {
  const { space = '', rules = [] } = document.channels ?? {};
  return rules.map(({ id, effect, actions, patterns, when }) => {
    const named = patterns.map((pattern) =>
      pattern
        .map((segment) => (typeof segment === 'string' ? segment : `{${segment.claim.join('.')}}`))
        .join('/'),
    );
    const condition = when === undefined ? '' : ` if ${describeCondition(when, document)}`;
    return `channels ${space}: ${id}: ${effect} ${actions.join(' and ')} on ${named.join(', ')}${condition}`;
  });
}

/** Returns a line such as `mcp /mcp: readers: allow tools get_*, prompts summary if role reader`. */
function describeMcp(document: CompiledDocument): readonly string[] {
  const { path = '', rules = [] } = document.mcp ?? {};
  return rules.map((rule) => `mcp ${path}: ${describeMcpRule(rule, document)}`);
}

/** Returns a line such as `readers: allow tools get_*, prompts summary if role reader`. */
export function describeMcpRule(
  { id, effect, when, ...named }: CompiledMcpRule,
  document: CompiledDocument,
): string {
  const condition = when === undefined ? '' : ` if ${describeCondition(when, document)}`;
  return `${id}: ${effect} ${listPatterns(named)}${condition}`;
}

/** Returns lines that say what a caller may use of an MCP server, and what additional scopes would allow. */
export function describeMcpGrants({ allow, deny, withScopes }: McpGrants): readonly string[] {
  const allowed = listPatterns(allow);
  const denied = listPatterns(deny);
  return [
    allowed === '' ? 'the rules under mcp allow nothing' : `may use ${allowed}`,
    ...(denied === '' ? [] : [`may never use ${denied}`]),
    ...withScopes.map(
      (step) => `with the scopes ${step.scopes.join(', ')}, may also use ${listPatterns(step.allow)}`,
    ),
  ].map(showControls);
}

function listPatterns(patterns: McpPatterns): string {
  return MCP_SUBJECTS.flatMap((subject) =>
    patterns[subject] === undefined ? [] : [`${subject} ${patterns[subject].join(' ')}`],
  ).join(', ');
}

function describeKeys({ id, prefix, nativeUsagePlan }: CompiledKeyIssuer): string {
  const plan = nativeUsagePlan ? ", counted by API Gateway's own usage plan" : '';
  return `${id}: keys ${prefix}_…; each key has its own roles and scopes${plan}`;
}

/** Whether a rule applies; undefined if this depends on more than the role. */
type Truth = boolean | undefined;

function cellOf(
  rules: readonly CompiledRule[],
  document: CompiledDocument,
  role: string | undefined,
): MatrixCell {
  const truths = rules.map((rule) => ({
    rule,
    truth: rule.when === undefined ? true : holdsFor(rule.when, document, role),
  }));
  const denies = truths.filter(({ rule }) => rule.effect === 'deny').map(({ truth }) => truth);
  if (denies.includes(true)) return 'deny';
  const allows = truths.filter(({ rule, truth }) => rule.effect === 'allow' && truth !== false);
  if (allows.length === 0) return 'deny';
  if (denies.includes(undefined)) return 'depends';
  if (allows.some(({ rule, truth }) => truth === true && rule.bind === undefined)) return 'allow';
  return allows.some(({ truth }) => truth === true) ? 'own' : 'depends';
}

function holdsFor(condition: CompiledCondition, document: CompiledDocument, role: string | undefined): Truth {
  switch (condition.is) {
    case 'all':
      return every(condition.of.map((inner) => holdsFor(inner, document, role)));
    case 'any':
      return not(every(condition.of.map((inner) => not(holdsFor(inner, document, role)))));
    case 'not':
      return not(holdsFor(condition.of, document, role));
    case 'role':
      return role !== undefined && (document.roles[role]?.roles.includes(condition.name) ?? false);
    case 'scope':
      return (role !== undefined && document.roles[role]?.scopes.includes(condition.name)) || undefined;
    default:
      return undefined;
  }
}

function every(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

/** Returns a line such as `own-profile: allow if {id} is claim sub`. */
function describeRule(rule: CompiledRule, document: CompiledDocument, { path }: CompiledRoute): string {
  const place = document.routes.findIndex((route) => route.path === path);
  const owned = (rule.bind ?? []).map(({ segments, claim, max }) => {
    const segment = segments[rule.routes.indexOf(place)] ?? segments[0] ?? 0;
    const name = path.slice(1).split('/')[segment] ?? '';
    return `${name} is ${max === undefined ? '' : 'in '}claim ${claim.join('.')}`;
  });
  const when = rule.when === undefined ? [] : [describeCondition(rule.when, document)];
  const conditions = [...when, ...owned];
  return `${rule.id}: ${rule.effect}${conditions.length === 0 ? '' : ` if ${conditions.join(' and ')}`}`;
}

/** Returns a text such as `role admin or scope orders:write`. */
export function describeCondition(condition: CompiledCondition, document: CompiledDocument): string {
  switch (condition.is) {
    case 'all':
    case 'any': {
      const parts = condition.of.map((inner) => describeCondition(inner, document));
      return `(${parts.join(condition.is === 'all' ? ' and ' : ' or ')})`;
    }
    case 'not':
      return `not ${describeCondition(condition.of, document)}`;
    case 'issuer':
    case 'client':
    case 'scope':
    case 'role':
      return `${condition.is} ${condition.name}`;
    case 'network':
      return `address in ${(document.networks[condition.index] ?? []).join(', ')}`;
    case 'claim':
      return `claim ${condition.claim.join('.')} ${condition.op} ${condition.values.map(String).join(', ')}`.trim();
    case 'mfa':
      return 'signed in with more than one factor';
    case 'auth-age':
      return `signed in at most ${condition.maxSeconds} s ago`;
  }
}
