/** The reasons in the list of requests tell apart what one status and one code stand for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionArn } from '../../../../support/a-stack.ts';
import { recording } from '../../../../support/recorded-apis.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import { carrying, CLAIMS, ISSUER, KEY, NOW, withIssuers } from '../../../../support/token-issuers.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const API = 'abcdefghij';
const MENU: Record<string, TestResource> = {
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
      JwtConfiguration: { Issuer: ISSUER, Audience: ['api'] },
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
      AuthorizationScopes: ['menu:read'],
    },
  },
  Stage: {
    type: 'AWS::ApiGatewayV2::Stage',
    properties: { ApiId: API, StageName: '$default', AutoDeploy: true },
  },
};

describe('the reason in the list of requests', () => {
  for (const [reason, headers, status] of [
    ['no token', [], 401],
    ['malformed token', carrying('nonsense'), 401],
    ['wrong token audience', carrying(signToken(KEY, { ...CLAIMS, aud: 'other' })), 401],
    ['token expired', carrying(signToken(KEY, { ...CLAIMS, exp: NOW - 3600 })), 401],
    ['scope missing', carrying(signToken(KEY, CLAIMS)), 403],
  ] as const)
    it(`names the defect of a token: ${reason}`, async () => {
      const api = recording(withIssuers(MENU));
      const reply = await api.send({ target: '/menu', headers: [...headers] });

      assert.equal(reply.status, status);
      assert.equal(api.records.rows()[0]?.notes[0], reason);
    });
});
