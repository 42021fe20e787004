/** Every kind of integration of a WebSocket API, with all of its properties set, and why nothing reads some of them. */
import { invokeUri } from './a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';

export const API = 'abcdefghij';
export const ROLE = 'arn:aws:iam::123456789012:role/r';

export type Kind = {
  readonly name: string;
  readonly type: string;
  /** Each enforced property of the type, or `undefined` if it cannot be set together with the others. */
  readonly properties: JsonObject;
  /** Properties that are never read, with the reason. */
  readonly unread?: Readonly<Record<string, string>>;
  readonly others?: Readonly<Record<string, TestResource>>;
};

export const PROXY = 'a proxy maps no bodies';
export const NO_CONNECTION = {
  ConnectionType: 'a function is reached through no VPC link',
  ConnectionId: 'a function is reached through no VPC link',
};
const MESSAGE_INTEGRATION: JsonObject = {
  ApiId: API,
  IntegrationUri: 'https://backend.example/x',
  IntegrationMethod: 'POST',
  TimeoutInMillis: 5000,
  ConnectionType: 'VPC_LINK',
  ConnectionId: 'link',
  RequestParameters: { 'integration.request.header.x': 'context.connectionId' },
  RequestTemplates: { $default: '{"statusCode": 200}' },
  TemplateSelectionExpression: '\\$default',
  PassthroughBehavior: 'NEVER',
  ContentHandlingStrategy: 'CONVERT_TO_TEXT',
};
const AROUND_MESSAGES: Readonly<Record<string, TestResource>> = {
  Api: {
    type: 'AWS::ApiGatewayV2::Api',
    id: API,
    properties: { Name: 'a', ProtocolType: 'WEBSOCKET' },
  },
  Route: {
    type: 'AWS::ApiGatewayV2::Route',
    properties: { ApiId: API, RouteKey: '$default', Target: 'integrations/Subject' },
  },
  Stage: {
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId: API, StageName: 'dev', AutoDeploy: true },
  },
};
const messageKind = (
  name: string,
  properties: JsonObject,
  unread: Readonly<Record<string, string>> = {},
): Kind => ({
  name: `WebSocket API, ${name}`,
  type: 'AWS::ApiGatewayV2::Integration',
  properties: { ...MESSAGE_INTEGRATION, ...properties },
  unread: {
    PayloadFormatVersion: 'not given: there is one format',
    IntegrationSubtype: 'not given: HTTP APIs only',
    ResponseParameters: 'not given: integration responses have them',
    ...unread,
  },
  others: AROUND_MESSAGES,
});
const MESSAGE_PROXY = {
  RequestTemplates: PROXY,
  TemplateSelectionExpression: PROXY,
  PassthroughBehavior: PROXY,
};
export const MESSAGE_KINDS: readonly Kind[] = [
  messageKind(
    'AWS_PROXY',
    { IntegrationType: 'AWS_PROXY', IntegrationUri: invokeUri('f') },
    {
      ...MESSAGE_PROXY,
      ...NO_CONNECTION,
      RequestParameters: 'an event shows no header, query or path of the call of its function',
      ContentHandlingStrategy: 'the event says whether a body is base64',
    },
  ),
  messageKind(
    'AWS with a function',
    { IntegrationType: 'AWS', IntegrationUri: invokeUri('f') },
    NO_CONNECTION,
  ),
  messageKind(
    'AWS with a service',
    {
      IntegrationType: 'AWS',
      CredentialsArn: ROLE,
      IntegrationUri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/q',
    },
    NO_CONNECTION,
  ),
  messageKind('HTTP', { IntegrationType: 'HTTP' }),
  messageKind('HTTP_PROXY', { IntegrationType: 'HTTP_PROXY' }, MESSAGE_PROXY),
  messageKind('VPC_LINK', { IntegrationType: 'VPC_LINK' }, MESSAGE_PROXY),
  messageKind(
    'MOCK',
    { IntegrationType: 'MOCK' },
    {
      ...NO_CONNECTION,
      IntegrationUri: 'nothing is called',
      IntegrationMethod: 'nothing is called',
      TimeoutInMillis: 'nothing is called',
    },
  ),
  {
    name: 'WebSocket API, a response',
    type: 'AWS::ApiGatewayV2::IntegrationResponse',
    properties: {
      ApiId: API,
      IntegrationId: 'Integration',
      IntegrationResponseKey: '/4\\d\\d/',
      ResponseTemplates: { $default: 'x' },
      TemplateSelectionExpression: '\\$default',
      ContentHandlingStrategy: 'CONVERT_TO_TEXT',
    },
    others: {
      ...AROUND_MESSAGES,
      Route: {
        type: 'AWS::ApiGatewayV2::Route',
        properties: { ApiId: API, RouteKey: '$default', Target: 'integrations/Integration' },
      },
      Integration: {
        type: 'AWS::ApiGatewayV2::Integration',
        properties: { ApiId: API, IntegrationType: 'MOCK' },
      },
    },
  },
];
