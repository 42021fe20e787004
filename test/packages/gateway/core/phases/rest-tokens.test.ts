import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerOf } from '../../../../support/an-api.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import {
  authorizerOf,
  carrying,
  CLAIMS,
  ISSUER,
  KEY,
  NOW,
  OTHER,
  OTHER_KEY,
  POOL_ISSUER,
  withIssuers,
} from '../../../../support/token-issuers.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

const POOL_ARN = 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_pool';
const POOL_CLAIMS = { ...CLAIMS, iss: POOL_ISSUER, 'cognito:groups': ['a', 'b'], roles: undefined };

/** `/pets` behind a user pool of the same stack. */
function poolApi(method: JsonObject = {}, authorizer: JsonObject = {}): Record<string, TestResource> {
  return restApi(
    { AuthorizationType: 'COGNITO_USER_POOLS', AuthorizerId: 'Auth', ...method },
    {
      Pool: { type: 'AWS::Cognito::UserPool', id: 'us-east-1_pool', properties: {} },
      Auth: {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId: 'abcdefghij',
          Type: 'COGNITO_USER_POOLS',
          ProviderARNs: [POOL_ARN],
          IdentitySource: 'method.request.header.Authorization',
          ...authorizer,
        },
      },
    },
  );
}

const SCOPED = { AuthorizationScopes: ['orders/read'] };
const id = (more: object = {}) => signToken(OTHER_KEY, { ...POOL_CLAIMS, token_use: 'id', ...more });
const access = (more: object = {}) =>
  signToken(OTHER_KEY, { ...POOL_CLAIMS, aud: undefined, client_id: 'app', token_use: 'access', ...more });

describe('serve behind a COGNITO_USER_POOLS authorizer', () => {
  const outcomes: {
    name: string;
    method?: JsonObject;
    authorizer?: JsonObject;
    token: string;
    status: number;
    body?: string;
  }[] = [
    { name: 'an ID token', token: id(), status: 200 },
    {
      name: 'an access token if there are no scopes',
      token: access({ scope: 'orders/read' }),
      status: 401,
    },
    {
      name: 'an access token with a scope',
      method: SCOPED,
      token: access({ scope: 'openid orders/read' }),
      status: 200,
    },
    {
      name: 'an access token without the scope',
      method: SCOPED,
      token: access({ scope: 'openid' }),
      status: 401,
    },
    {
      name: 'an ID token if there are scopes',
      method: SCOPED,
      token: id({ scope: 'orders/read' }),
      status: 401,
    },
    {
      name: 'an expired ID token',
      token: id({ exp: NOW - 1 }),
      status: 401,
      body: '{"message":"The incoming token has expired"}',
    },
    { name: 'a token of another issuer', token: signToken(KEY, { ...CLAIMS, token_use: 'id' }), status: 401 },
    {
      name: 'an audience that the expression does not match',
      authorizer: { IdentityValidationExpression: '[0-9]+' },
      token: id(),
      status: 401,
    },
    {
      name: 'an audience that it matches',
      authorizer: { IdentityValidationExpression: 'a[op]i' },
      token: id(),
      status: 200,
    },
  ];
  for (const { name, method, authorizer, token, status, body } of outcomes)
    it(`answers ${status} to ${name} (docs/aws §4.6)`, async () => {
      const api = withIssuers(poolApi(method, authorizer));

      const reply = await api.send({ target: '/dev/pets', headers: carrying(token) });

      assert.equal(reply.status, status);
      if (status === 401) {
        assert.equal(reply.body, body ?? '{"message":"Unauthorized"}');
        assert.equal(headerOf(reply, 'x-amzn-errortype'), 'UnauthorizedException');
      }
      assert.deepEqual(api.asked, [], 'a pool of the same stack has no address');
    });

  const policies: [effect: string, stage: string, status: number][] = [
    ['Allow', 'dev', 200],
    ['Allow', 'prod', 403],
    ['Deny', 'dev', 403],
  ];
  for (const [Effect, stage, status] of policies)
    it(`needs the resource policy's own allow: ${status} of ${Effect} for ${stage} (docs/aws §1.2)`, async () => {
      const Statement = [
        { Effect, Principal: '*', Action: 'execute-api:Invoke', Resource: `execute-api:/${stage}/*` },
      ];
      const resources = poolApi();
      const { properties } = resources['Api'] ?? { properties: {} };
      const restful = { type: 'AWS::ApiGateway::RestApi', id: 'abcdefghij' };
      const api = withIssuers({
        ...resources,
        Api: { ...restful, properties: { ...properties, Policy: { Statement } } },
      });

      const unknown = await api.send({ target: '/dev/pets' });
      const known = await api.send({ target: '/dev/pets', headers: carrying(id()) });

      assert.equal(unknown.status, 401, 'authentication comes first');
      assert.equal(known.status, status);
    });

  it('trusts the pool that a stage variable names only on that stage (developer guide, "Using stage variables")', async () => {
    const byStage = {
      ProviderARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/${stageVariables.pool}'],
    };
    const statusOn = async (variables: JsonObject, token: string): Promise<number> => {
      const resources = poolApi({}, byStage);
      const { properties, ...stage } = resources['Prod'] ?? { type: '', properties: {} };
      const api = withIssuers({
        ...resources,
        Prod: { ...stage, properties: { ...properties, Variables: variables } },
      });
      return (await api.send({ target: '/prod/pets', headers: carrying(token) })).status;
    };
    const stranger = signToken(KEY, { ...CLAIMS, token_use: 'id' });

    assert.deepEqual(
      [
        await statusOn({ pool: 'us-east-1_pool' }, id()),
        await statusOn({ pool: 'us-east-1_pool' }, stranger),
        await statusOn({ pool: 'us-east-1_another' }, id()),
        await statusOn({ pool: 'none' }, id()),
        await statusOn({}, id()),
      ],
      [200, 401, 401, 401, 401],
    );
  });

  it('takes a token with and without its scheme (docs/aws §4.6)', async () => {
    const api = withIssuers(poolApi());
    const statusOf = async (value: string): Promise<number> =>
      (await api.send({ target: '/dev/pets', headers: ['authorization', value] })).status;

    assert.deepEqual(
      [await statusOf(id()), await statusOf(`Bearer ${id()}`), await statusOf('')],
      [200, 200, 401],
    );
  });

  it('checks each token on each request, for any TTL of the authorizer (less than AWS keeps, docs/aws §4.6)', async () => {
    const api = withIssuers(poolApi({}, { AuthorizerResultTtlInSeconds: 3600 }));
    const token = id();

    const before = await api.send({ target: '/dev/pets', headers: carrying(token) });
    api.ports.clock.advance(300_000);
    const after = await api.send({ target: '/dev/pets', headers: carrying(token) });

    assert.equal(before.status, 200);
    assert.deepEqual([after.status, after.body], [401, '{"message":"The incoming token has expired"}']);
  });

  it('passes the claims on the way Cognito authorizers do', async () => {
    const api = withIssuers(poolApi());

    await api.send({ target: '/dev/pets', headers: carrying(id()) });

    assert.deepEqual(authorizerOf(api), {
      claims: {
        iss: POOL_ISSUER,
        aud: 'api',
        sub: 'alice',
        token_use: 'id',
        'cognito:groups': 'a,b',
        iat: 'Mon Apr 14 22:13:38 UTC 2025',
        exp: 'Mon Apr 14 22:18:38 UTC 2025',
      },
    });
  });
});

describe('serve behind a JWT authorizer of a REST API', () => {
  const rest = restApi(
    { AuthorizationType: 'JWT', AuthorizerId: 'Auth', AuthorizationScopes: ['pets:read'] },
    {
      Auth: {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId: 'abcdefghij',
          Type: 'JWT',
          JwtConfiguration: {
            Issuers: [
              { Issuer: ISSUER, Audience: ['api'] },
              { Issuer: OTHER, Audience: ['partners'] },
            ],
          },
        },
      },
    },
  );
  const scope = 'pets:read';

  it('requests no keys of an untrusted issuer, and says that it is the wrong one', async () => {
    const api = withIssuers(rest);
    const token = signToken(KEY, { ...CLAIMS, iss: 'https://stranger.example', scope });

    const { status } = await api.send({ target: '/dev/pets', headers: carrying(token) });

    assert.equal(status, 401);
    assert.deepEqual(api.asked, []);
    assert.match(api.ports.log.lines.at(-1) ?? '', /the token does not have a valid issuer/);
  });

  const outcomes: { name: string; token: string; status: number; body?: string }[] = [
    { name: 'a token of the first issuer', token: signToken(KEY, { ...CLAIMS, scope }), status: 200 },
    {
      name: 'a token of the second issuer',
      token: signToken(OTHER_KEY, { ...CLAIMS, iss: OTHER, aud: 'partners', scope }),
      status: 200,
    },
    {
      name: "a token of one issuer for the other's audience",
      token: signToken(OTHER_KEY, { ...CLAIMS, iss: OTHER, scope }),
      status: 401,
    },
    {
      name: "a token that names one issuer and is signed by the other's key",
      token: signToken(OTHER_KEY, { ...CLAIMS, scope }),
      status: 401,
    },
    {
      name: 'an issuer with a slash too many',
      token: signToken(OTHER_KEY, { ...CLAIMS, iss: `${OTHER}/`, aud: 'partners', scope }),
      status: 401,
    },
    { name: 'a token without the scope', token: signToken(KEY, CLAIMS), status: 403 },
  ];
  for (const { name, token, status } of outcomes)
    it(`answers ${status} to ${name} (docs/aws §4.5, REST)`, async () => {
      const api = withIssuers(rest);

      const reply = await api.send({ target: '/dev/pets', headers: carrying(token) });

      assert.equal(reply.status, status);
      if (status === 401) assert.equal(reply.body, '{"message":"Unauthorized"}');
      assert.equal(api.ports.invoker.calls.length, status === 200 ? 1 : 0);
    });

  it('reads about an issuer with the first token: one that does not exist results in 401, not in a failure at load (docs/aws §4.5)', async () => {
    const gone = 'https://gone.example';
    const issuers = { JwtConfiguration: { Issuers: [{ Issuer: gone, Audience: ['api'] }] } };
    const { properties, ...authorizer } = rest['Auth'] ?? { type: '', properties: {} };
    const api = withIssuers({ ...rest, Auth: { ...authorizer, properties: { ...properties, ...issuers } } });
    assert.deepEqual(api.asked, []);

    const reply = await api.send({
      target: '/dev/pets',
      headers: carrying(signToken(KEY, { ...CLAIMS, iss: gone })),
    });

    assert.equal(reply.status, 401);
    assert.deepEqual(api.asked, [`${gone}/.well-known/openid-configuration`]);
  });
});
