import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findSilent } from '../../../../../../packages/gateway/engine/compose/checking/judge-silent.ts';
import { aStack } from '../../../../../support/a-stack.ts';
import type { TestResource } from '../../../../../support/a-stack.ts';

const busNamed = (name: string) => ({
  type: 'AWS::Events::EventBus',
  id: name,
  properties: { Name: name },
});
const put = (EventBusName: string) => ({
  type: 'AWS::ApiGatewayV2::Integration',
  properties: { IntegrationSubtype: 'EventBridge-PutEvents', RequestParameters: { EventBusName } },
});

// https://github.com/aws/aws-sdk/issues/186: an entry for a bus that does not exist is accepted.
describe('findSilent', () => {
  for (const [what, named, others, remedies] of [
    ['a bus with almost this name', 'order-1', [], ['write orders-1 in place of order-1']],
    ['this bus', 'orders-1', [], []],
    ['no bus with a similar name', 'invoices', [], []],
    ['a bus with almost this name, and another stack has this bus', 'orders-2', ['orders-2'], []],
  ] as const)
    it(`judges the bus that an integration names if the stack has ${what}`, () => {
      const stack = aStack({ Bus: busNamed('orders-1'), Put: put(named) });
      const loaded = [stack, ...others.map((name) => aStack({ Bus: busNamed(name) }))];

      assert.deepEqual(
        findSilent(stack, loaded).map(({ remedy }) => remedy),
        remedies,
      );
    });

  // docs/aws/routing.md; https://github.com/serverless/examples/issues/667
  const route = (RouteKey: string) => ({
    type: 'AWS::ApiGatewayV2::Route',
    properties: { ApiId: 'api-1', RouteKey },
  });
  const api = (properties: TestResource['properties']) => ({
    type: 'AWS::ApiGatewayV2::Api',
    id: 'api-1',
    properties,
  });
  const stage = (StageName: string) => ({
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId: 'api-1', StageName },
  });
  const HTTP = { ProtocolType: 'HTTP' };
  for (const [what, resources, found] of [
    ['GET /ping', { Api: api(HTTP), Stage: stage('$default'), Route: route('GET /ping') }, ['RouteKey']],
    ['ANY /ping', { Api: api(HTTP), Stage: stage('$default'), Route: route('ANY /ping') }, ['RouteKey']],
    [
      '/ping in a Body',
      { Api: api({ Body: { paths: { '/ping': {} } } }), Stage: stage('$default') },
      ['Body'],
    ],
    [
      'GET /ping with Target',
      { Api: api({ ...HTTP, Target: 'arn' }), Route: route('GET /ping') },
      ['RouteKey'],
    ],
    ['GET /ping below a stage', { Api: api(HTTP), Stage: stage('dev'), Route: route('GET /ping') }, []],
    ['GET /ping/7', { Api: api(HTTP), Stage: stage('$default'), Route: route('GET /ping/7') }, []],
    ['GET /sping', { Api: api(HTTP), Stage: stage('$default'), Route: route('GET /sping') }, []],
  ] as const)
    it(`${found.length === 0 ? 'accepts' : 'reports'} the route ${what} of an HTTP API`, () => {
      const stack = aStack(resources);
      const silent = findSilent(stack, [stack]);

      assert.deepEqual(
        silent.map(({ property }) => property),
        found,
      );
      for (const { message, source } of silent) {
        assert.match(message, /AWS answers \/ping there itself/);
        assert.match(source ?? '', /serverless\/examples\/issues\/667$/);
      }
    });
});
