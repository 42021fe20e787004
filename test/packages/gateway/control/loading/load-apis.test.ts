import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { loadApis } from '../../../../../packages/gateway/control/loading/load-apis.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { API_ID, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';

// Source: API Gateway V2 API reference, CreateRoute: the key is checked there, not when a stage serves the route
describe('loadApis', () => {
  for (const hasStage of [true, false])
    it(`reports a malformed and a doubled route key once, ${hasStage ? 'with' : 'without'} a stage`, () => {
      const { Stage0, ...others } = httpRoutes(['GET x', 'GET /a', 'GET /a', 'GET /b']);
      const faults = new Faults(false);
      const { clock } = virtualPorts({});
      loadApis(
        [aStack({ ...others, ...(hasStage && Stage0 !== undefined && { Stage0 }) })],
        new Account({ clock, isThrottled: false }),
        faults,
      );

      const messages = faults.all.map(({ error: { message, place }, consequences }) => [
        place.logicalId,
        place.property,
        message.replace(/ Format should.*/, ''),
        ...consequences,
      ]);
      const formatted = 'The provided route key is not formatted properly for HTTP protocol.';
      const doubled = 'Route with key GET /a already exists for this API.';
      assert.deepEqual(messages, [
        ['Route0', 'RouteKey', formatted, 'this route does not exist'],
        ['Route2', 'RouteKey', doubled, 'this route does not exist'],
      ]);
    });

  it('reports for a WebSocket API without a stage what its deployment would', () => {
    const faults = new Faults(false);
    const { clock } = virtualPorts({});
    const routes = [{ RouteKey: 'say' }, { RouteKey: 'say' }, {}].map(
      (properties, index) =>
        [
          `R${index}`,
          { type: 'AWS::ApiGatewayV2::Route', properties: { ApiId: 'Chat', ...properties } },
        ] as const,
    );
    loadApis(
      [
        aStack({
          Chat: {
            type: 'AWS::ApiGatewayV2::Api',
            properties: { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
          },
          ...Object.fromEntries(routes),
        }),
      ],
      new Account({ clock, isThrottled: false }),
      faults,
    );

    assert.deepEqual(
      faults.all.map(({ error }) => `${error.place.logicalId}: ${error.message}`),
      ['R2: RouteKey is required', 'Chat: Two routes of this API have the same RouteKey'],
    );
  });

  for (const [name, keys, connect] of [
    [
      'is closed by a route without a key, because that may be $connect',
      ['say', undefined, undefined],
      'unsupported',
    ],
    ['is not closed if another route is $connect', [undefined, '$connect', 'say', undefined], 'none'],
    ['is not closed if all routes have a key', ['$connect', 'say'], 'none'],
  ] as const)
    it(`the handshake of a WebSocket API ${name}`, () => {
      const faults = new Faults(false);
      const { clock } = virtualPorts({});
      const Chat = {
        type: 'AWS::ApiGatewayV2::Api',
        id: API_ID,
        properties: { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
      };
      const properties = { ApiId: API_ID, StageName: 'dev', AutoDeploy: true };
      const routes = keys.map((RouteKey, index): [string, TestResource] => [
        `R${index}`,
        {
          type: 'AWS::ApiGatewayV2::Route',
          properties: { ApiId: API_ID, ...(RouteKey !== undefined && { RouteKey }) },
        },
      ]);
      const Stage = { type: 'AWS::ApiGatewayV2::Stage', properties };
      const { apis } = loadApis(
        [aStack({ Chat, Stage, ...Object.fromEntries(routes) })],
        new Account({ clock, isThrottled: false }),
        faults,
      );

      const plans = apis[0]?.served.stages.get('dev')?.deployment.routes.plans ?? [];
      const named = plans.filter(({ routeKey }) => routeKey === '$connect');
      assert.deepEqual(
        named.map(({ integration }) => integration.kind),
        [connect],
      );
      assert.ok(faults.all.every(({ error }) => !error.message.includes('Two routes')));
    });

  for (const [name, resources, type, missing] of [
    ['an HTTP API without a stage', httpRoutes(['GET /a']), 'AWS::ApiGatewayV2::Api', 'a stage'],
    [
      'a REST API without a deployment',
      restRoutes({ 'GET /a': {} }),
      'AWS::ApiGateway::RestApi',
      'an AWS::ApiGateway::Deployment and a stage',
    ],
  ] as const)
    it(`says that no request reaches ${name}`, () => {
      const { clock } = virtualPorts({});
      const others = Object.entries(resources).filter(
        ([, { type: of }]) => !/::(Stage|Deployment)$/.test(of),
      );

      const { unsupported } = loadApis(
        [aStack(Object.fromEntries(others))],
        new Account({ clock, isThrottled: false }),
      );

      assert.deepEqual(
        unsupported.map((item) => [item.logicalId, item.type, item.consequence, item.rule]),
        [['Api', type, `the API does not respond, because it lacks ${missing}`, 'unreachable-api']],
      );
    });

  it('says how a stage without a deployment gets one', () => {
    const { clock } = virtualPorts({});
    const stack = aStack({
      ...httpRoutes(['GET /a']),
      Stage: { type: 'AWS::ApiGatewayV2::Stage', properties: { ApiId: API_ID, StageName: 'dev' } },
    });

    const { unsupported } = loadApis([stack], new Account({ clock, isThrottled: false }));

    assert.deepEqual(
      unsupported.map(({ logicalId, remedy, rule }) => [logicalId, remedy, rule]),
      [['Stage', 'set AutoDeploy: true or a DeploymentId', 'unreachable-api']],
    );
  });

  it('refuses an unknown verb in a template with the message of the control plane', () => {
    const { clock } = virtualPorts({});
    const faults = new Faults(false);
    loadApis([aStack(restApi({ HttpMethod: 'FETCH' }))], new Account({ clock, isThrottled: false }), faults);

    assert.deepEqual(
      [...new Set(faults.all.map(({ error: { message } }) => message))],
      // Recorded of PutMethod on AWS in April 2024.
      ['Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY'],
    );
  });
});
