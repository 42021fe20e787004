/** Each token command that a story prints is run, and its token is sent: the request then passes. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Issuer } from '../../../../../packages/gateway/cognito/issuer.ts';
import { LOCAL_ISSUER } from '../../../../../packages/gateway/core/issuers/issuer-names.ts';
import { createKeySets } from '../../../../../packages/gateway/server/adapters/key-sets.ts';
import { functionArn } from '../../../../support/a-stack.ts';
import { recording, storyOf } from '../../../../support/recorded-apis.ts';
import { restApi } from '../../../../support/rest-apis.ts';
import { aRsaKey, signToken } from '../../../../support/signed-tokens.ts';
import { carrying, CLAIMS, ISSUER, POOL_ISSUER, withIssuers } from '../../../../support/token-issuers.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

const API = 'abcdefghij';

/** `GET /menu` of an HTTP API behind a JWT authorizer. */
const jwtApi = (
  Issuer: string,
  Audience: string[],
  route: JsonObject = {},
): Record<string, TestResource> => ({
  Api: { type: 'AWS::ApiGatewayV2::Api', id: API, properties: { Name: 'menu', ProtocolType: 'HTTP' } },
  Run: {
    type: 'AWS::ApiGatewayV2::Integration',
    properties: {
      ApiId: API,
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: functionArn('list'),
    },
  },
  Auth: {
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: API,
      Name: 'tokens',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer, Audience },
    },
  },
  Menu: {
    type: 'AWS::ApiGatewayV2::Route',
    properties: {
      ApiId: API,
      RouteKey: 'GET /menu',
      Target: 'integrations/Run',
      AuthorizationType: 'JWT',
      AuthorizerId: 'Auth',
      ...route,
    },
  },
  Stage: {
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
  },
});

/** `GET /pets` of a REST API behind this authorizer. */
const restWith = (
  type: string,
  authorizer: JsonObject,
  method: JsonObject = {},
): Record<string, TestResource> =>
  restApi(
    { AuthorizationType: type, AuthorizerId: 'Auth', ...method },
    {
      Pool: { type: 'AWS::Cognito::UserPool', id: 'us-east-1_pool', properties: {} },
      Auth: {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId: API,
          Type: type,
          IdentitySource: 'method.request.header.Authorization',
          ...authorizer,
        },
      },
    },
  );
const POOL = { ProviderARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_pool'] };

type Row = { readonly name: string; readonly api: Record<string, TestResource>; readonly target: string };

const ROWS: readonly Row[] = [
  {
    name: 'a JWT authorizer of the local issuer',
    api: jwtApi(LOCAL_ISSUER, ['gatewright']),
    target: '/menu',
  },
  {
    name: 'another audience',
    api: jwtApi(LOCAL_ISSUER, ["the shop's api", 'menu']),
    target: '/menu',
  },
  {
    name: 'an issuer for which the gateway stands in, and scopes',
    api: jwtApi(ISSUER, ['api'], { AuthorizationScopes: ['menu:read', 'menu:write'] }),
    target: '/menu',
  },
  { name: 'a user pool', api: restWith('COGNITO_USER_POOLS', POOL), target: '/dev/pets' },
  {
    name: 'a user pool and scopes',
    api: restWith('COGNITO_USER_POOLS', POOL, { AuthorizationScopes: ['orders/read'] }),
    target: '/dev/pets',
  },
  {
    name: 'required claims',
    api: restWith('JWT', {
      JwtConfiguration: {
        Issuers: [{ Issuer: ISSUER, Audience: ['api'] }],
        RequiredClaims: { sub: ['local-user'], tier: ['gold and silver'], roles: ['admin'] },
      },
    }),
    target: '/dev/pets',
  },
];

/** Splits a command as a shell does: words, and texts between single quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|\\(')/g,
      (_, quoted: string | undefined, sign: string | undefined) => quoted ?? sign ?? '',
    ),
  );
}

/** The options of `gatewright token` as the request that the command makes of them. */
function optionsOf(command: string) {
  const words = wordsOf(command);
  const valueOf = (name: string) => {
    const at = words.indexOf(`--${name}`);
    return at === -1 ? undefined : words[at + 1];
  };
  const claims = words.flatMap((word, index) => {
    const [name = '', value = ''] = word === '--claim' ? (words[index + 1] ?? '').split('=') : [];
    return name === '' ? [] : [[name, value] as const];
  });
  const [issuer, aud, scope, role] = ['issuer', 'audience', 'scope', 'role'].map(valueOf);
  return {
    sub: 'local-user',
    ...(issuer !== undefined && { issuer }),
    ...(aud !== undefined && { aud }),
    ...(scope !== undefined && { scope }),
    ...(role !== undefined && { roles: [role] }),
    claims: Object.fromEntries(claims),
  };
}

describe('a token command of a story', () => {
  let issuer: Issuer;
  before(async () => {
    const { clock, random } = virtualPorts({});
    const standsInFor = (name: string) => [ISSUER, POOL_ISSUER].includes(name);
    issuer = await Issuer.create({ clock, random, standsInFor });
  });

  for (const { name, api: resources, target } of ROWS) {
    const open = () => {
      const api = recording(withIssuers(resources));
      const isLocal = (one: string) => issuer.includes(one);
      api.ports.keySets = createKeySets({ isLocal, keySet: () => issuer.keySet() }, api.ports.clock);
      api.records.issuers = issuer;
      return api;
    };
    const foreign = signToken(aRsaKey('foreign'), { ...CLAIMS, iss: 'https://foreign.example' });

    for (const [what, headers] of [
      ['no token', []],
      ['a text that is not a token', carrying('abc')],
      ['a token of another issuer', carrying(foreign)],
    ] as const)
      it(`lets the request with ${what} pass behind ${name}`, async () => {
        const api = open();

        assert.equal((await api.send({ target, headers: [...headers] })).status, 401);

        const story = storyOf(api.last());
        const [, command = assert.fail(story)] = /`gatewright (token[^`]*)`/.exec(story) ?? [];
        const { token } = issuer.mint(optionsOf(command));
        assert.equal(
          (await api.send({ target, headers: carrying(token) })).status,
          200,
          `${command}\n${story}`,
        );
        if (what.endsWith('issuer'))
          assert.match(story, /The token names the issuer https:\/\/foreign\.example/);
      });
  }
});
