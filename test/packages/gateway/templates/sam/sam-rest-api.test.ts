import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { samProperties, samResources, samSecurity, samTemplate } from '../sam-builders.ts';
import { aStack, refusal } from '../stack-builders.ts';

const GET = 'Path: /x, Method: get';
const POST = 'Path: /x, Method: post';
const API = 'SAM specification, AWS::Serverless::Api';

/** `Access-Control-Allow-Origin` and similar headers of OPTIONS /x. */
function preflight(text: string): JsonObject {
  const integration = samProperties(text, 'Api OPTIONS /x')['Integration'] as JsonObject;
  const [response] = integration['IntegrationResponses'] as readonly JsonObject[];
  const parameters = Object.entries(response?.['ResponseParameters'] as JsonObject);
  return Object.fromEntries(
    parameters.map(([name, value]) => [name.replace(/^.*Access-Control-/, ''), value]),
  );
}

describe('AWS::Serverless::Api', () => {
  it('is refused with a property that SAM does not have', () => {
    assert.throws(
      () => aStack(samTemplate('Api', 'Surprise: 1', { A: GET })),
      /property Surprise not defined for resource of type AWS::Serverless::Api/,
    );
  });
});

describe('the stages of AWS::Serverless::Api', () => {
  // aws/serverless-application-model#2077, and output of aws-sam-translator 1.110.0.
  for (const [members, stageName] of [
    ['', 'Stage'],
    ['OpenApiVersion: 3.0.1', undefined],
    ["OpenApiVersion: '2.0'", undefined],
  ] as const)
    it(`have ${stageName === undefined ? 'no second stage' : 'the second stage Stage'} with "${members}"`, () => {
      const made = samProperties(samTemplate('Api', members, { A: GET }), 'ApiDeployment');

      assert.equal(made['StageName'], stageName, 'docs/aws §10.2');
    });
});

describe('Cors of AWS::Serverless::Api', () => {
  const rows: { cors: string; headers: JsonObject }[] = [
    {
      cors: `"'*'"`,
      headers: { 'Allow-Origin': "'*'", 'Allow-Methods': "'GET,OPTIONS,POST'" },
    },
    {
      cors: `{ AllowOrigin: "'https://a.example'", AllowMethods: "'GET'", AllowHeaders: "'X-A'", MaxAge: "'600'", AllowCredentials: true }`,
      headers: {
        'Allow-Origin': "'https://a.example'",
        'Allow-Headers': "'X-A'",
        'Allow-Methods': "'GET'",
        'Max-Age': "'600'",
        'Allow-Credentials': "'true'",
      },
    },
    {
      cors: `{ AllowHeaders: "'*'" }`,
      headers: { 'Allow-Origin': "'*'", 'Allow-Headers': "'*'", 'Allow-Methods': "'GET,OPTIONS,POST'" },
    },
  ];
  for (const { cors, headers } of rows) {
    it(`answers a preflight for Cors: ${cors}`, () => {
      const text = samTemplate('Api', `Cors: ${cors}`, { Get: GET, Post: POST });

      assert.deepEqual(preflight(text), headers, `${API}, CorsConfiguration`);
      const integration = samProperties(text, 'Api OPTIONS /x')['Integration'] as JsonObject;
      assert.equal(integration['Type'], 'MOCK');
    });
  }

  it('is inherited from Globals, for APIs with their own documents and for the implicit API', () => {
    const body =
      '{ swagger: "2.0", paths: { /x: { get: { x-amazon-apigateway-integration: { type: mock } } } } }';
    const globals = `Globals: { Api: { Cors: "'*'" } }`;
    const explicit = samTemplate('Api', `DefinitionBody: ${body}`, {}, globals);
    const implicit = samTemplate('Api', '', { Get: GET }, globals).replace('RestApiId: !Ref Api, ', '');

    assert.equal(preflight(explicit)['Allow-Methods'], "'GET,OPTIONS'");
    assert.ok(samResources(implicit).has('ServerlessRestApi OPTIONS /x'));
  });

  it('keeps an OPTIONS method of the service, and allows every method in addition to ANY', () => {
    const own = samTemplate('Api', `Cors: "'*'"`, { Own: 'Path: /x, Method: options' });
    const any = samTemplate('Api', `Cors: "'*'"`, { Any: 'Path: /x, Method: any' });

    assert.equal((samProperties(own, 'Api OPTIONS /x')['Integration'] as JsonObject)['Type'], 'AWS_PROXY');
    assert.equal(preflight(any)['Allow-Methods'], "'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'");
  });

  it('refuses what SAM refuses', () => {
    const says = (cors: string): string =>
      refusal(() => aStack(samTemplate('Api', `Cors: ${cors}`, { Get: GET })));

    assert.match(says('{ AllowOrigins: x }'), /unknown property AllowOrigins in Cors/);
    assert.match(says('{ AllowCredentials: true }'), /AllowCredentials cannot be true/);
  });
});

describe('Auth of AWS::Serverless::Api', () => {
  const TOKEN =
    'Authorizers: { T: { FunctionArn: arn }, C: { UserPoolArn: pool, AuthorizationScopes: [read] } }';
  const body = `DefinitionBody: { swagger: "2.0", paths: { /x: { get: { x-amazon-apigateway-integration: { type: mock } }, post: { security: [{ NONE: [] }], x-amazon-apigateway-integration: { type: mock } } } } }`;
  const rows: { name: string; api: string; events: Record<string, string>; gives: Record<string, string> }[] =
    [
      {
        name: 'a default authorizer, with exceptions',
        api: `Auth: { DefaultAuthorizer: T, ${TOKEN} }`,
        events: {
          A: GET,
          B: `${POST}, Auth: { Authorizer: NONE }`,
          C: 'Path: /c, Method: get, Auth: { Authorizer: C }',
        },
        gives: { 'GET /x': 'CUSTOM T', 'POST /x': 'NONE', 'GET /c': 'COGNITO_USER_POOLS C' },
      },
      {
        name: 'a default authorizer together with a document',
        api: `${body}, Auth: { DefaultAuthorizer: T, ${TOKEN} }`,
        events: {},
        gives: { 'GET /x': 'CUSTOM T', 'POST /x': 'NONE' },
      },
      {
        name: 'preflights with and without the default authorizer',
        api: `Cors: "'*'", Auth: { DefaultAuthorizer: T, ${TOKEN} }`,
        events: { A: GET },
        gives: { 'GET /x': 'CUSTOM T', 'OPTIONS /x': 'CUSTOM T' },
      },
      {
        name: 'preflights without an authorizer and a key',
        api: `Cors: "'*'", Auth: { DefaultAuthorizer: T, ApiKeyRequired: true, AddDefaultAuthorizerToCorsPreflight: false, AddApiKeyRequiredToCorsPreflight: false, ${TOKEN} }`,
        events: { A: GET },
        gives: { 'GET /x': 'CUSTOM T key', 'OPTIONS /x': 'NONE' },
      },
      {
        name: 'a key for all but one',
        api: 'Auth: { ApiKeyRequired: true }',
        events: { A: GET, B: `${POST}, Auth: { ApiKeyRequired: false }` },
        gives: { 'GET /x': 'NONE key', 'POST /x': 'NONE' },
      },
      {
        name: 'a key for one, together with a signature',
        api: 'Auth: { DefaultAuthorizer: AWS_IAM }',
        events: { A: GET, B: `${POST}, Auth: { ApiKeyRequired: true }` },
        gives: { 'GET /x': 'AWS_IAM', 'POST /x': 'AWS_IAM key' },
      },
      {
        name: "an event's authorizer over its API's document",
        api: `${body}, Auth: { ${TOKEN} }`,
        events: { A: `${GET}, Auth: { Authorizer: T, OverrideApiAuth: true }` },
        gives: { 'GET /x': 'CUSTOM T', 'POST /x': 'NONE' },
      },
    ];
  for (const { name, api, events, gives } of rows) {
    it(`gives methods ${name}`, () => {
      assert.deepEqual(samSecurity(samTemplate('Api', api, events)), gives, `${API}, ApiAuth`);
    });
  }

  it("calls with the caller's credentials behind a signature, unless a role or NONE is named", () => {
    const text = samTemplate('Api', 'Auth: { DefaultAuthorizer: AWS_IAM }', {
      A: GET,
      B: `${POST}, Auth: { Authorizer: AWS_IAM, InvokeRole: NONE }`,
      C: 'Path: /c, Method: get, Auth: { Authorizer: AWS_IAM, InvokeRole: role }',
    });
    const credentials = ['Api GET /x', 'Api POST /x', 'Api GET /c'].map(
      (id) => (samProperties(text, id)['Integration'] as JsonObject)['Credentials'],
    );

    assert.deepEqual(credentials, ['arn:aws:iam::*:user/*', undefined, 'role'], `${API}, ApiAuth.InvokeRole`);
  });

  it('refuses an unknown authorizer', () => {
    const says = (auth: string): string =>
      refusal(() => aStack(samTemplate('Api', `Auth: ${auth}`, { A: GET })));

    assert.match(says('{ DefaultAuthoriser: T }'), /unknown property DefaultAuthoriser in Auth/);
    assert.match(
      says('{ DefaultAuthorizer: T, Authorizers: { C: { UserPoolArn: pool } } }'),
      /DefaultAuthorizer names T, which is not in/,
    );
    assert.match(
      says('{ ResourcePolicy: { IpRangeWhiteList: x } }'),
      /SAM ignores the unknown property IpRangeWhiteList in Auth\.ResourcePolicy/,
    );
    assert.match(says('{ UsagePlan: { CreateUsagePlan: all } }'), /must be SHARED, PER_API or NONE/);
  });
});

describe('Auth.ResourcePolicy of AWS::Serverless::Api', () => {
  // samtranslator 1.1, swagger.py, add_resource_policy: run with these values
  const LISTS: readonly (readonly [policy: string, says: RegExp])[] = [
    [
      'SourceVpcWhitelist: vpc-1',
      /SAM ignores .*SourceVpcWhitelist, because it is a string.*write \[vpc-1\]/,
    ],
    ['SourceVpcBlacklist: vpce-1', /SAM ignores .*SourceVpcBlacklist, because it is a string/],
    ['SourceVpcWhitelist: [x]', /SAM ignores "x" in Auth\.ResourcePolicy\.SourceVpcWhitelist/],
    ['SourceVpcBlacklist: [vpce-1, subnet-1]', /SAM ignores "subnet-1"/],
    ['SourceVpcWhitelist: [12]', /SourceVpcWhitelist must be a list of strings. Use IntrinsicVpcWhitelist/],
    ['SourceVpcBlacklist: [true]', /SourceVpcBlacklist must be a list of strings. Use IntrinsicVpcBlacklist/],
  ];
  for (const [policy, says] of LISTS)
    it(`tells what becomes of ${policy}`, () => {
      const template = samTemplate('Api', `Auth: { ResourcePolicy: { ${policy} } }`, { A: GET });
      assert.match(
        refusal(() => aStack(template)),
        says,
      );
    });

  const every = ['execute-api:/live/GET/x', 'execute-api:/live/POST/x'];
  const statement = (Effect: string, Condition?: Json): JsonObject => ({
    Effect,
    Action: 'execute-api:Invoke',
    Resource: every,
    Principal: '*',
    ...(Condition === undefined ? {} : { Condition }),
  });
  const rows: { policy: string; statements: readonly Json[] }[] = [
    {
      policy: 'IpRangeWhitelist: [10.0.0.0/8]',
      statements: [
        statement('Allow'),
        statement('Deny', { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8'] } }),
      ],
    },
    {
      policy: 'IpRangeBlacklist: 10.0.0.0/8',
      statements: [statement('Allow'), statement('Deny', { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8'] } })],
    },
    {
      policy: 'AwsAccountWhitelist: ["111111111111"]',
      statements: [{ ...statement('Allow'), Principal: { AWS: ['111111111111'] } }],
    },
    {
      policy: 'AwsAccountBlacklist: ["111111111111"]',
      statements: [{ ...statement('Deny'), Principal: { AWS: ['111111111111'] } }],
    },
    {
      policy: 'SourceVpcWhitelist: [vpc-1, vpce-2], IntrinsicVpceWhitelist: [!Ref "AWS::Region"]',
      statements: [
        statement('Allow'),
        statement('Deny', {
          StringNotEquals: { 'aws:SourceVpc': ['vpc-1'], 'aws:SourceVpce': ['vpce-2', 'eu-west-1'] },
        }),
      ],
    },
    {
      policy: 'SourceVpcBlacklist: [vpc-1]',
      statements: [statement('Allow'), statement('Deny', { StringEquals: { 'aws:SourceVpc': ['vpc-1'] } })],
    },
    { policy: 'CustomStatements: [{ Effect: Deny }]', statements: [{ Effect: 'Deny' }] },
  ];
  for (const { policy, statements } of rows) {
    it(`makes the statements of ${policy}`, () => {
      const text = samTemplate('Api', `Auth: { ResourcePolicy: { ${policy} } }`, { A: GET, B: POST });

      assert.deepEqual(
        samProperties(text, 'Api')['Policy'],
        { Version: '2012-10-17', Statement: statements },
        `${API}, ResourcePolicyStatement`,
      );
    });
  }

  it('takes a list of a parameter', () => {
    const list = 'Parameters: { Deny: { Type: CommaDelimitedList, Default: "10.0.0.1, 10.1.0.0/16" } }';
    const text = samTemplate(
      'Api',
      'Auth: { ResourcePolicy: { IpRangeBlacklist: !Ref Deny } }',
      { A: GET },
      list,
    );

    assert.match(
      JSON.stringify(samProperties(text, 'Api')['Policy']),
      /"aws:SourceIp":\["10\.0\.0\.1","10\.1\.0\.0\/16"\]/,
    );
  });

  // Output of aws-sam-translator 1.115.0 for such a template.
  it('applies to all methods of its path if an event has it', () => {
    const text = samTemplate('Api', '', {
      A: `${GET}, Auth: { ResourcePolicy: { AwsAccountBlacklist: ["1"] } }`,
      B: POST,
    });
    const { Statement: statements } = samProperties(text, 'Api')['Policy'] as {
      Statement: readonly JsonObject[];
    };

    assert.deepEqual(
      statements.map(({ Resource }) => Resource),
      [['execute-api:/live/GET/x', 'execute-api:/live/POST/x']],
    );
  });
});

describe('the other properties of AWS::Serverless::Api', () => {
  it('makes a usage plan with its key, for the API or shared', () => {
    const own = samTemplate(
      'Api',
      'Auth: { UsagePlan: { CreateUsagePlan: PER_API, Quota: { Limit: 5, Period: DAY } } }',
      {
        A: GET,
      },
    );
    const { physicalId } = samResources(own).get('Api') ?? { physicalId: '' };
    const shared = samTemplate('Api', 'Auth: { UsagePlan: { CreateUsagePlan: SHARED } }', { A: GET });

    assert.deepEqual(samProperties(own, 'ApiUsagePlan'), {
      ApiStages: [{ ApiId: physicalId, Stage: 'live' }],
      Quota: { Limit: 5, Period: 'DAY' },
    });
    assert.equal(samProperties(own, 'ApiUsagePlanKey')['KeyType'], 'API_KEY');
    assert.equal(samProperties(own, 'ApiApiKey')['Enabled'], true);
    assert.ok(samResources(shared).has('ServerlessUsagePlanKey'));
  });

  it('validates bodies and parameters of an event by models of the API', () => {
    const text = samTemplate('Api', 'Models: { User: { type: object, required: [name] } }', {
      A: `${POST}, RequestModel: { Model: User, ValidateBody: true }, RequestParameters: [method.request.header.X-A: { Required: true, Caching: true }, method.request.querystring.q]`,
    });
    const method = samProperties(text, 'Api POST /x');

    assert.deepEqual(method['RequestModels'], { 'application/json': 'user' }, `${API}, RequestModel`);
    assert.deepEqual(method['RequestParameters'], {
      'method.request.header.X-A': true,
      'method.request.querystring.q': false,
    });
    assert.deepEqual((method['Integration'] as JsonObject)['CacheKeyParameters'], [
      'method.request.header.X-A',
    ]);
    assert.equal(samProperties(text, 'Api RequestValidator body-only')['ValidateRequestBody'], true);
    assert.match(
      refusal(() => aStack(samTemplate('Api', '', { A: `${GET}, RequestModel: { Model: User }` }))),
      /event A: RequestModel.Model must be the name of a model of the API, not "User"/,
    );
  });

  it('makes gateway responses', () => {
    const text = samTemplate(
      'Api',
      `GatewayResponses: { DEFAULT_4XX: { StatusCode: 418, ResponseParameters: { Headers: { X-A: "'1'" } }, ResponseTemplates: { application/json: '{}' } } }`,
      { A: GET },
    );
    const made = samProperties(text, 'Api GatewayResponse DEFAULT_4XX');
    const response = Object.fromEntries(Object.entries(made).filter(([name]) => name !== 'RestApiId'));

    assert.deepEqual(response, {
      ResponseType: 'DEFAULT_4XX',
      StatusCode: 418,
      ResponseParameters: { 'gatewayresponse.header.X-A': "'1'" },
      ResponseTemplates: { 'application/json': '{}' },
    });
  });

  it("adds routes to the API's own document only with MergeDefinitions", () => {
    const body =
      'DefinitionBody: { swagger: "2.0", paths: { /y: { get: { x-amazon-apigateway-integration: { type: mock } } } } }';
    const merged = samTemplate('Api', `${body}, MergeDefinitions: true`, { A: GET });
    const plain = samTemplate('Api', body, { A: GET });

    assert.deepEqual(Object.keys(samSecurity(merged)), ['GET /y', 'GET /x']);
    assert.deepEqual(Object.keys(samSecurity(plain)), ['GET /y']);
  });

  it('omits routes of functions that are not created, and the implicit API with the last of them', () => {
    const head = (events: string, more = ''): string => `
Transform: AWS::Serverless-2016-10-31
Conditions: { No: !Equals [a, b], Yes: !Equals [a, a] }
Resources:
  F: { Type: AWS::Serverless::Function, Condition: No, Properties: { Runtime: nodejs24.x, Handler: a.b, Events: { A: { Type: Api, Properties: { ${events} } } } } }
  G: { Type: AWS::Serverless::Function, ${more} Properties: { Runtime: nodejs24.x, Handler: a.b, Events: { A: { Type: Api, Properties: { Path: /g, Method: get } } } } }`;

    assert.deepEqual(Object.keys(samSecurity(head(GET))), ['GET /g']);
    assert.deepEqual(Object.keys(samSecurity(head(GET, 'Condition: Yes,'))), ['GET /g']);
    assert.equal(samResources(head(GET, 'Condition: No,')).has('ServerlessRestApi'), false);
  });
});
