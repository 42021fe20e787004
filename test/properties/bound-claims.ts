/**
 * docs/guides/protect/access.md, `bind`: "a path parameter must equal a claim of the caller. With `each: true` the
 * claim is a list, and any of its values matches." Callers with claims similar to another caller's
 * ask for the resources of that caller, in the spellings that servers behind the API read (test/support/normalising-backend.ts).
 */
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import { decide } from '#shared/access/decide/decide.ts';
import { ARN, aDocument, aPrincipal, PREFIX } from '../support/an-access-document.ts';
import { evaluateAsDocumented } from '../support/iam-by-documentation.ts';
import { pathsServedFor } from '../support/normalising-backend.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const NOW = 1_900_000_000;
const CALLERS_PER_DOCUMENT = 6;
const REQUESTS_PER_CALLER = 6;
const LONGEST = 128;
/** Where {@link NAMES} are bound, and where nobody may go. */
const ROUTES = [
  'GET /users',
  'GET /users/{id}',
  'GET /users/{id}/orders/{order}',
  'GET /teams/{id}',
  'GET /teams/{id}/of/{user}',
  'GET /users/export',
];
const BOUND: readonly (readonly [template: string, binds: Readonly<Record<number, 'sub' | 'teams'>>])[] = [
  ['/users/*', { 1: 'sub' }],
  ['/users/*/orders/*', { 1: 'sub' }],
  ['/teams/*', { 1: 'teams' }],
  ['/teams/*/of/*', { 1: 'teams', 3: 'sub' }],
];

const ORDINARY = [
  'u-1',
  'u-2',
  'U-1',
  'ada',
  'a',
  '0',
  '17',
  'x'.repeat(LONGEST),
  'auth0|7',
  'ada@b.example',
  'a.b',

  '\u00e9',
  'e\u0301',
  'ada\u00e9',
  '\u{1f600}',
  '\u65e5\u672c',
  'a b',
  'a:b',
  "it's",
  '(x)',
  'a=b&c',
  'a,b',
  '~',
];
const HOSTILE = [
  '',
  ' ',
  '.',
  '..',
  '...',
  '*',
  '**',
  '?',
  'u-?',
  'u-*',
  '*1',
  '${x}',
  '$',
  '/',
  'u-2/',
  '/u-2',
  'a/b',

  'u-2/../u-1',
  '\\',
  'u-1\\u-2',
  '%',
  '%2A',
  '%75-2',
  'u%2D2',
  '%2e%2e',
  '..%2fu-2',
  'u-2;x',
  ';',
  '%3b',
  '#',
  'u-2#x',
  'u-2?x',
  'u-2 ',
  ' u-2',
  'u-2.',
  'u-2..',
  'u-2\u00a0',
  '\u3000u-2',
  'u-2\0',
  'u-2\n',
  '\tu-2',
  'u-2\u2028',
  'u-2\u0085',
  'u-2\u200b',
  '\ufeffu-2',
  'u-2::$DATA',
  'u-2:$i30',
  'x'.repeat(LONGEST + 1),

  '\ud83d',
  '\ude00u-2',
  '\uff0e\uff0e',
  'u-2\uff0fx',
  '\uff55-2',
  'export',
  'users',
  'orders',
  'undefined',
  'null',
  '__proto__',
  'constructor',
  'u-1,u-2',
  'u-1 u-2',
  '["u-2"]',
];
const WRONG_TYPES: readonly unknown[] = [
  undefined,
  null,
  17,
  0,
  true,
  ['u-2'],
  ['*'],
  { sub: 'u-2' },
  { toString: 'u-2' },
  [['u-2']],
  [],
];

/** Ways in which servers and clients write the same name, or nearly. */
const SPELLINGS: readonly ((name: string) => string)[] = [
  (name) => name,
  escaped,
  (name) => escaped(name).replace(/%../g, (byte) => byte.toLowerCase()),
  (name) => `%${(name.codePointAt(0) ?? 0x41).toString(16)}${name.slice(1)}`,
  (name) => escaped(escaped(name)),
  (name) => name.toUpperCase(),
  (name) => escaped(name.normalize('NFD')),
  (name) => escaped(name.normalize('NFC')),
  ...[
    '%20',
    '%00',
    '.',
    ';x',
    '%3Bx',
    '#x',
    '%23x',
    '%3f',
    '/',
    '//',
    '/.',
    '%2F',
    '::$DATA',
    '%C2%A0',
    '\\',
    '%0a',
  ].map((end) => (name: string) => `${escaped(name)}${end}`),
  ...[
    '%20',
    './',
    '/',
    'x/../',
    'x%2F..%2F',
    'x\\..\\',
    '..;/users/',
    '%2e/',
    'x/%2e%2e/',
    '%252e%252e/users/',
  ].map((start) => (name: string) => `${start}${escaped(name)}`),
];

function escaped(name: string): string {
  return name.isWellFormed() ? encodeURIComponent(name) : name;
}

/** A claim that is a name of the pool, or one made from it. */
function drawName(pick: Pick): string {
  if (pick.chance(0.5)) return pick.one(ORDINARY);
  if (pick.chance(0.7)) return pick.one(HOSTILE);
  return `${pick.one(ORDINARY)}${pick.one(HOSTILE)}`.slice(0, LONGEST + 1);
}

function drawTeams(pick: Pick, max: number): unknown {
  if (pick.chance(0.2)) return pick.chance(0.5) ? pick.one(WRONG_TYPES) : drawName(pick);
  const length = pick.one([0, 1, 2, max, max, max + 1]);
  return Array.from({ length }, () => (pick.chance(0.1) ? pick.one(WRONG_TYPES) : drawName(pick)));
}

function drawPath(pick: Pick, names: readonly string[]): string {
  const spell = (): string => pick.one(SPELLINGS)(pick.one(names));
  return pick.one<() => string>([
    () => `/users/${spell()}`,
    () => `/users/${spell()}/orders/${spell()}`,
    () => `/teams/${spell()}`,
    () => `/teams/${spell()}/of/${spell()}`,
    () => `/teams/${spell()}/../${spell()}`,
    () => '/users/export',
    () => '/users',
  ])();
}

type Kind = 'rest' | 'http';
type Owned = { readonly sub: readonly string[]; readonly teams: readonly string[] };

/** Only the guide's sentence; names that a policy cannot contain may own less, never more. */
function ownedBy(claims: Readonly<Record<string, unknown>>, max: number): Owned {
  const { sub, teams } = claims;
  const list: readonly unknown[] = Array.isArray(teams) && teams.length <= max ? teams : [];
  return {
    sub: typeof sub === 'string' ? [sub] : [],
    teams: list.filter((name) => typeof name === 'string'),
  };
}

/** Whether this path, as a server behind the API reads it, is an item of the caller or nothing at all. */
function isOwn(path: string, owned: Owned): 'own' | 'another' | 'nothing' {
  const words = path.slice(1).split('/');
  if (path === '/users' || path === '/users/export') return 'another';
  for (const [template, binds] of BOUND) {
    const parts = template.slice(1).split('/');
    if (
      parts.length !== words.length ||
      parts.some((part, at) => (part === '*' ? words[at] === '' : part !== words[at]))
    )
      continue;
    const isOwner = Object.entries(binds).every(([at, claim]) =>
      owned[claim].some((name) => [name, escaped(name)].includes(words[Number(at)] ?? '')),
    );
    return isOwner ? 'own' : 'another';
  }
  return 'nothing';
}

function decoded(word: string): string {
  return word.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

const isPlain = (name: string): boolean => ORDINARY.includes(name) && name !== '~';

function check(seed: number, tally: Tally): string | undefined {
  const pick = pickFrom(seed);
  const kind = pick.one<Kind>(['rest', 'http']);
  const max = pick.one([1, 2, 5]);
  const teams = { claim: 'teams', each: true, max };
  const rules = [
    { id: 'own', paths: ['/users/{id}', '/users/{id}/orders/{order}'], bind: { id: { claim: 'sub' } } },
    { id: 'team', paths: ['/teams/{id}'], bind: { id: teams } },
    { id: 'member', paths: ['/teams/{id}/of/{user}'], bind: { id: teams, user: { claim: 'sub' } } },
  ].map((rule) => ({ ...rule, effect: 'allow', methods: ['GET'] }));
  const document = aDocument({ rules }, ROUTES, kind);
  for (let caller = 0; caller < CALLERS_PER_DOCUMENT; caller += 1) {
    const sub = pick.chance(0.15) ? pick.one(WRONG_TYPES) : drawName(pick);
    const claims = { sub, teams: drawTeams(pick, max) };
    const principal = aPrincipal({ subject: 'a-caller', claims });
    const outcome = compilePolicy(document, principal, { ...ARN, target: 'GET/' }, { nowEpochSeconds: NOW });
    if (outcome.kind !== 'policy') return `no policy for ${JSON.stringify(claims)}: ${outcome.kind}`;
    const owned = ownedBy(claims, max);
    countClaims(tally, claims, owned, max);
    const names = [...owned.sub, ...owned.teams, pick.one(ORDINARY), pick.one(ORDINARY), drawName(pick)];
    for (let request = 0; request < REQUESTS_PER_CALLER; request += 1) {
      const path = drawPath(pick, names);
      const target = `GET${path}`;
      const isByPolicy = evaluateAsDocumented(outcome.policy, {
        action: 'execute-api:Invoke',
        resource: `${PREFIX}/prod/${target}`,
        context: new Map(),
      });
      const decision = decide(document, principal, { target, sourceIp: undefined, nowEpochSeconds: NOW });
      const asked = { kind, path, owned, isByPolicy, isByCore: decision.kind === 'allow' };
      const broken = judge(asked, tally);
      if (broken !== undefined)
        return `${broken}: ${kind} GET ${JSON.stringify(path)} of ${JSON.stringify({ ...claims, max })}`;
    }
  }
  return undefined;
}

type Asked = {
  readonly kind: Kind;
  readonly path: string;
  readonly owned: Owned;
  readonly isByPolicy: boolean;
  readonly isByCore: boolean;
};

function judge({ kind, path, owned, isByPolicy, isByCore }: Asked, tally: Tally): string | undefined {
  // REST APIs pass a path on as it was sent, HTTP APIs decoded (docs/aws/routing.md).
  const sent = kind === 'rest' ? path : decoded(path);
  const served = pathsServedFor(sent);
  if (isOwn(sent.replace(/\/$/, ''), owned) === 'nothing') {
    // The API finds no route and asks no authorizer.
    count(tally, 'not routed');
    return undefined;
  }
  const readings = served.map((one) => (one === undefined ? 'another' : isOwn(one, owned)));
  const isForeign = readings.includes('another');
  if (isForeign) count(tally, 'foreign');
  if (readings.includes('own') && isForeign) count(tally, 'own and foreign');
  if (isByPolicy || isByCore) count(tally, 'allowed');
  if (isByPolicy && isForeign) return "the policy opens another's item";
  if (isByCore && isForeign) return "the decision opens another's item";
  const own = [...owned.sub, ...owned.teams].filter(isPlain).map(escaped);
  const words = path.slice(1).split('/');
  const isOrdinary =
    isOwn(path, owned) === 'own' &&
    words.every((word) => own.includes(word) || /^(?:users|orders|teams|of)$/.test(word));
  if (!isOrdinary) return undefined;
  count(tally, 'own');
  if (words.some((word) => word.includes('%'))) count(tally, 'own and escaped');
  return isByPolicy && isByCore ? undefined : 'an item is closed to its owner';
}

function countClaims(
  tally: Tally,
  { sub, teams }: { readonly sub: unknown; readonly teams: unknown },
  owned: Owned,
  max: number,
): void {
  if (typeof sub !== 'string') count(tally, 'wrong type');
  else if (sub.length > LONGEST) count(tally, 'too long');
  else if (sub.length === LONGEST) count(tally, 'longest');
  const names = [...owned.sub, ...owned.teams];
  if (names.some((name) => !name.isWellFormed())) count(tally, 'lone surrogate');
  if (names.some((name) => name.normalize('NFD') !== name)) count(tally, 'composed');
  if (names.some((name) => name.normalize('NFC') !== name)) count(tally, 'decomposed');
  if (Array.isArray(teams) && teams.length > max) count(tally, 'too many');
}

export const boundClaims: DrawnPromise = {
  name: 'bound-claims',
  says: "a claim that is bound to a path parameter never opens another one's item, however claim and path are written",
  few: 40,
  many: 10_000,
  meets: [
    'allowed',
    'own',
    'own and escaped',
    'foreign',
    'own and foreign',
    'wrong type',
    'too long',
    'longest',
    'lone surrogate',
    'composed',
    'decomposed',
    'too many',
  ],
  check,
};
