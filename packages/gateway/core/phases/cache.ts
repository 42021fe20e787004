/**
 * The cache of a REST stage. It is read before a request is mapped, and the integration's
 * response is stored afterwards. The cache is read after authorization, so all allowed callers share its entries,
 * unless the cache key contains a header that distinguishes the callers.
 * reads: cache settings of the route, key parameters, Cache-Control, permissions · adds: nothing · may answer: a hit ·
 * fails with: ACCESS_DENIED
 * @see docs/aws §9
 */
import { gatewayError } from '../errors.ts';
import { methodArn } from '../events/authorizer-event.ts';
import { requestConditions } from '../events/request-conditions.ts';
import { readHeaderValues } from '../events/request-headers.ts';
import { toMappingFailure } from '../mapping/mapping-failure.ts';
import { MappingInput } from '../mapping/mapping-input.ts';
import { readParameterSource } from '../mapping/parameter-source.ts';
import type { CacheKeyPlan, RouteCaching } from '../deployment/model.ts';
import type { Admitted, CachedReply, Reply, StageCacheStore } from '../exchange.ts';
import type { SourceFacts } from '../mapping/parameter-source.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import type { Clock } from '../ports.ts';

type CacheLookup = {
  /** The reply from the cache. If undefined, the integration is called and `storeReply` caches its response. */
  readonly reply: Reply | undefined;
  readonly cache: StageCacheStore;
  readonly key: string;
  readonly ttlSeconds: number;
  readonly storedAtEpochMs: number | undefined;
  /** A warning that is added to every reply to this request, but never stored in the cache. */
  readonly warning: string | undefined;
};

/** The maximum length of a body in bytes. Longer responses are not cached. */
const MAX_ENTRY_BYTES = 1_048_576;
/** AWS documents the `Warning` header, but not its text. */
const WARNING = '199 Cache-Control header is not authorized';

/** Returns undefined if the route has no cache, or caches only GET and the request has another method. */
export function lookUp(admitted: Admitted, at: { readonly clock: Clock }): CacheLookup | undefined {
  const { stage, route, method } = admitted;
  const caching = stage.cache?.routes.get(route);
  if (stage.cache === undefined || caching === undefined || route.cacheKey === undefined) return undefined;
  if (caching.isForGetOnly && method !== 'GET') return undefined;
  const refresh = decideRefresh(admitted, caching);
  const { cache } = stage.cache;
  const key = cacheKey(admitted, route.cacheKey);
  const found = refresh === 'granted' ? undefined : cache.get(key, at.clock.nowEpochMs());
  const warning = refresh === 'warned' ? WARNING : undefined;
  return {
    reply: found && toReply(found, warning),
    storedAtEpochMs: found?.storedAtEpochMs,
    cache,
    key,
    warning,
    ttlSeconds: caching.ttlSeconds,
  };
}

/**
 * Caches an integration's response, whatever its status, unless it is too long. Then adds the warning to the reply. The
 * gateway's own failures are never cached.
 */
export function storeReply(lookup: CacheLookup, reply: Reply, at: { readonly clock: Clock }): void {
  const { warning } = lookup;
  const { status, headers, body } = reply;
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  if (bytes <= MAX_ENTRY_BYTES) keep(lookup, { status, headers: [...headers], body }, at.clock.nowEpochMs());
  if (warning !== undefined) headers.push('Warning', warning);
}

function keep({ cache, key, ttlSeconds }: CacheLookup, reply: CachedReply, nowEpochMs: number): void {
  cache.put(key, { ...reply, storedAtEpochMs: nowEpochMs }, nowEpochMs + ttlSeconds * 1000);
}

function toReply({ status, headers, body }: CachedReply, warning: string | undefined): Reply {
  return { status, headers: warning === undefined ? [...headers] : [...headers, 'Warning', warning], body };
}

/**
 * Joins deployment, method, namespace and the values of key parameters into one unambiguous string. Header names are
 * matched case-insensitively, because otherwise a client that sends `authorization` in lower case would get the entry
 * of clients that send no such header.
 */
function cacheKey(admitted: Admitted, { namespace, sources }: CacheKeyPlan): string {
  const { stage, method, body } = admitted;
  const input = new MappingInput(admitted, admitted.caller, admitted.apiKey);
  const facts: SourceFacts = {
    input,
    get body() {
      return body?.toString() ?? '';
    },
    header: (name) => {
      const value = readHeaderValues(admitted, name.toLowerCase()).at(-1);
      return value === undefined ? [] : [value];
    },
  };
  try {
    const values = sources.map((source) =>
      source.kind === 'querystring' ? input.queryValues(source.name) : readParameterSource(source, facts),
    );
    return JSON.stringify([stage.deploymentId, method, namespace, values]);
  } catch (error) {
    throw toMappingFailure(error, 'request');
  }
}

/**
 * Decides whether the client may bypass the cache. A client can request a fresh response only with
 * `Cache-Control: max-age=0`.
 */
function decideRefresh(
  admitted: Admitted,
  caching: RouteCaching,
): 'unasked' | 'granted' | 'ignored' | 'warned' {
  const header = admitted.headers.last('cache-control');
  if (header === undefined || !/(?:^|,)\s*max-age=0\s*(?:,|$)/i.test(header)) return 'unasked';
  if (!caching.requiresPermission || mayInvalidate(admitted)) return 'granted';
  switch (caching.withoutPermission) {
    case 'FAIL_WITH_403':
      throw gatewayError('ACCESS_DENIED', {
        source: 'client',
        reason:
          'the request has Cache-Control: max-age=0, but its caller lacks the permission execute-api:InvalidateCache',
      });
    case 'SUCCEED_WITH_RESPONSE_HEADER':
      return 'warned';
    case 'SUCCEED_WITHOUT_RESPONSE_HEADER':
      return 'ignored';
  }
}

/**
 * Whether the caller's policy allows `execute-api:InvalidateCache` on the method. Only the policy of an authorizer or
 * of a signer can allow it, so all other callers are not permitted.
 */
function mayInvalidate(admitted: Admitted): boolean {
  const policy = policyOf(admitted);
  const question = {
    action: 'execute-api:InvalidateCache',
    resource: methodArn(admitted),
    conditions: requestConditions(admitted),
  };
  return policy?.decide(question) === 'allow';
}

function policyOf({ caller, api }: Admitted): CompiledPolicy | undefined {
  // AWS does not allow other accounts to invalidate the cache.
  if (caller.kind === 'iam') return caller.accountId === api.accountId ? caller.permissions : undefined;
  return caller.kind === 'lambda' && caller.grant.verdict.kind === 'policy'
    ? caller.grant.verdict.policy
    : undefined;
}
