/**
 * Compiles an access document and a route inventory to the data that is deployed, or reports every mistake with its
 * file, line and column.
 */
import { adviseExists, claimsDeniedIfMissing, compileCondition } from './compile-condition.ts';
import { checkClaims, forwardedClaims } from './compile-claims.ts';
import { compileChannels } from './compile-channels.ts';
import { compileMcp } from './compile-mcp.ts';
import { closeRoles } from './close-roles.ts';
import { checkIssuers } from './check-issuers.ts';
import { checkSerialNumbers } from './check-serial-numbers.ts';
import { checkTickets } from './check-tickets.ts';
import {
  compileCertificateIssuer,
  compileIssuer,
  compileKeyIssuer,
  compileTicketIssuer,
  isCertificateIssuer,
  isKeyIssuer,
  isTicketIssuer,
  isTokenIssuer,
} from './compile-issuer.ts';
import { compileQuota, isChargedInFunction } from './compile-quota.ts';
import type { CheckPlan } from './compile-quota.ts';
import type {
  CompiledCondition,
  CompiledDocument,
  CompiledRoute,
  CompiledRule,
  CompiledSource,
  ProtectedApi,
} from '@gatewright/handlers/access/compiled-document';
import type { AccessDocument, RuleText } from '../document/document.ts';
import { expandRoutes, expandRule, openConnect } from './expand-rule.ts';
import type { KeySnapshot } from './key-snapshot.ts';
import type { Locate, Problem } from '../document/read-document.ts';
import { isReachable, routedPath } from '@gatewright/handlers/access/decide/route-finder';
import type { RouteInventory } from '../inventory/route-inventory.ts';
import type { Path } from '../document/shape.ts';
import { describeTooMany, tryProfiles } from './try-profiles.ts';
import type { ProfileFailure, TooManyPatterns } from './try-profiles.ts';

export type Compilation =
  | { readonly kind: 'compiled'; readonly document: CompiledDocument; readonly warnings: readonly Problem[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

type CompileSource = {
  readonly name: string;
  readonly document: AccessDocument;
  readonly inventory: RouteInventory;
  readonly snapshots?: ReadonlyMap<string, KeySnapshot>;
  readonly locate: Locate;
  readonly checkPlan?: CheckPlan | undefined;
  /** Whether callers of this document can get tickets, because the document of a WebSocket API accepts them. */
  readonly givesTickets?: boolean;
};

/** API Gateway's default TTL for authorizer results, in seconds. */
const USUAL_TTL_LIMIT_SECONDS = 300;
/**
 * The maximum number of segments of a route. The limit is needed because routes are processed recursively, segment by
 * segment. It is much higher than API Gateway's own limit.
 */
const SEGMENTS_LIMIT = 200;
/** The maximum number of lists of addresses, because each list can double the size of the policy. */
const NETWORKS_LIMIT = 4;

type Work = CompileSource & {
  readonly problem: (path: Path, message: string, at?: 'key') => void;
  readonly warning: (path: Path, message: string) => void;
};

export function compileDocument(source: CompileSource): Compilation {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const work: Work = {
    ...source,
    problem: (path, message, at) => problems.push(source.locate(path, message, at)),
    warning: (path, message) => warnings.push(source.locate(path, message)),
  };
  const { document, inventory } = work;
  checkIssuers({ ...work, kind: inventory.kind });
  checkSerialNumbers(document, work.problem);
  const roles = closeRoles(document, work.problem);
  const routes = inventory.kind === 'websocket' ? openConnect(inventory) : expandRoutes(inventory.routes);
  const networks: string[][] = [];
  const rules = compileRules(work, routes, networks);
  const channels = compileChannels(document.channels, {
    name: work.name,
    kind: inventory.kind,
    problem: work.problem,
    compileWhen: (rule, path) => compileWhen(work, rule, path, networks),
  });
  const mcp = compileMcp(document, {
    ...work,
    kind: inventory.kind,
    routes,
    compileWhen: (rule, path) => compileWhen(work, rule, path, networks),
  });
  checkResult(work, networks);
  const quota = compileQuota(document, {
    kind: inventory.kind,
    routes,
    checkPlan: work.checkPlan,
    complain: work.problem,
    chargedElsewhere: mcp?.charge === true ? mcp.path : undefined,
  });
  const compiled: CompiledDocument = {
    name: work.name,
    kind: inventory.kind,
    apis: protectedApis(work),
    ...issuersOf(work, roles),
    sources: document.sources.map(compileSource),
    roles,
    routes,
    rules,
    networks,
    context: Object.entries(document.context ?? {}).map(([name, { claim }]) => ({ name, claim })),
    result: compileResult(document.result),
    ...(channels !== undefined && { channels }),
    ...(mcp !== undefined && { mcp }),
    ...(quota !== undefined && { quota }),
    ...(work.givesTickets === true && { givesTickets: true }),
  };
  checkTickets(compiled, work.problem, work.warning);
  warnOfDefaultDeny(work, compiled);
  warnOfForbidden(work, quota);
  if (problems.length === 0) tryCallers(work, compiled);
  return problems.length > 0
    ? { kind: 'invalid', problems }
    : { kind: 'compiled', document: compiled, warnings };
}

function issuersOf(
  { document: { issuers }, snapshots }: Work,
  roles: CompiledDocument['roles'],
): Pick<CompiledDocument, 'issuers' | 'certificates' | 'apiKeys' | 'tickets'> {
  return {
    issuers: issuers.filter(isTokenIssuer).map((issuer) => compileIssuer(issuer, snapshots?.get(issuer.id))),
    certificates: issuers
      .filter(isCertificateIssuer)
      .map((issuer) => compileCertificateIssuer(issuer, roles)),
    apiKeys: issuers.filter(isKeyIssuer).map(compileKeyIssuer),
    tickets: issuers.filter(isTicketIssuer).map(compileTicketIssuer),
  };
}

function compileResult(result: AccessDocument['result']): CompiledDocument['result'] {
  return {
    format: 'policy',
    cacheTtlSeconds: 60,
    expiryCondition: false,
    maxBytes: 7168,
    onOversize: 'fail',
    ...result,
    ...(result?.claims !== undefined && { claims: forwardedClaims(result.claims) }),
  };
}

function compileSource(source: AccessDocument['sources'][number]): CompiledSource {
  return source.in === 'header' ? { ...source, name: source.name.toLowerCase() } : source;
}

function protectedApis({ document, inventory }: Work): readonly ProtectedApi[] {
  return Object.entries(document.api).flatMap(([stage, api]) => {
    const ids = new Set([
      ...(api.apiId === undefined ? [] : [api.apiId]),
      ...(inventory.apiIds[stage] ?? []),
    ]);
    return [...ids].map((apiId) => ({ for: stage, apiId, stage: api.stage }));
  });
}

function compileRules(
  work: Work,
  routes: readonly CompiledRoute[],
  networks: string[][],
): readonly CompiledRule[] {
  const { document, inventory, problem } = work;
  const isWebSocket = inventory.kind === 'websocket';
  const ids = new Set<string>();
  return document.rules.flatMap((rule, index) => {
    const path: Path = ['rules', index];
    if (ids.has(rule.id)) problem([...path, 'id'], `the id "${rule.id}" is used by two rules`);
    ids.add(rule.id);
    if (isWebSocket !== (rule.connect === true)) {
      problem(
        path,
        isWebSocket
          ? 'rules of a WebSocket API apply only to connections: write connect: true'
          : 'connect is for WebSocket APIs only',
      );
      return [];
    }
    const when = compileWhen(work, rule, path, networks);
    const expanded = isWebSocket
      ? { routes: [], bind: [] }
      : expandRule(rule, routes, (below, message, at) => problem([...path, ...below], message, at));
    if (expanded === undefined) return [];
    warnOfRule(work, rule, path, isWebSocket ? routes : expanded.routes.map((route) => routes[route]));
    const bind = expanded.bind.length === 0 ? {} : { bind: expanded.bind };
    return [{ id: rule.id, effect: rule.effect, routes: expanded.routes, ...(when && { when }), ...bind }];
  });
}

function compileWhen(
  { document, inventory, problem }: Work,
  rule: Pick<RuleText, 'effect' | 'when'>,
  path: Path,
  networks: string[][],
): CompiledCondition | undefined {
  if (rule.when === undefined) return undefined;
  return compileCondition(rule.when, [...path, 'when'], {
    issuers: new Set(document.issuers.map(({ id }) => id)),
    roles: new Set(Object.keys(document.roles ?? {})),
    hasCognito: document.issuers.some(({ type }) => type === 'cognito'),
    complain: problem,
    opens: rule.effect === 'allow',
    // API Gateway does not cache authorizer results for `$connect`.
    keptSeconds: inventory.kind === 'websocket' ? 0 : (document.result?.cacheTtlSeconds ?? 60),
    networkIndex(cidr) {
      const sorted = [...cidr].sort();
      const known = networks.findIndex((list) => JSON.stringify(list) === JSON.stringify(sorted));
      return known === -1 ? networks.push(sorted) - 1 : known;
    },
  });
}

function checkResult({ document, inventory, problem, warning }: Work, networks: readonly string[][]): void {
  const {
    format = 'policy',
    cacheTtlSeconds = 60,
    onOversize = 'fail',
    expiryCondition = false,
  } = document.result ?? {};
  const at = ['result'];
  checkClaims(document, problem, warning);
  if (document.kind !== undefined && document.kind !== inventory.kind)
    problem(['kind'], `is not the kind of the API, which is ${inventory.kind}`);
  if (networks.length > NETWORKS_LIMIT)
    problem(
      ['rules'],
      `have ${networks.length} different lists of addresses; at most ${NETWORKS_LIMIT} fit into one policy, so let several rules use the same list`,
    );
  if (cacheTtlSeconds > USUAL_TTL_LIMIT_SECONDS)
    warning(
      [...at, 'cacheTtlSeconds'],
      `a revoked right, or an expired token, stays valid for ${cacheTtlSeconds} s; ${USUAL_TTL_LIMIT_SECONDS} s are enough for most APIs`,
    );
  if (onOversize === 'exact' && cacheTtlSeconds > 0)
    problem(
      [...at, 'onOversize'],
      'exact needs cacheTtlSeconds: 0, because its results are for one request only',
    );
  if (format !== 'simple') return;
  if (inventory.kind !== 'http') problem([...at, 'format'], 'simple results are for HTTP APIs only');
  if (expiryCondition) problem([...at, 'expiryCondition'], 'a simple result cannot have conditions');
  if (cacheTtlSeconds === 0) return;
  const bound = document.rules.findIndex(({ bind }) => bind !== undefined);
  // A simple result is cached by route key. The result for id 1 would therefore also apply to id 2.
  if (bound !== -1)
    problem(
      ['rules', bound, 'bind'],
      'cannot be cached as a simple result: set result.format: policy, or cacheTtlSeconds: 0',
    );
  if (networks.length > 0)
    problem(
      [...at, 'format'],
      'a cached simple result would also apply to callers from other addresses: set format: policy, or cacheTtlSeconds: 0',
    );
}

function warnOfRule(
  { warning }: Work,
  rule: RuleText,
  path: Path,
  routes: readonly (CompiledRoute | undefined)[],
): void {
  // Preflight routes are not reported, because they are intentionally open and `*` contains all other methods.
  const isPreflight = (route: CompiledRoute): boolean =>
    route.method === 'OPTIONS' && !rule.methods?.includes('OPTIONS');
  const open = routes.find((route) => route?.isOpen === true && !isPreflight(route));
  if (open !== undefined)
    warning(
      path,
      `${open.method} ${open.path} does not use an authorizer of Gatewright, so this rule is not enforced on this route`,
    );
  const when = JSON.stringify(rule.when ?? {});
  if (rule.effect === 'allow' && when.includes('"not"') && when.includes('"claims"'))
    warning(
      [...path, 'when'],
      'a test inside "not" is undecided for a caller without the claim, so it does not allow that caller: also test the claim with op: exists if you want to allow such callers',
    );
  for (const claim of rule.effect === 'deny' ? claimsDeniedIfMissing(rule.when) : [])
    warning([...path, 'when'], `also denies every token without the claim ${claim}; ${adviseExists(claim)}`);
}

/**
 * Warns about routes that are always denied, because no rule allows them or a deny rule without a condition applies,
 * and about an API without an id. Denying is correct, but the document's author may not have intended it.
 */
function warnOfDefaultDeny({ warning }: Work, { routes, rules, apis }: CompiledDocument): void {
  const allowed = new Set(rules.flatMap((rule) => (rule.effect === 'allow' ? rule.routes : [])));
  const denies = rules.filter((rule) => rule.effect === 'deny' && rule.when === undefined);
  const shut = new Set(denies.flatMap((rule) => rule.routes));
  const guarded = [...routes.entries()].filter(([, route]) => route.isOpen !== true);
  const silent = guarded.filter(([index]) => !allowed.has(index));
  const vain = guarded.filter(([index]) => allowed.has(index) && shut.has(index));
  if (silent.length > 0) warning(['rules'], `no rule allows ${listRoutes(silent)}, so every call is denied`);
  if (vain.length > 0)
    warning(
      ['rules'],
      `a deny rule without "when" denies ${listRoutes(vain)} to every caller, despite allow rules`,
    );
  if (apis.length === 0)
    warning(
      ['api'],
      'the id of the API is unknown in every stage: run gatewright access sync, or write apiId',
    );
}

/**
 * Warns that callers over quota get the status 403. An authorizer can refuse a request only with 403 and without
 * headers. Only REST APIs can change the status to 429.
 */
function warnOfForbidden({ inventory, warning }: Work, quota: CompiledDocument['quota']): void {
  if (quota === undefined || inventory.kind === 'websocket') return;
  const isEnforced = quota.isTracked !== true && !isChargedInFunction(quota);
  if (inventory.kind === 'http' && isEnforced)
    warning(
      ['quota'],
      'an HTTP API returns 403 {"message":"Forbidden"} when the quota is exceeded; to return 429 with Retry-After, charge in the handler with quota() (node_modules/gatewright/docs/recipes/http-api-keys.md)',
    );
  else if (isEnforced && quota.admissionKey === undefined)
    warning(
      ['quota'],
      'the API returns 403 when the quota is exceeded; to return 429 with Retry-After, set quota.admissionKey',
    );
}

function listRoutes(routes: readonly (readonly [number, CompiledRoute])[]): string {
  const names = routes.slice(0, 10).map(([, { method, path }]) => `${method} ${path}`);
  return `${names.join(', ')}${routes.length > 10 ? ' …' : ''}`;
}

/** Returns the reason why the authorizers never allow a route (`isReachable`); undefined if they can allow it. */
function reasonUnreachable(kind: CompiledDocument['kind'], path: string): string | undefined {
  if (kind === 'websocket' || isReachable(kind, path)) return undefined;
  if (!path.isWellFormed())
    return 'its name contains half of a surrogate pair, which no URL can contain; rename the route';
  const routed = routedPath(kind, path);
  return routed === path
    ? 'servers behind the API read its name as another path; rename the route'
    : `an HTTP API decodes the request to ${routed} before it looks for a route; name the route ${routed} if that is what it serves`;
}

function tryCallers({ problem, warning, inventory }: Work, document: CompiledDocument): void {
  const endless = inventory.routes.find(({ path }) => path.split('/').length > SEGMENTS_LIMIT);
  if (endless !== undefined) {
    problem(['routes'], `a route has more than ${SEGMENTS_LIMIT} segments: ${endless.path.slice(0, 60)}…`);
    return;
  }
  const unspeakable = inventory.routes.find(({ path }) => /[*?]|\$\{/.test(path));
  if (unspeakable !== undefined)
    problem(
      ['routes'],
      `${unspeakable.path} contains *, ? or \${, which have a special meaning in IAM policies, so no policy can name this path: rename the route`,
    );
  for (const { path } of inventory.routes) {
    const reason = reasonUnreachable(document.kind, path);
    if (reason !== undefined) problem(['routes'], `no caller can be allowed on ${path}: ${reason}`);
  }
  const complain = document.result.onOversize === 'exact' ? warning : problem;
  for (const failure of tryProfiles(document).failures.slice(0, 3))
    if (failure.kind === 'too-many-patterns') problem([failure.of, 'rules'], describeTooMany(failure));
    else complain(['rules'], `${describeFailure(failure)}, or set result.onOversize: exact`);
}

function describeFailure(failure: Exclude<ProfileFailure, TooManyPatterns>): string {
  switch (failure.kind) {
    case 'too-large':
      return `the result for ${failure.caller} has ${failure.sizeBytes} bytes, more than result.maxBytes allows: name fewer routes`;
    case 'too-many':
      return `the result for ${failure.caller} has too many values: lower bind.max`;
    case 'unrepresentable':
      return `for ${failure.caller}, no IAM policy can deny ${print(failure.denied)} and also allow ${print(failure.allowed)}: name both in one rule`;
  }
}

function print({ method, path }: CompiledRoute): string {
  return `${method} ${path}`;
}
