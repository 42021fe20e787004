/**
 * The selections of CloudFront’s cache policies and origin request policies, and the policies that AWS manages, by id
 * and by name (developer guide: using-managed-cache-policies, using-managed-origin-request-policies).
 */
import { EDGE_POLICY_IDS } from '@gatewright/aws/edge-policy-ids';
import { words } from '../core/resource-types/words.ts';

/** The header names, cookie names or query parameters that a policy selects. Header names are in lower case. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly names: readonly string[] }
  | {
      readonly kind: 'except';
      readonly names: readonly string[];
      /** Names that are selected although `names` excludes them. */
      readonly kept?: readonly string[];
    };

export type CachePolicy = {
  readonly name: string;
  readonly minTtlSeconds: number;
  readonly defaultTtlSeconds: number;
  readonly maxTtlSeconds: number;
  /** Headers that are part of the key and sent to the origin. */
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly query: Selection;
  readonly gzip: boolean;
  readonly brotli: boolean;
  /**
   * Whether the behavior has legacy settings instead of policies. If so, a table in AWS's documentation determines
   * which other headers are forwarded.
   */
  readonly isLegacy: boolean;
  /** True if legacy settings forward all headers. In this case nothing is cached. */
  readonly isBypassed?: boolean;
};

export type OriginRequestPolicy = {
  readonly name: string;
  readonly headers: Selection;
  /** `CloudFront-*` headers to add, in lower case. */
  readonly added: readonly string[];
  readonly cookies: Selection;
  readonly query: Selection;
};

export const ALL: Selection = { kind: 'all' };
export const NONE: Selection = { kind: 'none' };

export const DAY_SECONDS = 86_400;
export const YEAR_SECONDS = 31_536_000;

const only = (names: string): Selection => ({ kind: 'only', names: words(names.toLowerCase()) });

const CACHE_BASE = {
  minTtlSeconds: 0,
  defaultTtlSeconds: DAY_SECONDS,
  maxTtlSeconds: YEAR_SECONDS,
  headers: NONE,
  cookies: NONE,
  query: NONE,
  gzip: false,
  brotli: false,
  isLegacy: false,
};
const COMPRESSED = { gzip: true, brotli: true };

const ORIGIN_CONTROLS = {
  ...CACHE_BASE,
  ...COMPRESSED,
  defaultTtlSeconds: 0,
  headers: only('Host Origin X-HTTP-Method-Override X-HTTP-Method X-Method-Override'),
  cookies: ALL,
};

const cachePolicy = (
  id: string,
  name: string,
  more: Partial<CachePolicy>,
): readonly [string, CachePolicy] => [id, { ...CACHE_BASE, ...more, name }];

export const MANAGED_CACHE_POLICIES: ReadonlyMap<string, CachePolicy> = new Map([
  cachePolicy(EDGE_POLICY_IDS.CachingDisabled, 'CachingDisabled', {
    defaultTtlSeconds: 0,
    maxTtlSeconds: 0,
  }),
  cachePolicy(EDGE_POLICY_IDS.CachingOptimized, 'CachingOptimized', {
    ...COMPRESSED,
    minTtlSeconds: 1,
  }),
  cachePolicy('b2884449-e4de-46a7-ac36-70bc7f1ddd6d', 'CachingOptimizedForUncompressedObjects', {
    minTtlSeconds: 1,
  }),
  cachePolicy('08627262-05a9-4f76-9ded-b50ca2e3a84f', 'Elemental-MediaPackage', {
    gzip: true,
    headers: only('Origin'),
    query: { kind: 'only', names: words('aws.manifestfilter start end m') },
  }),
  cachePolicy('2e54312d-136d-493c-8eb9-b001f22f67d2', 'Amplify', {
    ...COMPRESSED,
    minTtlSeconds: 2,
    defaultTtlSeconds: 2,
    maxTtlSeconds: 600,
    headers: only('Authorization CloudFront-Viewer-Country Host'),
    cookies: ALL,
    query: ALL,
  }),
  cachePolicy('83da9c7e-98b4-4e11-a168-04f0df8e2c65', 'UseOriginCacheControlHeaders', ORIGIN_CONTROLS),
  cachePolicy('4cc15a8a-d715-48a4-82b8-cc0b614638fe', 'UseOriginCacheControlHeaders-QueryStrings', {
    ...ORIGIN_CONTROLS,
    query: ALL,
  }),
]);

const requestPolicy = (
  id: string,
  name: string,
  more: Partial<OriginRequestPolicy>,
): readonly [string, OriginRequestPolicy] => [
  id,
  { headers: NONE, added: [], cookies: NONE, query: NONE, ...more, name },
];

const EVERYTHING = { headers: ALL, cookies: ALL, query: ALL };

const HEADERS_OF_2022_06 = words(
  `forwarded-proto is-android-viewer is-desktop-viewer is-ios-viewer is-mobile-viewer is-smarttv-viewer
   is-tablet-viewer viewer-address viewer-asn viewer-city viewer-country viewer-country-name
   viewer-country-region viewer-country-region-name viewer-http-version viewer-latitude viewer-longitude
   viewer-metro-code viewer-postal-code viewer-time-zone viewer-tls`,
).map((name) => `cloudfront-${name}`);

export const MANAGED_REQUEST_POLICIES: ReadonlyMap<string, OriginRequestPolicy> = new Map([
  requestPolicy('216adef6-5c7f-47e4-b989-5492eafa07d3', 'AllViewer', EVERYTHING),
  requestPolicy('33f36d7e-f396-46d9-90e0-52428a34d9dc', 'AllViewerAndCloudFrontHeaders-2022-06', {
    ...EVERYTHING,
    added: HEADERS_OF_2022_06,
  }),
  requestPolicy(EDGE_POLICY_IDS.AllViewerExceptHostHeader, 'AllViewerExceptHostHeader', {
    ...EVERYTHING,
    headers: { kind: 'except', names: ['host'] },
  }),
  requestPolicy('59781a5b-3903-41f3-afcb-af62929ccde1', 'CORS-CustomOrigin', { headers: only('Origin') }),
  requestPolicy('88a5eaf4-2fd4-4709-b370-b4c650ea3fcf', 'CORS-S3Origin', {
    headers: only('Origin Access-Control-Request-Headers Access-Control-Request-Method'),
  }),
  requestPolicy('775133bc-15f2-49f9-abea-afb2e0bf67d2', 'Elemental-MediaTailor-PersonalizedManifests', {
    headers: only(
      'Origin Access-Control-Request-Headers Access-Control-Request-Method User-Agent X-Forwarded-For',
    ),
    query: ALL,
  }),
  requestPolicy('bf0718e1-ba1e-49d1-88b1-f726733018ae', 'HostHeaderOnly', { headers: only('Host') }),
  requestPolicy('acba4595-bd28-49b8-b9fe-13317c0390fa', 'UserAgentRefererHeaders', {
    headers: only('User-Agent Referer'),
  }),
]);

/** Finds a policy by id, or by name with or without `Managed-`, as CDK and Terraform look them up. */
export function findManaged<Policy extends { readonly name: string }>(
  policies: ReadonlyMap<string, Policy>,
  idOrName: string,
): Policy | undefined {
  const name = idOrName.replace(/^Managed-/, '');
  return policies.get(idOrName) ?? [...policies.values()].find((policy) => policy.name === name);
}
