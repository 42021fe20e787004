/** The Lambda proxy event of REST APIs (docs/aws §3.1). */
import { quote } from './json-template.ts';
import { authorizerText, printRestAuthorizer } from './authorizer-context.ts';
import { readRestBody } from './media-types.ts';
import { readQuery } from './query-text.ts';
import type {
  ApiFacts,
  ApiKeyFacts,
  CallerFacts,
  ClientCertificateFacts,
  RequestFacts,
  RoutedFacts,
} from './request-facts.ts';
import { printRestHeaders } from './request-headers.ts';
import { formatRequestTime } from './request-time.ts';
import { RouteTemplates } from './route-templates.ts';
import type { Place } from './route-templates.ts';

const LEADING_SLASHES = /^\/\/+/;

/** The parts of a context that differ by request. */
const CONTEXT_PARTS = [
  'authorizer',
  'httpMethod',
  'extendedRequestId',
  'requestTime',
  'requestPath',
  'protocol',
  'requestTimeEpoch',
  'requestId',
  'identity',
] as const;
type ContextPart = (typeof CONTEXT_PARTS)[number];

const PARTS = [
  ...CONTEXT_PARTS,
  'path',
  'headers',
  'multiValueHeaders',
  'query',
  'multiQuery',
  'pathParameters',
  'body',
  'isBase64Encoded',
] as const;
type Part = (typeof PARTS)[number];

const TEMPLATES = new RouteTemplates<Part>(PARTS, restEvent);

/**
 * JSON text of the event. `binaryMediaTypes`: those of the API, in lower case. Empty collections are `null`.
 */
export function buildRestEvent(
  facts: RoutedFacts,
  caller: CallerFacts,
  apiKey: ApiKeyFacts,
  binaryMediaTypes: readonly string[],
): string {
  const query = readQuery(facts.rawQuery);
  const headers = printRestHeaders(facts);
  const { body, isBase64Encoded } = readRestBody(facts, binaryMediaTypes);
  return TEMPLATES.of(facts).print([
    authorizerText('rest', caller),
    quote(facts.method),
    quote(facts.extendedRequestId),
    quote(formatRequestTime(facts.receivedAtEpochMs)),
    quote(contextPath(facts)),
    quote(facts.protocol),
    String(facts.receivedAtEpochMs),
    quote(facts.requestId),
    identityText(facts, caller, apiKey),
    quote(eventPath(facts)),
    headers.single,
    headers.multi,
    query === undefined ? 'null' : JSON.stringify(query.single),
    query === undefined ? 'null' : JSON.stringify(query.multi),
    facts.pathParameters === null ? 'null' : JSON.stringify(facts.pathParameters),
    body === null ? 'null' : quote(body),
    isBase64Encoded ? 'true' : 'false',
  ]);
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

/** AWS's oddity: no stage at the default endpoint, but the base path on a custom domain (docs/aws §2.1). */
export function eventPath({ api, path, rawPath }: RoutedFacts): string {
  return api.basePathMatched === undefined ? path : rawPath;
}

/** `requestContext` of proxy events and of authorizer events (there with an anonymous caller). */
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
    requestPath: contextPath(facts),
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

/** Recorded: doubled slashes collapse before the stage but not after it. */
function contextPath({ rawPath }: RoutedFacts): string {
  return rawPath.startsWith('//') ? rawPath.replace(LEADING_SLASHES, '/') : rawPath;
}

/** Kept while a connection repeats its headers, if only they and the address identify the caller. */
function identityText(facts: RoutedFacts, caller: CallerFacts, apiKey: ApiKeyFacts): string {
  const { texts } = facts.headers;
  const isAlone = apiKey === undefined && caller.kind !== 'iam' && facts.clientCertificate === undefined;
  if (texts === undefined || !isAlone) return JSON.stringify(printIdentity(facts, caller, apiKey));
  if (texts.identity?.sourceIp !== facts.sourceIp)
    texts.identity = {
      sourceIp: facts.sourceIp,
      text: JSON.stringify(printIdentity(facts, caller, apiKey)),
    };
  return texts.identity.text;
}

/** `id.execute-api.us-east-1.amazonaws.com` → `id` */
export function domainPrefix(api: ApiFacts): string {
  const dot = api.domainName.indexOf('.');
  return dot === -1 ? api.domainName : api.domainName.slice(0, dot);
}

/**
 * `requestContext.identity` of REST and payload 1.0: inapplicable members are `null`; those of API keys are
 * absent without one.
 */
export function printIdentity(
  request: RequestFacts,
  caller: CallerFacts,
  apiKey: ApiKeyFacts,
): Record<string, string | null | undefined | ClientCertificateFacts> {
  const iam = caller.kind === 'iam' ? caller : undefined;
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
  };
}
