import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { answered, HTTP, MOCK, setUp } from './route-integration.ts';

describe('$connect and $disconnect without a Lambda proxy', () => {
  for (const [answer, status] of [
    [answered(204, ''), 101],
    [answered(299, ''), 101],
    [answered(300, ''), 300],
    [answered(403, 'no'), 403],
    [answered(503, 'no'), 503],
  ] as const)
    it(`admits a client by the status of the backend: ${status}`, async () => {
      const { shakeHands, ports } = setUp({
        routeKey: '$connect',
        integration: {
          ...HTTP,
          IntegrationType: 'HTTP',
          RequestTemplates: {
            'application/json': '{"user": "$input.params("X-User")", "is": "$context.eventType"}',
          },
          RequestParameters: {
            'integration.request.querystring.token': 'route.request.querystring.t',
            'integration.request.header.X-Who': 'route.request.header.X-User',
          },
        },
        answer,
      });

      assert.equal(await shakeHands('?t=1'), status);
      const [request] = ports.http.requests;
      assert.equal(request?.target, '/in?token=1');
      assert.equal(request.headers[request.headers.indexOf('X-Who') + 1], 'ann');
      assert.equal(String(request.body), '{"user": "ann", "is": "CONNECT"}');
    });

  it('takes the status that a response template sets', async () => {
    const { shakeHands } = setUp({
      routeKey: '$connect',
      integration: MOCK,
      responses: [
        {
          IntegrationResponseKey: '$default',
          ResponseTemplates: { $default: '#set($context.responseOverride.status = 401)' },
        },
      ],
    });

    assert.equal(await shakeHands(), 401);
  });

  it('keeps the integration’s own status if the one of a template is assumed to be ignored', async () => {
    const { shakeHands } = setUp({
      routeKey: '$connect',
      integration: MOCK,
      responses: [
        {
          IntegrationResponseKey: '$default',
          ResponseTemplates: { $default: '#set($context.responseOverride.status = 401)' },
        },
      ],
      assumptions: { ...DEFAULT_ASSUMPTIONS, 'connect-status-override': 'ignored' },
    });

    assert.equal(await shakeHands(), 101);
  });

  it('rejects a client whose function fails, or whose MOCK does not have such a status', async () => {
    const failing = setUp({
      routeKey: '$connect',
      integration: { IntegrationType: 'AWS', IntegrationMethod: 'POST', IntegrationUri: invokeUri('fn') },
      responses: [{ IntegrationResponseKey: '$default' }],
      functions: {
        fn: () => {
          throw new Error('no');
        },
      },
    });
    const odd = setUp({
      routeKey: '$connect',
      integration: { ...MOCK, RequestTemplates: { $default: '{"statusCode": 7}' } },
    });

    assert.equal(await failing.shakeHands(), 502);
    assert.equal(await odd.shakeHands(), 500);
  });

  it('notifies the backend of an end', async () => {
    const { end, ports } = setUp({
      routeKey: '$disconnect',
      integration: {
        ...HTTP,
        IntegrationType: 'HTTP',
        RequestTemplates: { 'application/json': '$context.connectionId $context.disconnectStatusCode' },
      },
      replies: false,
      answer: answered(200, ''),
    });

    await end();

    assert.equal(String(ports.http.requests[0]?.body), 'L0SM9cOFvHcCIhw= 1001');
  });
});
