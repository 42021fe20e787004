/**
 * Who may get a kept answer, and for how long. The oracle remembers what each answer was made for and compares it with
 * the request that got it: by docs/guides/receive/cache.md ("Who shares an answer") and RFC 9111 §3, RFC 9111 §4.1,
 * RFC 9111 §4.2 and RFC 9111 §5.2.2.
 */
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import { anHttpEvent, CacheDesk } from '../support/a-response-cache.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { randomName } from '../support/random-names.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const TTL_SECONDS = 60;
const STEPS = 24;
const SCOPES = ['authorization', 'public', 'tenant', 'key', 'claim'] as const;
type ScopeName = (typeof SCOPES)[number];

/** Names that differ only by spelling: composed and decomposed, by case, by escapes, by half of a surrogate pair. */
const SPELLINGS = [
  'acme',
  'Acme',
  'acme ',
  'é',
  'e\u0301',
  '%C3%A9',
  '%c3%a9',
  '\ud83d',
  '\ud83e',
  '\ufffd',
  'null',
];
const UNNAMED = ['', undefined, null, 7, ['acme']] as const;

type Caller = {
  readonly tenant: unknown;
  readonly key: unknown;
  readonly claims: { readonly org: unknown };
  readonly sub: string;
};
type Asked = {
  readonly caller: Caller;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
};
/** The handler's answer, as the oracle knows it. */
type Made = {
  readonly asked: Asked;
  readonly atMs: number;
  readonly isKeepable: boolean;
  readonly freshSeconds: number;
};

const drawName = (pick: Pick): unknown =>
  pick.chance(0.1) ? pick.one(UNNAMED) : pick.chance(0.6) ? pick.one(SPELLINGS) : randomName(pick);

function drawCaller(pick: Pick): Caller {
  return {
    tenant: drawName(pick),
    key: drawName(pick),
    claims: { org: drawName(pick) },
    sub: pick.one(SPELLINGS),
  };
}

function drawAsked(pick: Pick, callers: readonly Caller[]): Asked {
  const caller = pick.one(callers);
  return {
    caller,
    method: pick.chance(0.95) ? 'GET' : pick.one(['HEAD', 'POST']),
    path: pick.chance(0.8) ? '/a' : pick.one(['/A', '/a/', '//a', '/%61', '/a/.']),
    query: pick.chance(0.8) ? '' : pick.one(['q=1', 'q=%31', 'Q=1', 'q=1&q=1', 'q=1;q=2']),
    headers: {
      ...(pick.chance(0.8) && { authorization: `Bearer ${caller.sub}` }),
      ...(pick.chance(0.4) && { [pick.one(['x-lang', 'X-Lang'])]: pick.one(['de', 'DE', 'd e']) }),
      ...(pick.chance(0.3) && { 'accept-language': pick.one(['de', 'fr']) }),
      ...(pick.chance(0.2) && { 'x-other': pick.one(['1', '2']) }),
    },
  };
}

/** The name that the service's own function gives, or undefined if the answer must not be shared. */
function scopeNameOf(scope: ScopeName, { tenant, key, claims }: Caller): unknown {
  const value = { tenant, key, claim: claims.org, authorization: undefined, public: undefined }[scope];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const quoted = (text: string): string => `x="${text}"`;

/** Directives as people and proxies write them, and whether a cache that several callers share may keep the answer. */
function drawDirectives(pick: Pick, isShared: boolean, tally: Tally) {
  const forbidding = [
    'no-store',
    'No-Store',
    'NO-CACHE',
    'no-cache="set-cookie"',
    ...(isShared ? ['private', 'PRIVATE', 'private="x"'] : []),
  ];
  const harmless = [
    'public',
    quoted('no-store'),
    quoted('a, private'),
    'no-storex',
    'x-no-store=1',
    ...(isShared ? [] : ['private']),
  ];
  const forbids = pick.chance(0.3) ? [pick.one(forbidding)] : [];
  for (const name of forbids) count(tally, name.toLowerCase().split('=')[0] ?? '');
  const seconds = pick.one([undefined, 0, 10, 600]);
  const shared = pick.chance(0.2) ? 20 : undefined;
  const parts = [
    ...(pick.chance(0.5) ? [pick.one(harmless)] : []),
    ...(seconds === undefined ? [] : [pick.one([`max-age=${seconds}`, `Max-Age="${seconds}"`])]),
    ...(shared === undefined ? [] : [`s-maxage=${shared}`]),
    ...forbids,
    ...(pick.chance(0.3) ? [pick.one(harmless)] : []),
  ];
  const ordered = pick.chance(0.5) ? parts : parts.toReversed();
  return {
    text: ordered.join(pick.one([', ', ',', ' , '])),
    isKeepable: forbids.length === 0,
    freshSeconds: (isShared ? shared : undefined) ?? seconds ?? TTL_SECONDS,
  };
}

function drawVary(pick: Pick, named: readonly string[], tally: Tally) {
  const text = pick.chance(0.6)
    ? undefined
    : pick.one(['X-Lang', 'x-lang, Accept-Language', 'Accept-Language', '*', 'x-lang, *', 'Cookie', '']);
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const isKeepable = names.every((name) => name !== '*' && named.includes(name));
  if (!isKeepable) count(tally, names.includes('*') ? 'Vary of all' : 'Vary of another header');
  return { text, isKeepable };
}

const valueOf = (asked: Asked, name: string): string =>
  JSON.stringify(Object.entries(asked.headers).filter(([sent]) => sent.toLowerCase() === name));

/** Why the answer that was made for one request must not be given to another; undefined if it may. */
function refusal(
  made: Made,
  now: Asked,
  nowMs: number,
  by: { scope: ScopeName; named: readonly string[] },
): string | undefined {
  const { asked } = made;
  if (!made.isKeepable) return 'its own header fields forbid to keep it';
  if (nowMs - made.atMs >= made.freshSeconds * 1000) return 'it is too old';
  if (asked.method !== now.method || asked.path !== now.path || asked.query !== now.query)
    return 'it is of another URL';
  if (by.named.some((name) => valueOf(asked, name) !== valueOf(now, name)))
    return 'a header of the key differs';
  if (valueOf(asked, 'x-other') !== valueOf(now, 'x-other'))
    return 'a header differs that a handler can read';
  if (by.scope === 'public') return undefined;
  if (by.scope === 'authorization')
    return JSON.stringify(asked.caller) === JSON.stringify(now.caller) &&
      valueOf(asked, 'authorization') === valueOf(now, 'authorization')
      ? undefined
      : 'it is of another caller';
  const name = scopeNameOf(by.scope, now.caller);
  return name !== undefined && name === scopeNameOf(by.scope, asked.caller)
    ? undefined
    : 'it is of another scope';
}

type Event = { readonly requestContext: { readonly authorizer?: { readonly lambda?: Caller } } };

export const cacheScopes: DrawnPromise = {
  name: 'cache-scopes',
  says: 'a kept answer is given only to callers of its scope, for an equal request, and as long as RFC 9111 allows',
  few: 20,
  many: 6_000,
  meets: [
    ...SCOPES.map((scope) => `hit by ${scope}`),
    'no-store',
    'no-cache',
    'private',
    'Vary of all',
    'Vary of another header',
    'no name',
    'hit on Vary',
  ],
  check: trySteps,
};

async function trySteps(seed: number, tally: Tally): Promise<string | undefined> {
  const pick = pickFrom(seed);
  const desk = new CacheDesk();
  const scope = pick.one(SCOPES);
  const named = pick.one([[], ['x-lang'], ['x-lang', 'accept-language'], ['*', 'x-lang']]);
  const made: Made[] = [];
  const isShared = scope !== 'authorization';
  const answering = { asked: undefined as Asked | undefined };
  const handler = withResponseCache<Event & object>(
    async () => {
      const { asked } = answering;
      if (asked === undefined) throw new Error('no request is under way');
      const control = drawDirectives(pick, isShared, tally);
      const vary = drawVary(pick, named, tally);
      const isKeepable = control.isKeepable && vary.isKeepable && asked.method !== 'POST';
      made.push({ asked, atMs: desk.nowMs, isKeepable, freshSeconds: control.freshSeconds });
      return {
        statusCode: 200,
        body: String(made.length - 1),
        headers: {
          ...(control.text !== '' && { [pick.one(['Cache-Control', 'cache-control'])]: control.text }),
          ...(vary.text !== undefined && { Vary: vary.text }),
        },
      };
    },
    {
      cache: desk.ports,
      ttlSeconds: TTL_SECONDS,
      key: { headers: named },
      scope:
        scope === 'public' || scope === 'authorization'
          ? scope
          : ({ requestContext: { authorizer } }) =>
              (authorizer?.lambda &&
                {
                  tenant: authorizer.lambda.tenant,
                  key: authorizer.lambda.key,
                  claim: authorizer.lambda.claims.org,
                }[scope]) as string,
    },
  );
  const callers = Array.from({ length: 4 }, () => drawCaller(pick));
  const pool = Array.from({ length: 4 }, () => drawAsked(pick, callers));
  for (let step = 0; step < STEPS; step += 1) {
    if (pick.chance(0.2)) desk.pass(pick.one([9, 10, 11, 20, 59, 60, 600]));
    const asked = pick.chance(0.3)
      ? drawAsked(pick, callers)
      : { ...pick.one(pool), ...(pick.chance(0.3) && { caller: pick.one(callers) }) };
    answering.asked = asked;
    if (scope !== 'authorization' && scope !== 'public' && scopeNameOf(scope, asked.caller) === undefined)
      count(tally, 'no name');
    const before = made.length;
    const reply = (await handler(anHttpEvent({ ...asked, authorizer: { lambda: asked.caller } }))) as {
      readonly body: string;
      readonly headers: Readonly<Record<string, string>>;
    };
    if (made.length > before) continue;
    const kept = made[Number(reply.body)];
    const why = kept === undefined ? 'nobody made it' : refusal(kept, asked, desk.nowMs, { scope, named });
    if (why !== undefined) return JSON.stringify({ why, scope, named, kept, asked, headers: reply.headers });
    count(tally, `hit by ${scope}`);
    if (reply.headers['vary'] !== undefined && reply.headers['vary'] !== '') count(tally, 'hit on Vary');
  }
  return undefined;
}
