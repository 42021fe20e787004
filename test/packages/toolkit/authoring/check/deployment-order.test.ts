import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findLatePartsOfTemplate,
  orderedDependsOn,
  orderFix,
} from '@gatewright/authoring/check/deployment-order';

const part = (type: string, properties: object = {}, over: object = {}) => ({
  Type: `AWS::ApiGateway::${type}`,
  Properties: { RestApiId: { Ref: 'Api' }, ...properties },
  ...over,
});
const TEMPLATE = {
  Api: { Type: 'AWS::ApiGateway::RestApi' },
  Other: { Type: 'AWS::ApiGateway::RestApi' },
  Get: part('Method'),
  Deployment: part('Deployment', {}, { DependsOn: ['Get'] }),
  Unauthorized: part('GatewayResponse'),
  Elsewhere: part('GatewayResponse', { RestApiId: { Ref: 'Other' } }),
};

describe('findLatePartsOfTemplate', () => {
  it('finds gateway responses and methods of the API for which its deployment does not wait', () => {
    assert.deepEqual(findLatePartsOfTemplate({ ...TEMPLATE, Post: part('Method') }), [
      { deployment: 'Deployment', part: 'Unauthorized' },
      { deployment: 'Deployment', part: 'Post' },
    ]);
  });

  for (const [by, Deployment] of [
    ['DependsOn, however far', part('Deployment', {}, { DependsOn: 'Waiter' })],
    [
      'a reference',
      part('Deployment', { Description: { 'Fn::Sub': 'after ${Unauthorized}' } }, { DependsOn: 'Get' }),
    ],
    [
      'GetAtt',
      part('Deployment', { Description: { 'Fn::GetAtt': 'Unauthorized.Id' } }, { DependsOn: 'Get' }),
    ],
  ] as const)
    it(`recognizes that the deployment waits by ${by}`, () => {
      const Waiter = { Type: 'AWS::SNS::Topic', DependsOn: ['Unauthorized', 'Get'] };

      assert.deepEqual(findLatePartsOfTemplate({ ...TEMPLATE, Waiter, Deployment }), []);
    });
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-deployment.html:
// "Before you can create a deployment, you must create at least one route". CloudFormation's example has DependsOn.
describe('a deployment of an API of version 2', () => {
  const aV2Template = (ProtocolType: string) => ({
    Live: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType } },
    Join: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Live' } } },
    LiveDeployment: { Type: 'AWS::ApiGatewayV2::Deployment', Properties: { ApiId: { Ref: 'Live' } } },
  });

  it('waits for the routes of a WebSocket API', () => {
    assert.deepEqual([...orderedDependsOn(aV2Template('WEBSOCKET'))], [['LiveDeployment', ['Join']]]);
  });

  it('is left as it is for an HTTP API', () => {
    assert.deepEqual([...orderedDependsOn(aV2Template('HTTP'))], []);
  });
});

describe('orderedDependsOn', () => {
  it('keeps the existing dependencies of the deployment, and adds the methods that would be late', () => {
    assert.deepEqual([...orderedDependsOn(TEMPLATE)], [['Deployment', ['Get', 'Unauthorized']]]);
  });

  it('makes no circle of a part that needs the deployment itself', () => {
    const Unauthorized = part('GatewayResponse', { ResponseParameters: { a: { Ref: 'Stage' } } });
    const Stage = part('Stage', { DeploymentId: { Ref: 'Deployment' } });

    assert.deepEqual([...orderedDependsOn({ ...TEMPLATE, Unauthorized, Stage })], []);
  });
});

// AWS::Serverless::Api, GatewayResponses: "Configures Gateway Responses for an API"
describe('orderFix', () => {
  it('names what SAM puts into the document of its API, since no template can order its deployment', () => {
    assert.match(
      orderFix('RestDeployment', 'rest'),
      /DependsOn of RestDeployment; in SAM, .*GatewayResponses/,
    );
  });

  it('does not name what SAM does for REST APIs if the API is a WebSocket API', () => {
    assert.equal(orderFix('LiveDeployment', 'websocket'), 'add it to DependsOn of LiveDeployment');
  });
});
