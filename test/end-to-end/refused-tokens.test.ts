/**
 * The explanation of a token that a JWT authorizer refuses, from the request on the wire to the answer of the console.
 */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RequestDetail } from '../../packages/gateway/console/records/model.ts';
import { readCredentials } from '../../packages/gateway/kernel/files/identity-file.ts';
import { aGateway } from '../support/a-gateway.ts';
import type { StartedGateway } from '../support/a-gateway.ts';
import { storyOf } from '../support/recorded-apis.ts';

const ISSUER = 'https://login.example.com/';
const OTHER = 'https://other.example.com/';
/** Nothing listens on this port (tcpmux). */
const UNREACHABLE = 'https://127.0.0.1:1/';

const jwt = (issuer: string) => ({
  Type: 'AWS::ApiGatewayV2::Authorizer',
  Properties: {
    ApiId: { Ref: 'Http' },
    Name: 'tokens',
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: issuer, Audience: ['shop'] },
  },
});
const route = (path: string, authorizer: string) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Http' },
    RouteKey: `GET ${path}`,
    AuthorizationType: 'JWT',
    AuthorizationScopes: ['orders:read'],
    AuthorizerId: { Ref: authorizer },
    Target: { 'Fn::Sub': 'integrations/${Backend}' },
  },
});
const RESOURCES = {
  Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Http' }, StageName: '$default', AutoDeploy: true },
  },
  Backend: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Http' },
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: {
        'Fn::Sub':
          'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations',
      },
    },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/x',
      Code: { ZipFile: 'exports.handler = async () => "orders"' },
    },
  },
  Reachable: jwt(ISSUER),
  Unreachable: jwt(UNREACHABLE),
  Orders: route('/orders', 'Reachable'),
  Nowhere: route('/nowhere', 'Unreachable'),
};

type Refusal = {
  readonly name: string;
  readonly path: string;
  readonly claims: Partial<Parameters<StartedGateway['gateway']['mint']>[0]>;
  readonly status: number;
  /** A pattern that the explanation must match. */
  readonly because: RegExp;
  readonly change: RegExp;
  /** Words of the other rows, which this explanation must not contain. */
  readonly never: RegExp;
};

const REFUSALS: readonly Refusal[] = [
  {
    name: 'an issuer whose keys cannot be read',
    path: '/nowhere',
    claims: {},
    status: 401,
    because:
      /^The keys of the issuer https:\/\/127\.0\.0\.1:1\/ could not be read, so authorizer tokens could not check the token\.$/m,
    change:
      /^→ To work offline, .*: `gatewright start --issuer https:\/\/127\.0\.0\.1:1\/=local`, and then `gatewright token .*`\.\n→ To use the real issuer, make https:\/\/127\.0\.0\.1:1\/\.well-known\/openid-configuration reachable/m,
    never: /has the audience|expired|has the scopes/,
  },
  {
    name: 'another audience',
    path: '/orders',
    claims: { aud: 'billing' },
    status: 401,
    because: /^The token has the audience billing; authorizer tokens accepts only shop\.$/m,
    change:
      /^→ Send a token from `gatewright token .*`\.\n→ Or add billing to the audiences of the authorizer\.$/m,
    never: /expired|could not be read/,
  },
  {
    name: 'an expired token',
    path: '/orders',
    claims: { expiresInSeconds: -3600 },
    status: 401,
    because: /^The token expired at 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z\.$/m,
    change:
      /^→ Get a new token; `gatewright clock` shows the time that the gateway uses\. Send a token from `/m,
    never: /another audience|could not be read/,
  },
  {
    name: 'another scope',
    path: '/orders',
    claims: { scope: 'menu:read menu:write' },
    status: 403,
    because:
      /^The token has the scopes menu:read(?:, | and )menu:write; the route requires one of orders:read\.$/m,
    change: /^→ Send a token from `gatewright token .*`\.$/m,
    never: /expired|could not be read/,
  },
  {
    name: 'another issuer, with whose key the token is signed',
    path: '/orders',
    claims: { issuer: OTHER },
    status: 401,
    because:
      /^The token names the issuer https:\/\/other\.example\.com\/; authorizer tokens accepts only https:\/\/login\.example\.com\/\.$/m,
    change:
      /^→ Send a token from `gatewright token .*`\.\n→ Or, if tokens from https:\/\/other\.example\.com\/ should be accepted instead, set Issuer in the JwtConfiguration/m,
    never: /expired|could not be read/,
  },
];

describe('the explanation of a refused token', () => {
  let at: StartedGateway;
  before(async () => {
    at = await aGateway(RESOURCES, { localIssuers: [ISSUER, OTHER], record: 10 });
  });
  after(() => at.close());

  const ask = async (
    path: string,
    claims: Refusal['claims'],
  ): Promise<{ readonly status: number; readonly story: string }> => {
    const good = { sub: 'ada', aud: 'shop', scope: 'orders:read', issuer: ISSUER };
    const token = await at.gateway.mint({ ...good, ...claims });
    const { status } = await fetch(new URL(path, at.urlOf('http')), {
      headers: { authorization: `Bearer ${token}` },
    });
    const { controlSecret } = (await readCredentials(dirname(at.gateway.stacks[0]?.file ?? ''))) ?? {};
    const answer = await fetch(`${at.listening.control}/_gatewright/requests/last`, {
      headers: { authorization: `Bearer ${controlSecret}` },
    });
    return { status, story: storyOf((await answer.json()) as RequestDetail) };
  };

  const storyWith = async (headers: Readonly<Record<string, string>>): Promise<string> => {
    await fetch(new URL('/orders', at.urlOf('http')), { headers });
    const { controlSecret } = (await readCredentials(dirname(at.gateway.stacks[0]?.file ?? ''))) ?? {};
    const answer = await fetch(`${at.listening.control}/_gatewright/requests/last`, {
      headers: { authorization: `Bearer ${controlSecret}` },
    });
    return storyOf((await answer.json()) as RequestDetail);
  };

  /** Creates the token that an explanation advises, and sends it. */
  const askWith = async (story: string): Promise<number> => {
    const [, options = assert.fail(story)] = /`gatewright token ([^`]*)`/.exec(story) ?? [];
    const valueOf = (name: string) => new RegExp(`--${name} (\\S+)`).exec(options)?.[1];
    const [issuer, aud, scope] = ['issuer', 'audience', 'scope'].map(valueOf);
    const token = await at.gateway.mint({
      sub: 'local-user',
      ...(issuer !== undefined && { issuer }),
      ...(aud !== undefined && { aud }),
      ...(scope !== undefined && { scope }),
    });
    const { status } = await fetch(new URL('/orders', at.urlOf('http')), {
      headers: { authorization: `Bearer ${token}` },
    });
    return status;
  };

  it('says that the token was accepted if it is valid', async () => {
    const { status, story } = await ask('/orders', {});

    assert.equal(status, 200);
    assert.match(story, /^Authorizer tokens accepted the token of ada\.$/m);
  });

  for (const { name, path, claims, status, because, change, never } of REFUSALS)
    it(`names the cause and the remedy: ${name}`, async () => {
      const refused = await ask(path, claims);

      assert.equal(refused.status, status, refused.story);
      assert.match(refused.story, because);
      assert.match(refused.story, change);
      assert.doesNotMatch(refused.story, never);
      if (path === '/orders') assert.equal(await askWith(refused.story), 200, 'the printed command helps');
    });

  for (const [name, headers] of [
    ['a request without a token', {}],
    ['a credential that is not a token', { authorization: 'Bearer abc' }],
  ] as const)
    it(`contains a command that helps: ${name}`, async () => {
      const story = await storyWith(headers);

      assert.equal(await askWith(story), 200, story);
    });
});
