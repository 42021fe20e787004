import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { StackPlugin } from '../../layers/osls-plugin.ts';
import type { Serverless } from '../../layers/osls-plugin.ts';

class OslsError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

function aPlugin(
  stage: string,
  variables: Record<string, unknown>,
  custom: { localStages?: string[] } = {},
  serviceDir = '/nowhere',
  more: Record<string, { Type: string; Properties?: Record<string, unknown> }> = {},
) {
  const Resources = {
    ...more,
    TokenFunction: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: variables } } },
    Table: { Type: 'AWS::DynamoDB::Table' },
  };
  const serverless: Serverless = {
    serviceDir,
    configurationInput: { params: { default: {}, dev: {}, prod: {} } },
    service: {
      custom,
      layers: { packages: { path: '.build/layer' } },
      provider: { compiledCloudFormationTemplate: { Resources } },
    },
    classes: { Error: OslsError },
    getProvider: () => ({ getStage: () => stage, naming: { getStackName: () => 'users-prod' } }),
  };
  return new StackPlugin(serverless).hooks;
}

const finalize = 'after:aws:package:finalize:mergeCustomProviderResources';
const LOCAL = { GATEWRIGHT_ISSUER_URL: 'http://127.0.0.1:4000' };

describe('StackPlugin', () => {
  it('refuses a stage that has no params', () => {
    assert.throws(() => aPlugin('nope', {})['initialize']?.(), {
      message: 'unknown stage "nope": params has dev, prod',
    });
    void aPlugin('dev', {})['initialize']?.();
  });

  const rows = [
    { name: 'lets dev trust the local issuer', stage: 'dev', variables: LOCAL, refused: false },
    { name: 'refuses the local issuer in prod', stage: 'prod', variables: LOCAL, refused: true },
    {
      name: 'lets prod leave the address empty',
      stage: 'prod',
      variables: { GATEWRIGHT_ISSUER_URL: '' },
      refused: false,
    },
    { name: 'lets prod leave the address out', stage: 'prod', variables: {}, refused: false },
    {
      name: 'refuses the local issuer among the others',
      stage: 'prod',
      variables: { ISSUERS: '[{"issuer":"https://local.gatewright.invalid/"}]' },
      refused: true,
    },
    {
      name: 'refuses an address that is only known at deployment',
      stage: 'prod',
      variables: { GATEWRIGHT_ISSUER_URL: { Ref: 'X' } },
      refused: true,
    },
    {
      name: 'lets a named local stage trust it',
      stage: 'prod',
      variables: LOCAL,
      custom: { localStages: ['prod'] },
      refused: false,
    },
    {
      name: 'refuses dev where it is not local',
      stage: 'dev',
      variables: LOCAL,
      custom: { localStages: [] },
      refused: true,
    },
  ];
  for (const { name, stage, variables, custom, refused } of rows)
    it(name, () => {
      const check = () => aPlugin(stage, variables, custom)[finalize]?.();
      if (refused) assert.throws(check, { code: 'LOCAL_ISSUER_DEPLOYED' });
      else void check();
    });

  const DOCUMENT = `version: 1
api: { prod: { apiId: abcdefghij, stage: prod } }
routes: ..
issuers: [{ id: local, type: local, only: [prod] }]
sources: [{ in: header, name: authorization, issuers: [local] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/users] }]
`;
  const INVENTORY = JSON.stringify({
    kind: 'rest',
    apiIds: {},
    routes: [{ method: 'GET', path: '/users', isProtected: true }],
  });

  function aService(document: string, inventory?: string): { folder: string } & Disposable {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-plugin-'));
    mkdirSync(join(folder, 'access'));
    writeFileSync(join(folder, 'access/users.yml'), document);
    if (inventory !== undefined) writeFileSync(join(folder, 'access/users.routes.json'), inventory);
    return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
  }

  it('compiles the access documents before anything is bundled', () => {
    using service = aService(DOCUMENT, INVENTORY);

    void aPlugin('prod', {}, {}, service.folder)['initialize']?.();

    const compiled = readFileSync(join(service.folder, 'access/compiled.json'), 'utf8');
    assert.match(compiled, /"name":"users".*"path":"\/users"/);
  });

  it('names line and column of what is wrong in an access document', () => {
    using service = aService(DOCUMENT.replace('/users]', '/user]'), INVENTORY);
    const { initialize } = aPlugin('prod', {}, {}, service.folder);

    assert.throws(() => initialize?.(), {
      code: 'ACCESS_DOCUMENT_INVALID',
      message: 'access/users.yml:6:59: rules[0].paths[0]: the API has no route /user; did you mean /users?',
    });
  });

  it('packages nothing while the routes of a document are unknown', () => {
    using service = aService(DOCUMENT);
    const hooks = aPlugin('prod', {}, {}, service.folder);
    void hooks['initialize']?.();

    assert.throws(() => hooks['before:package:createDeploymentArtifacts']?.(), {
      code: 'ACCESS_ROUTES_UNKNOWN',
    });
  });

  it('refuses a document that trusts the local issuer in a stage that is deployed', () => {
    using service = aService(DOCUMENT, INVENTORY);
    const packaging = (custom: { localStages?: string[] }) => {
      const hooks = aPlugin('prod', {}, custom, service.folder);
      void hooks['initialize']?.();
      return () => hooks[finalize]?.();
    };

    assert.throws(packaging({}), { code: 'LOCAL_ISSUER_DEPLOYED', message: /access\/users\.yml/ });
    void packaging({ localStages: ['prod'] })();
  });

  it('refuses an authorizer of its own stack whose cache breaks what a document promises', () => {
    const document = DOCUMENT.replace('apiId: abcdefghij', 'stack: users-prod, logicalId: Api');
    using service = aService(document, INVENTORY);
    const authorizer = (ttlSeconds: number) => ({
      Auth: {
        Type: 'AWS::ApiGateway::Authorizer',
        Properties: {
          ...{ RestApiId: { Ref: 'Api' }, Name: 'tokens', Type: 'TOKEN' },
          ...{
            AuthorizerResultTtlInSeconds: ttlSeconds,
            IdentitySource: 'method.request.header.Authorization',
          },
          AuthorizerUri: {
            'Fn::Join': ['', [{ 'Fn::GetAtt': ['TokenDashauthorizerLambdaFunction', 'Arn'] }]],
          },
        },
      },
    });
    const packaging = (ttlSeconds: number) => {
      const hooks = aPlugin('prod', {}, { localStages: ['prod'] }, service.folder, authorizer(ttlSeconds));
      void hooks['initialize']?.();
      return () => hooks[finalize]?.();
    };

    assert.throws(packaging(3600), {
      code: 'ACCESS_WIRING_UNSAFE',
      message: /^access\/users\.yml: authorizer tokens: keeps answers for 3600 s/,
    });
    void packaging(60)();
  });
});
