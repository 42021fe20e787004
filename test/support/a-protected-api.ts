/**
 * APIs of every kind behind one of the toolkit's authorizers, served by the gateway without a socket. A map of key sets
 * replaces the issuer.
 */
import { answer } from '#shared/access/answer.ts';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { AuthorizeRequest } from '#shared/access/authorize.ts';
import type { LoadQuotas } from '#shared/access/charge-quota.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { readCredential, readTokenHeader } from '#shared/access/credential.ts';
import { UNOBSERVED } from '#shared/unobserved.ts';
import { parseRequestEvent, parseTokenEvent } from '#shared/aws/authorizer-event.ts';
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import { aFetcher, aKeySet, aRsaKey } from './signed-tokens.ts';
import { functionArn, invokeUri, proxyTo } from './a-stack.ts';
import { anApi } from './an-api.ts';
import { aDocument } from './an-access-document.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';
import type { TestApi } from './an-api.ts';

export const KINDS = ['rest-token', 'rest-request', 'http-1.0', 'http-2.0', 'http-2.0-simple'] as const;
export type Kind = (typeof KINDS)[number];

export const ISSUER_KEY = aRsaKey();
export const JWKS_URI = 'https://issuer.example/.well-known/jwks.json';
const API = 'abcdefghij';
const ROUTES = ['GET /users', 'GET /users/{id}', 'GET /admin'];

type ProtectedApi = TestApi & {
  /** The events that the authorizer's function received. */
  readonly asked: unknown[];
  readonly fetched: readonly string[];
  readonly counts: string[];
  /** The key sets by address. The issuer of a key set that is removed cannot be reached. */
  readonly keySets: Map<string, string>;
  /** The path, without the stage. */
  readonly get: (path: string, token: string | undefined, stage?: string) => Promise<number>;
};

/** A document for the API; `stages` are those that it protects. */
export function documentFor(
  kind: Kind | 'websocket',
  over: object = {},
  stages: readonly string[] = ['prod'],
): CompiledDocument {
  const protocol = kind === 'websocket' ? 'websocket' : kind.startsWith('http') ? 'http' : 'rest';
  const result = { cacheTtlSeconds: 300, ...(kind === 'http-2.0-simple' && { format: 'simple' }) };
  const document = aDocument({ result, ...over }, kind === 'websocket' ? ['ANY $connect'] : ROUTES, protocol);
  return { ...document, apis: stages.map((stage) => ({ for: 'prod', apiId: API, stage })) };
}

/** The additional settings that a document with a quota needs. */
export type Charging = {
  readonly quotas?: LoadQuotas;
  /** Properties that replace those of the same name in the resources of a REST API. */
  readonly more?: Readonly<Record<string, JsonObject>>;
};

export function aProtectedApi(
  kind: Kind,
  documents: readonly CompiledDocument[],
  ttlSeconds = 300,
  { quotas, more = {} }: Charging = {},
): ProtectedApi {
  const keySets = new Map([[JWKS_URI, aKeySet(ISSUER_KEY)]]);
  const { authorize, fetched, counts } = anAuthorizer(documents, keySets, quotas);
  const asked: unknown[] = [];
  const auth = (event: unknown) => {
    asked.push(event);
    return authorize(toAuthorizeRequest(kind, event));
  };
  const resources = kind.startsWith('rest')
    ? withProperties(restResources(kind, ttlSeconds), more)
    : httpResources(kind, ttlSeconds);
  const api = anApi(resources, { auth, list: () => ({ statusCode: 200, body: 'ok' }) });
  return {
    ...api,
    asked,
    fetched,
    counts,
    keySets,
    async get(path, token, stage = 'prod') {
      const headers =
        token === undefined ? [] : ['Authorization', token.includes(' ') ? token : `Bearer ${token}`];
      return (await api.send({ target: `/${stage}${path}`, headers })).status;
    },
  };
}

/** The authorizer of a stack deployed as `prod`, as the functions wire it. */
export function anAuthorizer(
  documents: readonly CompiledDocument[],
  keySets: Map<string, string>,
  quotas?: LoadQuotas,
) {
  const fetcher = aFetcher(keySets);
  const counts: string[] = [];
  const authorizer = createAuthorizer(
    { documents },
    { stage: 'prod', localIssuerUrl: undefined },
    {
      keySets: fetcher,
      clock: { nowEpochMs: () => Date.now() },
      quotas,
    },
  );
  const count = (outcome: string, reason?: string) =>
    counts.push(reason === undefined ? outcome : `${outcome} ${reason}`);
  return {
    fetched: fetcher.asked,
    counts,
    authorize: (asked: AuthorizeRequest) => answer(authorizer, asked, { ...UNOBSERVED, count }),
  };
}

export function toAuthorizeRequest(kind: Kind | 'websocket', event: unknown): AuthorizeRequest {
  if (kind === 'rest-token') {
    const { arn, authorizationToken } = parseTokenEvent(event);
    return {
      kind: 'rest',
      arn,
      sourceIp: undefined,
      readCredential: (sources) => readTokenHeader(authorizationToken, sources),
    };
  }
  const request = parseRequestEvent(event);
  return {
    kind: request.kind,
    arn: request.arn,
    sourceIp: request.sourceIp,
    receivedAtEpochMs: request.receivedAtEpochMs,
    readCredential: (sources) => readCredential(request, sources),
  };
}

function withProperties(
  resources: Readonly<Record<string, TestResource>>,
  more: Readonly<Record<string, JsonObject>>,
): Record<string, TestResource> {
  return Object.fromEntries(
    Object.entries(resources).map(([name, resource]) => [
      name,
      { ...resource, properties: { ...resource.properties, ...more[name] } },
    ]),
  );
}

function restResources(kind: Kind, ttlSeconds: number): Record<string, TestResource> {
  const root = makeRootResourceId('test', 'Api');
  const resource = (ParentId: string, PathPart: string): TestResource => ({
    type: 'AWS::ApiGateway::Resource',
    properties: { RestApiId: API, ParentId, PathPart },
  });
  const method = (ResourceId: string): TestResource => ({
    type: 'AWS::ApiGateway::Method',
    properties: {
      RestApiId: API,
      ResourceId,
      HttpMethod: 'GET',
      Integration: proxyTo('list'),
      AuthorizationType: 'CUSTOM',
      AuthorizerId: 'Auth',
    },
  });
  return {
    Api: { type: 'AWS::ApiGateway::RestApi', id: API, properties: { Name: 'users' } },
    Users: resource(root, 'users'),
    User: resource('Users', '{id}'),
    Admin: resource(root, 'admin'),
    UsersGet: method('Users'),
    UserGet: method('User'),
    AdminGet: method('Admin'),
    Auth: {
      type: 'AWS::ApiGateway::Authorizer',
      properties: {
        RestApiId: API,
        AuthorizerUri: invokeUri('auth'),
        AuthorizerResultTtlInSeconds: ttlSeconds,
        Type: kind === 'rest-token' ? 'TOKEN' : 'REQUEST',
        IdentitySource: 'method.request.header.Authorization',
      },
    },
    Deployment: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: API, StageName: 'prod' } },
    Dev: {
      type: 'AWS::ApiGateway::Stage',
      properties: { RestApiId: API, StageName: 'dev', DeploymentId: 'Deployment' },
    },
  };
}

function httpResources(kind: Kind, ttlSeconds: number): Record<string, TestResource> {
  const isSimple = kind === 'http-2.0-simple';
  const route = (path: string): TestResource => ({
    type: 'AWS::ApiGatewayV2::Route',
    properties: {
      ApiId: API,
      RouteKey: `GET ${path}`,
      Target: 'integrations/Run',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: 'Auth',
    },
  });
  const stage = (StageName: string): TestResource => ({
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId: API, StageName, AutoDeploy: true },
  });
  const settings: JsonObject = {
    ApiId: API,
    AuthorizerType: 'REQUEST',
    AuthorizerUri: invokeUri('auth'),
    AuthorizerPayloadFormatVersion: kind === 'http-1.0' ? '1.0' : '2.0',
    AuthorizerResultTtlInSeconds: ttlSeconds,
    EnableSimpleResponses: isSimple,
    IdentitySource: ['$request.header.Authorization', ...(isSimple ? ['$context.routeKey'] : [])],
  };
  return {
    Api: { type: 'AWS::ApiGatewayV2::Api', id: API, properties: { Name: 'users', ProtocolType: 'HTTP' } },
    Run: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId: API,
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        IntegrationUri: functionArn('list'),
      },
    },
    Auth: { type: 'AWS::ApiGatewayV2::Authorizer', properties: settings },
    Users: route('/users'),
    User: route('/users/{id}'),
    Admin: route('/admin'),
    Prod: stage('prod'),
    Dev: stage('dev'),
  };
}
