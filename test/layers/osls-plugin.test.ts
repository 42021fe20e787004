import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeId } from '@gatewright/aws/physical-ids';
import { aPlugin, aService } from '../support/a-stack-plugin.ts';

const finalize = 'after:aws:package:finalize:mergeCustomProviderResources';
const LOCAL = { GATEWRIGHT_ISSUER_URL: 'http://127.0.0.1:4000' };

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

describe('StackPlugin', () => {
  it('refuses a stage that has no params', () => {
    assert.throws(() => aPlugin('nope', {})['initialize']?.(), {
      message: 'unknown stage "nope"; the stages in params are dev, prod',
    });
    void aPlugin('dev', {})['initialize']?.();
  });

  it('packages a service without settings of its own', () => {
    const resources = { Api: { Type: 'AWS::ApiGateway::RestApi' } };
    void aPlugin('dev', {}, null, '/nowhere', resources)[finalize]?.();

    assert.ok('Api' in resources);
  });

  const rows = [
    { name: 'allows dev to trust the local issuer', stage: 'dev', variables: LOCAL, refused: false },
    { name: 'refuses the local issuer in prod', stage: 'prod', variables: LOCAL, refused: true },
    {
      name: 'allows prod an empty address',
      stage: 'prod',
      variables: { GATEWRIGHT_ISSUER_URL: '' },
      refused: false,
    },
    { name: 'allows prod without an address', stage: 'prod', variables: {}, refused: false },
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
      name: 'allows a named local stage to trust it',
      stage: 'prod',
      variables: LOCAL,
      custom: { localStages: ['prod'] },
      refused: false,
    },
    {
      name: 'refuses dev if but it is missing local',
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

  it('accepts a document that names a route read later', (context) => {
    using service = aService(DOCUMENT.replace('/users]', '/user]'), INVENTORY);
    const { initialize } = aPlugin('prod', {}, {}, service.folder);
    process.env['GATEWRIGHT_READS_ROUTES'] = 'true';
    context.after(() => delete process.env['GATEWRIGHT_READS_ROUTES']);

    assert.doesNotThrow(() => initialize?.());
  });

  it('puts the web ACL in front of an API that only the local gateway has, if nothing is packed', () => {
    const stacked = DOCUMENT.replace('apiId: abcdefghij', 'stack: users-prod, logicalId: Api');
    const apiId = makeId(10, 'users-prod', 'Api');
    using service = aService(stacked, INVENTORY.replace('{}', `{"prod":["${apiId}"]}`));
    const resources = {
      WebAclAssociation: {
        Type: 'AWS::WAFv2::WebACLAssociation',
        Properties: { ResourceArn: '/restapis/{wafStage}' },
      },
      Api: { Type: 'AWS::ApiGateway::RestApi' },
    };
    const hooks = aPlugin('prod', {}, { localStages: ['prod'] }, service.folder, resources);
    void hooks['initialize']?.();
    void hooks[finalize]?.();

    assert.partialDeepStrictEqual(resources, {
      [`WebAclAssociation${apiId}prod`]: { Properties: { ResourceArn: `/restapis/${apiId}/stages/prod` } },
    });
  });

  it('refuses a stack without a part that a document needs', () => {
    using service = aService(DOCUMENT, INVENTORY);
    writeFileSync(join(service.folder, 'gatewright.yml'), 'parts: [cache]\n');
    const custom = { parts: { authorizers: [], cache: [] } };
    const hooks = aPlugin(
      'prod',
      {},
      { localStages: ['prod'] },
      service.folder,
      {},
      {
        input: { custom, resources: [] },
      },
    );
    void hooks['initialize']?.();

    assert.throws(() => hooks[finalize]?.(), {
      code: 'PART_MISSING',
      message:
        /^access\/users\.yml protects an API in stage "prod", but the stack has no part authorizers: run npx gatewright init --add authorizers,/,
    });
  });

  it('removes an API only if its parameter says so', () => {
    const api = { Type: 'AWS::ApiGatewayV2::Api' };
    const resources = { Kept: api, Gone: api };
    void aPlugin('dev', {}, { apis: { Kept: true, Gone: 'false' } }, '/nowhere', resources)[finalize]?.();

    assert.deepEqual([Object.hasOwn(resources, 'Kept'), Object.hasOwn(resources, 'Gone')], [true, false]);
  });

  it('protects tables according to what osls has deployed, and for other tools according to a parameter', (context) => {
    const protection = (): unknown => {
      const kept = {
        Type: 'AWS::DynamoDB::Table',
        Properties: { DeletionProtectionEnabled: 'afterFirst' } as Record<string, unknown>,
      };
      void aPlugin('dev', {}, {}, '/nowhere', { Kept: kept })[finalize]?.();
      return kept.Properties['DeletionProtectionEnabled'];
    };
    assert.equal(protection(), false);
    process.env['GATEWRIGHT_FORM'] = 'cdk';
    context.after(() => delete process.env['GATEWRIGHT_FORM']);
    assert.deepEqual(protection(), { Ref: 'ProtectTables' });
  });

  it('refers functions that know their WebSocket APIs to the APIs of the stack', () => {
    const Variables: Record<string, unknown> = { APIS: { 'Fn::Sub': '{socketApi}' } };
    const resources = {
      WebsocketsApi: { Type: 'AWS::ApiGatewayV2::Api' },
      Send: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables } } },
    };
    void aPlugin('dev', {}, { knownApis: { apis: 'a1b2c3d4e5' } }, '/nowhere', resources)[finalize]?.();

    assert.deepEqual(Variables['APIS'], { 'Fn::Sub': '${WebsocketsApi},a1b2c3d4e5' });
  });

  it('has osls create versions only of the functions of a rollout', () => {
    using service = aService(DOCUMENT, INVENTORY);
    const functions = { 'token-authorizer': {}, keys: {} };
    const rollout = { versions: 'true', previous: { 'token-authorizer': '' } };
    void aPlugin('prod', {}, { rollout }, service.folder, {}, { service: { functions } })['initialize']?.();

    assert.deepEqual(functions, { 'token-authorizer': { versionFunction: true }, keys: {} });
  });

  it('deploys one function with its existing role, because osls finds roles only by their name', () => {
    const functions = {
      'token-authorizer': { name: 'gatewright-prod-token-authorizer', role: 'TokenAuthorizerRole' },
      keys: { name: 'gatewright-prod-keys', role: 'KeysRole' },
    };
    const Role = 'arn:aws:iam::123456789012:role/gatewright-prod-TokenAuthorizerRole-1ABC';
    const remoteFunctionData = { Configuration: { FunctionName: 'gatewright-prod-token-authorizer', Role } };
    const hooks = aPlugin('prod', {}, {}, '/nowhere', {}, { service: { functions }, remoteFunctionData });
    void hooks['before:deploy:function:packageFunction']?.();

    assert.deepEqual([functions['token-authorizer'].role, functions.keys.role], [Role, 'KeysRole']);
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

  it('refuses a document with API keys or revocation if an authorizer has no table, or no secret for native plans', () => {
    const keys = (more: string) =>
      DOCUMENT.replace('type: local, only: [prod]', `type: apiKey, prefix: shop${more}`);
    const packaging = (document: string, variables: Record<string, unknown>) => {
      using service = aService(document, INVENTORY);
      const authorizer = {
        Type: 'AWS::Lambda::Function',
        Properties: { Environment: { Variables: variables } },
      };
      const hooks = aPlugin('prod', {}, {}, service.folder, {
        TokenDashauthorizerLambdaFunction: authorizer,
      });
      void hooks['initialize']?.();
      return () => hooks[finalize]?.();
    };
    const table = { GATEWRIGHT_ACCESS_TABLE: { Ref: 'AccessTable' } };

    assert.throws(packaging(keys(''), {}), {
      code: 'ACCESS_KEYS_NOT_SERVED',
      message: /GATEWRIGHT_ACCESS_TABLE/,
    });
    void packaging(keys(''), table)();
    void packaging(
      keys(', only: [dev]').replace('api: { prod', 'api: { dev: { apiId: other, stage: dev }, prod'),
      {},
    )();
    const jwt = keys('').replace(/apiKey.*shop/, 'oidc, issuer: https://i, audience: [a], revocation: true');
    assert.throws(packaging(jwt, {}), {
      message: /has revocation, but .* does not contain GATEWRIGHT_ACCESS_TABLE/,
    });
    const native = keys(', nativeUsagePlan: true');
    assert.throws(packaging(native, { ...table, GATEWRIGHT_USAGE_KEY_SECRET: '' }), {
      code: 'ACCESS_KEYS_NOT_SERVED',
      message: /params.usageKeySecret/,
    });
    void packaging(native, { ...table, GATEWRIGHT_USAGE_KEY_SECRET: 's'.repeat(32) })();
  });

  it('refuses an authorizer in its own stack whose cache breaks a promise of a document', () => {
    const document = DOCUMENT.replace('apiId: abcdefghij', 'stack: users-prod, logicalId: Api');
    using service = aService(document, INVENTORY);
    const authorizer = (ttlSeconds: number) => ({
      Auth: {
        Type: 'AWS::ApiGateway::Authorizer',
        Properties: {
          RestApiId: { Ref: 'Api' },
          Name: 'tokens',
          Type: 'TOKEN',
          AuthorizerResultTtlInSeconds: ttlSeconds,
          IdentitySource: 'method.request.header.Authorization',
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
      message: /^access\/users\.yml: authorizer tokens: caches results for 3600 s/,
    });
    void packaging(60)();
  });

  it('refuses a charged method in its own stack that does not require a key', () => {
    const quota =
      'quota: { plan: gold, tenant: users, routes: [GET /users], admissionKey: users-admitted-requests }\n';
    const document = DOCUMENT.replace('apiId: abcdefghij', 'stack: users-prod, logicalId: Api') + quota;
    using service = aService(document, INVENTORY);
    const [ofApi, root] = [{ RestApiId: { Ref: 'Api' } }, { 'Fn::GetAtt': ['Api', 'RootResourceId'] }];
    const uri = { 'Fn::GetAtt': ['RequestDashauthorizerLambdaFunction', 'Arn'] };
    const source = { IdentitySource: 'method.request.header.Authorization', AuthorizerResultTtlInSeconds: 0 };
    const guard = { HttpMethod: 'GET', AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Auth' } };
    const the = (type: string, Properties: object) => ({
      Type: `AWS::ApiGateway::${type}`,
      Properties: { ...ofApi, ...Properties },
    });
    const resources = (isKeyRequired: boolean) => ({
      Api: the('RestApi', { ApiKeySourceType: 'AUTHORIZER' }),
      Users: the('Resource', { PathPart: 'users', ParentId: root }),
      Auth: the('Authorizer', { Name: 'requests', Type: 'REQUEST', ...source, AuthorizerUri: uri }),
      Get: the('Method', { ...guard, ResourceId: { Ref: 'Users' }, ApiKeyRequired: isKeyRequired }),
    });
    const packaging = (isKeyRequired: boolean) => {
      const custom = { localStages: ['prod'] };
      const hooks = aPlugin('prod', {}, custom, service.folder, resources(isKeyRequired));
      void hooks['initialize']?.();
      return () => hooks[finalize]?.();
    };

    assert.throws(packaging(false), {
      code: 'ACCESS_WIRING_UNSAFE',
      message: /^access\/users\.yml: GET \/users is charged but requires no API key/,
    });
    void packaging(true)();
  });

  const WEBHOOKS = `version: 1
sources:
  hub:
    scheme: github
    secrets: { prod: { parameter: /hooks/hub } }
    target: { sqs: { queue: 'hooks-{stage}' } }
`;

  function aReceiver(webhooks: string) {
    const service = aService(DOCUMENT, INVENTORY);
    writeFileSync(join(service.folder, 'access/webhooks.yml'), webhooks);
    const role = {
      Type: 'AWS::IAM::Role',
      Properties: { Policies: [{ PolicyName: 'run' }] } as Record<string, unknown>,
    };
    const custom = { localStages: ['prod'] };
    const deployed = { localStages: [] };
    const more = { WebhookReceiverRole: role };
    return {
      folder: service.folder,
      role,
      [Symbol.dispose]: () => service[Symbol.dispose](),
      hooks: aPlugin('prod', {}, custom, service.folder, more),
      deployed: aPlugin('prod', {}, deployed, service.folder, more),
    };
  }

  it('gives the role of the webhook receiver what its document needs', () => {
    using receiver = aReceiver(WEBHOOKS);
    const { role, hooks } = receiver;
    void hooks['initialize']?.();

    void hooks[finalize]?.();

    assert.match(
      JSON.stringify(role.Properties),
      /"PolicyName":"run".*ssm:GetParameter.*parameter\/hooks\/hub.*sqs:SendMessage.*:hooks-prod"/,
    );
  });

  it('names line and column of what is wrong in the document of webhooks', () => {
    using receiver = aReceiver(WEBHOOKS.replace('github', 'gitlab'));
    const { hooks } = receiver;

    assert.throws(() => hooks['initialize']?.(), {
      code: 'ACCESS_DOCUMENT_INVALID',
      message: /^access\/webhooks\.yml:4:13: sources\.hub\.scheme: must be one of github/,
    });
  });

  it('refuses to deploy a webhook whose secret is in a variable', () => {
    using receiver = aReceiver(WEBHOOKS.replace('parameter: /hooks/hub', 'env: HUB'));
    const { folder, hooks, deployed } = receiver;
    rmSync(join(folder, 'access/users.yml'));
    void hooks['initialize']?.();
    void hooks[finalize]?.();
    void deployed['initialize']?.();

    assert.throws(() => deployed[finalize]?.(), {
      code: 'LOCAL_SECRET_DEPLOYED',
      message: /the secret of "hub" from an environment variable/,
    });
  });
});
