/** Replies from the cache of a stage (docs/aws §9). */
import { escapePointer } from '@gatewright/aws/json-pointer';
import { arnInTemplate } from '../explain/setting-text.ts';
import { nameOfCaller } from '../records/describe-guard.ts';
import type { HeaderList } from '../../core/events/header-list.ts';
import type { Filler, SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

const cached: SurpriseKind = {
  code: 'FROM_STAGE_CACHE',
  // In the list, every hit has the mark `cached`.
  mark: undefined,
  source: 'docs/aws §9',
  find(facts) {
    const { cache, caller } = facts.recorded;
    if (cache?.isHit !== true) return undefined;
    const { filler } = facts;
    if (filler === undefined)
      return {
        values: {},
        because: [
          `The gateway no longer has the record of the request that filled the stage’s cache.${describeLife(facts)}`,
        ],
        changes: [adviseFresh(facts)],
      };
    const of = filler.caller === undefined ? '' : ` of ${filler.caller}`;
    const isOther = filler.caller !== nameOfCaller(caller);
    const parameters = differingParameters(filler.rawQuery, facts.recorded.received.rawQuery);
    const headers = differingHeaders(filler.headers, facts, isOther);
    const segments = differingSegments(filler, facts);
    const names = [
      ...segments.map((name) => `{${name}}`),
      ...parameters,
      ...headers.map((name) => `the header ${name}`),
    ];
    const keys = [
      ...(isOther ? ['method.request.header.Authorization'] : []),
      ...segments.map((name) => `method.request.path.${name}`),
      ...parameters.map((name) => `method.request.querystring.${name}`),
      ...headers.map((name) => `method.request.header.${name}`),
    ];
    return {
      values: {
        filledBy: filler.id,
        ...(filler.caller !== undefined && { caller: filler.caller }),
        ...(segments.length > 0 && { segments }),
        ...(parameters.length > 0 && { parameters }),
        ...(headers.length > 0 && { headers }),
      },
      because: [
        `The request ${filler.id}${of} filled the stage’s cache.${isOther ? ' Another caller filled it: all callers share an entry, unless a header that tells them apart is a cache key.' : ''}${describeLife(facts)}`,
        ...(names.length === 0
          ? []
          : [
              `That request had a different value of ${names.join(', ')}, which ${names.length === 1 ? 'is not a cache key' : 'are not cache keys'}, so both requests got the same response.`,
            ]),
      ],
      changes: [
        ...(keys.length > 0 ? [] : [adviseFresh(facts)]),
        ...(keys.length === 0
          ? []
          : [
              facts.definition?.form === 'terraform'
                ? `To keep ${isOther ? 'callers' : 'the values'} apart, write cache_key_parameters = ${JSON.stringify(keys)} in the aws_api_gateway_integration and request_parameters of the aws_api_gateway_method for ${keys.length === 1 ? 'it' : 'them'}, and deploy the API again.`
                : facts.definition?.form.startsWith('sam') === true
                  ? `To keep ${isOther ? 'callers' : 'the values'} apart, make ${keys.length === 1 ? 'it a cache key' : 'them cache keys'} in RequestParameters of the Api event of the function: ${keys.map((key) => `- ${key}: { Required: false, Caching: true }`).join(' ')}. Then deploy the API again.`
                  : `To keep ${isOther ? 'callers' : 'the values'} apart, add ${keys.join(', ')} to CacheKeyParameters of the integration and to RequestParameters of the method, and deploy the API again.`,
            ]),
      ],
    };
  },
};

/** Returns how long the entries of the method live, as a further sentence; empty if that is unknown. */
function describeLife({ recorded: { received } }: SurpriseFacts): string {
  const ttl = ttlOf(received);
  return ttl === undefined ? '' : ` Entries for ${received.route?.routeKey ?? ''} live for ${ttl} s.`;
}

function ttlOf({ route, stage }: SurpriseFacts['recorded']['received']): number | undefined {
  return route && stage?.cache?.routes.get(route)?.ttlSeconds;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html, "Flush the stage cache" */
function adviseFresh({ recorded: { received } }: SurpriseFacts): string {
  return `To get a fresh response at once, remove the entries of the stage: ${flushCache(received)}. To keep entries for a shorter time, lower CacheTtlInSeconds in MethodSettings of the stage.`;
}

function flushCache({ api, stage }: SurpriseFacts['recorded']['received']): string {
  return `\`aws apigateway flush-stage-cache --rest-api-id ${api.apiId} --stage-name ${stage?.name ?? ''}\``;
}

/** Names of path parameters whose values differ. */
function differingSegments({ pathParameters }: Filler, { recorded }: SurpriseFacts): readonly string[] {
  const { pathParameters: own } = recorded.received;
  return Object.entries(own ?? {}).flatMap(([name, value]) => (pathParameters[name] === value ? [] : name));
}

/** Names of query parameters whose values differ, in the order of the queries. */
function differingParameters(one: string, other: string): readonly string[] {
  const [before, after] = [new URLSearchParams(one), new URLSearchParams(other)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.filter((name) => before.getAll(name).join('\n') !== after.getAll(name).join('\n'));
}

/**
 * Headers on which responses commonly depend. The caller's own headers are named only if the caller is the
 * same.
 */
const NEGOTIATED = ['Accept', 'Accept-Language', 'Origin', 'Range'];
const OF_CALLER = ['Authorization', 'Cookie', 'X-Api-Key'];
/** Headers of an application, by their usual prefix. Those that proxies, tracing and AWS add decide no response. */
const OF_APPLICATION = /^x-(?!forwarded|amz|amzn|api-key$|real-ip|request-id|correlation-id|b3-|envoy)/;

/** Names of headers that responses commonly depend on, or that the response names in Vary, and whose values differ. */
function differingHeaders(
  before: HeaderList,
  { recorded, reply }: SurpriseFacts,
  isOther: boolean,
): readonly string[] {
  const { headers } = recorded.received;
  const vary = (reply.last('vary') ?? '').split(',').map((name) => name.trim());
  const names = [
    ...NEGOTIATED,
    ...(isOther ? [] : OF_CALLER),
    ...vary.filter((name) => name !== '' && name !== '*'),
    ...namesOf(before, headers).filter((name) => OF_APPLICATION.test(name.toLowerCase())),
  ];
  const seen = new Set<string>();
  return names.filter((name) => {
    const lower = name.toLowerCase();
    if (seen.has(lower)) return false;
    seen.add(lower);
    return before.last(lower) !== headers.last(lower);
  });
}

/** Names of the headers of both requests, as they were sent. */
function namesOf(...lists: readonly HeaderList[]): readonly string[] {
  return lists.flatMap(({ lines }) => lines.filter((_, index) => index % 2 === 0));
}

const notRefreshed: SurpriseKind = {
  code: 'CACHE_NOT_REFRESHED',
  mark: 'cache not refreshed',
  source: 'docs/aws §9',
  find({ reply, recorded, definition }) {
    const { received, cache } = recorded;
    if (cache === undefined || reply.last('warning')?.startsWith('199 ') !== true) return undefined;
    const { apiId } = received.api;
    const stage = received.stage?.name ?? '';
    const { routeKey = 'the method', httpMethod = received.method } = received.route ?? {};
    const forAll = `To let every caller refresh the entries of ${routeKey}, and thereby send every request to the integration: \`aws apigateway update-stage --rest-api-id ${apiId} --stage-name ${stage} --patch-operations ${patchSetting(routeKey, httpMethod, ttlOf(received) ?? 300)}\`. This setting of one method replaces the settings of the stage for it, such as throttling and logging. ${definition?.form === 'terraform' ? `To keep it, also set require_authorization_for_cache_control = false in an aws_api_gateway_method_settings.` : 'MethodSettings in CloudFormation has no such member, so run the command again if a deployment has removed the setting.'}`;
    return {
      values: {},
      because: [
        'The request has Cache-Control: max-age=0, but its caller lacks execute-api:InvalidateCache, so the gateway used the cache as for any other request and added Warning: 199.',
      ],
      changes: [
        received.route?.authorization.kind === 'none'
          ? `${routeKey} is open, so its callers are anonymous, and no IAM policy can allow them execute-api:InvalidateCache. To remove the entries of the stage yourself: ${flushCache(received)}. ${forAll}`
          : `Allow the caller execute-api:InvalidateCache on ${arnInTemplate({ apiId, definition })}/${stage}/${received.method}${received.path}, in the policy of the authorizer or of the signer. ${forAll}`,
      ],
    };
  },
};

/** A new setting of one method begins with caching off, so the patch turns it on (docs/aws §9.1). */
function patchSetting(routeKey: string, httpMethod: string, ttlSeconds: number): string {
  const path = escapePointer(routeKey.slice(routeKey.indexOf(' ') + 1));
  return Object.entries({
    enabled: true,
    ttlInSeconds: ttlSeconds,
    requireAuthorizationForCacheControl: false,
  })
    .map(([name, value]) => `op=replace,path='/${path}/${httpMethod}/caching/${name}',value=${value}`)
    .join(' ');
}

export const STAGE_CACHE_KINDS: readonly SurpriseKind[] = [cached, notRefreshed];
