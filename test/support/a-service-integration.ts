/** An HTTP API with one route, whose integration calls a service by a subtype. */
import type { JsonObject } from '@gatewright/aws/json-object';
import { anApi } from './an-api.ts';
import type { TestApi } from './an-api.ts';

const API = 'abcdefghij';
const ROLE = 'arn:aws:iam::123456789012:role/calls';

export function aServiceIntegration(subtype: string, parameters: JsonObject, more: JsonObject = {}): TestApi {
  return anApi(
    {
      Api: {
        type: 'AWS::ApiGatewayV2::Api',
        id: API,
        properties: { Name: 'orders', ProtocolType: 'HTTP' },
      },
      Call: {
        type: 'AWS::ApiGatewayV2::Integration',
        properties: {
          ApiId: API,
          IntegrationType: 'AWS_PROXY',
          IntegrationSubtype: subtype,
          PayloadFormatVersion: '1.0',
          CredentialsArn: ROLE,
          RequestParameters: parameters,
          ...more,
        },
      },
      Route: {
        type: 'AWS::ApiGatewayV2::Route',
        properties: { ApiId: API, RouteKey: 'POST /{kind}', Target: 'integrations/Call' },
      },
      Stage: {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
      },
    },
    {},
  );
}
