/**
 * The cache key of an object, which contains exactly what the policies name. A caller therefore gets another caller's
 * response only if the policies omit what distinguishes the callers.
 * @see developer guide, "Understanding the cache key"
 */
import { MANAGED_CACHE_POLICIES, findManaged } from '../../kernel/edge-policies.ts';
import type { CachePolicy } from '../../kernel/edge-policies.ts';
import type { Distribution } from './distribution.ts';
import type { EdgeAnswer } from '../../kernel/edge-record.ts';
import { edgeHeader } from './edge-headers.ts';

import type { ViewerRequest } from './viewer-request.ts';

/** The parts of a cache key. They have names so that explanations can state why two requests have different keys. */
export type KeyParts = {
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly cookies: string;
  /** The normalized `Accept-Encoding` header; undefined if it is not part of the key. */
  readonly acceptEncoding: string | undefined;
  /** Whether the request is `OPTIONS`, whose responses are cached separately. */
  readonly isOptions: boolean;
};

export function keyPartsOf(request: ViewerRequest, policy: CachePolicy): KeyParts {
  const names = policy.headers.kind === 'only' ? policy.headers.names : [];
  return {
    path: request.path,
    query: request.queryOf(policy.query),
    headers: Object.fromEntries(
      names
        .toSorted()
        .filter((name) => !isNormalized(name, policy))
        .map((name) => [name, valuesOf(request, name)]),
    ),
    cookies: request.cookies(policy.cookies),
    acceptEncoding: keyEncoding(request, policy),
    isOptions: request.method === 'OPTIONS',
  };
}

export function keyOf({ id }: Distribution, parts: KeyParts): string {
  const { path, query, headers, cookies, acceptEncoding, isOptions } = parts;
  // JSON separates the parts unambiguously.
  return JSON.stringify([
    id,
    path,
    query,
    Object.entries(headers),
    cookies,
    acceptEncoding ?? null,
    isOptions,
  ]);
}

function valuesOf(request: ViewerRequest, name: string): readonly string[] {
  if (!name.startsWith('cloudfront-')) return request.headers.all(name);
  const made = edgeHeader(name, request);
  return made === undefined ? [] : [made];
}

/** Whether the key contains a normalized form of this header instead of its value. */
function isNormalized(name: string, { gzip, brotli }: CachePolicy): boolean {
  return name === 'accept-encoding' && (gzip || brotli);
}

/**
 * Returns the formats that the viewer accepts and the policy caches, for example `br,gzip`; empty if there are none.
 */
export function normalEncoding(request: ViewerRequest, { gzip, brotli }: CachePolicy): string {
  const taken = new Set(
    request.headers.all('accept-encoding').flatMap((line) =>
      line.split(',').flatMap((part) => {
        const [coding = '', ...parameters] = part
          .trim()
          .toLowerCase()
          .split(/\s*;\s*/);
        return parameters.some((one) => /^q=0(?:\.0*)?$/.test(one)) ? [] : [coding];
      }),
    ),
  );
  return [brotli && taken.has('br') ? ['br'] : [], gzip && taken.has('gzip') ? ['gzip'] : []]
    .flat()
    .join(',');
}

/**
 * Returns the normalized `Accept-Encoding` header; undefined if the header is not part of the key ("Compression
 * support").
 */
function keyEncoding(request: ViewerRequest, policy: CachePolicy): string | undefined {
  if (!policy.gzip && !policy.brotli) return undefined;
  const normal = normalEncoding(request, policy);
  return normal === '' ? undefined : normal;
}

/** Returns the first part in which the keys differ, for explanations; undefined if they are equal. */
export function firstDifference(one: KeyParts, other: KeyParts): string | undefined {
  if (one.path !== other.path) return 'path';
  if (one.isOptions !== other.isOptions) return 'method OPTIONS';
  if (one.query !== other.query) return 'query string';
  const names = new Set([...Object.keys(one.headers), ...Object.keys(other.headers)]);
  for (const name of names)
    if (JSON.stringify(one.headers[name]) !== JSON.stringify(other.headers[name])) return `header ${name}`;
  if (one.cookies !== other.cookies) return 'cookies';
  return one.acceptEncoding === other.acceptEncoding ? undefined : 'header accept-encoding';
}

/** Describes the cache policy of a cached response, with the query parameters that its cache key leaves out. */
export function describeKey(
  request: ViewerRequest,
  cache: CachePolicy,
): Pick<Extract<EdgeAnswer, { kind: 'cached' }>, 'policy' | 'isManaged' | 'ignoredQuery'> {
  const nameOf = (text: string): string => text.split('=', 1)[0] ?? '';
  const kept = new Set(request.queryOf(cache.query).split('&').map(nameOf));
  const given = request.query.split('&').map(nameOf);
  return {
    policy: cache.name,
    isManaged: findManaged(MANAGED_CACHE_POLICIES, cache.name) === cache,
    ignoredQuery: [...new Set(given)].filter((name) => name !== '' && !kept.has(name)),
  };
}
