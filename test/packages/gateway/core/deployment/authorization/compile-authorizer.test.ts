/** Lambda authorizers of HTTP and WebSocket APIs (docs/aws §4.5, §4.7): what depends on the kind of API. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../../../packages/gateway/core/deployment/assumptions.ts';
import type { Assumptions } from '../../../../../../packages/gateway/core/deployment/assumptions.ts';
import { compileV2LambdaAuthorizer } from '../../../../../../packages/gateway/core/deployment/authorization/compile-authorizer.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';

const compile = (
  protocol: 'http' | 'websocket',
  properties: object = {},
  status: Assumptions['http-unauthorized-status'] = 'by-format',
) =>
  compileV2LambdaAuthorizer(
    {
      id: 'auth',
      logicalId: 'Auth',
      properties: {
        AuthorizerUri: invokeUri('fn'),
        ...(protocol === 'http' && { AuthorizerPayloadFormatVersion: '2.0' }),
        ...properties,
      },
      place: (property) => ({ file: 't.yml', logicalId: 'Auth', property }),
    },
    protocol,
    { assumptions: { ...DEFAULT_ASSUMPTIONS, 'http-unauthorized-status': status } },
  );
const HEADER = { IdentitySource: ['$request.header.X'] };

describe('a Lambda authorizer', () => {
  for (const [protocol, properties, payload, timeoutMs] of [
    ['http', {}, 'http-2.0', 10_000],
    ['http', { AuthorizerPayloadFormatVersion: '1.0' }, 'http-1.0', 10_000],
    ['websocket', {}, 'websocket', 29_000],
  ] as const)
    it(`gets ${payload} and ${timeoutMs} ms`, () => {
      const compiled = compile(protocol, properties);
      assert.deepEqual([compiled.payload, compiled.timeoutMs], [payload, timeoutMs]);
    });

  for (const [status, expected] of [
    ['by-format', undefined],
    ['401', 401],
    ['500', 500],
  ] as const)
    it(`has the assumed status ${status} on an HTTP API alone`, () => {
      assert.equal(compile('http', {}, status).unauthorizedStatus, expected);
      assert.equal(compile('websocket', {}, status).unauthorizedStatus, undefined);
    });

  for (const [protocol, given, expected] of [
    ['http', undefined, 0],
    ['http', 300, 300],
    ['websocket', 300, 0],
  ] as const)
    it(`of a ${protocol} API caches for ${expected} s if its TTL is ${given ?? 'absent'}`, () => {
      const sources = protocol === 'http' ? HEADER : { IdentitySource: ['route.request.header.X'] };
      const ttl = given === undefined ? {} : { AuthorizerResultTtlInSeconds: given };
      assert.equal(compile(protocol, { ...sources, ...ttl }).ttlSeconds, expected);
    });

  for (const [protocol, properties, property, message] of [
    ['http', { AuthorizerPayloadFormatVersion: '3.0' }, 'AuthorizerPayloadFormatVersion', /is a required/],
    ['http', { AuthorizerResultTtlInSeconds: 1 }, 'IdentitySource', /must be set if authorizer caching/],
    [
      'http',
      { AuthorizerPayloadFormatVersion: '1.0', EnableSimpleResponses: true },
      'EnableSimpleResponses',
      /need AuthorizerPayloadFormatVersion "2\.0"/,
    ],
    ['websocket', { EnableSimpleResponses: true }, 'EnableSimpleResponses', /on an HTTP API/],
  ] as const)
    it(`of a ${protocol} API is refused with ${JSON.stringify(properties)}`, () => {
      assert.throws(() => compile(protocol, properties), {
        name: 'DefinitionError',
        message,
        place: { file: 't.yml', logicalId: 'Auth', property },
      });
    });

  it('may have simple responses with version 2.0', () => {
    assert.equal(compile('http', { EnableSimpleResponses: true }).simpleResponses, true);
    assert.equal(compile('http').simpleResponses, false);
  });
});
