import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resourcesOf } from '../../../support/a-parity-case.ts';

const API = { Ref: 'Api' };
const REGION = { Ref: 'AWS::Region' };
const ACCOUNT = { Ref: 'AWS::AccountId' };

/** CloudFormation template reference, AWS::ApiGatewayV2. */
describe('the template of an HTTP or WebSocket API', () => {
  it('has a WebSocket API with its routes, and a deployment for each stage', () => {
    const made = resourcesOf('websocket', {
      stage: 'live',
      httpApi: { RouteSelectionExpression: '$request.body.action' },
      authorizers: { who: { AuthorizerType: 'REQUEST', IdentitySource: ['route.request.header.a'] } },
      models: { chat: { ContentType: 'application/json', Schema: {} } },
      routes: [
        {
          RouteKey: '$connect',
          AuthorizationType: 'CUSTOM',
          Authorizer: 'who',
          RouteResponses: [{ RouteResponseKey: '$default' }],
          Integration: {
            IntegrationType: 'MOCK',
            IntegrationResponses: [{ IntegrationResponseKey: '/200/' }],
          },
        },
      ],
      moreStages: [{ StageName: 'beta' }],
    });

    assert.deepEqual(made, {
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'ParityApi',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
        },
      },
      Authorizerwho: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId: API,
          Name: 'who',
          AuthorizerType: 'REQUEST',
          IdentitySource: ['route.request.header.a'],
        },
      },
      Modelchat: {
        Type: 'AWS::ApiGatewayV2::Model',
        Properties: { ApiId: API, Name: 'chat', ContentType: 'application/json', Schema: {} },
      },
      Integration0: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: { ApiId: API, IntegrationType: 'MOCK' },
      },
      Integration0Response0: {
        Type: 'AWS::ApiGatewayV2::IntegrationResponse',
        Properties: { ApiId: API, IntegrationId: { Ref: 'Integration0' }, IntegrationResponseKey: '/200/' },
      },
      Route0: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: API,
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration0' }]] },
          AuthorizerId: { Ref: 'Authorizerwho' },
          RouteKey: '$connect',
          AuthorizationType: 'CUSTOM',
        },
      },
      RouteResponse0At0: {
        Type: 'AWS::ApiGatewayV2::RouteResponse',
        Properties: { ApiId: API, RouteId: { Ref: 'Route0' }, RouteResponseKey: '$default' },
      },
      StageDeployment: {
        Type: 'AWS::ApiGatewayV2::Deployment',
        DependsOn: ['Route0'],
        Properties: { ApiId: API },
      },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: API, DeploymentId: { Ref: 'StageDeployment' }, StageName: 'live' },
      },
      Stage0Deployment: {
        Type: 'AWS::ApiGatewayV2::Deployment',
        DependsOn: ['Route0'],
        Properties: { ApiId: API },
      },
      Stage0: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: API, DeploymentId: { Ref: 'Stage0Deployment' }, StageName: 'beta' },
      },
    });
  });

  it('has an HTTP API that deploys by itself, its access log and its domains', () => {
    const made = resourcesOf(
      'http',
      {
        stage: '$default',
        stageProps: { AutoDeploy: false },
        accessLog: '$context.requestId',
        routes: [
          {
            RouteKey: 'GET /',
            Integration: { IntegrationType: 'HTTP_PROXY', IntegrationUri: '${backend}/x' },
          },
        ],
        moreStages: [{ StageName: 'beta' }],
        domains: [
          { name: 'a.example', mutualTls: true, mappings: [{}, { key: 'v2', stage: 'beta' }] },
          { name: 'b.example', mappings: [] },
        ],
      },
      { backendUrl: 'http://127.0.0.1:9' },
    );

    assert.deepEqual(made, {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'ParityApi', ProtocolType: 'HTTP' } },
      Integration0: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: { ApiId: API, IntegrationType: 'HTTP_PROXY', IntegrationUri: 'http://127.0.0.1:9/x' },
      },
      Route0: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: API,
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration0' }]] },
          RouteKey: 'GET /',
        },
      },
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        DependsOn: ['Route0'],
        Properties: {
          ApiId: API,
          AutoDeploy: false,
          StageName: '$default',
          AccessLogSettings: {
            DestinationArn: {
              'Fn::Join': ['', ['arn:aws:logs:', REGION, ':', ACCOUNT, ':log-group:parity']],
            },
            Format: '$context.requestId',
          },
        },
      },
      Stage0: {
        Type: 'AWS::ApiGatewayV2::Stage',
        DependsOn: ['Route0'],
        Properties: { ApiId: API, AutoDeploy: true, StageName: 'beta' },
      },
      Domain0: {
        Type: 'AWS::ApiGatewayV2::DomainName',
        Properties: {
          DomainName: 'a.example',
          DomainNameConfigurations: [
            {
              CertificateArn: {
                'Fn::Join': ['', ['arn:aws:acm:', REGION, ':', ACCOUNT, ':certificate/parity']],
              },
              EndpointType: 'REGIONAL',
              SecurityPolicy: 'TLS_1_2',
            },
          ],
          MutualTlsAuthentication: { TruststoreUri: 's3://parity/truststore.pem' },
        },
      },
      Mapping0At0: {
        Type: 'AWS::ApiGatewayV2::ApiMapping',
        DependsOn: ['Stage'],
        Properties: { ApiId: API, DomainName: { Ref: 'Domain0' }, Stage: '$default' },
      },
      Mapping0At1: {
        Type: 'AWS::ApiGatewayV2::ApiMapping',
        DependsOn: ['Stage'],
        Properties: { ApiId: API, DomainName: { Ref: 'Domain0' }, Stage: 'beta', ApiMappingKey: 'v2' },
      },
      Domain1: {
        Type: 'AWS::ApiGatewayV2::DomainName',
        Properties: {
          DomainName: 'b.example',
          DomainNameConfigurations: [
            {
              CertificateArn: {
                'Fn::Join': ['', ['arn:aws:acm:', REGION, ':', ACCOUNT, ':certificate/parity']],
              },
              EndpointType: 'REGIONAL',
              SecurityPolicy: 'TLS_1_2',
            },
          ],
        },
      },
    });
  });

  it('has API keys for a WebSocket API, and none for an HTTP API', () => {
    const found = resourcesOf('websocket', { stage: 'live', apiKeys: { one: {} } });
    const made = Object.fromEntries(
      Object.entries(found).filter(([id]) => !['Api', 'Stage', 'StageDeployment'].includes(id)),
    );

    assert.deepEqual(made, {
      Keyone: { Type: 'AWS::ApiGateway::ApiKey', DependsOn: ['Stage'], Properties: { Name: 'one' } },
    });
  });

  it('has no API keys of an HTTP API', () => {
    assert.deepEqual(Object.keys(resourcesOf('http', { stage: '$default', apiKeys: { one: {} } })), [
      'Api',
      'Stage',
    ]);
  });
});
