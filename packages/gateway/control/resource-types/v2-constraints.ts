/** The constraints on the members of calls of apigatewayv2, like constraints.ts for REST APIs. */
import { ADDRESS_TYPES, ROUTING_MODES_V2, SECURITY_POLICIES } from './constraints.ts';
import type { Constraint, ResourceConstraints } from './constraints.ts';

/**
 * The messages contain the member and the accepted values. Except for `Route key is required`, AWS's exact wording is
 * not known.
 */
const v2Values = (name: string, ...values: readonly string[]): Constraint => ({
  own: [{ values, says: `Invalid ${name} specified. Must be one of [${values.join(', ')}]` }],
});
const v2Length = (name: string, minLength: number, maxLength: number): Constraint => ({
  own: [{ minLength, maxLength, says: `${name} must have ${minLength} to ${maxLength} characters` }],
});
const v2Range = (name: string, min: number, max: number): Constraint => ({
  own: [{ range: [min, max], says: `${name} must be between ${min} and ${max}` }],
});
const v2InEach = (inEach: string, ...values: readonly string[]): Constraint => ({
  own: [{ inEach, values, says: `Invalid ${inEach} specified. Must be one of [${values.join(', ')}]` }],
});
const V2_LOGGING = ['ERROR', 'INFO', 'OFF'];

export const V2_CONSTRAINTS: readonly ResourceConstraints[] = [
  {
    type: 'AWS::ApiGatewayV2::Api',
    made: 'POST /v2/apis',
    changed: 'PATCH /v2/apis/{apiId}',
    input: 'createApiInput',
    properties: {
      name: v2Length('name', 0, 128),
      protocolType: v2Values('protocol', 'HTTP', 'WEBSOCKET'),
      description: v2Length('description', 0, 1024),
      version: v2Length('version', 0, 64),
      ipAddressType: v2Values('ipAddressType', ...ADDRESS_TYPES),
    },
  },
  {
    type: 'AWS::ApiGatewayV2::Route',
    made: 'POST /v2/apis/{apiId}/routes',
    input: 'createRouteInput',
    properties: {
      routeKey: { own: [{ present: true, says: 'Route key is required' }] },
      ...routeConstraints(),
    },
  },
  {
    made: 'PATCH /v2/apis/{apiId}/routes/{routeId}',
    input: 'updateRouteInput',
    properties: routeConstraints(),
  },
  {
    type: 'AWS::ApiGatewayV2::Integration',
    made: 'POST /v2/apis/{apiId}/integrations',
    changed: 'PATCH /v2/apis/{apiId}/integrations/{integrationId}',
    input: 'createIntegrationInput',
    properties: {
      integrationType: v2Values('integrationType', 'AWS', 'HTTP', 'MOCK', 'HTTP_PROXY', 'AWS_PROXY'),
      connectionType: v2Values('connectionType', 'INTERNET', 'VPC_LINK'),
      contentHandlingStrategy: v2Values('contentHandlingStrategy', 'CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'),
      passthroughBehavior: v2Values('passthroughBehavior', 'WHEN_NO_MATCH', 'NEVER', 'WHEN_NO_TEMPLATES'),
      timeoutInMillis: v2Range('timeoutInMillis', 50, 30_000),
      description: v2Length('description', 0, 1024),
    },
  },
  {
    type: 'AWS::ApiGatewayV2::Authorizer',
    made: 'POST /v2/apis/{apiId}/authorizers',
    changed: 'PATCH /v2/apis/{apiId}/authorizers/{authorizerId}',
    input: 'createAuthorizerInput',
    properties: {
      name: v2Length('name', 0, 128),
      authorizerType: v2Values('authorizerType', 'REQUEST', 'JWT'),
      authorizerResultTtlInSeconds: v2Range('authorizerResultTtlInSeconds', 0, 3600),
    },
  },
  {
    type: 'AWS::ApiGatewayV2::Stage',
    made: 'POST /v2/apis/{apiId}/stages',
    changed: 'PATCH /v2/apis/{apiId}/stages/{stageName}',
    input: 'createStageInput',
    properties: {
      stageName: v2Length('stageName', 0, 128),
      description: v2Length('description', 0, 1024),
      'defaultRouteSettings.loggingLevel': v2Values('loggingLevel', ...V2_LOGGING),
      routeSettings: v2InEach('loggingLevel', ...V2_LOGGING),
    },
  },
  {
    type: 'AWS::ApiGatewayV2::DomainName',
    made: 'POST /v2/domainnames',
    changed: 'PATCH /v2/domainnames/{domainName}',
    input: 'createDomainNameInput',
    properties: {
      domainNameConfigurations: {
        own: [
          ...(v2InEach('endpointType', 'REGIONAL', 'EDGE').own ?? []),
          ...(v2InEach('securityPolicy', ...SECURITY_POLICIES).own ?? []),
          ...(v2InEach('ipAddressType', ...ADDRESS_TYPES).own ?? []),
        ],
      },
      routingMode: v2Values('routingMode', ...ROUTING_MODES_V2),
    },
  },
  {
    type: 'AWS::ApiGatewayV2::VpcLink',
    made: 'POST /v2/vpclinks',
    changed: 'PATCH /v2/vpclinks/{vpcLinkId}',
    input: 'createVpcLinkInput',
    properties: { name: v2Length('name', 1, 128) },
  },
  {
    type: 'AWS::ApiGatewayV2::IntegrationResponse',
    made: 'POST /v2/apis/{apiId}/integrations/{integrationId}/integrationresponses',
    changed:
      'PATCH /v2/apis/{apiId}/integrations/{integrationId}/integrationresponses/{integrationResponseId}',
    input: 'createIntegrationResponseInput',
    properties: {
      contentHandlingStrategy: v2Values('contentHandlingStrategy', 'CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'),
    },
  },
];

function routeConstraints(): Readonly<Record<string, Constraint>> {
  return {
    authorizationType: v2Values('authorizationType', 'NONE', 'AWS_IAM', 'CUSTOM', 'JWT'),
    operationName: v2Length('operationName', 0, 64),
  };
}
