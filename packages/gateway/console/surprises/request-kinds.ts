/**
 * Requests that API Gateway reads, calls or caches differently from what their sender expects (docs/aws §2.1, §8, §9).
 */
import { membersOf } from '@gatewright/aws/json-object';
import { toDeploy } from '../explain/reason.ts';
import { escapeResourcePath } from '../explain/setting-text.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const splitQuery: SurpriseKind = {
  code: 'QUERY_SPLIT',
  mark: undefined,
  source: 'docs/aws §2.1',
  find({ recorded }) {
    const { rawQuery } = recorded.received;
    const parameters = rawQuery.split('&').flatMap((pair) => {
      const [first = '', ...others] = pair.split(';');
      // Parts of the form `name=value` may be meant as parameters.
      const isValue = others.some((part) => part !== '' && (!part.includes('=') || recorded.status > 399));
      return isValue ? [first.split('=', 1)[0] ?? ''] : [];
    });
    if (parameters.length === 0) return undefined;
    const named = parameters.join(', ');
    return {
      values: { parameters },
      because: [
        `In the query of a URL, API Gateway reads ; as the end of a parameter, as it reads &. The value of ${named} ends before the ;, and what follows it is another parameter.`,
      ],
      changes: ['Encode the semicolon in the value as %3B.'],
    };
  },
};

const ENCODED: Readonly<Record<string, string>> = { '|': '%7C', '{': '%7B', '}': '%7D' };

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const unencodedQuery: SurpriseKind = {
  code: 'QUERY_NOT_ENCODED',
  mark: undefined,
  source: 'docs/aws §2.1',
  find({ recorded }) {
    const signs = Object.keys(ENCODED).filter((sign) => recorded.received.rawQuery.includes(sign));
    if (signs.length === 0) return undefined;
    return {
      values: { signs },
      because: [
        `The query contains ${signs.join(' ')} without encoding, which AWS does not support in a query: the gateway served the request, but AWS can refuse it with 400 before it reaches the API.`,
      ],
      changes: [
        `Encode the query: ${signs.map((sign) => `${sign} as ${ENCODED[sign] ?? ''}`).join(', ')} (encodeURIComponent does so).`,
      ],
    };
  },
};

const INVOCATION_TYPE = 'x-amz-invocation-type';

/** @see https://repost.aws/knowledge-center/api-gateway-invoke-lambda */
const calledByProxy: SurpriseKind = {
  code: 'PROXY_CALLED_SYNCHRONOUSLY',
  mark: undefined,
  source: 'docs/aws §8',
  find(facts) {
    const { route, headers, api } = facts.recorded.received;
    if (facts.integration?.kind !== 'lambda-proxy' || route === undefined) return undefined;
    const isSent = headers.last(INVOCATION_TYPE) !== undefined;
    const isMapped = mapsInvocationType(facts);
    if (!isSent && !isMapped) return undefined;
    const where = isMapped
      ? `RequestParameters of the integration of ${route.routeKey} set X-Amz-Invocation-Type`
      : 'The request has the header X-Amz-Invocation-Type, which API Gateway hands to the function in its event';
    return {
      values: { route: route.routeKey },
      because: [
        `${where}, but the integration is a proxy: the function was called synchronously, and the reply waited for its result. AWS’s knowledge center describes asynchronous calls for integrations of type AWS only.`,
      ],
      changes: [
        api.protocol === 'rest'
          ? `For an asynchronous call, set Type of the integration of ${route.routeKey} to AWS, with an integration response and a method response for 200, and set integration.request.header.X-Amz-Invocation-Type: "'Event'" in its RequestParameters. The function then gets what the request template renders instead of the event of a proxy integration, and its result is not returned to the client.${toDeploy('rest')}`
          : 'For an asynchronous call, let a function hand the work on (Invoke with InvocationType Event, or a queue), and respond at once: HTTP APIs have only proxy integrations for Lambda.',
      ],
    };
  },
};

function mapsInvocationType({ stacks = [], recorded: { received } }: SurpriseFacts): boolean {
  const { api, route } = received;
  const method = stacks
    .find(({ stackName }) => stackName === api.stackName)
    ?.resources.get(route?.logicalId ?? '');
  const parameters = membersOf(membersOf(method?.properties['Integration'])['RequestParameters']);
  return Object.keys(parameters).some((name) => name.toLowerCase().endsWith(`header.${INVOCATION_TYPE}`));
}

/** Methods that clients also use for reading, so that the author of the API may rely on the cache. */
const READING = new Set(['POST', 'HEAD']);

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html */
const methodNotCached: SurpriseKind = {
  code: 'METHOD_NOT_CACHED',
  mark: undefined,
  isMinor: true,
  source: 'docs/aws §9',
  find({ integration, recorded }) {
    const { stage, route, method } = recorded.received;
    const caching = route === undefined ? undefined : stage?.cache?.routes.get(route);
    if (integration === undefined || stage === undefined || route === undefined) return undefined;
    if (caching?.isForGetOnly !== true || !READING.has(method) || recorded.status > 299) return undefined;
    return {
      values: { method, stage: stage.name },
      because: [
        `The reply was not cached: the setting of stage ${stage.name} for all methods (HttpMethod '*') caches GET only, and this was ${method}.`,
      ],
      changes: [
        `To cache ${route.routeKey}, add an entry to MethodSettings of stage ${stage.name} with HttpMethod: ${route.httpMethod}, ResourcePath: ${escapeResourcePath(route.resourcePath)} and CachingEnabled: true. Add the parameters that distinguish the requests to CacheKeyParameters of the integration and to RequestParameters of the method, and deploy the API again. If the body distinguishes them, do not cache: the body is not part of the key.`,
      ],
    };
  },
};

export const REQUEST_KINDS: readonly SurpriseKind[] = [
  splitQuery,
  unencodedQuery,
  calledByProxy,
  methodNotCached,
];
