/** The Lambda proxy events of HTTP APIs, payload 1.0 and 2.0 (docs/aws §3.2, §3.3). */
import { decodePercent } from '../routing/percent-encoding.ts';
import { printHttp1Authorizer, printHttp2Authorizer } from './authorizer-context.ts';
import { readHttpBody } from './media-types.ts';
import { readJoinedQuery, readQuery } from './query-text.ts';
import type { CallerFacts, RoutedFacts } from './request-facts.ts';
import { readCanonicalHeaders, readLowerCaseHeaders } from './request-headers.ts';
import { formatRequestTime } from './request-time.ts';
import { domainPrefix, printIdentity } from './rest-event.ts';

/** Payload 1.0: like REST, with `version`, canonical header names and the stage in `path`. HTTP APIs know no API keys. */
export function buildHttp1Event(facts: RoutedFacts, caller: CallerFacts): string {
  const { headers, multiValueHeaders } = readCanonicalHeaders(facts);
  const query = readQuery(facts.rawQuery);
  const { body, isBase64Encoded } = readHttpBody(facts);
  return JSON.stringify({
    version: '1.0',
    resource: facts.route.resourcePath,
    path: facts.rawPath,
    httpMethod: facts.method,
    headers,
    multiValueHeaders,
    queryStringParameters: query?.single ?? null,
    multiValueQueryStringParameters: query?.multi ?? null,
    requestContext: http1RequestContext(facts, caller),
    pathParameters: facts.pathParameters,
    stageVariables: facts.stage.variables,
    body,
    isBase64Encoded,
  });
}

export function http1RequestContext(facts: RoutedFacts, caller: CallerFacts): Record<string, unknown> {
  return {
    accountId: facts.api.accountId,
    apiId: facts.api.apiId,
    authorizer: printHttp1Authorizer(caller),
    domainName: facts.api.domainName,
    domainPrefix: domainPrefix(facts.api),
    extendedRequestId: facts.extendedRequestId,
    httpMethod: facts.method,
    identity: {
      ...printIdentity(facts, caller, undefined),
      // Where REST has null (recorded by AWS's own tests).
      userAgent: facts.headers.last('user-agent') ?? '',
    },
    operationName: facts.route.operationName,
    path: decodePercent(facts.rawPath),
    protocol: facts.protocol,
    requestId: facts.requestId,
    requestTime: formatRequestTime(facts.receivedAtEpochMs),
    requestTimeEpoch: facts.receivedAtEpochMs,
    resourceId: facts.route.resourceId,
    resourcePath: facts.route.resourcePath,
    stage: facts.stage.name,
  };
}

/** Payload 2.0: what a request does not have is left out, never `null`. */
export function buildHttp2Event(facts: RoutedFacts, caller: CallerFacts): string {
  const { headers, cookies } = readLowerCaseHeaders(facts);
  const { body, isBase64Encoded } = readHttpBody(facts);
  return JSON.stringify({
    version: '2.0',
    routeKey: facts.route.routeKey,
    rawPath: decodePercent(facts.rawPath),
    rawQueryString: facts.rawQuery,
    cookies,
    headers,
    queryStringParameters: readJoinedQuery(facts.rawQuery),
    requestContext: http2RequestContext(facts, caller),
    body: body ?? undefined,
    pathParameters: facts.pathParameters ?? undefined,
    stageVariables: facts.stage.variables ?? undefined,
    isBase64Encoded,
  });
}

export function http2RequestContext(facts: RoutedFacts, caller: CallerFacts): Record<string, unknown> {
  return {
    accountId: facts.api.accountId,
    apiId: facts.api.apiId,
    authentication: facts.clientCertificate && { clientCert: facts.clientCertificate },
    authorizer: printHttp2Authorizer(caller),
    domainName: facts.api.domainName,
    domainPrefix: domainPrefix(facts.api),
    http: {
      method: facts.method,
      path: decodePercent(facts.rawPath),
      protocol: facts.protocol,
      sourceIp: facts.sourceIp,
      userAgent: facts.headers.last('user-agent') ?? '',
    },
    requestId: facts.requestId,
    routeKey: facts.route.routeKey,
    stage: facts.stage.name,
    time: formatRequestTime(facts.receivedAtEpochMs),
    timeEpoch: facts.receivedAtEpochMs,
  };
}
