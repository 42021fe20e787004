/**
 * The event of a function URL. It is payload 2.0 with a different request context (Lambda developer guide, "Invoking
 * Lambda function URLs").
 */
import { printHttp2Authorizer } from './authorizer-context.ts';
import { readHttpBody } from './media-types.ts';
import { readJoinedQuery } from './query-text.ts';
import type { CallerFacts, RoutedFacts } from './request-facts.ts';
import { readLowerCaseHeaders } from './request-headers.ts';
import { formatRequestTime } from './request-time.ts';
import { domainPrefix } from './context-variables.ts';

/** Builds the event. Absent values are left out. Paths stay percent-encoded, unlike on an HTTP API [obs]. */
export function buildFunctionUrlEvent(facts: RoutedFacts, caller: CallerFacts): string {
  const { headers, cookies } = readLowerCaseHeaders(facts);
  const { body, isBase64Encoded } = readHttpBody(facts);
  return JSON.stringify({
    version: '2.0',
    routeKey: facts.route.routeKey,
    rawPath: facts.rawPath,
    rawQueryString: facts.rawQuery,
    cookies,
    headers,
    queryStringParameters: readJoinedQuery(facts.rawQuery),
    requestContext: {
      accountId: caller.kind === 'iam' ? caller.accountId : 'anonymous',
      apiId: facts.api.apiId,
      authorizer: printHttp2Authorizer(caller),
      domainName: facts.api.domainName,
      domainPrefix: domainPrefix(facts.api),
      http: {
        method: facts.method,
        path: facts.rawPath,
        protocol: facts.protocol,
        sourceIp: facts.sourceIp,
        userAgent: facts.headers.last('user-agent'),
      },
      requestId: facts.requestId,
      routeKey: facts.route.routeKey,
      stage: facts.stage.name,
      time: formatRequestTime(facts.receivedAtEpochMs),
      timeEpoch: facts.receivedAtEpochMs,
    },
    body: body ?? undefined,
    isBase64Encoded,
  });
}
