import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import {
  buildConnectEvent,
  buildDisconnectEvent,
  buildMessageEvent,
} from '../../../../../packages/gateway/core/events/websocket-event.ts';
import type {
  ConnectionEventFacts,
  ConnectionFacts,
} from '../../../../../packages/gateway/core/events/websocket-event.ts';
import { aRequest } from './a-request.ts';

const HANDSHAKE = aRequest({
  rawPath: '/dev',
  rawQuery: 't=1',
  rawHeaders: ['Host', 'h', 'Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Version', '13'],
  route: { routeKey: '$connect', resourceId: '$connect', resourcePath: '$connect', operationName: undefined },
  path: '/',
  pathParameters: null,
});

const CONNECTION: ConnectionFacts = {
  connectionId: 'L0SM9cOFvHcCIhw=',
  connectedAtEpochMs: 1_744_668_818_000,
  host: 'h',
  sourceIp: '192.0.2.1',
  userAgent: 'x',
  caller: { kind: 'lambda', principalId: 'alice', context: { n: 1 }, integrationLatencyMs: 5 },
};

const LATER: ConnectionEventFacts = {
  connection: CONNECTION,
  api: HANDSHAKE.api,
  stage: { name: 'dev', deploymentId: 'dep123', variables: { color: 'red' } },
  routeKey: 'chat',
  requestId: 'JGVWTG6cDoEFTaw=',
  receivedAtEpochMs: 1_744_668_818_115,
};

/** No authorizer is asked after the handshake. */
const KEPT = { n: '1', principalId: 'alice' };
const AUTHORIZER = { ...KEPT, integrationLatency: 5 };

describe('buildConnectEvent', () => {
  it('has headers and query of the handshake, but no body', () => {
    const event = JSON.parse(buildConnectEvent(HANDSHAKE, CONNECTION));

    assert.equal(event.headers['Sec-WebSocket-Version'], '13');
    assert.equal('Upgrade' in event.headers, false);
    assert.deepEqual(event.multiValueQueryStringParameters, { t: ['1'] });
    assert.equal('body' in event, false);
    assert.equal('stageVariables' in event, false);
    assert.equal(event.isBase64Encoded, false);
    assert.deepEqual(event.requestContext, {
      routeKey: '$connect',
      authorizer: AUTHORIZER,
      eventType: 'CONNECT',
      extendedRequestId: 'JCIoWGiIvHcEsxg=',
      requestTime: '14/Apr/2025:22:13:38 +0000',
      messageDirection: 'IN',
      stage: 'dev',
      connectedAt: 1744668818000,
      requestTimeEpoch: 1744668818115,
      identity: { sourceIp: '192.0.2.1' },
      requestId: 'JCIoWGiIvHcEsxg=',
      domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
      connectionId: 'L0SM9cOFvHcCIhw=',
      apiId: 'abc123',
    });
  });

  it('has the signer of the handshake if IAM authorized, in identity as REST does', () => {
    const caller = {
      kind: 'iam',
      accessKey: 'AKIA',
      accountId: '123456789012',
      callerId: 'AIDA',
      userId: 'AIDA',
      userArn: 'arn:aws:iam::123456789012:user/alice',
    } as const;

    const event = JSON.parse(buildConnectEvent(HANDSHAKE, { ...CONNECTION, caller }));

    assert.equal('authorizer' in event.requestContext, false);
    assert.deepEqual(event.requestContext.identity, {
      sourceIp: '192.0.2.1',
      accessKey: 'AKIA',
      accountId: '123456789012',
      caller: 'AIDA',
      user: 'AIDA',
      userArn: 'arn:aws:iam::123456789012:user/alice',
    });
  });

  it('omits query maps if the URL has none', () => {
    const event = JSON.parse(buildConnectEvent({ ...HANDSHAKE, rawQuery: '' }, CONNECTION));

    assert.equal('queryStringParameters' in event, false);
    assert.equal('multiValueQueryStringParameters' in event, false);
  });
});

describe('buildMessageEvent', () => {
  it('has body and message id, but no headers and no query', () => {
    const event = JSON.parse(buildMessageEvent(LATER, { messageId: 'JGVWTeMDjoECHiw=', body: '{"a":1}' }));

    assert.deepEqual(Object.keys(event), ['requestContext', 'stageVariables', 'body', 'isBase64Encoded']);
    assert.equal(event.body, '{"a":1}');
    assert.deepEqual(event.stageVariables, { color: 'red' });
    assert.equal(event.requestContext.messageId, 'JGVWTeMDjoECHiw=');
    assert.equal(event.requestContext.eventType, 'MESSAGE');
    assert.equal(event.requestContext.routeKey, 'chat');
    assert.equal(event.requestContext.identity.userAgent, 'x');
  });

  it('carries the authorizer context of the handshake, without the latency of its authorizer', () => {
    const event = JSON.parse(buildMessageEvent(LATER, { messageId: 'm', body: '' }));

    assert.deepEqual(event.requestContext.authorizer, KEPT);
  });
});

describe('buildDisconnectEvent', () => {
  it('says how the connection ended', () => {
    const event = JSON.parse(
      buildDisconnectEvent({ ...LATER, routeKey: '$disconnect' }, { code: 1005, reason: '' }),
    );

    assert.deepEqual(event.headers, { Host: 'h', 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' });
    assert.deepEqual(event.multiValueHeaders['x-restapi'], ['']);
    assert.equal(event.requestContext.eventType, 'DISCONNECT');
    assert.equal(event.requestContext.disconnectStatusCode, 1005);
    assert.equal(event.requestContext.disconnectReason, '');
    assert.deepEqual(event.requestContext.authorizer, KEPT);
    assert.equal('body' in event, false);
  });
});
