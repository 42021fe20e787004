/**
 * Random APIs, documents, callers and requests. For each request, the policy is evaluated for the request's ARN by the
 * gateway and by a second evaluator that was written from AWS's documentation. Both must decide as the document does,
 * for the route that the gateway finds and for every path that a server behind it may read from the request. A seed
 * makes each failure repeatable.
 */
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { decide } from '#shared/access/decide/decide.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { evaluateByHand } from './access-by-hand.ts';
import type { HandRule } from './access-by-hand.ts';
import { anInventory, ARN, aPrincipal, compile, documentText, PREFIX } from './an-access-document.ts';
import { evaluateAsDocumented } from './iam-by-documentation.ts';
import { hasDots, pathsServedFor } from './normalising-backend.ts';
import { pickFrom } from './pick.ts';
import type { Pick } from './pick.ts';
import { randomRequest, randomRoutes } from './random-requests.ts';
import type { RandomRequest } from './random-requests.ts';
import { aPlan } from '../packages/gateway/core/routing/a-plan.ts';
import { compilePolicy as compileForGateway } from '../../packages/gateway/core/policy/evaluate.ts';
import { compileHttpRoutes } from '../../packages/gateway/core/routing/http-routes.ts';
import { compileRestRoutes } from '../../packages/gateway/core/routing/rest-routes.ts';
import type { RouteMatch, RouteTable } from '../../packages/gateway/core/deployment/model.ts';

type AccessTally = {
  /** Routes that no request reaches by their own name. A document of their API is refused. */
  unreachable: number;
  decisions: number;
  allowed: number;
  ordinary: number;
  /**
   * Requests that are refused although the document allows them, because a parameter has the name of a route, or
   * because of unusual spellings.
   */
  closedOdd: number;
  policies: number;
  /** Requests with dot segments in the path, plain or disguised. */
  dotted: number;
  /** Paths that some server behind the gateway would take for another one. */
  resolvedElsewhere: number;
  /** Decisions that one policy cannot express, so that the authorizer fails closed. */
  unrepresentable: number;
  largestBytes: number;
};

type Disagreement = {
  readonly seed: number;
  readonly what: 'over-grant' | 'backend over-grant' | 'blocked' | 'decision' | 'evaluators';
  readonly document: unknown;
  readonly routes: readonly string[];
  readonly claims: unknown;
  readonly target: string;
  readonly policy: unknown;
};

export function emptyTally(): AccessTally {
  return {
    unreachable: 0,
    decisions: 0,
    allowed: 0,
    ordinary: 0,
    closedOdd: 0,
    dotted: 0,
    resolvedElsewhere: 0,
    policies: 0,
    unrepresentable: 0,
    largestBytes: 0,
  };
}

const OFFICE = { sourceIp: { cidr: ['203.0.113.0/24', '2001:db8::/32'] } };
const VPN = { sourceIp: { cidr: ['198.51.100.0/24', '203.0.113.128/25'] } };

function randomWhen(pick: Pick, depth = 0): object {
  const leaves = [
    { roles: { any: ['admin'] } },
    { roles: { any: ['support'] } },
    { scopes: { all: ['orders:read'] } },
    { scopes: { any: ['orders:write', 'x:y'] } },
    { claims: [{ claim: 'level', op: 'gte', value: 2 }] },
    { claims: [{ claim: 'plan', op: 'equals', value: 'gold' }] },
    {
      claims: [
        { claim: 'plan', op: 'exists' },
        { claim: 'plan', op: 'equals', value: 'free' },
      ],
    },
    { claims: [{ claim: 'plan', op: 'in', value: ['gold', 'silver'] }] },
    { claims: [{ claim: 'level', op: 'lte', value: 2 }] },
    { claims: [{ claim: 'verified', op: 'equals', value: pick.chance(0.5) }] },
    { claims: [{ claim: 'verified', op: 'in', value: [false, 0] }] },
    { claims: [{ claim: 'tenants', op: 'contains', value: 't-1' }] },
    ...(pick.chance(0.3) ? [OFFICE, VPN] : []),
  ];
  if (depth > 1 || pick.chance(0.6)) return pick.one(leaves);
  const inner = () => randomWhen(pick, depth + 1);
  const nested = [{ not: inner() }, { all: [inner(), { mfa: true }] }, { any: [inner(), { mfa: true }] }];
  return pick.one(nested);
}

function randomRule(pick: Pick, routes: readonly string[], index: number): object {
  const route = pick.one(routes.filter(canBeRuled));
  const [verb = '', path = ''] = route.split(' ');
  const effect = pick.chance(0.75) ? 'allow' : 'deny';
  const isSubtree = pick.chance(0.25);
  const below = path.replace(/\/[^/]*\{[^/]*\+\}$/, '').replace(/^\/$|^\$default$/, '');
  const methods = verb === 'ANY' || pick.chance(0.3) ? ['*'] : [verb];
  const paths = isSubtree || path === '$default' ? [`${below}/**`] : [path];
  const when = pick.chance(0.7) ? { when: randomWhen(pick) } : {};
  const parameter = /\{id\}/.exec(path) !== null && effect === 'allow' && !isSubtree && pick.chance(0.4);
  const claim = pick.chance(0.7) ? { claim: 'sub' } : { claim: 'tenants', each: true, max: 3 };
  return { id: `r${index}`, effect, methods, paths, ...when, ...(parameter && { bind: { id: claim } }) };
}

/** A parameter that occurs twice in a path is bound only at its last place, as the document reads it. */
function withoutDoubles(routes: readonly string[]): readonly string[] {
  return routes.map((route) => {
    let count = 0;
    return route.replace(/\{id\}/g, () => `{id${count++ === 0 ? '' : count}}`);
  });
}

function randomPrincipal(pick: Pick): Principal {
  const sub = pick.one([
    'u-1',
    'u-1',
    'u-2',
    'auth0|7',
    'search',
    'users',
    '*',
    'a/b',
    '${aws:username}',
    'x%41',
    'v1.2',
    'a..b',
    '..',
    'u-2;x',
    '...',
  ]);
  const roles = new Set(pick.some(['admin', 'support']));
  const claims = {
    sub,
    ...(pick.chance(0.5) && { level: pick.one<unknown>([1, 2, 3, '3', true, [3]]) }),
    ...(pick.chance(0.5) && {
      plan: pick.one<unknown>(['gold', 'free', ['gold'], 1, false, { name: 'gold' }]),
    }),
    ...(pick.chance(0.5) && { verified: pick.one<unknown>([true, false, 'false', 'x', 0, 1, [false]]) }),
    ...(pick.chance(0.5) && {
      tenants: pick.one<unknown>([['t-1'], ['t-2', '*'], 't-1', ['a', 'b', 'c', 'd'], [1, 't-2']]),
    }),
    ...(pick.chance(0.3) && { amr: ['mfa'] }),
  };
  const scopes = new Set(pick.some(['orders:read', 'orders:write']));
  return aPrincipal({ subject: sub, roles, scopes, claims });
}

const ADDRESSES = [
  '203.0.113.9',
  '203.0.113.200',
  '198.51.100.1',
  '192.0.2.1',
  '2001:db8::7',
  '::ffff:203.0.113.9',
];
const CALLERS_PER_DOCUMENT = 4;
const NOW = 1_900_000_000;

/** Checks one API with one document, for a few callers and many requests. Returns undefined if all deciders agree. */
export function checkOneDocument(
  seed: number,
  requests: number,
  tally: AccessTally,
): Disagreement | undefined {
  const pick = pickFrom(seed);
  const kind = pick.chance(0.5) ? 'rest' : 'http';
  const named = withoutDoubles(randomRoutes(pick, kind));
  const reachable = named.filter((route) => canBeReached(kind, route));
  tally.unreachable += named.length - reachable.length;
  // An earlier version compiled documents with routes that no request reaches.
  const isOfEarlierVersion = kind === 'http' && pick.chance(0.1);
  const routes = isOfEarlierVersion ? named : reachable;
  if (routes.every((route) => !canBeRuled(route))) return undefined;
  refuseUnreachable(seed, kind, named, reachable);
  const rules = Array.from({ length: 1 + pick.upTo(6) }, (_, index) => randomRule(pick, routes, index));
  const document = compileUnder(
    isOfEarlierVersion ? standInsFor(kind, routes) : new Map(),
    seed,
    kind,
    routes,
    rules,
  );
  const table = tableOf(kind, routes);
  for (let caller = 0; caller < CALLERS_PER_DOCUMENT; caller += 1) {
    const principal = randomPrincipal(pick);
    const outcome = compilePolicy(
      document,
      principal,
      { ...ARN, target: 'GET/' },
      { nowEpochSeconds: NOW, merge: pick.chance(0.3) },
    );
    tally.policies += 1;
    if (outcome.kind !== 'policy') {
      tally.unrepresentable += 1;
      continue;
    }
    const { policy } = outcome;
    tally.largestBytes = Math.max(tally.largestBytes, JSON.stringify(policy).length);
    const evaluated = compileForGateway(policy);
    if (evaluated.kind === 'invalid') throw new Error(`seed ${seed}: ${evaluated.reason}`);
    for (let count = 0; count < requests; count += 1) {
      const request = randomRequest(pick, routes);
      const sourceIp = pick.one(ADDRESSES);
      const found = table.find(request.method, request.path);
      if (found === undefined) continue;
      const target = `${request.method}/${request.path.slice(1)}`;
      const asked = { action: 'execute-api:Invoke', resource: `${PREFIX}/prod/${target}` };
      const byPolicy =
        evaluated.policy.decide({ ...asked, conditions: new Map([['aws:sourceip', [sourceIp]]]) }) ===
        'allow';
      const byDocumentation = evaluateAsDocumented(policy, {
        ...asked,
        context: new Map([['aws:sourceip', sourceIp]]),
      });
      const byHand = evaluateByHand(rules as readonly HandRule[], found, request.method, principal, sourceIp);
      const byCore = decide(document, principal, { target, sourceIp, nowEpochSeconds: NOW }).kind === 'allow';
      const isServed = (match: RouteMatch) =>
        evaluateByHand(rules as readonly HandRule[], match, request.method, principal, sourceIp);
      const isResolvedElsewhere = (byPolicy || byCore) && opensAnother(table, request, isServed);
      const what =
        byPolicy === byDocumentation
          ? (compare(byPolicy, byHand, byCore, request) ??
            (isResolvedElsewhere ? 'backend over-grant' : undefined))
          : 'evaluators';
      countDecision(tally, byPolicy, byHand, request);
      if (what !== undefined)
        return {
          seed,
          what,
          document: rules,
          routes,
          claims: principal,
          target: `${sourceIp} ${target}`,
          policy,
        };
    }
  }
  return undefined;
}

/**
 * Whether a request whose path is the route's own name reaches the route. HTTP APIs decode the path first, and servers
 * resolve dots.
 */
function canBeReached(kind: 'rest' | 'http', route: string): boolean {
  const path = route.slice(route.indexOf(' ') + 1);
  const isDecoded = kind === 'rest' || !/%[0-9A-Fa-f]{2}/.test(path);
  return isDecoded && !hasDots(path) && !/[\\#]/.test(path);
}

/** Whether a rule may name the path, which must not contain `?`, `#` or `*`. */
function canBeRuled(route: string): boolean {
  return !/[?#*]/.test(route);
}

function refuseUnreachable(
  seed: number,
  kind: 'rest' | 'http',
  named: readonly string[],
  reachable: readonly string[],
): void {
  if (named.length === reachable.length) return;
  const compilation = compile(documentText(), anInventory(named, kind));
  const isRefused =
    compilation.kind === 'invalid' &&
    compilation.problems.some(({ message }) => message.includes('no caller can be allowed on'));
  if (!isRefused)
    throw new Error(`seed ${seed}: a route that no request reaches is not refused: ${named.join(', ')}`);
}

/** A plain stand-in for each name in a route that no request reaches. */
function standInsFor(kind: 'rest' | 'http', routes: readonly string[]): ReadonlyMap<string, string> {
  const segments = routes.flatMap((route) => route.slice(route.indexOf(' ') + 1).split('/'));
  const odd = [...new Set(segments)].filter((name) => !canBeReached(kind, `GET /${name}`));
  return new Map(odd.map((name, index) => [name, `stand-in-${index}`]));
}

/**
 * Compiles the document with stand-in names, and then gives the routes their real names, because an earlier version
 * would have compiled such a document.
 */
function compileUnder(
  standIns: ReadonlyMap<string, string>,
  seed: number,
  kind: 'rest' | 'http',
  routes: readonly string[],
  rules: readonly object[],
): CompiledDocument {
  const names = new Map([...standIns].map(([name, standIn]) => [standIn, name]));
  const rename = (path: string, by: ReadonlyMap<string, string>): string =>
    path
      .split('/')
      .map((segment) => by.get(segment) ?? segment)
      .join('/');
  const renamed = (rules as readonly { readonly paths: readonly string[] }[]).map((rule) => ({
    ...rule,
    paths: rule.paths.map((path) => rename(path, standIns)),
  }));
  const text = documentText({ rules: renamed, result: { onOversize: 'exact', cacheTtlSeconds: 0 } });
  const compilation = compile(
    text,
    anInventory(
      routes.map((route) => rename(route, standIns)),
      kind,
    ),
  );
  if (compilation.kind === 'invalid')
    throw new Error(`seed ${seed}: ${JSON.stringify(compilation.problems)}`);
  const { document } = compilation;
  return {
    ...document,
    routes: document.routes.map((route) => ({ ...route, path: rename(route.path, names) })),
  };
}

/**
 * Whether a server that normalises the path would serve a route that the caller may not call, or a path above all
 * routes.
 */
function opensAnother(
  table: RouteTable,
  { method, path }: RandomRequest,
  isAllowed: (match: RouteMatch) => boolean,
): boolean {
  return pathsServedFor(path).some((served) => {
    if (served === undefined) return true;
    if (served === path) return false;
    const found = table.find(method, served);
    // If a path only decodes differently and reaches no route, it is not a path that a rule denies.
    return found === undefined ? hasDots(path) : !isAllowed(found);
  });
}

function compare(
  byPolicy: boolean,
  byHand: boolean,
  byCore: boolean,
  { isOrdinary, isNamed }: RandomRequest,
): Disagreement['what'] | undefined {
  if (byPolicy && !byHand) return 'over-grant';
  if ((byPolicy && !byCore) || (byCore && !byHand)) return 'decision';
  if (isNamed && byPolicy !== byCore) return 'decision';
  if (isOrdinary && byHand !== byPolicy) return 'blocked';
  return isOrdinary && byHand !== byCore ? 'decision' : undefined;
}

function countDecision(
  tally: AccessTally,
  byPolicy: boolean,
  byHand: boolean,
  { path, isOrdinary }: RandomRequest,
): void {
  tally.decisions += 1;
  if (hasDots(path)) tally.dotted += 1;
  if (pathsServedFor(path).length > 1) tally.resolvedElsewhere += 1;
  if (byPolicy) tally.allowed += 1;
  if (isOrdinary) tally.ordinary += 1;
  if (byHand && !byPolicy) tally.closedOdd += 1;
}

function tableOf(kind: 'rest' | 'http', routes: readonly string[]): RouteTable {
  const plans = routes.map((route) => aPlan(route.replace('ANY $default', '$default')));
  return kind === 'rest' ? compileRestRoutes(plans) : compileHttpRoutes(plans);
}
