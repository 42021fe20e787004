/**
 * If a request is sent as another caller, its old credentials are removed, and those of the chosen caller are added
 * where the route reads them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiKeys } from '../../../../../packages/gateway/control/metering/api-keys.ts';
import { actAs } from '../../../../../packages/gateway/console/endpoints/identity-choice.ts';
import { createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { anApi } from '../../../../support/an-api.ts';
import { KEY_VALUE, meteredApi } from '../../../../support/metered-apis.ts';
import { restApi, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { httpRoutes } from '../../../../support/routed-apis.ts';
import type { OutgoingRequest } from '../../../../../packages/gateway/console/endpoints/identity-choice.ts';
import type { TokenOptions } from '../../../../../packages/gateway/cognito/issuer.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const ISSUER = 'https://issuer.example/';
const OWN = 'https://own.example/';
const CARL = {
  name: 'carl',
  accessKeyId: 'AKIDCARL',
  secretAccessKey: 'secret',
  arn: 'arn:aws:iam::123456789012:user/carl',
  policies: [],
};
const SESSION = {
  ...CARL,
  name: 'role',
  accessKeyId: 'ASIAROLE',
  session: { token: 'session-token', expiresAtEpochMs: 9e15 },
};

const inQuery = withAuthorizer({ Type: 'REQUEST', IdentitySource: 'method.request.querystring.token' });
const inHeader = withAuthorizer({ Type: 'TOKEN', IdentitySource: 'method.request.header.X-Auth' });
const inStage = withAuthorizer({
  Type: 'REQUEST',
  IdentitySource: 'stageVariables.door,method.request.header.X-Auth',
});
const jwt = (Audience: readonly string[], Issuer = ISSUER): Record<string, TestResource> =>
  httpRoutes(['GET /menu'], {
    route: { AuthorizationType: 'JWT', AuthorizerId: 'Auth', AuthorizationScopes: ['read', 'write'] },
    more: {
      Auth: {
        type: 'AWS::ApiGatewayV2::Authorizer',
        properties: {
          ApiId: 'abcdefghij',
          Name: 'tokens',
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Audience, Issuer },
        },
      },
    },
  });

function at(resources: Record<string, TestResource>) {
  const minted: TokenOptions[] = [];
  const api = anApi(resources, {});
  const keys = new ApiKeys();
  for (const key of api.account.keys.all) keys.put(key);
  const ports = {
    issuer: {
      own: OWN,
      includes: (issuer: string) => issuer === ISSUER || issuer === OWN,
      mint(action: TokenOptions) {
        minted.push(action);
        return { token: 'TOKEN' };
      },
    },
    identities: createIdentities([CARL, SESSION]),
    keys: () => keys,
    clock: api.ports.clock,
  };
  const act = (as: string, request: Partial<OutgoingRequest> = {}): Promise<OutgoingRequest> =>
    actAs(
      { method: 'GET', target: '/dev/pets', headers: [], body: undefined, ...request },
      as,
      api.api.served,
      ports,
    );
  return { minted, act };
}

describe('a request as another caller', () => {
  const OLD = [
    ['Accept', '*/*'],
    ['AUTHORIZATION', 'Bearer old'],
    ['X-Api-Key', 'old'],
    ['X-Amz-Date', 'old'],
    ['X-Amz-Security-Token', 'old'],
    ['X-Amz-Content-Sha256', 'old'],
    ['X-AUTH', 'old'],
  ] as const;
  const [ACCEPT] = OLD;
  const X_AUTH = OLD[6];
  const BEARER = ['Authorization', 'Bearer TOKEN'] as const;

  const rows: readonly (readonly [
    name: string,
    resources: Record<string, TestResource>,
    as: string,
    target: string,
    expected: { readonly target: string; readonly headers: OutgoingRequest['headers'] },
  ])[] = [
    [
      'without a token, of an open route',
      restApi(),
      'anonymous',
      '/dev/pets?token=1',
      { target: '/dev/pets?token=1', headers: [ACCEPT, X_AUTH] },
    ],
    [
      'without the header that the authorizer reads',
      inHeader,
      'anonymous',
      '/dev/pets',
      { target: '/dev/pets', headers: [ACCEPT] },
    ],
    [
      'without the parameter that the authorizer reads, the others unchanged',
      inQuery,
      'anonymous',
      '/dev/pets?a=1&token=old&&b&tokens=2&token=again',
      { target: '/dev/pets?a=1&b&tokens=2', headers: [ACCEPT, X_AUTH] },
    ],
    [
      'without any parameter if it was the only one',
      inQuery,
      'nobody',
      '/dev/pets?token=old',
      { target: '/dev/pets', headers: [ACCEPT, X_AUTH] },
    ],
    [
      'with a token in the usual header, of an open route too',
      restApi(),
      'alice',
      '/dev/pets',
      { target: '/dev/pets', headers: [ACCEPT, X_AUTH, BEARER] },
    ],
    [
      'with a token in the usual header of a route that is not there',
      inHeader,
      'alice',
      '/dev/nowhere',
      { target: '/dev/nowhere', headers: [ACCEPT, X_AUTH, BEARER] },
    ],
    [
      'with a token in the header that the authorizer reads',
      inHeader,
      'alice',
      '/dev/pets',
      { target: '/dev/pets', headers: [ACCEPT, ['x-auth', 'Bearer TOKEN']] },
    ],
    [
      'with a token in the first source that a client can send',
      inStage,
      'alice',
      '/dev/pets',
      { target: '/dev/pets', headers: [ACCEPT, ['x-auth', 'Bearer TOKEN']] },
    ],
    [
      'with a token as the only parameter',
      inQuery,
      'alice',
      '/dev/pets?token=old',
      { target: '/dev/pets?token=TOKEN', headers: [ACCEPT, X_AUTH] },
    ],
    [
      'with a token together with other parameters',
      inQuery,
      'alice',
      '/dev/pets?a=1',
      { target: '/dev/pets?a=1&token=TOKEN', headers: [ACCEPT, X_AUTH] },
    ],
    [
      'with an API key by its name, its other credentials kept',
      meteredApi(),
      'key:customer',
      '/dev/pets',
      {
        target: '/dev/pets',
        headers: [...OLD.filter(([name]) => name !== 'X-Api-Key'), ['x-api-key', KEY_VALUE]],
      },
    ],
  ];
  for (const [name, resources, as, target, expected] of rows)
    it(`is sent ${name}`, async () => {
      const sent = await at(resources).act(as, { target, headers: OLD });

      assert.deepEqual(sent, { method: 'GET', body: undefined, ...expected });
    });

  for (const [as, resources, expected] of [
    ['alice', restApi(), { sub: 'alice' }],
    ['alice:', restApi(), { sub: 'alice' }],
    ['alice:admin,courier', withAuthorizer(TOKEN), { sub: 'alice', roles: ['admin', 'courier'] }],
    ['alice', jwt(['api', 'other']), { sub: 'alice', issuer: ISSUER, aud: 'api', scope: 'read' }],
    ['alice', jwt(['api'], OWN), { sub: 'alice', aud: 'api', scope: 'read' }],
    ['alice', jwt(['api'], 'https://elsewhere.example/'), { sub: 'alice' }],
  ] as const)
    it(`has a token of ${JSON.stringify(expected)} for ${as}`, async () => {
      const { act, minted } = at(resources);
      await act(as, { target: 'Auth' in resources && 'Route0' in resources ? '/menu' : '/dev/pets' });

      assert.deepEqual(minted, [expected]);
    });

  it('is signed by a local identity for the host that it is sent to', async () => {
    const headers = [
      ['Host', 'api.example'],
      ['Content-Length', '2'],
      ['X-One', '1'],
      ['authorization', 'old'],
    ] as const;
    const { act } = at(restApi());
    const sent = await act('iam:carl', { method: 'POST', headers, body: Buffer.from('{}') });
    const names = sent.headers.map(([name]) => name.toLowerCase());
    const authorization = sent.headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';

    assert.match(authorization, /^AWS4-HMAC-SHA256 Credential=AKIDCARL\/\d{8}\/us-east-1\/execute-api\//);
    assert.match(authorization, /SignedHeaders=[^,]*host[^,]*x-one/);
    assert.deepEqual(
      [names.includes('content-length'), names.includes('x-amz-security-token')],
      [false, false],
    );
    const byKey = await act('iam:ASIAROLE');
    assert.deepEqual(
      byKey.headers
        .filter(([name]) => name.toLowerCase() === 'x-amz-security-token')
        .map(([, value]) => value),
      ['session-token'],
    );
  });

  const refused = [
    ['', /The identity must be anonymous/],
    ['alice bob', /The identity must be anonymous/],
    ['a,b', /The identity must be anonymous/],
    ['alice:admin courier', /The identity must be anonymous/],
    ['x'.repeat(257), /The identity must be anonymous/],
    ['key:nothing', /^There is no API key nothing\.$/],
    ['iam:nobody', /^There is no local identity nobody\.$/],
  ] as const;
  for (const [as, message] of refused)
    it(`is not sent as ${JSON.stringify(as.slice(0, 20))}`, async () => {
      await assert.rejects(at(meteredApi()).act(as), { name: 'InvalidRequest', message });
    });
});
