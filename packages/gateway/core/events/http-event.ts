/** The Lambda proxy events of HTTP APIs, payload 1.0 and 2.0 (docs/aws §3.2, §3.3). */
import { decodePercent } from '@gatewright/aws/percent-encoding';
import { authorizerText, printHttp1Authorizer, printHttp2Authorizer } from './authorizer-context.ts';
import { readHttpBody } from './media-types.ts';
import { readJoinedQuery, readQuery } from './query-text.ts';
import type { CallerFacts, RoutedFacts } from './request-facts.ts';
import { quote } from './json-template.ts';
import {
  contentLength,
  gatherLowerCase,
  readCanonicalHeaders,
  readLowerCaseHeaders,
} from './request-headers.ts';
import { formatRequestTime } from './request-time.ts';
import { ConnectionTemplates, RouteTemplates } from './route-templates.ts';
import type { Place } from './route-templates.ts';
import { domainPrefix } from './context-variables.ts';
import { printIdentity } from './rest-event.ts';

/**
 * Builds the event of payload 1.0. It is like the event of a REST API, but with `version`, canonical header names, and
 * the stage in `path`. HTTP APIs have no API keys.
 */
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
      // The user agent, which is an empty string if the client sends none. The event of a REST API has null instead
      // (recorded by AWS's own tests).
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

/** The parts of the event that differ between the requests of one connection. */
const REPEATED_PARTS = [
  'authorizer',
  'path',
  'requestId',
  'time',
  'timeEpoch',
  'rawQueryString',
  'query',
  'body',
  'pathParameters',
  'isBase64Encoded',
] as const;
const PARTS = [
  ...REPEATED_PARTS,
  'authentication',
  'method',
  'protocol',
  'sourceIp',
  'userAgent',
  'cookies',
  'headers',
] as const;

type Part = (typeof PARTS)[number];
type ContextPart = Exclude<
  Part,
  'rawQueryString' | 'cookies' | 'headers' | 'query' | 'body' | 'pathParameters' | 'isBase64Encoded'
>;

const TEMPLATES = new RouteTemplates<Part>(PARTS, http2Event);

const REPEATED = new ConnectionTemplates([...REPEATED_PARTS, 'trace', 'length'], (facts, part) => {
  const { headers, sourceIp } = facts;
  const trace = part('trace') as string;
  const read = gatherLowerCase({ headers, sourceIp, traceHeader: trace }, part('length') as string);
  const constants = { ...connectionParts(facts), ...read };
  return http2Event(facts, (name) => (isVarying(name) ? part(name) : constants[name]));
});

function isVarying(name: Part): name is (typeof REPEATED_PARTS)[number] {
  return REPEATED_PARTS.some((one) => one === name);
}

/**
 * Returns `rawPath` of payload 2.0. At a custom domain, the stage name replaces the base path. For the stage
 * `$default`, the base path is only removed, and the result is empty if the request ends with the base path, without a
 * slash (docs/aws §2.3).
 */
export function rawPathOf({ api, stage, rawPath, path }: RoutedFacts): string {
  if (api.basePathMatched === undefined) return decodePercent(rawPath);
  const below = path === '/' && !rawPath.endsWith('/') ? '' : path;
  return decodePercent(stage.name === '$default' ? below : `/${stage.name}${below}`);
}

/** Builds the event of payload 2.0. Absent values are left out; only members about an IAM caller may be `null`. */
export function buildHttp2Event(facts: RoutedFacts, caller: CallerFacts): string {
  const { body, isBase64Encoded } = readHttpBody(facts);
  const query = readJoinedQuery(facts.rawQuery);
  const { pathParameters } = facts;
  const texts = [
    authorizerText('http2', caller),
    quote(rawPathOf(facts)),
    quote(facts.requestId),
    quote(formatRequestTime(facts.receivedAtEpochMs)),
    String(facts.receivedAtEpochMs),
    quote(facts.rawQuery),
    query && JSON.stringify(query),
    body === null ? undefined : quote(body),
    pathParameters === null ? undefined : JSON.stringify(pathParameters),
    isBase64Encoded ? 'true' : 'false',
  ];
  const repeated = REPEATED.of(facts, caller, undefined);
  if (repeated !== undefined) {
    texts.push(quote(facts.traceHeader), quote(contentLength(facts)));
    return repeated.print(texts);
  }
  const { headers, cookies } = readLowerCaseHeaders(facts);
  const { authentication, method, protocol, sourceIp, userAgent } = connectionParts(facts);
  texts.push(
    authentication && JSON.stringify(authentication),
    quote(method),
    quote(protocol),
    quote(sourceIp),
    quote(userAgent),
    cookies && JSON.stringify(cookies),
    JSON.stringify(headers),
  );
  return TEMPLATES.of(facts).print(texts);
}

function connectionParts({
  method,
  protocol,
  sourceIp,
  headers,
  clientCertificate,
}: Pick<RoutedFacts, 'method' | 'protocol' | 'sourceIp' | 'headers' | 'clientCertificate'>) {
  return {
    authentication: clientCertificate && { clientCert: clientCertificate },
    method,
    protocol,
    sourceIp,
    userAgent: headers.last('user-agent') ?? '',
  };
}

function http2Event(place: Place, part: (name: Part) => unknown): Record<string, unknown> {
  return {
    version: '2.0',
    routeKey: place.route.routeKey,
    rawPath: part('path'),
    rawQueryString: part('rawQueryString'),
    cookies: part('cookies'),
    headers: part('headers'),
    queryStringParameters: part('query'),
    requestContext: http2Context(place, part),
    body: part('body'),
    pathParameters: part('pathParameters'),
    stageVariables: place.stage.variables ?? undefined,
    isBase64Encoded: part('isBase64Encoded'),
  };
}

export function http2RequestContext(facts: RoutedFacts, caller: CallerFacts): Record<string, unknown> {
  const parts: Record<ContextPart, unknown> = {
    ...connectionParts(facts),
    authorizer: printHttp2Authorizer(caller),
    path: rawPathOf(facts),
    requestId: facts.requestId,
    time: formatRequestTime(facts.receivedAtEpochMs),
    timeEpoch: facts.receivedAtEpochMs,
  };
  return http2Context(facts, (name) => parts[name]);
}

function http2Context(
  { api, stage, route }: Place,
  part: (name: ContextPart) => unknown,
): Record<string, unknown> {
  return {
    accountId: api.accountId,
    apiId: api.apiId,
    authentication: part('authentication'),
    authorizer: part('authorizer'),
    domainName: api.domainName,
    domainPrefix: domainPrefix(api),
    http: {
      method: part('method'),
      path: part('path'),
      protocol: part('protocol'),
      sourceIp: part('sourceIp'),
      userAgent: part('userAgent'),
    },
    requestId: part('requestId'),
    routeKey: route.routeKey,
    stage: stage.name,
    time: part('time'),
    timeEpoch: part('timeEpoch'),
  };
}
