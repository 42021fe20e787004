import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { fillPlaceholders } from '../../../../packages/conformance/template/placeholders.ts';
import { DEFAULT_FILE, readCases } from '../../../../packages/conformance/schema/read-cases.ts';
import { isPlainCase } from '../../../parity/plain-cases.ts';
import { aParityCase, resourcesOf } from '../../../support/a-parity-case.ts';
import { renameCase, renamer } from '../../../parity/rename.ts';
import { buildTemplate } from '../../../../packages/conformance/template/template.ts';
import type { JsonObject, ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

type Template = {
  readonly Resources: Readonly<
    Record<string, { Type: string; Properties: JsonObject; DependsOn?: string[] }>
  >;
};

const build = (parityCase: ParityCase, naming = (name: string) => name): Template =>
  JSON.parse(
    buildTemplate(parityCase, { naming, backendUrl: 'http://127.0.0.1:9', runnerUrl: 'http://127.0.0.1:8' }),
  ) as Template;

const MOCK = { Type: 'MOCK' };

describe('buildTemplate', () => {
  it('makes each resource of a path once, in list order', () => {
    const methods = ['/a/b', '/a/{c}', '/'].map((path) => {
      return { path, HttpMethod: 'GET', AuthorizationType: 'NONE', Integration: MOCK };
    });

    const { Resources } = build(aParityCase({ setup: { stage: 'dev', methods } }));

    const parts = Object.values(Resources).filter(({ Type }) => Type === 'AWS::ApiGateway::Resource');
    assert.deepEqual(
      parts.map(({ Properties }) => Properties['PathPart']),
      ['a', 'b', '{c}'],
    );
    assert.deepEqual(Resources['Method2']?.Properties['ResourceId'], {
      'Fn::GetAtt': ['Api', 'RootResourceId'],
    });
  });

  it('snapshots the deployment after all methods', () => {
    const methods = [{ path: '/a', HttpMethod: 'GET', AuthorizationType: 'NONE', Integration: MOCK }];

    const { Resources } = build(aParityCase({ setup: { stage: 'dev', methods } }));

    assert.deepEqual(Resources['Deployment']?.DependsOn, ['Method0']);
  });

  it('refers to declared models, validators and authorizers, and keeps undeclared models', () => {
    const { Resources } = build(
      aParityCase({
        setup: {
          stage: 'dev',
          models: { pet: { ContentType: 'application/json', Schema: {} } },
          validators: { all: { ValidateRequestBody: true } },
          authorizers: { who: { Type: 'TOKEN' } },
          methods: [
            {
              path: '/',
              HttpMethod: 'POST',
              Authorizer: 'who',
              RequestValidator: 'all',
              RequestModels: { 'application/json': 'pet', 'text/plain': 'unknown' },
              Integration: MOCK,
            },
          ],
        },
      }),
    );

    const Properties = Resources['Method0']?.Properties ?? {};
    assert.deepEqual(Properties['AuthorizerId'], { Ref: 'Authorizerwho' });
    assert.deepEqual(Properties['RequestValidatorId'], { Ref: 'Validatorall' });
    assert.deepEqual(Properties['RequestModels'], {
      'application/json': { Ref: 'Modelpet' },
      'text/plain': 'unknown',
    });
    assert.ok(!('Authorizer' in Properties));
  });

  it('reports events only if a case compares them', () => {
    const functions = { fn: 'exports.handler = async () => ({});' };

    const plain = build(aParityCase({ setup: { stage: 'dev', functions } }));
    const reporting = build(aParityCase({ setup: { stage: 'dev', functions }, expect: { event: {} } }));

    assert.deepEqual(plain.Resources['Functionfn']?.Properties['Code'], { ZipFile: functions.fn });
    assert.match(JSON.stringify(reporting.Resources['Functionfn']), /\/events\/fn/);
  });

  const GIVEN = {
    region: '${region}',
    issuer: '${issuer}',
    backend: '${backend}',
    backendHost: '${backendHost}',
    fnName: '${fnName:my-fn}',
    fn: '${fn:my-fn}',
    apiId: '${apiId}',
    deployment: '${deployment:x}',
    role: '${role}',
    waf: '${waf:w}',
  };
  it('has a function with its permission, and fills what the case leaves open', () => {
    const { Functionmyfn, Functionother, Permissionmyfn, Permissionother } = resourcesOf(
      'rest',
      {
        stage: 'dev',
        functions: { 'my-fn': 'exports.handler = 1;', other: '' },
        withoutPermission: ['other'],
        functionProps: { other: { Timeout: 3, Environment: { Variables: GIVEN } } },
      },
      { backendUrl: 'http://127.0.0.1:9', issuerUrl: 'http://issuer.example' },
    );

    const Role = { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/parity' };
    const region = { Ref: 'AWS::Region' };
    const usual = { Runtime: 'nodejs22.x', Handler: 'index.handler', Role };
    assert.deepEqual(Functionmyfn, {
      Type: 'AWS::Lambda::Function',
      Properties: { ...usual, Timeout: 10, Code: { ZipFile: 'exports.handler = 1;' } },
    });
    const uri = [
      'arn:aws:apigateway:',
      region,
      ':lambda:path/2015-03-31/functions/',
      { 'Fn::GetAtt': ['Functionmyfn', 'Arn'] },
      '/invocations',
    ];
    const Variables = {
      region,
      issuer: 'http://issuer.example',
      backend: 'http://127.0.0.1:9',
      backendHost: '127.0.0.1:9',
      fnName: { Ref: 'Functionmyfn' },
      fn: { 'Fn::Join': ['', uri] },
      apiId: { Ref: 'Api' },
      deployment: { Ref: 'Deploymentx' },
      role: Role,
      waf: { 'Fn::GetAtt': ['Wafw', 'Arn'] },
    };
    assert.deepEqual(Functionother?.Properties, {
      ...usual,
      Timeout: 3,
      Code: { ZipFile: '' },
      Environment: { Variables },
    });
    assert.deepEqual(Permissionmyfn, {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'Functionmyfn' },
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      },
    });
    assert.equal(Permissionother, undefined);
  });

  it('refuses two names of a case that give the same logical id', () => {
    assert.throws(() => resourcesOf('rest', { stage: 'dev', functions: { 'a-b': '', ab: '' } }), {
      message: 'two resources would have the logical id Functionab',
    });
  });

  it('builds every case of the default file', () => {
    const unbuilt = readCases(DEFAULT_FILE)
      .filter(isPlainCase)
      .filter((parityCase) => Object.keys(build(parityCase).Resources).length < 2);

    assert.deepEqual(unbuilt, []);
  });
});

describe('fillPlaceholders', () => {
  const values = (name: string) => ({ region: 'r', 'fn:f': { Ref: 'F' } })[name];

  it('joins text around an intrinsic', () => {
    assert.deepEqual(fillPlaceholders('a/${fn:f}/${region}', values), {
      'Fn::Join': ['', ['a/', { Ref: 'F' }, '/', 'r']],
    });
  });

  it("keeps API Gateway's own variables and template literals", () => {
    const text = '${stageVariables.host} $context.stage ${idx} ${JSON.parse(e.body).name}';

    assert.equal(fillPlaceholders(text, values), text);
  });

  it('refuses a placeholder without a value', () => {
    assert.throws(() => fillPlaceholders('${backend}', values), /unknown placeholder \$\{backend\}/);
  });
});

describe('renameCase', () => {
  const cases = readCases(DEFAULT_FILE).filter(isPlainCase);

  it('renames every function, authorizer, model, key and stage', () => {
    for (const parityCase of cases) {
      const { setup } = renameCase(parityCase, 'seed');
      for (const part of [
        'functions',
        'authorizers',
        'models',
        'validators',
        'apiKeys',
        'usagePlans',
      ] as const) {
        const names = Object.keys(setup[part] ?? {});
        assert.ok(
          names.every((name) => /^R[0-9a-f]{11}$/.test(name)),
          `${parityCase.id}: ${names.join()}`,
        );
      }
      assert.ok(setup.stage === '$default' || setup.stage !== parityCase.setup.stage);
    }
  });

  it('renames the stage in a repeated expectation, but not in a path that only looks like it', () => {
    const renamed = renameCase(
      aParityCase({
        setup: { stage: 'test' },
        request: { method: 'GET', path: '/test', rawUrlPath: '//test//test' },
        expect: { event: { path: '/test', requestContext: { stage: 'test', path: '/test/test' } } },
      }),
      'seed',
    );

    const { stage } = renamed.setup;
    assert.equal(renamed.request.rawUrlPath, `//${stage}//test`);
    assert.deepEqual(renamed.expect.event, {
      path: '/test',
      requestContext: { stage, path: `/${stage}/test` },
    });
  });

  it('uses other names for another seed and builds the same resources', () => {
    const [parityCase] = cases;
    assert.ok(parityCase !== undefined);
    const types = (template: Template) => Object.values(template.Resources).map(({ Type }) => Type);

    const renamed = build(renameCase(parityCase, 'a'), renamer('a'));

    assert.deepEqual(types(renamed), types(build(parityCase)));
    assert.notDeepEqual(
      Object.keys(renamed.Resources),
      Object.keys(build(renameCase(parityCase, 'b'), renamer('b')).Resources),
    );
  });
});
