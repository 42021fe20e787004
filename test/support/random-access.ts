/**
 * Random APIs, documents, callers and requests, and the question that all of them must answer alike: does the
 * policy, evaluated by the gateway for the request's ARN, decide as the document does for the route that the
 * gateway finds? Seeded, so that a failure can be run again.
 */
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import { decide } from '#shared/access/decide/decide.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { evaluateByHand } from './access-by-hand.ts';
import type { HandRule } from './access-by-hand.ts';
import { anInventory, ARN, aPrincipal, compile, documentText, PREFIX } from './an-access-document.ts';
import { aPlan } from '../gateway/routing/a-plan.ts';
import { compilePolicy as compileForGateway } from '../../gateway/policy/evaluate.ts';
import { compileHttpRoutes } from '../../gateway/routing/http-routes.ts';
import { compileRestRoutes } from '../../gateway/routing/rest-routes.ts';
import type { RouteTable } from '../../gateway/deployment/model.ts';

export type Pick = {
  readonly one: <T>(items: readonly T[]) => T;
  readonly some: <T>(items: readonly T[], atLeast?: number) => readonly T[];
  readonly chance: (probability: number) => boolean;
  readonly upTo: (max: number) => number;
};

export type AccessTally = {
  decisions: number;
  allowed: number;
  ordinary: number;
  /** Closed though the document allows it: parameters named like routes, odd spellings of a path. */
  closedOdd: number;
  policies: number;
  /** Not said in one policy: the authorizer fails closed. */
  unrepresentable: number;
  largestBytes: number;
};

export type Disagreement = {
  readonly seed: number;
  readonly what: 'over-grant' | 'blocked' | 'decision';
  readonly document: unknown;
  readonly routes: readonly string[];
  readonly claims: unknown;
  readonly target: string;
  readonly policy: unknown;
};

export function emptyTally(): AccessTally {
  return {
    ...{ decisions: 0, allowed: 0, ordinary: 0, closedOdd: 0 },
    ...{ policies: 0, unrepresentable: 0, largestBytes: 0 },
  };
}

/** mulberry32: small, fast, and the same everywhere. */
export function pickFrom(seed: number): Pick {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const one = <T>(items: readonly T[]): T => items[Math.floor(fraction() * items.length)] as T;
  const chance = (probability: number): boolean => fraction() < probability;
  return {
    one,
    chance,
    upTo: (max) => Math.floor(fraction() * (max + 1)),
    some(items, atLeast = 0) {
      const chosen = items.filter(() => chance(0.4));
      return chosen.length >= atLeast ? chosen : [one(items)];
    },
  };
}

const NAMES = ['users', 'orders', 'search', 'items', 'admin', 'me', 'export'];
const VERBS = ['GET', 'POST', 'PUT', 'DELETE'];

/** A tree as people build it: collections, one item, things below the item, a named special case; sometimes the rest. */
function randomRoutes(pick: Pick, kind: 'rest' | 'http'): readonly string[] {
  const paths: string[] = pick.chance(0.3) ? ['/'] : [];
  const grow = (parent: string, depth: number): void => {
    for (const name of pick.some(NAMES, 1).slice(0, depth === 0 ? 4 : 2)) {
      const collection = `${parent}/${name}`;
      paths.push(collection);
      if (!pick.chance(0.7)) continue;
      paths.push(`${collection}/{id}`);
      if (pick.chance(0.3)) paths.push(`${collection}/${pick.one(NAMES)}`);
      if (depth < 2 && pick.chance(0.5)) grow(`${collection}/{id}`, depth + 1);
    }
    if (pick.chance(0.1)) paths.push(`${parent}/files/{proxy+}`);
    if (pick.chance(0.05)) paths.push(`${parent}/{id}`);
  };
  grow('', 0);
  const routes = [...new Set(paths)].flatMap((path) =>
    pick.chance(0.1) ? [`ANY ${path}`] : pick.some(VERBS, 1).map((verb) => `${verb} ${path}`),
  );
  return kind === 'http' && pick.chance(0.1) ? [...routes, 'ANY $default'] : routes;
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
    { claims: [{ claim: 'tenants', op: 'contains', value: 't-1' }] },
    ...(pick.chance(0.3) ? [OFFICE, VPN] : []),
  ];
  if (depth > 1 || pick.chance(0.6)) return pick.one(leaves);
  const inner = () => randomWhen(pick, depth + 1);
  const nested = [{ not: inner() }, { all: [inner(), { mfa: true }] }, { any: [inner(), { mfa: true }] }];
  return pick.one(nested);
}

function randomRule(pick: Pick, routes: readonly string[], index: number): object {
  const route = pick.one(routes);
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

/** A parameter that stands twice in a path is bound at its last place only, as the document reads it. */
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
  ]);
  const roles = new Set(pick.some(['admin', 'support']));
  const claims = {
    sub,
    ...(pick.chance(0.5) && { level: pick.one<unknown>([1, 2, 3, '3']) }),
    ...(pick.chance(0.5) && { plan: pick.one<unknown>(['gold', 'free', ['gold']]) }),
    ...(pick.chance(0.5) && {
      tenants: pick.one<unknown>([['t-1'], ['t-2', '*'], 't-1', ['a', 'b', 'c', 'd']]),
    }),
    ...(pick.chance(0.3) && { amr: ['mfa'] }),
  };
  const scopes = new Set(pick.some(['orders:read', 'orders:write']));
  return aPrincipal({ subject: sub, roles, scopes, claims });
}

const ORDINARY = ['17', 'u-1', 'u-2', 't-1', 'a%40b.example', 'x.y_z~', 'auth0%7C7'];
const ODD = [
  'search',
  'users',
  'me',
  '*',
  '%73earch',
  'a%2Fb',
  'a%2fb',
  '',
  '%61dmin',
  '..',
  'u-1;x',
  '%u',
  'é%FF',
  '${x}',
];

type RandomRequest = { readonly method: string; readonly path: string; readonly isOrdinary: boolean };

function randomRequest(pick: Pick, routes: readonly string[]): RandomRequest {
  const [verb = '', template = ''] = pick.one(routes).split(' ');
  const method = verb === 'ANY' ? pick.one(VERBS) : verb;
  let isOrdinary = true;
  const fill = (): string => {
    if (pick.chance(0.7)) return pick.one(ORDINARY);
    isOrdinary = false;
    // Names of routes where ids belong are what attacks are made of.
    if (pick.chance(0.5)) return pick.one(ODD);
    const name = pick.one(NAMES);
    return pick.chance(0.5) ? name : escapeOne(name, pick.upTo(name.length - 1));
  };
  let path = template
    .replace('$default', () => `/${fill()}/${fill()}`)
    .replace(/\{[^}]*\+\}/g, () => (pick.chance(0.5) ? fill() : `${fill()}/${fill()}`))
    .replace(/\{[^}]*\}/g, fill);
  if (pick.chance(0.15)) {
    isOrdinary = false;
    path = pick.one([
      `${path}/`,
      `${path}//`,
      path.replace('/', '//'),
      escapeOne(path, 1 + pick.upTo(path.length - 2)),
      `${path}/${pick.one(NAMES)}`,
      path.replace(/(.)\/([^/]*)$/, '$1%2F$2'),
    ]);
  }
  return { method, path, isOrdinary };
}

/** One character percent-encoded, which no client does to a letter. */
function escapeOne(text: string, at: number): string {
  const code = text.charCodeAt(at);
  return Number.isNaN(code) ? text : `${text.slice(0, at)}%${code.toString(16)}${text.slice(at + 1)}`;
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

/** One API with one document: a few callers, many requests. Undefined: all agree. */
export function checkOneDocument(
  seed: number,
  requests: number,
  tally: AccessTally,
): Disagreement | undefined {
  const pick = pickFrom(seed);
  const kind = pick.chance(0.5) ? 'rest' : 'http';
  const routes = withoutDoubles(randomRoutes(pick, kind));
  const rules = Array.from({ length: 1 + pick.upTo(6) }, (_, index) => randomRule(pick, routes, index));
  const text = documentText({ rules, result: { onOversize: 'exact', cacheTtlSeconds: 0 } });
  const compilation = compile(text, anInventory(routes, kind));
  if (compilation.kind === 'invalid')
    throw new Error(`seed ${seed}: ${JSON.stringify(compilation.problems)}`);
  const { document } = compilation;
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
      const byPolicy =
        evaluated.policy.decide({
          action: 'execute-api:Invoke',
          resource: `${PREFIX}/prod/${target}`,
          conditions: new Map([['aws:sourceip', [sourceIp]]]),
        }) === 'allow';
      const byHand = evaluateByHand(rules as readonly HandRule[], found, request.method, principal, sourceIp);
      const byCore = decide(document, principal, { target, sourceIp, nowEpochSeconds: NOW }).kind === 'allow';
      const what = compare(byPolicy, byHand, byCore, request.isOrdinary);
      countDecision(tally, byPolicy, byHand, request.isOrdinary);
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

function compare(
  byPolicy: boolean,
  byHand: boolean,
  byCore: boolean,
  isOrdinary: boolean,
): Disagreement['what'] | undefined {
  if (byPolicy && !byHand) return 'over-grant';
  if ((byPolicy && !byCore) || (byCore && !byHand)) return 'decision';
  if (isOrdinary && byHand !== byPolicy) return 'blocked';
  return isOrdinary && byHand !== byCore ? 'decision' : undefined;
}

function countDecision(tally: AccessTally, byPolicy: boolean, byHand: boolean, isOrdinary: boolean): void {
  tally.decisions += 1;
  if (byPolicy) tally.allowed += 1;
  if (isOrdinary) tally.ordinary += 1;
  if (byHand && !byPolicy) tally.closedOdd += 1;
}

function tableOf(kind: 'rest' | 'http', routes: readonly string[]): RouteTable {
  const plans = routes.map((route) => aPlan(route.replace('ANY $default', '$default')));
  return kind === 'rest' ? compileRestRoutes(plans) : compileHttpRoutes(plans);
}
