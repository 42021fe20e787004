/**
 * Reads cache, origin request and response headers policies of templates, and the legacy settings that policies
 * replaced.
 */
import { ALL, DAY_SECONDS, NONE, YEAR_SECONDS } from '../../kernel/edge-policies.ts';
import type { CachePolicy, OriginRequestPolicy, Selection } from '../../kernel/edge-policies.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import { ALL_METHODS } from './distribution.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';
import type { CorsPolicy, ResponseHeadersPolicy, SetHeader } from './distribution.ts';

/** AWS's limit, 100 years. */
const MAX_TTL_SECONDS = 3_153_600_000;
const MAX_NAMES = 100;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Hop-by-hop headers and other headers that policies must not select (developer guide, header-caching). */
const NEVER_IN_KEY = new Set(['connection', 'cookie', 'proxy-authorization', 'te', 'upgrade', '*']);
/**
 * Headers that only an origin request policy can add, because every viewer has different values
 * (adding-cloudfront-headers).
 */
const REQUEST_POLICY_ONLY = new Set([
  'cloudfront-viewer-address',
  'cloudfront-viewer-asn',
  'cloudfront-viewer-tls',
  'cloudfront-viewer-ja3-fingerprint',
  'cloudfront-viewer-ja4-fingerprint',
]);

/**
 * Reads a cache policy.
 * @throws InvalidMember if a member is invalid
 */
export function readCachePolicy(at: MemberReader): CachePolicy {
  const config = at.object('CachePolicyConfig');
  const parameters = config.object('ParametersInCacheKeyAndForwardedToOrigin');
  const ttls = readTtls(config);
  const headers = readHeaders(parameters.object('HeadersConfig'), ['none', 'whitelist']).selection;
  if (headers.kind === 'only') {
    const wrong = headers.names.find((name) => NEVER_IN_KEY.has(name) || REQUEST_POLICY_ONLY.has(name));
    if (wrong !== undefined)
      parameters.refuse('HeadersConfig.Headers', `${wrong} cannot be part of a cache key`);
  }
  return {
    name: config.text('Name'),
    ...ttls,
    headers,
    cookies: readSelection(parameters.object('CookiesConfig'), 'Cookie', 'Cookies'),
    query: readSelection(parameters.object('QueryStringsConfig'), 'QueryString', 'QueryStrings'),
    gzip: parameters.flag('EnableAcceptEncodingGzip', false),
    brotli: parameters.flag('EnableAcceptEncodingBrotli', false),
    isLegacy: false,
  };
}

/**
 * Reads the TTLs. Their defaults are in the API reference, CachePolicyConfig.
 * @throws InvalidMember if a TTL is invalid
 */
function readTtls(
  at: MemberReader,
): Pick<CachePolicy, 'minTtlSeconds' | 'defaultTtlSeconds' | 'maxTtlSeconds'> {
  const minTtlSeconds = at.integer('MinTTL', 0, MAX_TTL_SECONDS, 0);
  const defaultSeconds = Math.max(DAY_SECONDS, minTtlSeconds);
  const most = at.has('MaxTTL') ? at.integer('MaxTTL', 0, MAX_TTL_SECONDS) : undefined;
  const defaultTtlSeconds = at.integer(
    'DefaultTTL',
    0,
    MAX_TTL_SECONDS,
    Math.min(defaultSeconds, most ?? defaultSeconds),
  );
  const maxTtlSeconds = most ?? Math.max(YEAR_SECONDS, defaultTtlSeconds);
  if (minTtlSeconds > maxTtlSeconds)
    at.refuse('MinTTL', `is ${minTtlSeconds}, which is above MaxTTL ${maxTtlSeconds}`);
  if (defaultTtlSeconds < minTtlSeconds || defaultTtlSeconds > maxTtlSeconds)
    at.refuse(
      'DefaultTTL',
      `is ${defaultTtlSeconds}; it must be from MinTTL ${minTtlSeconds} to MaxTTL ${maxTtlSeconds}`,
    );
  return { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds };
}

/**
 * Reads an origin request policy.
 * @throws InvalidMember if a member is invalid
 */
export function readRequestPolicy(at: MemberReader): OriginRequestPolicy {
  const config = at.object('OriginRequestPolicyConfig');
  const behaviors = ['none', 'whitelist', 'allViewer', 'allViewerAndWhitelistCloudFront', 'allExcept'];
  const headers = readHeaders(config.object('HeadersConfig'), behaviors);
  if (headers.selection.kind === 'only' && headers.selection.names.includes('authorization'))
    config.refuse(
      'HeadersConfig.Headers',
      'Authorization cannot be forwarded on its own; add this header to the cache policy, or forward all headers',
    );
  return {
    name: config.text('Name'),
    headers: headers.selection,
    added: headers.added,
    cookies: readSelection(config.object('CookiesConfig'), 'Cookie', 'Cookies'),
    query: readSelection(config.object('QueryStringsConfig'), 'QueryString', 'QueryStrings'),
  };
}

type ReadHeaders = { readonly selection: Selection; readonly added: readonly string[] };

function readHeaders(at: MemberReader, behaviors: readonly string[]): ReadHeaders {
  const behavior = at.oneOf('HeaderBehavior', behaviors);
  const names = readHeaderNames(at, 'Headers');
  if (behavior === 'none') return { selection: NONE, added: [] };
  if (behavior === 'allViewer') return { selection: ALL, added: [] };
  if (names.length === 0) at.refuse('Headers', `must list headers because HeaderBehavior is ${behavior}`);
  if (behavior === 'allExcept') return { selection: { kind: 'except', names }, added: [] };
  const added = names.filter((name) => name.startsWith('cloudfront-'));
  if (behavior === 'whitelist') return { selection: { kind: 'only', names }, added };
  const wrong = names.find((name) => !added.includes(name));
  if (wrong !== undefined) at.refuse('Headers', `unknown CloudFront header ${wrong}`);
  return { selection: ALL, added };
}

/** Reads header names and returns them in lower case. */
function readHeaderNames(at: MemberReader, member: string): readonly string[] {
  const names = at.texts(member, MAX_NAMES).map((name) => name.toLowerCase());
  const wrong = names.find((name) => !TOKEN.test(name));
  if (wrong !== undefined) at.refuse(member, `${JSON.stringify(wrong)} is not a valid header name`);
  return [...new Set(names)];
}

function readSelection(at: MemberReader, kind: 'Cookie' | 'QueryString', member: string): Selection {
  const behavior = at.oneOf(`${kind}Behavior`, ['none', 'all', 'whitelist', 'allExcept']);
  const names = at.texts(member, MAX_NAMES);
  if (behavior === 'none') return NONE;
  if (behavior === 'all') return ALL;
  if (names.length === 0) at.refuse(member, `must list names because ${kind}Behavior is ${behavior}`);
  return { kind: behavior === 'whitelist' ? 'only' : 'except', names };
}

/**
 * Reads `ForwardedValues` and the TTLs of the behavior.
 * @throws InvalidMember if a member is invalid
 */
export function readForwardedValues(behavior: MemberReader): CachePolicy {
  const at = behavior.object('ForwardedValues');
  const ttls = readTtls(behavior);
  const headers = at.texts('Headers', MAX_NAMES).map((name) => name.toLowerCase());
  const cookies = at.optional('Cookies');
  const forward = cookies?.oneOf('Forward', ['none', 'all', 'whitelist']) ?? 'none';
  const queryKeys = at.texts('QueryStringCacheKeys', MAX_NAMES);
  const isBypassed = headers.includes('*');
  const compresses = behavior.flag('Compress', false);
  const query: Selection = queryKeys.length > 0 ? { kind: 'only', names: queryKeys } : ALL;
  return {
    name: 'ForwardedValues',
    ...ttls,
    headers: isBypassed ? ALL : headers.length === 0 ? NONE : { kind: 'only', names: headers },
    cookies:
      forward === 'whitelist'
        ? { kind: 'only', names: cookies?.texts('WhitelistedNames', MAX_NAMES) ?? [] }
        : forward === 'all'
          ? ALL
          : NONE,
    query: at.flag('QueryString', false) ? query : NONE,
    gzip: compresses,
    brotli: false,
    isLegacy: true,
    ...(isBypassed && { isBypassed }),
  };
}

/** Headers that a remove list must not contain (developer guide, remove-headers-disallowed). */
const NOT_REMOVABLE =
  /^(?:connection|content-encoding|content-length|expect|host|keep-alive|proxy-.*|trailer|transfer-encoding|upgrade|via|warning|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/;

/**
 * Reads a response headers policy.
 * @throws InvalidMember if a member is invalid
 */
export function readResponsePolicy(at: MemberReader): ResponseHeadersPolicy {
  const config = at.object('ResponseHeadersPolicyConfig');
  const removes = (config.optional('RemoveHeadersConfig')?.objects('Items', MAX_NAMES) ?? []).map((one) =>
    one.text('Header').toLowerCase(),
  );
  const wrong = removes.find((name) => NOT_REMOVABLE.test(name));
  if (wrong !== undefined) config.refuse('RemoveHeadersConfig.Items', `${wrong} cannot be removed`);
  const custom = (config.optional('CustomHeadersConfig')?.objects('Items', MAX_NAMES) ?? []).map((one) => ({
    name: readHeaderName(one, 'Header'),
    value: readValue(one, 'Value'),
    overrides: one.flag('Override', false),
  }));
  const security = config.optional('SecurityHeadersConfig');
  const timing = config.optional('ServerTimingHeadersConfig');
  return {
    name: config.text('Name'),
    cors: readCors(config.optional('CorsConfig')),
    headers: [...(security === undefined ? [] : readSecurity(security)), ...custom],
    removes,
    timedPercent: timing === undefined ? undefined : readTiming(timing),
  };
}

/** Reads the sampling rate of `Server-Timing`; undefined if the header is not enabled. */
function readTiming(at: MemberReader): number | undefined {
  if (!at.flag('Enabled', false)) return undefined;
  const percent = at.optionalNumber('SamplingRate') ?? 0;
  if (percent < 0 || percent > 100) at.refuse('SamplingRate', `must be between 0 and 100, not ${percent}`);
  return percent;
}

function readHeaderName(at: MemberReader, member: string): string {
  const name = at.text(member);
  if (!TOKEN.test(name)) at.refuse(member, `${JSON.stringify(name)} is not a valid header name`);
  return name;
}

/** Reads a string that may be empty. */
function readValue(at: MemberReader, member: string): string {
  const value = at.value(member) ?? '';
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    at.refuse(member, `must be a string, not ${JSON.stringify(value)}`);
  const text = String(value);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(text))
    at.refuse(member, 'contains characters that are not allowed in a header');
  return text;
}

function readCors(at: MemberReader | undefined): CorsPolicy | undefined {
  if (at === undefined) return undefined;
  const items = (member: string): readonly string[] => at.optional(member)?.texts('Items', MAX_NAMES) ?? [];
  const methods = items('AccessControlAllowMethods');
  return {
    allowsCredentials: at.flag('AccessControlAllowCredentials', false),
    allowHeaders: items('AccessControlAllowHeaders'),
    allowMethods: methods.includes('ALL') ? ALL_METHODS : methods,
    allowOrigins: items('AccessControlAllowOrigins'),
    exposeHeaders: items('AccessControlExposeHeaders'),
    maxAgeSeconds: at.has('AccessControlMaxAgeSec')
      ? at.integer('AccessControlMaxAgeSec', 0, MAX_TTL_SECONDS)
      : undefined,
    overrides: at.flag('OriginOverride', false),
  };
}

function readSecurity(at: MemberReader): readonly SetHeader[] {
  const made: SetHeader[] = [];
  const add = (member: string, name: string, valueOf: (one: MemberReader) => string): void => {
    const one = at.optional(member);
    if (one !== undefined) made.push({ name, value: valueOf(one), overrides: one.flag('Override', false) });
  };
  add('ContentSecurityPolicy', 'Content-Security-Policy', (one) => readValue(one, 'ContentSecurityPolicy'));
  add('ReferrerPolicy', 'Referrer-Policy', (one) => readValue(one, 'ReferrerPolicy'));
  add('StrictTransportSecurity', 'Strict-Transport-Security', (one) => {
    const age = one.integer('AccessControlMaxAgeSec', 0, MAX_TTL_SECONDS);
    const subdomains = one.flag('IncludeSubdomains', false) ? '; includeSubDomains' : '';
    return `max-age=${age}${subdomains}${one.flag('Preload', false) ? '; preload' : ''}`;
  });
  add('ContentTypeOptions', 'X-Content-Type-Options', () => 'nosniff');
  add('FrameOptions', 'X-Frame-Options', (one) => one.oneOf('FrameOption', ['DENY', 'SAMEORIGIN']));
  add('XSSProtection', 'X-XSS-Protection', (one) => {
    if (!one.flag('Protection', false)) return '0';
    if (one.flag('ModeBlock', false)) return '1; mode=block';
    return one.has('ReportUri') ? `1; report=${readValue(one, 'ReportUri')}` : '1';
  });
  return made;
}

/** Whether the value of a member turns a feature on. Empty, disabled and false values do not. */
export function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 'false')
    return false;
  if (Array.isArray(value)) return value.length > 0;
  if (isJsonObject(value)) {
    const { Enabled: enabled, Quantity: quantity } = value;
    if (enabled === false || enabled === 'false' || quantity === 0) return false;
    return Object.keys(value).length > 0;
  }
  return true;
}
