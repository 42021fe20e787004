/** The Lambda proxy event of REST APIs (docs/aws §3.1). */
import { quote } from './json-template.ts';
import { authorizerText, printRestAuthorizer } from './authorizer-context.ts';
import { domainPrefix, restContextPath } from './context-variables.ts';
import { readRestBody } from './media-types.ts';
import { readQuery } from './query-text.ts';
import type { ApiKeyFacts, CallerFacts, ClientCertificateFacts, RoutedFacts } from './request-facts.ts';
import { edgeIdOf, isBehindEdge, mapRestHeaders, readRestHeaders } from './request-headers.ts';
import type { HeaderMaps } from './request-headers.ts';
import { formatRequestTime } from './request-time.ts';
import { ConnectionTemplates, RouteTemplates } from './route-templates.ts';
import type { Place } from './route-templates.ts';
import { vpcEndpointOf, vpcOf } from './vpc-endpoint.ts';

/** The parts of the event that differ between the requests of one connection. */
const REPEATED_PARTS = [
  'authorizer',
  'extendedRequestId',
  'requestTime',
  'requestPath',
  'requestTimeEpoch',
  'requestId',
  'path',
  'query',
  'multiQuery',
  'pathParameters',
  'body',
  'isBase64Encoded',
] as const;
const PARTS = [
  ...REPEATED_PARTS,
  'httpMethod',
  'protocol',
  'identity',
  'headers',
  'multiValueHeaders',
] as const;

type Part = (typeof PARTS)[number];
type ContextPart = Extract<
  Part,
  | 'authorizer'
  | 'httpMethod'
  | 'extendedRequestId'
  | 'requestTime'
  | 'requestPath'
  | 'protocol'
  | 'requestTimeEpoch'
  | 'requestId'
  | 'identity'
>;

const TEMPLATES = new RouteTemplates<Part>(PARTS, restEvent);

const REPEATED = new ConnectionTemplates([...REPEATED_PARTS, 'trace', 'edge'], (facts, part) => {
  const { method, protocol, headers, sourceIp, apiKey } = facts;
  const isEdge = isBehindEdge(facts);
  const readHeaders = (): HeaderMaps =>
    mapRestHeaders({
      headers,
      sourceIp,
      traceHeader: part('trace') as string,
      edgeId: isEdge ? (part('edge') as string) : undefined,
    });
  return restEvent(facts, (name) => {
    switch (name) {
      case 'httpMethod':
        return method;
      case 'protocol':
        return protocol;
      case 'identity':
        return printIdentity(facts, ANONYMOUS, apiKey);
      case 'headers':
        return readHeaders().headers;
      case 'multiValueHeaders':
        return readHeaders().multiValueHeaders;
      default:
        return part(name);
    }
  });
});

const ANONYMOUS: CallerFacts = { kind: 'anonymous' };

/**
 * Returns the JSON text of the event. `binaryMediaTypes` are the types of the API, in lower case. Empty collections are
 * `null`.
 */
export function buildRestEvent(
  facts: RoutedFacts,
  caller: CallerFacts,
  apiKey: ApiKeyFacts,
  binaryMediaTypes: readonly string[],
): string {
  const query = readQuery(facts.rawQuery);
  const { body, isBase64Encoded } = readRestBody(facts, binaryMediaTypes);
  const texts = [
    authorizerText('rest', caller),
    quote(facts.extendedRequestId),
    quote(formatRequestTime(facts.receivedAtEpochMs)),
    quote(restContextPath(facts)),
    String(facts.receivedAtEpochMs),
    quote(facts.requestId),
    quote(eventPath(facts)),
    query === undefined ? null : JSON.stringify(query.single),
    query === undefined ? null : JSON.stringify(query.multi),
    facts.pathParameters === null ? null : JSON.stringify(facts.pathParameters),
    body === null ? null : quote(body),
    isBase64Encoded ? 'true' : 'false',
  ];
  const repeated = REPEATED.of(facts, caller, apiKey);
  if (repeated !== undefined) {
    const edgeId = edgeIdOf(facts);
    texts.push(quote(facts.traceHeader), edgeId && quote(edgeId));
    return repeated.print(texts);
  }
  const { headers, multiValueHeaders } = readRestHeaders(facts);
  texts.push(
    quote(facts.method),
    quote(facts.protocol),
    JSON.stringify(printIdentity(facts, caller, apiKey)),
    JSON.stringify(headers),
    JSON.stringify(multiValueHeaders),
  );
  return TEMPLATES.of(facts).print(texts);
}

function restEvent(place: Place, part: (name: Part) => unknown): Record<string, unknown> {
  return {
    resource: place.route.resourcePath,
    path: part('path'),
    httpMethod: part('httpMethod'),
    headers: part('headers'),
    multiValueHeaders: part('multiValueHeaders'),
    queryStringParameters: part('query'),
    multiValueQueryStringParameters: part('multiQuery'),
    pathParameters: part('pathParameters'),
    stageVariables: place.stage.variables,
    requestContext: restContext(place, part),
    body: part('body'),
    isBase64Encoded: part('isBase64Encoded'),
  };
}

/**
 * Returns the `path` of an event. At the default endpoint it does not contain the stage, but on a custom domain it
 * contains the base path, as on AWS (docs/aws §2.1).
 */
export function eventPath({ api, path, rawPath }: RoutedFacts): string {
  return api.basePathMatched === undefined ? path : rawPath;
}

/** Returns `requestContext` of proxy events and of authorizer events (in which the caller is anonymous). */
export function restRequestContext(
  facts: RoutedFacts,
  caller: CallerFacts,
  apiKey: ApiKeyFacts,
): Record<string, unknown> {
  const parts: Record<ContextPart, unknown> = {
    authorizer: printRestAuthorizer(caller),
    httpMethod: facts.method,
    extendedRequestId: facts.extendedRequestId,
    requestTime: formatRequestTime(facts.receivedAtEpochMs),
    requestPath: restContextPath(facts),
    protocol: facts.protocol,
    requestTimeEpoch: facts.receivedAtEpochMs,
    requestId: facts.requestId,
    identity: printIdentity(facts, caller, apiKey),
  };
  return restContext(facts, (name) => parts[name]);
}

function restContext(
  { route, api, stage }: Place,
  part: (name: ContextPart) => unknown,
): Record<string, unknown> {
  return {
    resourceId: route.resourceId,
    authorizer: part('authorizer'),
    resourcePath: route.resourcePath,
    operationName: route.operationName,
    httpMethod: part('httpMethod'),
    extendedRequestId: part('extendedRequestId'),
    requestTime: part('requestTime'),
    path: part('requestPath'),
    accountId: api.accountId,
    protocol: part('protocol'),
    stage: stage.name,
    domainPrefix: domainPrefix(api),
    requestTimeEpoch: part('requestTimeEpoch'),
    requestId: part('requestId'),
    identity: part('identity'),
    domainName: api.domainName,
    deploymentId: stage.deploymentId,
    apiId: api.apiId,
    isCanaryRequest: stage.isCanary,
  };
}

/**
 * Returns `requestContext.identity` of REST APIs and payload 1.0. Members that do not apply are `null`. Members for API
 * keys and client certificates, however, are absent if there is none, and members for VPC endpoints are absent if the
 * API is not private.
 */
export function printIdentity(
  request: Pick<RoutedFacts, 'sourceIp' | 'headers' | 'clientCertificate' | 'api'>,
  caller: CallerFacts,
  apiKey: ApiKeyFacts,
): Record<string, string | null | undefined | ClientCertificateFacts> {
  const iam = caller.kind === 'iam' ? caller : undefined;
  const vpceId = vpcEndpointOf(request);
  return {
    cognitoIdentityPoolId: null,
    accountId: iam?.accountId ?? null,
    cognitoIdentityId: null,
    caller: iam?.callerId ?? null,
    sourceIp: request.sourceIp,
    principalOrgId: iam?.organizationId ?? null,
    accessKey: iam?.accessKey ?? null,
    apiKey: apiKey?.value,
    apiKeyId: apiKey?.id,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: iam?.userArn ?? null,
    userAgent: request.headers.last('user-agent') ?? null,
    user: iam?.userId ?? null,
    clientCert: request.clientCertificate,
    vpceId,
    vpcId: vpceId === undefined ? undefined : (vpcOf(request) ?? null),
  };
}
