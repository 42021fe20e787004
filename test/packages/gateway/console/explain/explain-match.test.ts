import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionArn } from '../../../../support/a-stack.ts';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import { ok } from '../../../../support/rest-apis.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const API = 'abcdefghij';

function httpApi(...routeKeys: readonly string[]): Record<string, TestResource> {
  const routes = routeKeys.map((RouteKey, index) => [
    `Route${index}`,
    {
      type: 'AWS::ApiGatewayV2::Route',
      properties: { ApiId: API, RouteKey, Target: 'integrations/Run' },
    },
  ]);
  return {
    Api: { type: 'AWS::ApiGatewayV2::Api', id: API, properties: { Name: 'menu', ProtocolType: 'HTTP' } },
    Run: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId: API,
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        IntegrationUri: functionArn('list'),
      },
    },
    ...(Object.fromEntries(routes) as Record<string, TestResource>),
    Stage: {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
    },
  };
}

describe('explainMatch', () => {
  it('says nothing of tokens where an HTTP API has no such route, and by which methods it could be called', async () => {
    const api = aRecordedApi(httpApi('GET /menu', 'PUT /menu'), { list: ok });

    await api.send({ method: 'DELETE', target: '/menu' });

    assert.match(storyOf(api.last()), /\nStage \$default has no route for DELETE \/menu\.\n/);
    assert.match(
      storyOf(api.last()),
      /→ Call it with GET or PUT, or add the route and deploy the API again\.$/,
    );
  });
});
