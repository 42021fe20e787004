/**
 * Reads cache behaviors. A behavior has an origin, the values that it selects from requests, and a reason if it must
 * refuse requests.
 */
import { MANAGED_CACHE_POLICIES, MANAGED_REQUEST_POLICIES, findManaged } from '../../kernel/edge-policies.ts';
import type { CachePolicy, OriginRequestPolicy } from '../../kernel/edge-policies.ts';
import { asNonEmptyText } from '@gatewright/aws/json-object';
import type { InvalidMember, MemberReader } from '@gatewright/aws/member-reader';
import { ALL_METHODS } from './distribution.ts';
import type { Behavior, Origin, ResponseHeadersPolicy } from './distribution.ts';
import { isKnownEdgeHeader, spellEdgeHeader } from './edge-headers.ts';
import { MANAGED_RESPONSE_POLICIES } from './managed-policies.ts';
import { isSet, readForwardedValues } from './read-policies.ts';

/** Policies of the loaded stacks by id. */
export type Policies = {
  readonly cache: ReadonlyMap<string, CachePolicy>;
  readonly request: ReadonlyMap<string, OriginRequestPolicy>;
  readonly response: ReadonlyMap<string, ResponseHeadersPolicy>;
};

/** Describes a member that the gateway does not support. `closes` means that requests are refused because of it. */
export type Finding = { readonly path: string; readonly what: string; readonly closes: boolean };

const MAX_PATTERN = 255;
/**
 * Characters allowed in a path pattern (developer guide, path pattern). The guide's table does not list `?`, but the
 * guide describes `?` as a wildcard.
 */
const PATTERN = /^[A-Za-z0-9_\-.*$/~"'@:+&?=%,;!()[\]]+$/;

const DONE = new Set(
  `PathPattern TargetOriginId ViewerProtocolPolicy AllowedMethods CachedMethods Compress CachePolicyId
   OriginRequestPolicyId ResponseHeadersPolicyId ForwardedValues MinTTL DefaultTTL MaxTTL`.split(/\s+/),
);

/** Members that guard or change the requests of a behavior. Requests must not be served without them. */
const CLOSING: Readonly<Record<string, string>> = {
  FunctionAssociations: 'the gateway does not run CloudFront Functions',
  LambdaFunctionAssociations: 'the gateway does not run Lambda@Edge',
  TrustedKeyGroups: 'the gateway does not check signed URLs and cookies',
  TrustedSigners: 'the gateway does not check signed URLs and cookies',
  FieldLevelEncryptionId: 'the gateway does not encrypt fields',
  SmoothStreaming: 'the gateway does not serve Smooth Streaming',
  GrpcConfig: 'the gateway does not serve gRPC',
};

const OPEN_FINDINGS: Readonly<Record<string, string>> = {
  RealtimeLogConfigArn: 'no real-time log is sent',
};

/**
 * Reads one cache behavior.
 * @throws InvalidMember if a member is invalid
 */
export function readBehavior(
  at: MemberReader,
  pattern: string,
  {
    origins,
    policies,
    find,
  }: {
    readonly origins: ReadonlyMap<string, Origin>;
    readonly policies: Policies;
    readonly find: (finding: Finding) => void;
  },
): Behavior {
  const targetId = at.text('TargetOriginId');
  const origin = origins.get(targetId);
  if (origin === undefined)
    at.refuse(
      'TargetOriginId',
      `unknown origin ${targetId}; expected the Id of one of the distribution's origins`,
    );
  const reasons = findClosing(at, find);
  const methods = at.texts('AllowedMethods', ALL_METHODS.length);
  const cached = at.texts('CachedMethods', ALL_METHODS.length);
  const wrong = [...methods, ...cached].find((method) => !ALL_METHODS.includes(method));
  if (wrong !== undefined) at.refuse('AllowedMethods', `CloudFront does not forward the method ${wrong}`);
  const cache = readCache(at, policies, find);
  const request = findPolicy(at, 'OriginRequestPolicyId', policies.request, MANAGED_REQUEST_POLICIES);
  findUnknownHeaders(at, { cache, request }, find);
  return {
    pattern,
    origin,
    viewerProtocol: at.oneOf('ViewerProtocolPolicy', ['allow-all', 'https-only', 'redirect-to-https']),
    allowedMethods: new Set(methods.length === 0 ? ['GET', 'HEAD'] : methods),
    cachedMethods: new Set(['GET', 'HEAD', ...cached.filter((method) => method === 'OPTIONS')]),
    compresses: at.flag('Compress', false),
    cache,
    request,
    response: findPolicy(at, 'ResponseHeadersPolicyId', policies.response, MANAGED_RESPONSE_POLICIES),
    closed: origin.closed ?? reasons[0],
    policyIds: {
      cache: asNonEmptyText(at.value('CachePolicyId')),
      request: asNonEmptyText(at.value('OriginRequestPolicyId')),
      response: asNonEmptyText(at.value('ResponseHeadersPolicyId')),
    },
  };
}

/**
 * Reads the path pattern of a behavior.
 * @throws InvalidMember if the pattern is missing or too long, or has characters that CloudFront does not allow
 */
export function readPattern(at: MemberReader): string {
  const pattern = at.text('PathPattern');
  if (pattern.length > MAX_PATTERN)
    at.refuse('PathPattern', `has ${pattern.length} characters; at most ${MAX_PATTERN} are allowed`);
  if (!PATTERN.test(pattern))
    at.refuse('PathPattern', `${pattern} contains characters that are not allowed in a path pattern`);
  return pattern;
}

function findClosing(at: MemberReader, find: (finding: Finding) => void): readonly string[] {
  const reasons: string[] = [];
  for (const name of at.names) {
    if (DONE.has(name) || !isSet(at.value(name))) continue;
    const path = at.path === '' ? name : `${at.path}.${name}`;
    const closing = Object.hasOwn(CLOSING, name) ? CLOSING[name] : undefined;
    const open = Object.hasOwn(OPEN_FINDINGS, name) ? OPEN_FINDINGS[name] : undefined;
    // An unknown member may be a guard that AWS has added.
    const what = closing ?? open ?? `the gateway does not support ${name}`;
    if (open === undefined) reasons.push(what);
    find({ path, what, closes: open === undefined });
  }
  return reasons;
}

/**
 * Reports selected headers whose values the gateway does not know. These headers describe the viewer's country, network
 * and TLS connection.
 */
function findUnknownHeaders(
  at: MemberReader,
  { cache, request }: Pick<Behavior, 'cache' | 'request'>,
  find: (finding: Finding) => void,
): void {
  const inKey = cache.headers.kind === 'only' ? cache.headers.names : [];
  const asked = [
    ['CachePolicyId', inKey],
    ['OriginRequestPolicyId', request?.added ?? []],
  ] as const;
  for (const [member, names] of asked) {
    const unknown = names.filter((name) => name.startsWith('cloudfront-') && !isKnownEdgeHeader(name));
    if (unknown.length === 0) continue;
    const what = `headers that the gateway cannot provide are omitted: ${unknown.map(spellEdgeHeader).join(', ')}`;
    find({ path: `${at.path}.${member}`, what, closes: false });
  }
}

/**
 * Reads the cache key and the TTLs of a behavior, from its cache policy or from `ForwardedValues`. CloudFront's own API
 * refuses a behavior with both, but CloudFormation ignores `ForwardedValues` if there is a cache policy (docs/aws §21).
 */
function readCache(at: MemberReader, policies: Policies, find: (finding: Finding) => void): CachePolicy {
  const policy = findPolicy(at, 'CachePolicyId', policies.cache, MANAGED_CACHE_POLICIES);
  if (policy !== undefined) {
    const ttl = ['MinTTL', 'DefaultTTL', 'MaxTTL'].find((name) => at.has(name));
    if (ttl !== undefined) at.refuse(ttl, 'cannot be combined with CachePolicyId');
    if (at.has('ForwardedValues')) {
      const path = at.path === '' ? 'ForwardedValues' : `${at.path}.ForwardedValues`;
      find({ path, what: 'ForwardedValues are ignored, because CachePolicyId is set', closes: false });
    }
    return policy;
  }
  if (asNonEmptyText(at.value('OriginRequestPolicyId')) !== undefined)
    at.refuse('OriginRequestPolicyId', 'requires a CachePolicyId');
  if (!at.has('ForwardedValues')) at.refuse('CachePolicyId', 'or ForwardedValues must be set');
  return readForwardedValues(at);
}

function findPolicy<Policy extends { readonly name: string }>(
  at: MemberReader,
  name: string,
  own: ReadonlyMap<string, Policy>,
  managed: ReadonlyMap<string, Policy>,
): Policy | undefined {
  const id = asNonEmptyText(at.value(name));
  if (id === undefined) {
    if (at.has(name)) at.refuse(name, `must be the id of a policy, not ${JSON.stringify(at.value(name))}`);
    return undefined;
  }
  const policy = own.get(id) ?? findManaged(managed, id);
  if (policy === undefined)
    at.refuse(
      name,
      `unknown policy ${id}: it is neither an AWS managed policy nor a valid policy of a loaded stack`,
    );
  return policy;
}

/**
 * Returns a behavior that refuses all requests. The returned behavior replaces a behavior that cannot be read. It has
 * the same path pattern, so that no other behavior serves these paths.
 */
export function closedBehavior(
  at: MemberReader | undefined,
  pattern: string,
  fault: InvalidMember,
): Behavior {
  const closed = `${fault.path}: ${fault.message}`;
  return {
    pattern,
    origin: {
      id: (at && asNonEmptyText(at.value('TargetOriginId'))) ?? '',
      domainName: '',
      path: '',
      headers: [],
      protocol: 'https-only',
      httpPort: 80,
      httpsPort: 443,
      attempts: 1,
      readTimeoutMs: 1_000,
      closed,
    },
    viewerProtocol: 'allow-all',
    allowedMethods: new Set(ALL_METHODS),
    cachedMethods: new Set(),
    compresses: false,
    cache: NO_CACHE,
    request: undefined,
    response: undefined,
    closed,
    policyIds: {},
  };
}

const NO_CACHE: CachePolicy = {
  name: 'none',
  minTtlSeconds: 0,
  defaultTtlSeconds: 0,
  maxTtlSeconds: 0,
  headers: { kind: 'none' },
  cookies: { kind: 'none' },
  query: { kind: 'none' },
  gzip: false,
  brotli: false,
  isLegacy: false,
};
