/** The Lambda proxy event of REST APIs (docs/aws §3.1). */
import { printRestAuthorizer } from './authorizer-context.ts';
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
import { readRestHeaders } from './request-headers.ts';
import { formatRequestTime } from './request-time.ts';

/** JSON text of the event. `binaryMediaTypes`: those of the API, lower case. Empty collections are `null`. */
export function buildRestEvent(
  facts: RoutedFacts,
  caller: CallerFacts,
  apiKey: ApiKeyFacts,
  binaryMediaTypes: readonly string[],
): string {
  const { headers, multiValueHeaders } = readRestHeaders(facts);
  const query = readQuery(facts.rawQuery);
  const { body, isBase64Encoded } = readRestBody(facts, binaryMediaTypes);
  return JSON.stringify({
    resource: facts.route.resourcePath,
    path: eventPath(facts),
    httpMethod: facts.method,
    headers,
    multiValueHeaders,
    queryStringParameters: query?.single ?? null,
    multiValueQueryStringParameters: query?.multi ?? null,
    pathParameters: facts.pathParameters,
    stageVariables: facts.stage.variables,
    requestContext: restRequestContext(facts, caller, apiKey),
    body,
    isBase64Encoded,
  });
}

/** AWS's oddity: without the stage at the default endpoint, but with the base path on a custom domain (docs/aws §2.1). */
export function eventPath({ api, path, rawPath }: RoutedFacts): string {
  return api.basePathMatched === undefined ? path : rawPath;
}

const LEADING_SLASHES = /^\/\/+/;

/** `requestContext` of proxy events and of authorizer events (whose caller is still anonymous). */
export function restRequestContext(
  facts: RoutedFacts,
  caller: CallerFacts,
  apiKey: ApiKeyFacts,
): Record<string, unknown> {
  return {
    resourceId: facts.route.resourceId,
    authorizer: printRestAuthorizer(caller),
    resourcePath: facts.route.resourcePath,
    operationName: facts.route.operationName,
    httpMethod: facts.method,
    extendedRequestId: facts.extendedRequestId,
    requestTime: formatRequestTime(facts.receivedAtEpochMs),
    // Recorded: doubled slashes collapse in front of the stage but stay behind it.
    path: facts.rawPath.replace(LEADING_SLASHES, '/'),
    accountId: facts.api.accountId,
    protocol: facts.protocol,
    stage: facts.stage.name,
    domainPrefix: domainPrefix(facts.api),
    requestTimeEpoch: facts.receivedAtEpochMs,
    requestId: facts.requestId,
    identity: printIdentity(facts, caller, apiKey),
    domainName: facts.api.domainName,
    deploymentId: facts.stage.deploymentId,
    apiId: facts.api.apiId,
    isCanaryRequest: facts.stage.isCanary,
  };
}

/** `id.execute-api.us-east-1.amazonaws.com` → `id` */
export function domainPrefix(api: ApiFacts): string {
  const dot = api.domainName.indexOf('.');
  return dot === -1 ? api.domainName : api.domainName.slice(0, dot);
}

/** `requestContext.identity` of REST and payload 1.0: what does not apply is `null`; keys of API keys are absent without one. */
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
