import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import {
  apiArn,
  buildAuthorizerEvent,
  methodArn,
} from '../../../../../packages/gateway/core/events/authorizer-event.ts';
import type { AuthorizerFacts } from '../../../../../packages/gateway/core/events/authorizer-event.ts';
import type { RoutedFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';
import { anHttpRequest, aRequest } from './a-request.ts';

const HEADER_AND_QUERY: AuthorizerFacts['identitySources'] = [
  { kind: 'header', name: 'authorization' },
  { kind: 'querystring', name: 'tenant' },
];

function ask(
  payload: AuthorizerFacts['payload'],
  facts: RoutedFacts,
  identitySources: AuthorizerFacts['identitySources'] = [{ kind: 'header', name: 'authorization' }],
): ReturnType<typeof JSON.parse> {
  return JSON.parse(buildAuthorizerEvent({ payload, identitySources }, facts));
}

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:abc123';
const IDENTIFIED = { rawHeaders: ['Authorization', 'Bearer t'], rawQuery: 'tenant=a%20b' };

describe('methodArn', () => {
  const connect = {
    routeKey: '$connect',
    resourceId: '$connect',
    resourcePath: '$connect',
    operationName: undefined,
  };
  const fallback = { ...connect, routeKey: '$default', resourcePath: '$default' };
  const rows: { name: string; facts: RoutedFacts; expected: string }[] = [
    { name: 'REST', facts: aRequest(), expected: `${ARN}/dev/GET/pets/1` },
    { name: 'the root', facts: aRequest({ path: '/' }), expected: `${ARN}/dev/GET/` },
    {
      name: 'an encoded path with a slash at the end',
      facts: aRequest({ path: '/a%20b/' }),
      expected: `${ARN}/dev/GET/a%20b/`,
    },
    {
      name: 'the $default stage',
      facts: anHttpRequest({ method: 'POST' }),
      expected: `${ARN}/$default/POST/pets/1`,
    },
    {
      name: 'the $default route',
      facts: anHttpRequest({ route: fallback }),
      expected: `${ARN}/$default/GET/pets/1`,
    },
    { name: 'a handshake', facts: aRequest({ route: connect }), expected: `${ARN}/dev/$connect` },
  ];

  for (const { name, facts, expected } of rows)
    it(`names ${name}`, () => {
      assert.equal(methodArn(facts), expected, 'docs/aws §4.4');
    });

  it('supports the partitions of China and of the US government', () => {
    const { api } = aRequest();

    assert.match(apiArn({ ...api, region: 'cn-north-1' }), /^arn:aws-cn:/);
    assert.match(apiArn({ ...api, region: 'us-gov-west-1' }), /^arn:aws-us-gov:/);
  });
});

describe('buildAuthorizerEvent', () => {
  it('gives a TOKEN authorizer the raw header value and nothing else (docs/aws §4.1)', () => {
    assert.deepEqual(ask('rest-token', aRequest(IDENTIFIED)), {
      type: 'TOKEN',
      methodArn: `${ARN}/dev/GET/pets/1`,
      authorizationToken: 'Bearer t',
    });
  });

  it('gives a REST REQUEST authorizer a proxy event without body and with {} for empty maps (docs/aws §4.2)', () => {
    const event = ask('rest-request', aRequest({ pathParameters: null, text: 'secret' }));

    assert.deepEqual(Object.keys(event).toSorted(), [
      'headers',
      'httpMethod',
      'methodArn',
      'multiValueHeaders',
      'multiValueQueryStringParameters',
      'path',
      'pathParameters',
      'queryStringParameters',
      'requestContext',
      'resource',
      'stageVariables',
      'type',
    ]);
    for (const key of [
      'pathParameters',
      'queryStringParameters',
      'multiValueQueryStringParameters',
      'stageVariables',
    ])
      assert.deepEqual(event[key], {}, key);
    assert.equal('authorizer' in event.requestContext, false);
    assert.equal(event.requestContext.identity.sourceIp, '192.0.2.1');
  });

  it('gives payload 1.0 the identity values joined by commas (docs/aws §4.5)', () => {
    const event = ask('http-1.0', anHttpRequest(IDENTIFIED), HEADER_AND_QUERY);

    assert.equal(event.version, '1.0');
    assert.equal(event.type, 'REQUEST');
    assert.equal(event.identitySource, 'Bearer t,a b');
    assert.equal(event.authorizationToken, 'Bearer t,a b');
    assert.equal(event.methodArn, `${ARN}/$default/GET/pets/1`);
    assert.equal(event.headers['Authorization'], 'Bearer t');
    assert.equal('multiValueHeaders' in event, false);
  });

  it('gives payload 2.0 the identity values as a list (docs/aws §4.5)', () => {
    const event = ask('http-2.0', anHttpRequest(IDENTIFIED), HEADER_AND_QUERY);

    assert.equal(event.version, '2.0');
    assert.deepEqual(event.identitySource, ['Bearer t', 'a b']);
    assert.equal(event.routeArn, `${ARN}/$default/GET/pets/1`);
    assert.equal(event.headers.authorization, 'Bearer t');
    assert.equal('body' in event, false);
    assert.equal('methodArn' in event, false);
  });

  it('has the identitySource null in payload 2.0 if the authorizer names none', () => {
    assert.equal(ask('http-2.0', anHttpRequest(), []).identitySource, null);
  });

  it('gives a WebSocket authorizer the connect event with type and ARN (docs/aws §4.7)', () => {
    const route = {
      routeKey: '$connect',
      resourceId: '$connect',
      resourcePath: '$connect',
      operationName: undefined,
    };
    const facts = aRequest({
      route,
      rawQuery: 't=1',
      rawHeaders: ['Host', 'h', 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    });

    const event = JSON.parse(
      buildAuthorizerEvent({ payload: 'websocket', identitySources: [] }, facts, {
        connectionId: 'L0SM9cOFvHcCIhw=',
        connectedAtEpochMs: 1_744_668_818_000,
      }),
    );
    const { Connection, Upgrade, 'content-length': length } = event.headers;

    assert.equal(event.type, 'REQUEST');
    assert.equal(event.methodArn, `${ARN}/dev/$connect`);
    assert.deepEqual(event.queryStringParameters, { t: '1' });
    assert.equal(event.requestContext.eventType, 'CONNECT');
    assert.equal(event.requestContext.connectionId, 'L0SM9cOFvHcCIhw=');
    assert.equal(event.requestContext.connectedAt, 1744668818000);
    assert.equal('authorizer' in event.requestContext, false);
    // A capture of November 2022 (localstack/localstack#7191).
    assert.deepEqual(
      { Connection, Upgrade, length },
      { Connection: 'upgrade', Upgrade: 'websocket', length: '0' },
    );
    assert.deepEqual(event.multiValueHeaders['content-length'], ['0']);
  });
});
