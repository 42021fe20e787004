import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LOCAL_ISSUER } from '#shared/access/tokens/issuers.ts';
import { functionArn } from '../../../../support/a-stack.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import {
  authorizerOf,
  carrying,
  CLAIMS,
  ISSUER,
  KEY,
  NOW,
  OTHER_KEY,
  withIssuers,
} from '../../../../support/token-issuers.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

function httpApi(
  route: JsonObject = {},
  jwt: JsonObject = { Issuer: ISSUER, Audience: ['api'] },
): Record<string, TestResource> {
  return {
    Api: {
      type: 'AWS::ApiGatewayV2::Api',
      id: 'abcdefghij',
      properties: { Name: 'menu', ProtocolType: 'HTTP' },
    },
    Run: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId: 'abcdefghij',
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        IntegrationUri: functionArn('list'),
      },
    },
    Auth: {
      type: 'AWS::ApiGatewayV2::Authorizer',
      properties: {
        ApiId: 'abcdefghij',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: jwt,
      },
    },
    Menu: {
      type: 'AWS::ApiGatewayV2::Route',
      properties: {
        ApiId: 'abcdefghij',
        RouteKey: 'GET /menu',
        Target: 'integrations/Run',
        AuthorizationType: 'JWT',
        AuthorizerId: 'Auth',
        ...route,
      },
    },
    Stage: {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId: 'abcdefghij', StageName: '$default', AutoDeploy: true },
    },
  };
}

const forgedToken = signToken(OTHER_KEY, CLAIMS);

describe('serve behind a JWT authorizer of an HTTP API', () => {
  it('accepts a valid token, calls the issuer once, and passes the claims on as text', async () => {
    const api = withIssuers(httpApi());
    const token = signToken(KEY, CLAIMS);

    const replies = [
      await api.send({ target: '/menu', headers: carrying(token) }),
      await api.send({ target: '/menu', headers: ['Authorization', token] }),
    ];

    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200],
    );
    assert.equal(api.asked.length, 2);
    assert.deepEqual(authorizerOf(api), {
      jwt: {
        claims: {
          iss: ISSUER,
          aud: 'api',
          sub: 'alice',
          roles: '[a b]',
          iat: String(NOW),
          exp: String(NOW + 300),
        },
        scopes: null,
      },
    });
  });

  const refusals: { name: string; headers: string[]; challenge: string }[] = [
    { name: 'no token', headers: [], challenge: 'Bearer' },
    { name: 'an empty header', headers: ['Authorization', ''], challenge: 'Bearer' },
    {
      name: 'another audience',
      headers: carrying(signToken(KEY, { ...CLAIMS, aud: 'other' })),
      challenge:
        'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
    },
    {
      name: 'a token of another issuer',
      headers: carrying(signToken(KEY, { ...CLAIMS, iss: 'https://other.example/' })),
      challenge:
        'Bearer scope="" error="invalid_token" error_description="the token does not have a valid issuer"',
    },
    {
      name: 'an expired token',
      headers: carrying(signToken(KEY, { ...CLAIMS, exp: NOW - 1 })),
      challenge: 'Bearer scope="" error="invalid_token" error_description="the token has expired"',
    },
    {
      name: 'alg none',
      headers: carrying(signToken(KEY, CLAIMS, { alg: 'none' })),
      challenge: 'Bearer scope="" error="invalid_token" error_description="signing method none is invalid"',
    },
    {
      name: 'text',
      headers: carrying('hello'),
      challenge:
        'Bearer scope="" error="invalid_token" error_description="the token is malformed: token contains an invalid number of segments"',
    },
    {
      name: 'a key that the issuer does not have',
      headers: carrying(signToken({ ...KEY, keyId: 'key-9' }, CLAIMS)),
      challenge: 'Bearer scope="" error="invalid_token" error_description="kid not found"',
    },
    {
      name: 'the signature of another key of the same name',
      headers: carrying(forgedToken),
      challenge:
        'Bearer scope="" error="invalid_token" error_description="the token has an invalid signature"',
    },
  ];
  for (const { name, headers, challenge } of refusals)
    it(`answers 401 to ${name} and gives the reason in www-authenticate (docs/aws §4.5)`, async () => {
      const api = withIssuers(httpApi());

      const reply = await api.send({ target: '/menu', headers });

      assert.deepEqual([reply.status, reply.body], [401, '{"message":"Unauthorized"}']);
      assert.equal(headerOf(reply, 'www-authenticate'), challenge);
      assert.equal(api.ports.invoker.calls.length, 0);
    });

  it('answers 401 while the issuer is out of reach, and logs why', async () => {
    const api = withIssuers(httpApi({}, { Issuer: 'https://down.example/', Audience: ['api'] }));

    const reply = await api.send({ target: '/menu', headers: carrying(signToken(KEY, CLAIMS)) });

    assert.equal(reply.status, 401);
    assert.match(
      headerOf(reply, 'www-authenticate') ?? '',
      /error_description="OIDC discovery endpoint communication error"$/,
    );
    assert.match(api.ports.log.lines.join('\n'), /key set cannot be read/);
  });

  it('refuses a remembered token from the moment it expires', async () => {
    const api = withIssuers(httpApi());
    const headers = carrying(signToken(KEY, CLAIMS));

    const before = await api.send({ target: '/menu', headers });
    api.ports.clock.advance(300_000);
    const after = await api.send({ target: '/menu', headers });

    assert.deepEqual([before.status, after.status], [200, 401]);
  });

  it('requires one of the scopes of the route, and gives the function all of the token', async () => {
    const api = withIssuers(httpApi({ AuthorizationScopes: ['menu:read', 'menu:write'] }));
    const withScope = (scope: string) => carrying(signToken(KEY, { ...CLAIMS, scope }));

    const without = await api.send({ target: '/menu', headers: withScope('orders:read') });
    const one = await api.send({ target: '/menu', headers: withScope('openid menu:write') });

    assert.deepEqual([without.status, without.body], [403, '{"message":"Forbidden"}']);
    // LeonardSchuler/aws-secure-serverless-api, README
    assert.equal(
      headerOf(without, 'www-authenticate'),
      'Bearer scope="menu:read menu:write" error="insufficient_scope" error_description="expected scopes: [menu:read menu:write]"',
    );
    assert.equal(one.status, 200);
    assert.deepEqual((authorizerOf(api) as { jwt: { scopes: unknown } }).jwt.scopes, [
      'openid',
      'menu:write',
    ]);
  });

  it('takes keys of the local issuer without a request', async () => {
    const api = withIssuers(httpApi({}, { Issuer: LOCAL_ISSUER, Audience: ['gatewright'] }));
    const token = signToken(OTHER_KEY, { ...CLAIMS, iss: LOCAL_ISSUER, aud: 'gatewright' });

    const reply = await api.send({ target: '/menu', headers: carrying(token) });

    assert.equal(reply.status, 200);
    assert.deepEqual(api.asked, []);
  });
});
