import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderDeployments } from '../../../../packages/gatewright/plugin/order-deployments.ts';

describe('orderDeployments', () => {
  it('makes the deployment wait for gateway responses of the service, in the template itself', () => {
    const RestApiId = { Ref: 'Api' };
    const resources = {
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      OverQuota: { Type: 'AWS::ApiGateway::GatewayResponse', Properties: { RestApiId } },
      Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId, StageName: 'dev' } },
    };

    orderDeployments(resources);

    assert.deepEqual(resources.Deployment, {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId, StageName: 'dev' },
      DependsOn: ['OverQuota'],
    });
  });
});
