/** Custom domains as templates write them, for the API of `routed-apis.ts`. */
import { invokeUri } from './a-stack.ts';
import { API_ID } from './routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';

export const HOST = 'api.example.com';

export function domain(properties: JsonObject = {}): TestResource {
  return { type: 'AWS::ApiGateway::DomainName', properties: { DomainName: HOST, ...properties } };
}

export function mapping(properties: JsonObject, DomainName = HOST): TestResource {
  return {
    type: 'AWS::ApiGateway::BasePathMapping',
    properties: { DomainName, RestApiId: API_ID, ...properties },
  };
}

export function keyed(properties: JsonObject): TestResource {
  return {
    type: 'AWS::ApiGatewayV2::ApiMapping',
    properties: { DomainName: HOST, ApiId: API_ID, Stage: 'dev', ...properties },
  };
}

/** A separate WebSocket API at this domain. Its function `echo` answers each message with its event. */
export function echoingChat(DomainName: string): Record<string, TestResource> {
  const ApiId = 'chatapi000';
  const resource = (kind: string, properties: JsonObject): TestResource => ({
    type: `AWS::ApiGatewayV2::${kind}`,
    properties: { ApiId, ...properties },
  });
  return {
    Chat: {
      type: 'AWS::ApiGatewayV2::Api',
      id: ApiId,
      properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    ChatRun: resource('Integration', { IntegrationType: 'AWS_PROXY', IntegrationUri: invokeUri('echo') }),
    ChatRoute: resource('Route', {
      RouteKey: '$default',
      Target: 'integrations/ChatRun',
      RouteResponseSelectionExpression: '$default',
    }),
    ChatAnswer: resource('RouteResponse', { RouteId: 'ChatRoute', RouteResponseKey: '$default' }),
    ChatStage: resource('Stage', { StageName: 'dev', AutoDeploy: true }),
    ChatDomain: {
      type: 'AWS::ApiGatewayV2::DomainName',
      properties: { DomainName, DomainNameConfigurations: [{ CertificateArn: 'arn' }] },
    },
    ChatMapping: resource('ApiMapping', { DomainName, Stage: 'dev' }),
  };
}
