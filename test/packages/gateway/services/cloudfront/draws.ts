/** Settings of a cache behavior, as templates write them and as the oracle reads them, and requests of viewers. */
import type { Pick } from '../../../../support/pick.ts';

/** What a policy selects; names of headers are in lower case. */
export type Choice = {
  readonly kind: 'none' | 'all' | 'only' | 'except';
  readonly names: readonly string[];
};

export type Settings = {
  readonly kind: 'legacy' | 'managed' | 'policies';
  readonly members: Readonly<Record<string, unknown>>;
  readonly cachePolicy?: object | undefined;
  readonly requestPolicy?: object | undefined;
  readonly cachesOptions: boolean;
  readonly cache: {
    readonly headers: Choice;
    readonly cookies: Choice;
    readonly query: Choice;
    readonly gzip: boolean;
    readonly brotli: boolean;
  };
  readonly request?:
    | {
        readonly headers: Choice;
        readonly added: readonly string[];
        readonly cookies: Choice;
        readonly query: Choice;
      }
    | undefined;
};

export type Drawn = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [string, string])[];
};

const none: Choice = { kind: 'none', names: [] };
const all: Choice = { kind: 'all', names: [] };
const only = (...names: string[]): Choice => ({ kind: 'only', names });
const except = (...names: string[]): Choice => ({ kind: 'except', names });

/** The pages "Use managed cache policies" and "Use managed origin request policies". */
const CACHE_PAGE: Readonly<Record<string, Settings['cache']>> = {
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': cached(none, none, none, ''),
  '658327ea-f89d-4fab-a63d-7e88639e58f6': cached(none, none, none, 'gzip br'),
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': cached(none, none, none, ''),
  '08627262-05a9-4f76-9ded-b50ca2e3a84f': cached(
    only('origin'),
    none,
    only('aws.manifestfilter', 'start', 'end', 'm'),
    'gzip',
  ),
  '2e54312d-136d-493c-8eb9-b001f22f67d2': cached(
    only('authorization', 'cloudfront-viewer-country', 'host'),
    all,
    all,
    'gzip br',
  ),
  '83da9c7e-98b4-4e11-a168-04f0df8e2c65': cached(overrides(), all, none, 'gzip br'),
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': cached(overrides(), all, all, 'gzip br'),
};
const REQUEST_PAGE: Readonly<Record<string, Settings['request']>> = {
  '216adef6-5c7f-47e4-b989-5492eafa07d3': { headers: all, added: [], cookies: all, query: all },
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': { headers: except('host'), added: [], cookies: all, query: all },
  '59781a5b-3903-41f3-afcb-af62929ccde1': { headers: only('origin'), added: [], cookies: none, query: none },
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': {
    headers: only('origin', 'access-control-request-headers', 'access-control-request-method'),
    added: [],
    cookies: none,
    query: none,
  },
  'acba4595-bd28-49b8-b9fe-13317c0390fa': {
    headers: only('user-agent', 'referer'),
    added: [],
    cookies: none,
    query: none,
  },
  'bf0718e1-ba1e-49d1-88b1-f726733018ae': { headers: only('host'), added: [], cookies: none, query: none },
};

function cached(headers: Choice, cookies: Choice, query: Choice, encodings: string): Settings['cache'] {
  return { headers, cookies, query, gzip: encodings.includes('gzip'), brotli: encodings.includes('br') };
}

function overrides(): Choice {
  return only('host', 'origin', 'x-http-method-override', 'x-http-method', 'x-method-override');
}

const NAMES = [
  'a', 'A', 'b', 'ab', 'a*', 'a?', 'id', '__proto__', 'start', 'm', '%61', 'a%3D', 'é', 'x.y', 'sid',
]; // prettier-ignore
const COOKIE_NAMES = ['a', 'A', 'b', 'ab', 'a*', 'a?', '*', 's*', 'sid', 'id', '__Host-a', '__proto__'];
const HEADERS = [
  'X-A', 'X-B', 'x-a*', 'Accept', 'Accept-Language', 'Accept-Encoding', 'Authorization', 'Content-Type',
  'Origin', 'Referer', 'User-Agent', 'X-HTTP-Method-Override', 'Range', 'Host', 'X-Own', '__proto__', 'Cache-Control',
]; // prettier-ignore
const EDGE = ['CloudFront-Forwarded-Proto'];
const VIEWER_HEADERS = [
  ...HEADERS, 'Via', 'X-Forwarded-For', 'X-Real-IP', 'X-Edge-A', 'TE', 'Date', 'If-None-Match', 'CloudFront-Forwarded-Proto',
  'CloudFront-Viewer-Address', 'X-Amz-Cf-Id', 'Proxy-Authorization', 'Expect', 'X-C',
].filter((name) => name !== 'Host'); // prettier-ignore
const VALUES = [
  '', '1', '2', 'a', 'A', '1, 2', '"', '1"],["', 'a=1', '%26', 'Ã ', 'Ã\u00a0', '\u00a0a', 'Ã©', 'a;b', 'gzip', 'null',
]; // prettier-ignore
const ENCODINGS = [
  'gzip', 'br', 'gzip, br', 'BR;q=1, GZIP;q=0.5', 'gzip;q=0', 'gzip; q=0.000, br', '*', 'x-gzip', 'identity', '', 'br ;q=0,gzip',
]; // prettier-ignore
const QUERY_PARTS = [
  '',
  '=',
  '=1',
  'a',
  'a=',
  'a==1',
  'a=1=2',
  '%61=1',
  'a%3D=1',
  'a=%C3%A9',
  'a=+',
  'a+=1',
  'm=?',
  'a[]=1',
];
const COOKIE_PARTS = [
  'a',
  'a=',
  '=1',
  'a =1',
  ' a=1 ',
  'sid="x; y"',
  'a=Ã\u00a0',
  '\u00a0a=1',
  'sid=Ã©',
  '',
  ' ',
  'a=1=2',
];
const PATHS = ['/', '/p', '/P', '/p/', '/p%2F', '/%70', '/a//b', '/a/../p', '/p;a=1', '/Ã©', '/a|b:c'];

const drawChoice = (pick: Pick, names: readonly string[]): Choice => {
  const kind = pick.one(['none', 'all', 'only', 'except'] as const);
  return { kind, names: kind === 'only' || kind === 'except' ? pick.some(names, 1) : [] };
};

const SPELLING = { none: 'none', all: 'all', only: 'whitelist', except: 'allExcept' } as const;
const listOf = ({ names }: Choice, member: string): object => (names.length === 0 ? {} : { [member]: names });
const choiceJson = (choice: Choice, kind: string, member: string): object => ({
  [`${kind}Behavior`]: SPELLING[choice.kind],
  ...listOf(choice, member),
});
const lower = (names: readonly string[]): readonly string[] => [
  ...new Set(names.map((name) => name.toLowerCase())),
];

export function drawSettings(pick: Pick): Settings {
  const cachesOptions = pick.chance(0.5);
  const members = {
    AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
    CachedMethods: cachesOptions ? ['GET', 'HEAD', 'OPTIONS'] : ['GET', 'HEAD'],
  };
  const draw = pick.one([drawLegacy, drawPolicies, drawPolicies, drawManaged]);
  const drawn = draw(pick);
  return { ...drawn, cachesOptions, members: { ...members, ...drawn.members } };
}

type Part = Omit<Settings, 'cachesOptions'>;

function drawLegacy(pick: Pick): Part {
  const isAll = pick.chance(0.15);
  const names = isAll ? ['*'] : pick.some([...HEADERS, ...EDGE]).filter((name) => name !== 'X-Own');
  const isCompressed = pick.chance(0.5);
  const keys = pick.chance(0.5) ? pick.some(NAMES) : [];
  const hasQuery = pick.chance(0.7);
  const cookies = drawChoice(pick, COOKIE_NAMES);
  const forward: Choice = cookies.kind === 'except' ? { ...cookies, kind: 'only' } : cookies;
  const headers: Choice = isAll ? all : names.length === 0 ? none : { kind: 'only', names: lower(names) };
  const query: Choice = keys.length > 0 ? { kind: 'only', names: keys } : all;
  return {
    kind: 'legacy',
    members: {
      Compress: isCompressed,
      ForwardedValues: {
        QueryString: hasQuery,
        ...(keys.length > 0 && { QueryStringCacheKeys: keys }),
        ...(names.length > 0 && { Headers: names }),
        Cookies: { Forward: SPELLING[forward.kind], ...listOf(forward, 'WhitelistedNames') },
      },
    },
    cache: { headers, cookies: forward, query: hasQuery ? query : none, gzip: isCompressed, brotli: false },
  };
}

function drawPolicies(pick: Pick): Part {
  const cache = drawCache(pick);
  const asked = pick.chance(0.75) ? drawRequest(pick) : undefined;
  return {
    kind: 'policies',
    members: { CachePolicyId: 'own', ...(asked !== undefined && { OriginRequestPolicyId: 'own' }) },
    cachePolicy: cache.json,
    requestPolicy: asked?.json,
    cache: cache.choice,
    request: asked?.choice,
  };
}

function drawCache(pick: Pick): { readonly json: object; readonly choice: Settings['cache'] } {
  const names = pick.some([...HEADERS, ...EDGE]);
  const choice = {
    headers: names.length === 0 ? none : { kind: 'only' as const, names: lower(names) },
    cookies: drawChoice(pick, COOKIE_NAMES),
    query: drawChoice(pick, NAMES),
    gzip: pick.chance(0.5),
    brotli: pick.chance(0.5),
  };
  const parameters = {
    EnableAcceptEncodingGzip: choice.gzip,
    EnableAcceptEncodingBrotli: choice.brotli,
    HeadersConfig: {
      HeaderBehavior: SPELLING[choice.headers.kind],
      ...(names.length > 0 && { Headers: names }),
    },
    CookiesConfig: choiceJson(choice.cookies, 'Cookie', 'Cookies'),
    QueryStringsConfig: choiceJson(choice.query, 'QueryString', 'QueryStrings'),
  };
  const json = {
    CachePolicyConfig: {
      Name: 'own',
      MinTTL: 1,
      DefaultTTL: 60,
      MaxTTL: 600,
      ParametersInCacheKeyAndForwardedToOrigin: parameters,
    },
  };
  return { json, choice };
}

function drawRequest(pick: Pick): {
  readonly json: object;
  readonly choice: NonNullable<Settings['request']>;
} {
  const behavior = pick.one([
    'none',
    'whitelist',
    'allViewer',
    'allExcept',
    'allViewerAndWhitelistCloudFront',
  ]);
  const names =
    behavior === 'whitelist'
      ? pick.some(
          [...HEADERS, ...EDGE, 'CloudFront-Viewer-Address'].filter((name) => name !== 'Authorization'),
          1,
        )
      : behavior === 'allExcept'
        ? pick.some(HEADERS, 1)
        : behavior === 'allViewerAndWhitelistCloudFront'
          ? pick.some([...EDGE, 'cloudfront-viewer-address'], 1)
          : [];
  const headers: Choice =
    behavior === 'none'
      ? none
      : behavior === 'whitelist'
        ? { kind: 'only', names: lower(names) }
        : behavior === 'allExcept'
          ? { kind: 'except', names: lower(names) }
          : all;
  const added = behavior === 'allExcept' ? [] : lower(names).filter((name) => name.startsWith('cloudfront-'));
  const choice = { headers, added, cookies: drawChoice(pick, COOKIE_NAMES), query: drawChoice(pick, NAMES) };
  const json = {
    OriginRequestPolicyConfig: {
      Name: 'own',
      HeadersConfig: { HeaderBehavior: behavior, ...(names.length > 0 && { Headers: names }) },
      CookiesConfig: choiceJson(choice.cookies, 'Cookie', 'Cookies'),
      QueryStringsConfig: choiceJson(choice.query, 'QueryString', 'QueryStrings'),
    },
  };
  return { json, choice };
}

function drawManaged(pick: Pick): Part {
  const id = pick.one(Object.keys(CACHE_PAGE));
  const requestId = pick.chance(0.7) ? pick.one(Object.keys(REQUEST_PAGE)) : undefined;
  return {
    kind: 'managed',
    members: { CachePolicyId: id, ...(requestId !== undefined && { OriginRequestPolicyId: requestId }) },
    cache: CACHE_PAGE[id] ?? cached(none, none, none, ''),
    request: requestId === undefined ? undefined : REQUEST_PAGE[requestId],
  };
}

const times = <Value>(most: number, make: () => Value): readonly Value[] =>
  Array.from({ length: most }, () => make());

function drawHeader(pick: Pick): readonly [string, string] {
  if (pick.chance(0.25)) return ['Cookie', drawCookies(pick)];
  const name = pick.one(VIEWER_HEADERS);
  const value = name === 'Accept-Encoding' ? pick.one(ENCODINGS) : pick.one(VALUES);
  return [pick.one([name, name.toLowerCase(), name.toUpperCase()]), value];
}

function drawCookies(pick: Pick): string {
  const pairs = times(pick.upTo(4), () =>
    pick.chance(0.4) ? pick.one(COOKIE_PARTS) : `${pick.one(COOKIE_NAMES)}=${pick.one(['', '1', '2'])}`,
  );
  return pairs.join(pick.one(['; ', ';', ' ;\t']));
}

const drawQueryPart = (pick: Pick): string =>
  pick.chance(0.3) ? pick.one(QUERY_PARTS) : `${pick.one(NAMES)}=${pick.one(['', '1', '2'])}`;

export function drawViewer(pick: Pick): Drawn {
  return {
    method: pick.one(['GET', 'GET', 'HEAD', 'OPTIONS', 'POST']),
    path: pick.one(PATHS),
    query: times(pick.upTo(4), () => drawQueryPart(pick)).join('&'),
    headers: times(pick.upTo(7), () => drawHeader(pick)),
  };
}

/** The same request except for one or two small differences, most of which belong to no key. */
export function vary(pick: Pick, drawn: Drawn): Drawn {
  const { headers, query } = drawn;
  const at = pick.upTo(Math.max(0, headers.length - 1));
  const changes: readonly (() => Partial<Drawn>)[] = [
    () => ({ headers: [...headers, drawHeader(pick)] }),
    () => ({ headers: headers.filter((_, index) => index !== at) }),
    () => ({ headers: headers.map((one, index) => (index === at ? [one[0], pick.one(VALUES)] : one)) }),
    () => ({ headers: headers.map((one, index) => (index === at ? [one[0].toUpperCase(), one[1]] : one)) }),
    () => ({ headers: headers.flatMap((one, index) => (index === at ? [one, one] : [one])) }),
    () => ({ headers: [...headers].reverse() }),
    () => ({ query: query.split('&').reverse().join('&') }),
    () => ({ query: `${query}&${drawQueryPart(pick)}` }),
    () => ({ query: query.replace('a', '%61') }),
    () => ({ path: pick.one(PATHS) }),
    () => ({ method: pick.one(['GET', 'HEAD', 'OPTIONS']) }),
  ];
  return { ...drawn, ...pick.one(changes)() };
}
