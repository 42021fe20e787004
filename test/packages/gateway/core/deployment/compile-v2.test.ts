import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { anApi } from '../../../../support/an-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { MessageRoutePlan } from '../../../../../packages/gateway/core/deployment/model.ts';

const API = 'abcdefghij';

/** The route `ask` of a WebSocket API with a route response. */
function aRoute(route: JsonObject, response: JsonObject): MessageRoutePlan | undefined {
  const { api } = anApi(
    {
      Api: {
        type: 'AWS::ApiGatewayV2::Api',
        id: API,
        properties: { Name: 'chat', ProtocolType: 'WEBSOCKET' },
      },
      Ask: { type: 'AWS::ApiGatewayV2::Route', properties: { ApiId: API, RouteKey: 'ask', ...route } },
      Response: {
        type: 'AWS::ApiGatewayV2::RouteResponse',
        properties: { ApiId: API, RouteId: 'Ask', ...response },
      },
      Stage: {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: { ApiId: API, StageName: 'dev', AutoDeploy: true },
      },
    },
    {},
  );
  return api.served.stages.get('dev')?.deployment.messageRouting?.routes.get('ask');
}

describe('a route response (docs/aws §11.3)', () => {
  for (const [name, route, response] of [
    [
      '$default on both sides',
      { RouteResponseSelectionExpression: '$default' },
      { RouteResponseKey: '$default' },
    ],
    [
      'an escaped expression',
      { RouteResponseSelectionExpression: '\\$default' },
      { RouteResponseKey: '$default' },
    ],
  ] as const)
    it(`sends the answer to the client: ${name}`, () => {
      assert.equal(aRoute(route, response)?.repliesToClient, true);
    });

  it('belongs only to its own route', () => {
    const route = { RouteResponseSelectionExpression: '$default' };
    assert.equal(aRoute(route, { RouteId: 'Other', RouteResponseKey: '$default' })?.repliesToClient, false);
  });

  it('sends nothing if its route has no expression', () => {
    assert.equal(aRoute({}, { RouteResponseKey: '$default' })?.repliesToClient, false);
  });

  for (const [name, route, response] of [
    ['another key', {}, { RouteResponseKey: 'fine' }],
    [
      'another expression',
      { RouteResponseSelectionExpression: '$request.body.a' },
      { RouteResponseKey: '$default' },
    ],
  ] as const)
    it(`is refused with ${name}, which AWS does not take`, () => {
      assert.throws(
        () => aRoute(route, response),
        (error) => error instanceof DefinitionError && /must be \$default, not/.test(error.message),
      );
    });
});

describe('what only WebSocket APIs have, on an integration of an HTTP API', () => {
  const load = (properties: JsonObject) =>
    anApi(
      {
        Api: {
          type: 'AWS::ApiGatewayV2::Api',
          id: API,
          properties: { Name: 'a', ProtocolType: 'HTTP' },
        },
        Route: {
          type: 'AWS::ApiGatewayV2::Route',
          properties: { ApiId: API, RouteKey: 'GET /', Target: 'integrations/Backend' },
        },
        Backend: {
          type: 'AWS::ApiGatewayV2::Integration',
          properties: {
            ApiId: API,
            IntegrationUri: 'https://backend.example/',
            IntegrationMethod: 'GET',
            IntegrationType: 'HTTP_PROXY',
            PayloadFormatVersion: '1.0',
            ...properties,
          },
        },
        Stage: {
          type: 'AWS::ApiGatewayV2::Stage',
          properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
        },
      },
      {},
    );

  for (const [properties, words] of [
    [{ IntegrationType: 'MOCK' }, /may only be associated with proxy integrations \(AWS_PROXY, HTTP_PROXY\)/],
    [{ RequestTemplates: { $default: 'x' } }, /RequestTemplates is for WebSocket APIs only/],
    [{ PassthroughBehavior: 'NEVER' }, /PassthroughBehavior is for WebSocket APIs only/],
  ] as const)
    it(`is reported: ${JSON.stringify(properties)}`, () => {
      assert.throws(
        () => load(properties),
        (error) => error instanceof DefinitionError && words.test(error.message),
      );
    });

  it('takes the PassthroughBehavior that is what happens anyway, as Terraform’s provider sends it', () => {
    assert.doesNotThrow(() => load({ PassthroughBehavior: 'WHEN_NO_MATCH' }));
  });
});
