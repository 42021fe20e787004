/** The events of Lambda authorizers, and the method ARN that they contain (docs/aws §4.1, §4.2, §4.4, §4.5, §4.7). */
import { printArn } from '@gatewright/aws/arn';
import { http1RequestContext, http2RequestContext, rawPathOf } from './http-event.ts';
import { duplicatesOf, readIdentity } from './identity-sources.ts';
import { readJoinedQuery, readQuery } from './query-text.ts';
import type { ApiFacts, ApiKeyFacts, CallerFacts, RoutedFacts } from './request-facts.ts';
import { readCanonicalHeaders, readLowerCaseHeaders, readRestHeaders } from './request-headers.ts';
import { eventPath, restRequestContext } from './rest-event.ts';
import { authorizerMembers } from './websocket-event.ts';
import type { ConnectionStart } from './websocket-event.ts';

/** The parts of an authorizer's definition that determine its event. */
export type AuthorizerFacts = {
  readonly payload: 'rest-token' | 'rest-request' | 'http-1.0' | 'http-2.0' | 'websocket';
  readonly identitySources: Parameters<typeof readIdentity>[0];
};

const ANONYMOUS: CallerFacts = { kind: 'anonymous' };

/**
 * Returns the JSON text of the event in the authorizer's format. `connection` is set only for WebSocket handshakes.
 * `apiKey` is the key that the caller has sent; REST APIs include it, although they check it later.
 */
export function buildAuthorizerEvent(
  authorizer: AuthorizerFacts,
  facts: RoutedFacts,
  connection?: ConnectionStart,
  apiKey?: ApiKeyFacts,
): string {
  const identity = readIdentity(authorizer.identitySources, facts, duplicatesOf(authorizer.payload)) ?? [];
  switch (authorizer.payload) {
    case 'rest-token':
      return buildTokenEvent(facts, identity[0] ?? '');
    case 'rest-request':
      return buildRestRequestEvent(facts, apiKey);
    case 'http-1.0':
      return buildHttp1RequestEvent(facts, identity);
    case 'http-2.0':
      return buildHttp2RequestEvent(facts, identity);
    case 'websocket':
      return buildConnectRequestEvent(facts, connection);
  }
}

/** Returns the event of a TOKEN authorizer. Its token is the unchanged value of the header, including `Bearer `. */
function buildTokenEvent(facts: RoutedFacts, token: string): string {
  return JSON.stringify({ type: 'TOKEN', methodArn: methodArn(facts), authorizationToken: token });
}

/**
 * Returns the event of a REQUEST authorizer of a REST API. It is like a proxy event without a body, but empty maps are
 * `{}`.
 */
function buildRestRequestEvent(facts: RoutedFacts, apiKey: ApiKeyFacts): string {
  const query = readQuery(facts.rawQuery);
  return JSON.stringify({
    type: 'REQUEST',
    methodArn: methodArn(facts),
    resource: facts.route.resourcePath,
    path: eventPath(facts),
    httpMethod: facts.method,
    ...readRestHeaders(facts),
    queryStringParameters: query?.single ?? {},
    multiValueQueryStringParameters: query?.multi ?? {},
    pathParameters: facts.pathParameters ?? {},
    stageVariables: facts.stage.variables ?? {},
    requestContext: restRequestContext(facts, ANONYMOUS, apiKey),
  });
}

/**
 * Returns the event of an HTTP API's authorizer with payload 1.0. Both `identitySource` and `authorizationToken`
 * contain the values, joined by commas.
 */
function buildHttp1RequestEvent(facts: RoutedFacts, identity: readonly string[]): string {
  const credentials = identity.join(',');
  return JSON.stringify({
    version: '1.0',
    type: 'REQUEST',
    methodArn: methodArn(facts),
    identitySource: credentials,
    authorizationToken: credentials,
    resource: facts.route.resourcePath,
    path: facts.rawPath,
    httpMethod: facts.method,
    headers: readCanonicalHeaders(facts).headers,
    queryStringParameters: readQuery(facts.rawQuery)?.single ?? {},
    pathParameters: facts.pathParameters ?? {},
    stageVariables: facts.stage.variables ?? {},
    requestContext: http1RequestContext(facts, ANONYMOUS),
  });
}

/**
 * Returns the event of an HTTP API's authorizer with payload 2.0. `identitySource` is `null` if the authorizer has no
 * identity source (powertools issue 3485). All other absent members are left out.
 */
function buildHttp2RequestEvent(facts: RoutedFacts, identity: readonly string[]): string {
  const { headers, cookies } = readLowerCaseHeaders(facts);
  return JSON.stringify({
    version: '2.0',
    type: 'REQUEST',
    routeArn: methodArn(facts),
    identitySource: identity.length === 0 ? null : identity,
    routeKey: facts.route.routeKey,
    rawPath: rawPathOf(facts),
    rawQueryString: facts.rawQuery,
    cookies,
    headers,
    queryStringParameters: readJoinedQuery(facts.rawQuery),
    requestContext: http2RequestContext(facts, ANONYMOUS),
    pathParameters: facts.pathParameters ?? undefined,
    stageVariables: facts.stage.variables ?? undefined,
  });
}

/** Returns the `$connect` event with the additional members `type` and `methodArn`. */
function buildConnectRequestEvent(facts: RoutedFacts, connection: ConnectionStart | undefined): string {
  return JSON.stringify({
    type: 'REQUEST',
    methodArn: methodArn(facts),
    ...authorizerMembers(facts, connection),
  });
}

/**
 * Returns `arn:aws:execute-api:{region}:{account}:{apiId}/{stage}/{VERB}/{path}`. The path is the requested path, still
 * percent-encoded, without its leading slash (root: `…/GET/`). For a WebSocket handshake the ARN ends in
 * `…/{stage}/$connect`.
 */
export function methodArn(facts: RoutedFacts): string {
  return methodArnIn(facts.api, facts);
}

/** Returns the method ARN as AWS shows it to callers, with only the last four digits of the account: `********9012`. */
export function maskedMethodArn(facts: RoutedFacts): string {
  return methodArnIn({ ...facts.api, accountId: `********${facts.api.accountId.slice(-4)}` }, facts);
}

function methodArnIn(api: ApiFacts, facts: RoutedFacts): string {
  const where =
    facts.route.routeKey === '$connect' ? '$connect' : `${facts.method}/${withoutLeadingSlash(facts.path)}`;
  return `${apiArn(api)}/${facts.stage.name}/${where}`;
}

/** Returns `arn:aws:execute-api:{region}:{account}:{apiId}`, the expansion of `execute-api:/…` in a resource policy. */
export function apiArn(api: Pick<ApiFacts, 'region' | 'accountId' | 'apiId'>): string {
  const { region, accountId, apiId } = api;
  return printArn({
    partition: partitionOf(region),
    service: 'execute-api',
    region,
    accountId,
    resource: apiId,
  });
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function withoutLeadingSlash(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path;
}
