import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { loadApis } from '../../../../../packages/gateway/control/loading/load-apis.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { API_ID, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const URI =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:guard/invocations';

function faultsOf(type: string, resources: ReturnType<typeof restRoutes>, properties: JsonObject): string[] {
  const faults = new Faults(false);
  const { clock } = virtualPorts({});
  loadApis(
    [aStack({ ...resources, Unused: { type, properties } })],
    new Account({ clock, isThrottled: false }),
    faults,
  );
  return faults.all.map(({ error, consequences }) => `${error.message}: ${consequences.join()}`);
}

function ofRest(properties: JsonObject): string[] {
  const own = { RestApiId: API_ID, Name: 'unused', ...properties };
  return faultsOf('AWS::ApiGateway::Authorizer', restRoutes({ 'GET /a': {} }), own);
}

function ofHttp(properties: JsonObject): string[] {
  const own = { ApiId: API_ID, Name: 'unused', ...properties };
  return faultsOf('AWS::ApiGatewayV2::Authorizer', httpRoutes(['GET /a']), own);
}

describe('an authorizer that no route names', () => {
  it('is not reported if it is valid', () => {
    const IdentitySource = 'method.request.header.Authorization';
    assert.deepEqual(ofRest({ Type: 'TOKEN', AuthorizerUri: URI, IdentitySource }), []);
  });

  const wrong: { name: string; find: () => string[]; expected: RegExp }[] = [
    {
      name: 'a TTL over an hour',
      find: () => ofRest({ Type: 'TOKEN', AuthorizerUri: URI, AuthorizerResultTtlInSeconds: 4000 }),
      expected: /AuthorizerResultTtlInSeconds|3600/,
    },
    {
      name: 'an unknown type',
      find: () => ofRest({ Type: 'BEARER', AuthorizerUri: URI }),
      expected: /Invalid authorizer type "BEARER"/,
    },
    {
      name: 'an invalid identity validation expression',
      find: () => ofRest({ Type: 'TOKEN', AuthorizerUri: URI, IdentityValidationExpression: '(' }),
      expected: /./,
    },
    {
      name: 'an unknown type of an HTTP API',
      find: () => ofHttp({ AuthorizerType: 'TOKEN' }),
      expected: /Invalid authorizer type "TOKEN"; expected REQUEST or JWT/,
    },
    {
      name: 'a JWT authorizer without an issuer',
      find: () => ofHttp({ AuthorizerType: 'JWT', IdentitySource: ['$request.header.Authorization'] }),
      expected: /./,
    },
  ];
  for (const { name, find, expected } of wrong)
    it(`is a finding for ${name}`, () => {
      const [found, ...more] = find();
      assert.match(found ?? '', expected);
      assert.match(found ?? '', /no route uses this authorizer/);
      assert.deepEqual(more, []);
    });
});
