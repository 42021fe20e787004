/** A client signs in at the local issuer and calls an API, over real sockets. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { LOCAL_ISSUER } from '../../packages/gateway/core/issuers/issuer-names.ts';
import { aGateway } from '../support/a-gateway.ts';
import type { StartedGateway } from '../support/a-gateway.ts';
import { anHttpApiTemplate } from '../support/a-small-template.ts';

const AUDIENCE = 'https://mcp.shop.example/mcp';
const REDIRECT = 'http://127.0.0.1:6274/callback';
const VERIFIER = 'v'.repeat(43);

const api = { ApiId: { Ref: 'Api' } };
const { Resources } = anHttpApiTemplate(
  `exports.handler = async ({ requestContext: { authorizer } }) => authorizer.jwt.claims;`,
  {
    Guard: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ...api,
        Name: 'guard',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: LOCAL_ISSUER, Audience: [AUDIENCE] },
      },
    },
    Guarded: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ...api,
        RouteKey: 'POST /mcp',
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'Guard' },
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
    Domain: {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: {
        DomainName: 'api.shop.example',
        DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/any' }],
      },
    },
    Mapping: {
      Type: 'AWS::ApiGatewayV2::ApiMapping',
      DependsOn: 'Domain',
      Properties: { ...api, DomainName: 'api.shop.example', Stage: { Ref: 'Stage' }, ApiMappingKey: 'v1' },
    },
    Chat: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    Open: {
      Type: 'AWS::Lambda::Url',
      Properties: { TargetFunctionArn: { Ref: 'Answer' }, AuthType: 'NONE' },
    },
  },
) as { Resources: Record<string, object> };

describe('a client that signs in at the local issuer', () => {
  let at: StartedGateway;
  let control = '';
  let clientId = '';
  before(async () => {
    at = await aGateway(Resources, { signInAs: { sub: 'alice', roles: ['admin'] } });
    control = at.gateway.environment()['GATEWRIGHT_CONTROL_URL'] ?? '';
    const registered = await fetch(`${control}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://localhost:6274' },
      body: JSON.stringify({ client_name: 'Probe', redirect_uris: [REDIRECT] }),
    });
    assert.equal(registered.status, 201);
    assert.equal(registered.headers.get('access-control-allow-origin'), 'http://localhost:6274');
    clientId = ((await registered.json()) as { client_id: string }).client_id;
  });
  after(() => at.close());

  const authorize = async (resource: string): Promise<URLSearchParams> => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT,
      scope: 'tools:call',
      state: 'some',
      resource,
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const reply = await fetch(`${control}/authorize?${query.toString()}`, { redirect: 'manual' });
    return new URL(reply.headers.get('location') ?? '').searchParams;
  };

  it('finds the issuer by its metadata, and calls an API whose authorizer trusts the issuer', async () => {
    const metadata = (await (
      await fetch(`${control}/.well-known/oauth-authorization-server`)
    ).json()) as Readonly<Record<string, string>>;
    const answer = await authorize(AUDIENCE);
    const granted = await fetch(metadata['token_endpoint'] ?? '', {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        code: answer.get('code') ?? '',
        redirect_uri: REDIRECT,
        code_verifier: VERIFIER,
        resource: AUDIENCE,
      }),
    });
    const { access_token: token = '' } = (await granted.json()) as { access_token?: string };

    const called = await fetch(`${at.urlOf('http')}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });

    assert.deepEqual([metadata['issuer'], answer.get('iss')], [control, control]);
    assert.equal(called.status, 200);
    const { sub, aud, client_id: client } = (await called.json()) as Record<string, string>;
    assert.deepEqual([sub, aud, client], ['alice', AUDIENCE, clientId]);
    const log = at.lines.join('\n');
    for (const secret of [token, answer.get('code') ?? '', VERIFIER])
      assert.equal(log.includes(secret), false, 'a secret is in the log');
  });

  it('gets codes for the resources of this gateway', async () => {
    const url = at.urlOf('http');
    const { id = '' } = at.listening.apis.find(({ kind }) => kind === 'http') ?? {};
    const { id: urlId = '' } = at.listening.apis.find(({ kind }) => kind === 'function-url') ?? {};
    for (const resource of [
      AUDIENCE,
      url,
      `${url}/mcp`,
      `${url.replace('127.0.0.1', 'localhost')}/mcp`,
      `https://${id}.execute-api.eu-west-1.amazonaws.com/mcp`,
      `https://${urlId}.lambda-url.eu-west-1.on.aws/mcp`,
      'https://api.shop.example/v1/mcp',
    ])
      assert.notEqual((await authorize(resource)).get('code'), null, resource);
  });

  it('gets invalid_target for any other resource', async () => {
    const socket = at.listening.apis.find(({ kind }) => kind === 'websocket');
    for (const resource of [
      'https://mcp.other.example/mcp',
      `${AUDIENCE}/`,
      'http://127.0.0.1:1/mcp',
      at.urlOf('http').replace('http:', 'https:'),
      `${control}/mcp`,
      'https://abcdefghij.execute-api.eu-west-1.amazonaws.com/mcp',
      'https://api.shop.example/v2/mcp',
      'urn:shop',
      ...(socket === undefined ? [] : [socket.url.replace('ws:', 'http:')]),
    ])
      assert.equal((await authorize(resource)).get('error'), 'invalid_target', resource);
  });
});
