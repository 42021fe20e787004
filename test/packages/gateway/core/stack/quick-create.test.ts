import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  expandQuickCreate,
  isQuickCreated,
} from '../../../../../packages/gateway/core/stack/quick-create.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:list';

function expand(properties: JsonObject, faults = new Faults(false)) {
  const api = { type: 'AWS::ApiGatewayV2::Api', id: 'abcdefghij', properties: { Name: 'a', ...properties } };
  const { resources } = aStack({ Api: api });
  const made = [...expandQuickCreate('test', resources, faults).values()].slice(1);
  return { made, faults: faults.all.map(({ error }) => error.message) };
}

describe('isQuickCreated', () => {
  it('holds for the parts that an API gets, and not for the API', () => {
    const { made } = expand({ Target: ARN, ProtocolType: 'HTTP' });
    assert.deepEqual(
      made.map(({ logicalId }) => isQuickCreated(logicalId)),
      [true, true, true],
    );
    for (const logicalId of ['Api', 'Route', ' by quick create Route']) assert.ok(!isQuickCreated(logicalId));
  });
});

describe('Quick create', () => {
  const rows: readonly {
    readonly name: string;
    readonly api: JsonObject;
    readonly integration: JsonObject;
    readonly routeKey: string;
    readonly source: string;
  }[] = [
    {
      name: 'a function behind $default',
      api: { Target: ARN },
      integration: { IntegrationType: 'AWS_PROXY', IntegrationUri: ARN, PayloadFormatVersion: '2.0' },
      routeKey: '$default',
      source: 'API reference v2, CreateApi, "target", "routeKey"',
    },
    {
      name: 'a function that is called with credentials',
      api: { Target: ARN, CredentialsArn: 'arn:aws:iam::123456789012:role/caller' },
      integration: {
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: ARN,
        PayloadFormatVersion: '2.0',
        CredentialsArn: 'arn:aws:iam::123456789012:role/caller',
      },
      routeKey: '$default',
      source: 'API reference v2, CreateApi, "credentialsArn"',
    },
    {
      name: 'an address behind its own route',
      api: { Target: 'https://backend.example/', RouteKey: 'GET /pets' },
      integration: {
        IntegrationType: 'HTTP_PROXY',
        IntegrationUri: 'https://backend.example/',
        PayloadFormatVersion: '1.0',
        IntegrationMethod: 'ANY',
      },
      routeKey: 'GET /pets',
      source: 'API reference v2, CreateApi, "target", "routeKey"',
    },
  ];
  for (const { name, api, integration, routeKey } of rows)
    it(`creates an integration, a route and a stage that deploys automatically: ${name}`, () => {
      const { made, faults } = expand({ ProtocolType: 'HTTP', ...api });
      const [first, route, stage] = made;

      assert.deepEqual(faults, []);
      assert.deepEqual(first?.properties, { ApiId: 'abcdefghij', ...integration });
      assert.deepEqual(
        [route?.properties['RouteKey'], route?.properties['Target']],
        [routeKey, `integrations/${first.physicalId}`],
      );
      assert.deepEqual(stage?.properties, { ApiId: 'abcdefghij', StageName: '$default', AutoDeploy: true });
    });

  it('is refused of WebSocket APIs, and of a RouteKey without a Target', () => {
    for (const api of [
      { ProtocolType: 'WEBSOCKET', Target: ARN },
      { ProtocolType: 'HTTP', RouteKey: 'GET /' },
    ]) {
      const { made, faults } = expand(api);
      assert.deepEqual([made.length, faults.length], [0, 1]);
    }
  });
});
