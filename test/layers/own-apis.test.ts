import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aPlugin, aService } from '../support/a-stack-plugin.ts';

const finalize = 'after:aws:package:finalize:mergeCustomProviderResources';

describe("packaging an API of one's own behind the authorizers", () => {
  const SOCKET = {
    Sockets: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
    Auth: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Sockets' },
        Name: 'tokens',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: { 'Fn::Sub': 'x/${RequestDashauthorizerLambdaFunction.Arn}/invocations' },
      },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Sockets' }, StageName: 'prod' },
    },
  };
  const SOCKETS = JSON.stringify({ kind: 'websocket', apiIds: {}, routes: [] });
  const document = (api: string) => `version: 1
api: { prod: ${api} }
routes: ..
issuers: [{ id: local, type: local, only: [prod] }]
sources: [{ in: header, name: authorization, issuers: [local] }]
rules: [{ id: all, effect: allow, connect: true }]
`;
  const packaging = (api: string, apis: Record<string, boolean> = {}) => {
    using service = aService(document(api), SOCKETS);
    const resources = structuredClone<Parameters<typeof aPlugin>[4]>(SOCKET) ?? {};
    const hooks = aPlugin('prod', {}, { localStages: ['prod'], apis }, service.folder, resources);
    void hooks['initialize']?.();
    return () => hooks[finalize]?.();
  };

  // API_UNKNOWN: an authorizer that finds no document for an API fails, and API Gateway answers 500.
  for (const { name, api } of [
    { name: 'that no document names', api: '{ stack: another, logicalId: Sockets, stage: prod }' },
    {
      name: 'that is named in another of its stages',
      api: '{ stack: users-prod, logicalId: Sockets, stage: v1 }',
    },
    { name: 'that is named by an id, which no template has', api: '{ apiId: abcdefghij, stage: prod }' },
  ])
    it(`refuses one ${name}`, () => {
      assert.throws(packaging(api), {
        code: 'ACCESS_API_UNPROTECTED',
        message:
          /^API Sockets of stack users-prod, stage prod, uses .* answered with 500: add this API .* as prod: \{ stack: users-prod, logicalId: Sockets, stage: prod \}, and run gatewright access sync /,
      });
    });

  it('takes one that a document protects', () => {
    assert.doesNotThrow(packaging('{ stack: users-prod, logicalId: Sockets, stage: prod }'));
  });

  it('takes a stage in which it is left out', () => {
    assert.doesNotThrow(packaging('{ stack: another, logicalId: Sockets, stage: prod }', { Sockets: false }));
  });

  it('refuses to leave out an API that a document protects', () => {
    assert.throws(packaging('{ stack: users-prod, logicalId: Sockets, stage: prod }', { Sockets: false }), {
      code: 'ACCESS_API_LEFT_OUT',
      message:
        /^access\/users\.yml protects Sockets in stage "prod", but the stage's params leave this API out/,
    });
  });
});
