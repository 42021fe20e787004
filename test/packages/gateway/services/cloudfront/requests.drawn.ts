/**
 * What CloudFront sends to an origin, and which requests share an object. The oracle is written from the developer
 * guide (docs/aws §21.1: cache key, origin request policies, table of request headers).
 */
import { MemberReader } from '@gatewright/aws/member-reader';
import { keyOf, keyPartsOf } from '../../../../../packages/gateway/services/cloudfront/cache-key.ts';
import type {
  Behavior,
  Distribution,
  Origin,
} from '../../../../../packages/gateway/services/cloudfront/distribution.ts';
import { toOriginRequest } from '../../../../../packages/gateway/services/cloudfront/origin-request.ts';
import { readBehavior } from '../../../../../packages/gateway/services/cloudfront/read-behaviors.ts';
import {
  readCachePolicy,
  readRequestPolicy,
} from '../../../../../packages/gateway/services/cloudfront/read-policies.ts';
import { ViewerRequest } from '../../../../../packages/gateway/services/cloudfront/viewer-request.ts';
import { pickFrom } from '../../../../support/pick.ts';
import { drawSettings, drawViewer, vary } from './draws.ts';
import type { Choice, Drawn, Settings } from './draws.ts';
import { count } from '../../../../properties/promises.ts';
import type { DrawnPromise, Tally } from '../../../../properties/promises.ts';

const ORIGIN: Origin = {
  id: 'api',
  domainName: 'origin.example',
  path: '/stage',
  headers: ['X-Own', 'of the origin'],
  protocol: 'https-only',
  httpPort: 80,
  httpsPort: 443,
  attempts: 1,
  readTimeoutMs: 1_000,
};
const ADDRESS = '203.0.113.7';
const PAIRS = 6;

export const cloudfrontRequests: DrawnPromise = {
  name: 'cloudfront-requests',
  says: 'the origin gets what the guide says, and requests with one cache key differ only by an origin request policy',
  few: 40,
  many: 60_000,
  meets: [
    'legacy',
    'managed',
    'policies',
    'same key',
    'other key',
    'cookie',
    'query',
    'Authorization removed',
    'allowed and blocked',
    'bytes beyond ASCII',
  ],
  check(seed, tally) {
    const pick = pickFrom(seed);
    const settings = drawSettings(pick);
    count(tally, settings.kind);
    const behavior = behaviorOf(settings);
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const one = drawViewer(pick);
      const other = vary(pick, one);
      const broken =
        judgeSent(one, settings, behavior, tally) ??
        judgeSent(other, settings, behavior, tally) ??
        judgePair([one, other], { settings, behavior, tally });
      if (broken !== undefined) return JSON.stringify({ broken, settings, one, other });
    }
    return undefined;
  },
};

function behaviorOf({ members, cachePolicy, requestPolicy }: Settings): Behavior {
  const own = <Policy>(policy: Policy | undefined): ReadonlyMap<string, Policy> =>
    new Map(policy === undefined ? [] : [['own', policy]]);
  const at = new MemberReader(
    { TargetOriginId: 'api', ViewerProtocolPolicy: 'allow-all', ...members },
    'DefaultCacheBehavior',
  );
  return readBehavior(at, '*', {
    origins: new Map([['api', ORIGIN]]),
    policies: {
      cache: own(cachePolicy && readCachePolicy(new MemberReader(cachePolicy))),
      request: own(requestPolicy && readRequestPolicy(new MemberReader(requestPolicy))),
      response: new Map(),
    },
    find: () => undefined,
  });
}

function viewerOf({ method, path, query, headers }: Drawn): ViewerRequest {
  const host = 'd111111abcdef8.cloudfront.net';
  const rawHeaders = ['Host', host, ...headers.flat()];
  const body = Buffer.alloc(0);
  return new ViewerRequest(
    { method, path, query, rawHeaders, body, host, remoteAddress: ADDRESS, remotePort: 50_123 },
    path,
  );
}

// The oracle. Names of headers are in lower case.

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));
/** "CloudFront removes the header field", for any settings, or writes the header itself. */
const REMOVED = words(
  `connection content-length cookie host keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer
   transfer-encoding upgrade via x-amz-cf-id x-forwarded-for x-forwarded-proto x-real-ip x-own`,
);
const REMOVED_UNLESS_NAMED = words(
  'accept accept-charset accept-encoding accept-language expect referer user-agent x-http-method-override',
);
const SENT_WITHOUT_NAME = words(
  `cache-control content-encoding content-md5 content-type if-match if-modified-since if-none-match if-range
   if-unmodified-since pragma range`,
);

const isNamed = (name: string, names: readonly string[], hasStars: boolean): boolean =>
  names.some((pattern) =>
    hasStars
      ? new RegExp(
          `^${pattern
            .replace(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
            .replaceAll('*', '[^]*')
            .replaceAll('?', '[^]')}$`,
        ).test(name)
      : pattern === name,
  );

function isTaken(name: string, { kind, names }: Choice, hasStars = false): boolean {
  if (kind === 'all' || kind === 'none') return kind === 'all';
  return isNamed(name, names, hasStars) === (kind === 'only');
}

/** "An allow list takes precedence over a block list"; two block lists both block. */
function isSent(name: string, cache: Choice, request: Choice, hasStars = false): boolean {
  if (cache.kind === 'except' && request.kind === 'except')
    return isTaken(name, cache, hasStars) && isTaken(name, request, hasStars);
  return isTaken(name, cache, hasStars) || isTaken(name, request, hasStars);
}

function sentHeader(name: string, { method }: Drawn, settings: Settings): boolean {
  const { cache, request, kind, cachesOptions } = settings;
  if (REMOVED.has(name) || name.startsWith('x-edge-') || name.startsWith('cloudfront-')) return false;
  if (name === 'accept-encoding' && (cache.gzip || cache.brotli)) return false;
  if (isTaken(name, cache.headers)) return true;
  // "… except for those listed in the Headers type, which are not included."
  if (request?.headers.kind === 'except') return isTaken(name, request.headers);
  if (request !== undefined && isTaken(name, request.headers)) return true;
  if (name === 'authorization') return method === 'POST' || (method === 'OPTIONS' && !cachesOptions);
  return kind === 'legacy' ? !REMOVED_UNLESS_NAMED.has(name) : SENT_WITHOUT_NAME.has(name);
}

const valuesOf = ({ headers }: Drawn, name: string): readonly string[] =>
  headers.filter(([sent]) => sent.toLowerCase() === name).map(([, value]) => value);

/** The coding and its weight (RFC 9110 §12.5.3); a weight of zero means "not acceptable". */
function encodingOf(drawn: Drawn, { gzip, brotli }: Settings['cache']): string {
  const accepted = valuesOf(drawn, 'accept-encoding')
    .join(',')
    .split(',')
    .map((member) => member.replaceAll(/[ \t]/g, '').toLowerCase())
    .filter((member) => !/;q=0(\.0{0,3})?(;|$)/.test(member))
    .map((member) => member.replace(/;.*/, ''));
  const codings = [...(brotli ? ['br'] : []), ...(gzip ? ['gzip'] : [])];
  return codings.filter((coding) => accepted.includes(coding)).join(',');
}

function cookiesOf(drawn: Drawn, isWanted: (name: string) => boolean): string {
  const pairs = valuesOf(drawn, 'cookie')
    .join(';')
    .split(';')
    .map((pair) => pair.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    .filter((pair) => pair !== '')
    .map((pair) => ({ pair, name: pair.replace(/=[^]*/, '').replace(/[ \t]+$/, '') }))
    .filter(({ name }) => isWanted(name));
  const names = [...new Set(pairs.map(({ name }) => name))].sort();
  return names.flatMap((name) => pairs.filter((one) => one.name === name).map(({ pair }) => pair)).join('; ');
}

const queryOf = ({ query }: Drawn, isWanted: (name: string) => boolean): string =>
  query
    .split('&')
    .filter((part) => isWanted(part.includes('=') ? part.slice(0, part.indexOf('=')) : part))
    .join('&');

const NOTHING: Choice = { kind: 'none', names: [] };

function expectedHeaders(drawn: Drawn, settings: Settings): Readonly<Record<string, readonly string[]>> {
  const { cache, request } = settings;
  const lines: (readonly [string, string])[] = [
    ...drawn.headers.flatMap(([name, value]): (readonly [string, string])[] =>
      sentHeader(name.toLowerCase(), drawn, settings) ? [[name.toLowerCase(), value]] : [],
    ),
  ];
  if (!sentHeader('user-agent', drawn, settings)) lines.push(['user-agent', 'Amazon CloudFront']);
  const isHostSent =
    isTaken('host', cache.headers) || (request !== undefined && isTaken('host', request.headers));
  lines.push(['host', isHostSent ? 'd111111abcdef8.cloudfront.net' : ORIGIN.domainName]);
  const cookies = cookiesOf(drawn, (name) => isSent(name, cache.cookies, request?.cookies ?? NOTHING, true));
  if (cookies !== '') lines.push(['cookie', cookies]);
  if ((cache.gzip || cache.brotli) && valuesOf(drawn, 'accept-encoding').length > 0)
    lines.push(['accept-encoding', encodingOf(drawn, cache) || 'identity']);
  const added = [...(cache.headers.kind === 'only' ? cache.headers.names : []), ...(request?.added ?? [])];
  if (added.includes('cloudfront-forwarded-proto')) lines.push(['cloudfront-forwarded-proto', 'https']);
  if (added.includes('cloudfront-viewer-address'))
    lines.push(['cloudfront-viewer-address', `${ADDRESS}:50123`]);
  lines.push(['x-forwarded-for', [...valuesOf(drawn, 'x-forwarded-for'), ADDRESS].join(', ')]);
  lines.push(['via', [...valuesOf(drawn, 'via'), 'edge'].join(', ')]);
  lines.push(['x-amz-cf-id', 'id'], ['x-own', 'of the origin']);
  return grouped(lines);
}

/** Values in order by name; names in order of the alphabet. */
function grouped(lines: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const names = [...new Set(lines.map(([name]) => name))].sort();
  return Object.fromEntries(
    names.map((name) => [name, lines.filter(([one]) => one === name).map(([, value]) => value)]),
  );
}

function expectedTarget(drawn: Drawn, { cache, request, kind }: Settings): string {
  const query = queryOf(drawn, (name) =>
    // QueryStringCacheKeys limits the key only.
    kind === 'legacy' && cache.query.kind !== 'none'
      ? true
      : isSent(name, cache.query, request?.query ?? NOTHING),
  );
  return `/stage${drawn.path}${query === '' ? '' : `?${query}`}`;
}

// The comparison.

function judgeSent(drawn: Drawn, settings: Settings, behavior: Behavior, tally: Tally): string | undefined {
  const sent = toOriginRequest(viewerOf(drawn), behavior, { requestId: 'id', via: 'edge' });
  const expected = expectedHeaders(drawn, settings);
  const actual = grouped(linesOf(sent.headers));
  countMet(drawn, settings, expected, tally);
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)]))
    if (JSON.stringify(expected[name]) !== JSON.stringify(actual[name]))
      return `header ${name}: expected ${JSON.stringify(expected[name])}, sent ${JSON.stringify(actual[name])}`;
  const target = expectedTarget(drawn, settings);
  return sent.target === target ? undefined : `expected ${target}, sent ${sent.target}`;
}

function linesOf(flat: readonly string[]): readonly (readonly [string, string])[] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), flat[index + 1] ?? ''] as const] : [],
  );
}

function countMet(
  drawn: Drawn,
  { cache, request }: Settings,
  expected: Readonly<Record<string, readonly string[]>>,
  tally: Tally,
): void {
  if (expected['cookie'] !== undefined) count(tally, 'cookie');
  if (drawn.query !== '') count(tally, 'query');
  if (valuesOf(drawn, 'authorization').length > 0 && expected['authorization'] === undefined)
    count(tally, 'Authorization removed');
  const kinds = [cache.cookies.kind, request?.cookies.kind];
  if (kinds.includes('only') && kinds.includes('except')) count(tally, 'allowed and blocked');
  if (drawn.headers.some(([, value]) => /[\x80-\xff]/.test(value))) count(tally, 'bytes beyond ASCII');
}

type Around = { readonly settings: Settings; readonly behavior: Behavior; readonly tally: Tally };

function judgePair(pair: readonly [Drawn, Drawn], { settings, behavior, tally }: Around): string | undefined {
  const [one, other] = pair.map((drawn) => {
    const viewer = viewerOf(drawn);
    return keyOf({ id: 'E1' } as Distribution, keyPartsOf(viewer, behavior.cache));
  });
  const [expected, expectedOther] = pair.map((drawn) => expectedKey(drawn, settings));
  const isSame = one === other;
  count(tally, isSame ? 'same key' : 'other key');
  if (isSame !== (expected === expectedOther))
    return `the keys are ${isSame ? 'equal' : 'different'}: ${expected} and ${expectedOther}`;
  if (!isSame || settings.kind === 'legacy') return undefined;
  const alone = { ...behavior, request: undefined };
  const [sent, sentOther] = pair.map((drawn) => printForAll(drawn, alone));
  return sent === sentOther ? undefined : `one key, but ${sent} and ${sentOther}`;
}

function expectedKey(drawn: Drawn, { cache }: Settings): string {
  const { method, path } = drawn;
  const names = cache.headers.kind === 'only' ? [...cache.headers.names].sort() : [];
  const headers = names
    .filter((name) => !name.startsWith('cloudfront-'))
    .filter((name) => name !== 'accept-encoding' || !(cache.gzip || cache.brotli))
    .map((name) => [
      name,
      ...(name === 'host' ? ['d111111abcdef8.cloudfront.net'] : []),
      ...valuesOf(drawn, name),
    ]);
  return JSON.stringify([
    method === 'OPTIONS',
    path,
    queryOf(drawn, (name) => isTaken(name, cache.query)),
    cookiesOf(drawn, (name) => isTaken(name, cache.cookies, true)),
    headers,
    encodingOf(drawn, cache),
  ]);
}

/** The origin request of the cache policy alone, without what the guide forwards unnamed and what names the viewer. */
function printForAll(drawn: Drawn, behavior: Behavior): string {
  const { target, headers } = toOriginRequest(viewerOf({ ...drawn, method: 'GET' }), behavior, {
    requestId: 'id',
    via: 'edge',
  });
  const kept = linesOf(headers).filter(
    ([name, value]) =>
      !SENT_WITHOUT_NAME.has(name) &&
      name !== 'x-forwarded-for' &&
      name !== 'via' &&
      !(name === 'accept-encoding' && value === 'identity'),
  );
  return JSON.stringify([target, grouped(kept)]);
}
