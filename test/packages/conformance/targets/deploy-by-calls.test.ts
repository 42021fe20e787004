import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { deployByCalls } from '../../../../packages/conformance/targets/deploy-by-calls.ts';
import { zipOf } from '../../../../packages/conformance/targets/zip.ts';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import { buildTemplate } from '../../../../packages/conformance/template/template.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { SdkTarget } from '../../../../packages/conformance/play/control-target.ts';
import type { JsonObject, ParityCase } from '../../../../packages/conformance/schema/parity-case.ts';

const MOCK = aParityCase({
  setup: {
    stage: 'dev',
    methods: [
      {
        path: '/a',
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: { Type: 'MOCK', IntegrationResponses: [{ StatusCode: '200' }] },
        MethodResponses: [{ StatusCode: '200' }],
      },
    ],
  },
});

type Sent = readonly [call: string, input: JsonObject];

/** Gives ids by call; refuses one of them. */
function aTarget(sent: Sent[], refused = ''): SdkTarget {
  return {
    region: 'us-east-1',
    accountId: '123456789012',
    send(_service, { call, input }) {
      sent.push([call, input]);
      if (call === refused)
        return Promise.resolve({
          status: 400,
          body: {},
          error: { code: 'BadRequestException', message: 'no' },
        });
      return Promise.resolve({
        status: 201,
        body: { id: `${call}-id`, rootResourceId: 'root', stageName: 'dev' },
      });
    },
    close: () => undefined,
  };
}

const make = (parityCase: ParityCase, sent: Sent[], refused?: string) =>
  deployByCalls(
    buildTemplate(parityCase, {
      naming: (name) => name,
      backendUrl: undefined,
      runnerUrl: 'http://127.0.0.1:9',
    }),
    {
      target: aTarget(sent, refused),
      prefix: 'p',
      role: () => Promise.resolve('arn:aws:iam::123456789012:role/r'),
    },
  );

describe('deployByCalls', () => {
  it('creates a fragment by calls to AWS, in order', async () => {
    const sent: Sent[] = [];
    const outcome = await make(MOCK, sent);

    assert.equal(outcome.kind === 'made' && outcome.apiId, 'CreateRestApi-id');
    const at = { restApiId: 'CreateRestApi-id', resourceId: 'CreateResource-id', httpMethod: 'GET' };
    assert.deepEqual(sent, [
      ['CreateRestApi', { name: 'ParityApi' }],
      ['CreateResource', { restApiId: 'CreateRestApi-id', parentId: 'root', pathPart: 'a' }],
      ['PutMethod', { ...at, authorizationType: 'NONE' }],
      ['PutMethodResponse', { ...at, statusCode: '200' }],
      ['PutIntegration', { ...at, type: 'MOCK' }],
      ['PutIntegrationResponse', { ...at, statusCode: '200' }],
      ['CreateDeployment', { restApiId: 'CreateRestApi-id' }],
      [
        'CreateStage',
        { restApiId: 'CreateRestApi-id', deploymentId: 'CreateDeployment-id', stageName: 'dev' },
      ],
    ]);
  });

  it('returns the refusal of a call, with what was created before it', async () => {
    const outcome = await make(MOCK, [], 'PutIntegration');

    assert.deepEqual(
      [outcome.kind, outcome.kind === 'refused' && outcome.message, outcome.made.length],
      ['refused', 'PutIntegration: BadRequestException: no', 4],
    );
  });

  it('removes what it has made if it finds that it cannot be asked', async () => {
    const sent: Sent[] = [];
    const withSettings = { ...MOCK, setup: { ...MOCK.setup, stageProps: { TracingEnabled: true } } };

    await assert.rejects(make(withSettings, sent), NotAsked);
    assert.deepEqual(sent.at(-1), ['DeleteRestApi', { restApiId: 'CreateRestApi-id' }]);
  });
});

/** API references of API Gateway (v1, v2) and Lambda; CloudFormation's properties of the same names. */
describe('the calls of a template', () => {
  /** Gives each call its name as all of its ids; what it was sent. */
  async function callsOf(Resources: object, answers: Readonly<Record<string, JsonObject>> = {}) {
    const sent: Sent[] = [];
    const target: SdkTarget = {
      ...aTarget([]),
      send(service, { call, input }) {
        sent.push([`${service} ${call}`, input]);
        const ids = [
          'id',
          'name',
          'stageName',
          'ApiId',
          'ModelId',
          'RouteId',
          'IntegrationId',
          'AuthorizerId',
        ];
        const body = Object.fromEntries(ids.map((id) => [id, `${call}-${id}`]));
        return Promise.resolve({ status: 201, body: { ...body, ...answers[call] } });
      },
    };
    const role = () => Promise.resolve('arn:of-role');
    const outcome = await deployByCalls(JSON.stringify({ Resources }), { target, prefix: 'p', role });
    return { sent, apiId: outcome.kind === 'made' ? outcome.apiId : undefined };
  }
  const rest = (Type: string, Properties: object) => ({
    One: { Type: `AWS::ApiGateway::${Type}`, Properties },
  });
  const v2 = (Type: string, Properties: object) => ({
    One: { Type: `AWS::ApiGatewayV2::${Type}`, Properties },
  });

  const rows: readonly (readonly [resources: object, call: string, input: JsonObject])[] = [
    [
      rest('RestApi', {
        Name: 'a',
        ApiKeySourceType: 'HEADER',
        EndpointConfiguration: { Types: ['REGIONAL'] },
      }),
      'apigateway CreateRestApi',
      { name: 'a', apiKeySource: 'HEADER', endpointConfiguration: { types: ['REGIONAL'] } },
    ],
    [rest('Authorizer', { Type: 'TOKEN' }), 'apigateway CreateAuthorizer', { type: 'TOKEN' }],
    [rest('RequestValidator', { Name: 'a' }), 'apigateway CreateRequestValidator', { name: 'a' }],
    [
      rest('GatewayResponse', { ResponseType: 'A', ResponseParameters: { 'Gateway.X': 'y' } }),
      'apigateway PutGatewayResponse',
      { responseType: 'A', responseParameters: { 'Gateway.X': 'y' } },
    ],
    [
      rest('Model', { Name: 'a', Schema: { type: 'object' } }),
      'apigateway CreateModel',
      { name: 'a', contentType: 'application/json', schema: '{"type":"object"}' },
    ],
    [
      rest('Model', { Schema: '{}', ContentType: 'text/xml' }),
      'apigateway CreateModel',
      { contentType: 'text/xml', schema: '{}' },
    ],
    [
      rest('ApiKey', { Name: 'a', StageKeys: [{ RestApiId: 'r', StageName: 's' }] }),
      'apigateway CreateApiKey',
      { enabled: true, name: 'a', stageKeys: [{ restApiId: 'r', stageName: 's' }] },
    ],
    [rest('ApiKey', { Enabled: false }), 'apigateway CreateApiKey', { enabled: false }],
    [
      rest('UsagePlan', {
        UsagePlanName: 'gold',
        ApiStages: [{ ApiId: 'r', Stage: 's', Throttle: null }],
        Quota: { Limit: 1 },
        Throttle: { RateLimit: 2 },
      }),
      'apigateway CreateUsagePlan',
      {
        name: 'gold',
        apiStages: [{ apiId: 'r', stage: 's', throttle: null }],
        quota: { limit: 1 },
        throttle: { rateLimit: 2 },
      },
    ],
    [rest('UsagePlan', {}), 'apigateway CreateUsagePlan', { name: '' }],
    [
      rest('UsagePlanKey', { KeyId: 'k', KeyType: 'API_KEY', UsagePlanId: 'p' }),
      'apigateway CreateUsagePlanKey',
      { keyId: 'k', keyType: 'API_KEY', usagePlanId: 'p' },
    ],
    [
      rest('Stage', { StageName: 'a', Variables: { B: 'c' } }),
      'apigateway CreateStage',
      { stageName: 'a', variables: { B: 'c' } },
    ],
    [v2('Api', { Name: 'a' }), 'apigatewayv2 CreateApi', { Name: 'a' }],
    [v2('Authorizer', { Name: 'a' }), 'apigatewayv2 CreateAuthorizer', { Name: 'a' }],
    [v2('Model', { Name: 'a', Schema: {} }), 'apigatewayv2 CreateModel', { Name: 'a', Schema: '{}' }],
    [v2('Model', { Schema: 'text' }), 'apigatewayv2 CreateModel', { Schema: 'text' }],
    [v2('Integration', { A: 'b' }), 'apigatewayv2 CreateIntegration', { A: 'b' }],
    [v2('IntegrationResponse', { A: 'b' }), 'apigatewayv2 CreateIntegrationResponse', { A: 'b' }],
    [v2('Route', { A: 'b' }), 'apigatewayv2 CreateRoute', { A: 'b' }],
    [v2('RouteResponse', { A: 'b' }), 'apigatewayv2 CreateRouteResponse', { A: 'b' }],
    [v2('Deployment', { A: 'b' }), 'apigatewayv2 CreateDeployment', { A: 'b' }],
    [v2('Stage', { StageName: 'b' }), 'apigatewayv2 CreateStage', { StageName: 'b' }],
    [
      { One: { Type: 'AWS::Lambda::Permission', Properties: { Action: 'a' } } },
      'lambda AddPermission',
      { Action: 'a', StatementId: 'One' },
    ],
  ];
  for (const [resources, call, input] of rows)
    it(`send ${call} with ${JSON.stringify(input)}`, async () => {
      assert.deepEqual((await callsOf(resources)).sent, [[call, input]]);
    });

  it('make a function of its source, by the role of the account, under the name of the run', async () => {
    const Properties = { Runtime: 'nodejs22.x', Code: { ZipFile: 'exports.a = 1;' }, Role: 'other' };
    const { sent } = await callsOf({ Fn: { Type: 'AWS::Lambda::Function', Properties } });

    const [[call, { Code, ...input }] = ['', {}]] = sent;
    assert.equal(call, 'lambda CreateFunction');
    assert.deepEqual(input, { Runtime: 'nodejs22.x', FunctionName: 'p-Fn', Role: 'arn:of-role' });
    assert.deepEqual((Code as JsonObject)['ZipFile'], zipOf('index.js', 'exports.a = 1;'));
  });

  it('refer to what was made before', async () => {
    const { sent, apiId } = await callsOf(
      {
        Fn: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: '' } } },
        Api: { Type: 'AWS::ApiGatewayV2::Api' },
        Model: { Type: 'AWS::ApiGatewayV2::Model' },
        Out: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            fn: { Ref: 'Fn' },
            arn: { 'Fn::GetAtt': ['Fn', 'Arn'] },
            none: { 'Fn::GetAtt': ['Fn', 'Other'] },
            api: { Ref: 'Api' },
            model: { Ref: 'Model' },
            pseudo: [{ Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }, { Ref: 'AWS::Partition' }],
            sub: { 'Fn::Sub': '${AWS::Region}/${AWS::AccountId}/${Fn}' },
            join: { 'Fn::Join': ['/', ['integrations', { Ref: 'Api' }]] },
            map: { Ref: 'Api', Other: { Ref: 'Api' } },
            plain: { Other: null },
          },
        },
      },
      { CreateFunction: { FunctionName: 'p-Fn', FunctionArn: 'arn:of-function' } },
    );

    assert.equal(apiId, 'CreateApi-ApiId');
    assert.deepEqual(sent.at(-1)?.[1], {
      fn: 'p-Fn',
      arn: 'arn:of-function',
      none: '',
      api: 'CreateApi-ApiId',
      model: 'CreateModel-ModelId',
      pseudo: ['us-east-1', '123456789012', ''],
      sub: 'us-east-1/123456789012/${Fn}',
      join: 'integrations/CreateApi-ApiId',
      map: { Ref: 'Api', Other: 'CreateApi-ApiId' },
      plain: { Other: null },
    });
  });

  const models = (schema: string) => ({
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    A: { Type: 'AWS::ApiGateway::Model', Properties: { Name: 'a' } },
    B: { Type: 'AWS::ApiGateway::Model', Properties: { Schema: schema } },
  });
  const refer = (name: string): string =>
    `{"$ref":"https://apigateway.amazonaws.com/restapis/r/models/${name}"}`;
  it('make a model that refers to an earlier one', async () => {
    const { sent } = await callsOf(models(refer('a')), { CreateModel: { name: 'a' } });

    assert.equal(sent.length, 3);
  });

  for (const [resources, reason] of [
    [{ A: { Type: 'AWS::SQS::Queue' } }, 'the runner cannot create AWS::SQS::Queue with API calls'],
    [rest('RestApi', { Body: {} }), 'the runner cannot set RestApi.Body with API calls'],
    [rest('RestApi', { BodyS3Location: {} }), 'the runner cannot set RestApi.BodyS3Location with API calls'],
    [rest('RestApi', { Parameters: {} }), 'the runner cannot set RestApi.Parameters with API calls'],
    [rest('Stage', { MethodSettings: [] }), 'the runner cannot set Stage.MethodSettings with API calls'],
    [v2('Api', { Body: {} }), 'the runner cannot set Api.Body with API calls'],
    [
      v2('Integration', { ResponseParameters: [] }),
      'the runner cannot set Integration.ResponseParameters with API calls',
    ],
    [
      models(refer('later')),
      'the runner cannot create a model with API calls if the model refers to a model that is created later',
    ],
  ] as const)
    it(`cannot be asked: ${reason}`, async () => {
      await assert.rejects(callsOf(resources), (error) => {
        assert.ok(error instanceof NotAsked);
        assert.equal(error.message, reason);
        return true;
      });
    });

  it('cannot be asked if functions are not made', async () => {
    const template = { Resources: { Fn: { Type: 'AWS::Lambda::Function', Properties: { Code: {} } } } };
    const target = aTarget([], 'CreateFunction');
    const role = () => Promise.resolve('arn');

    await assert.rejects(deployByCalls(JSON.stringify(template), { target, prefix: 'p', role }), {
      message: 'CreateFunction: BadRequestException: no',
    });
  });
});
