/**
 * For each kind of resource, every property that `definition` accepts as enforced is read by `deployment` and
 * `control`. A property that is never read has its reason here, or is the fault that this test finds.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeRootResourceId } from '../../../../../packages/base/aws/physical-ids.ts';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { anApi } from '../../../../support/an-api.ts';
import { functionArn, invokeUri } from '../../../../support/a-stack.ts';
import { API, MESSAGE_KINDS, NO_CONNECTION, PROXY, ROLE } from '../../../../support/message-integrations.ts';
import { recordReads } from '../../../../support/read-properties.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { Kind } from '../../../../support/message-integrations.ts';

const HTTP_API: TestResource = {
  type: 'AWS::ApiGatewayV2::Api',
  id: API,
  properties: { Name: 'a', ProtocolType: 'HTTP' },
};
const V2_ROUTE: TestResource = {
  type: 'AWS::ApiGatewayV2::Route',
  properties: { ApiId: API, RouteKey: 'GET /', Target: 'integrations/Subject' },
};
const V2_STAGE: TestResource = {
  type: 'AWS::ApiGatewayV2::Stage',
  properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
};
const NO_TEMPLATES = {
  RequestTemplates: 'not given: HTTP APIs have none',
  TemplateSelectionExpression: 'not given: HTTP APIs have none',
  PassthroughBehavior: 'not given: HTTP APIs have none',
  ContentHandlingStrategy: 'not given: HTTP APIs have none',
};
const AROUND_HTTP = { Api: HTTP_API, Route: V2_ROUTE, Stage: V2_STAGE };

const REST_AROUND: Readonly<Record<string, TestResource>> = {
  Api: { type: 'AWS::ApiGateway::RestApi', id: API, properties: { Name: 'a' } },
  Things: {
    type: 'AWS::ApiGateway::Resource',
    properties: { RestApiId: API, ParentId: makeRootResourceId('test', 'Api'), PathPart: 'things' },
  },
  Deployment: { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: API } },
  Stage: {
    type: 'AWS::ApiGateway::Stage',
    properties: { RestApiId: API, StageName: 'dev', DeploymentId: 'Deployment' },
  },
};

const V2_INTEGRATION: JsonObject = {
  ApiId: API,
  IntegrationUri: 'https://backend.example/x',
  IntegrationMethod: 'POST',
  PayloadFormatVersion: '2.0',
  TimeoutInMillis: 5000,
  ConnectionType: 'INTERNET',
  ConnectionId: 'link',
  RequestParameters: { 'append:header.x': 'y' },
  ResponseParameters: { '200': { ResponseParameters: [{ Destination: 'append:header.x', Source: 'y' }] } },
};

const REST_METHOD: JsonObject = {
  RestApiId: API,
  ResourceId: 'Things',
  HttpMethod: 'POST',
  AuthorizationType: 'NONE',
  ApiKeyRequired: false,
  RequestParameters: { 'method.request.header.x': true },
  RequestModels: { 'application/json': 'Empty' },
  RequestValidatorId: 'Validator',
  MethodResponses: [{ StatusCode: '200' }],
};
const REST_INTEGRATION: JsonObject = {
  IntegrationHttpMethod: 'POST',
  TimeoutInMillis: 5000,
  RequestTemplates: { 'application/json': '{"statusCode": 200}' },
  RequestParameters: { 'integration.request.header.x': 'method.request.header.x' },
  IntegrationResponses: [{ StatusCode: '200' }],
  PassthroughBehavior: 'WHEN_NO_MATCH',
  ContentHandling: 'CONVERT_TO_TEXT',
  ConnectionType: 'INTERNET',
  ConnectionId: 'link',
  CacheNamespace: 'n',
  CacheKeyParameters: ['method.request.header.x'],
  ResponseTransferMode: 'BUFFERED',
};
const restMethod = (
  name: string,
  integration: JsonObject,
  unread: Readonly<Record<string, string>> = {},
): Kind => ({
  name: `REST, ${name}`,
  type: 'AWS::ApiGateway::Method',
  properties: { ...REST_METHOD, Integration: { ...REST_INTEGRATION, ...integration } },
  unread: {
    AuthorizerId: 'not given: the method is open',
    AuthorizationScopes: 'not given: the method is open',
    ...Object.fromEntries(
      Object.entries(unread).map(([property, why]) => [
        property === 'MethodResponses' ? property : `Integration.${property}`,
        why,
      ]),
    ),
  },
  others: {
    ...REST_AROUND,
    Validator: {
      type: 'AWS::ApiGateway::RequestValidator',
      properties: { RestApiId: API, ValidateRequestBody: true },
    },
  },
});
const NO_TARGET = {
  ConnectionType: 'nothing goes through a VPC link',
  ConnectionId: 'nothing goes through a VPC link',
};
const PROXIED = {
  MethodResponses: 'a proxy may answer with any status',
  RequestTemplates: PROXY,
  IntegrationResponses: PROXY,
  PassthroughBehavior: PROXY,
};

const KINDS: readonly Kind[] = [
  {
    name: 'HTTP API, AWS_PROXY',
    type: 'AWS::ApiGatewayV2::Integration',
    properties: { ...V2_INTEGRATION, IntegrationType: 'AWS_PROXY', IntegrationUri: functionArn('f') },
    unread: {
      ...NO_CONNECTION,
      IntegrationSubtype: 'not given',
      ...NO_TEMPLATES,
    },
    others: AROUND_HTTP,
  },
  {
    name: 'HTTP API, HTTP_PROXY',
    type: 'AWS::ApiGatewayV2::Integration',
    properties: {
      ...V2_INTEGRATION,
      IntegrationType: 'HTTP_PROXY',
      ConnectionType: 'VPC_LINK',
      PayloadFormatVersion: '1.0',
    },
    unread: {
      IntegrationSubtype: 'not given',
      ...NO_TEMPLATES,
    },
    others: AROUND_HTTP,
  },
  {
    name: 'HTTP API, a subtype',
    type: 'AWS::ApiGatewayV2::Integration',
    properties: {
      ...V2_INTEGRATION,
      IntegrationType: 'AWS_PROXY',
      IntegrationSubtype: 'SQS-PurgeQueue',
      CredentialsArn: ROLE,
      PayloadFormatVersion: '1.0',
      RequestParameters: { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/q' },
    },
    unread: {
      ...NO_CONNECTION,
      IntegrationUri: 'the subtype says where to',
      IntegrationMethod: 'the subtype says how',
      ...NO_TEMPLATES,
    },
    others: AROUND_HTTP,
  },
  ...MESSAGE_KINDS,
  restMethod(
    'AWS_PROXY',
    { Type: 'AWS_PROXY', Uri: invokeUri('f') },
    {
      ...NO_TARGET,
      ...PROXIED,
      ContentHandling: 'the event says whether a body is base64',
    },
  ),
  restMethod('AWS with a function', { Type: 'AWS', Uri: invokeUri('f') }, NO_TARGET),
  restMethod(
    'AWS with a service',
    { Type: 'AWS', Uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/q' },
    NO_TARGET,
  ),
  restMethod(
    'MOCK',
    { Type: 'MOCK' },
    {
      ...NO_TARGET,
      Uri: 'nothing is called',
      IntegrationHttpMethod: 'nothing is called',
    },
  ),
  restMethod('HTTP', { Type: 'HTTP', Uri: 'https://backend.example/', ConnectionType: 'VPC_LINK' }),
  restMethod(
    'HTTP_PROXY',
    { Type: 'HTTP_PROXY', Uri: 'https://backend.example/', ConnectionType: 'VPC_LINK' },
    PROXIED,
  ),
];

const GATEWAY = join(import.meta.dirname, '../../../../../packages');
/** These write resources, or read them for others. */
const NO_READERS =
  /^templates\/other-types\.ts$|^templates\/(?:openapi|sam|serverless)\/|^console\/page\/|^(?:operate|stack|terminal|gatewright)\/|node_modules/;

function readersText(): string {
  const files = readdirSync(GATEWAY, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !NO_READERS.test(file.replaceAll('\\', '/')))
    .map((file) => {
      const text = readFileSync(join(GATEWAY, file), 'utf8');
      // A list of names is no reader; `named('TopicName')` is one.
      return file.endsWith('resource-types.ts') ? text.replaceAll(/words\([^)]*\)/g, '') : text;
    })
    .join('\n');
}

describe('every property that a definition may have', () => {
  it('is mentioned by the code that reads resources, for all types', () => {
    const text = readersText();
    // Some properties have only one possible value.
    const names = [...RESOURCE_TYPES.names].flatMap((type) => {
      const { enforced = [], values = {} } = RESOURCE_TYPES.classOf(type) ?? {};
      return enforced
        .filter((property) => !Object.hasOwn(values, property))
        .map((property) => [type, property.split('.').at(-1) ?? ''] as const);
    });

    const unknown = names.filter(([, name]) => !new RegExp(`['.{ ]${name}\\b`).test(text));

    assert.ok(names.length > 0, 'no property was found: has their form changed?');
    assert.deepEqual(unknown, []);
  });

  for (const { name, type, properties, unread = {}, others = {} } of KINDS)
    it(`is read of an integration: ${name}`, () => {
      const read = new Set<string>();
      const enforced = RESOURCE_TYPES.classOf(type)?.enforced ?? [];

      anApi({ ...others, Subject: { type, properties: recordReads(properties, read) } }, {});

      const left = enforced.filter((property) => !read.has(property));
      assert.deepEqual(left.toSorted(), Object.keys(unread).toSorted());
    });
});
