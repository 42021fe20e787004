import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CreateResourceCommand, PutMethodCommand } from '@aws-sdk/client-api-gateway';
import { examineApis, examineDefined } from '../../../../../packages/toolkit/operate/doctor/examine-api.ts';
import { UNJUDGED_ACL } from './unjudged-acl.ts';
import { surroundingsIn } from '../../../../../packages/toolkit/operate/doctor/account-surroundings.ts';
import { readApiView } from '../../../../../packages/toolkit/operate/doctor/read-api-view.ts';
import type { Unread } from '../../../../../packages/toolkit/operate/doctor/finding.ts';
import { makeRootResourceId } from '../../../../../packages/base/aws/physical-ids.ts';
import { API_ID, aRestApiToAttach } from '../../../../support/an-api-to-attach.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-doctor-api-'));
after(() => {
  rmSync(folder, { recursive: true });
});

type Properties = Readonly<Record<string, unknown>>;
type Template = Readonly<
  Record<string, { readonly Type: string; readonly Properties: Properties; readonly DependsOn?: unknown }>
>;

const ref = (Ref: string) => ({ Ref });
const invoke = (name: string, end = '') => ({
  'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}${end}/invocations`,
});
const aFunction = (FunctionName: string, ZipFile: string, Timeout = 5) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Timeout,
    Code: { ZipFile },
    Role: 'arn:aws:iam::123456789012:role/any',
  },
});
const mayCall = (name: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    FunctionName: ref(name),
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
  },
});
const LOG = {
  DestinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:shop',
  Format: '{"id":"$context.requestId"}',
};
const cors = (ResponseType: string) => ({
  Type: 'AWS::ApiGateway::GatewayResponse',
  Properties: {
    RestApiId: ref('Api'),
    ResponseType,
    ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
  },
});

const THROTTLED = { HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 };

/** Has no finding. */
const CLEAN: Template = {
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
  Orders: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: ref('Api'),
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      PathPart: 'orders',
    },
  },
  Post: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: ref('Api'),
      ResourceId: ref('Orders'),
      HttpMethod: 'POST',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: ref('Auth'),
      ApiKeyRequired: true,
      Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: invoke('List') },
    },
  },
  Options: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: ref('Api'),
      ResourceId: ref('Orders'),
      HttpMethod: 'OPTIONS',
      AuthorizationType: 'NONE',
      Integration: { Type: 'MOCK', RequestTemplates: { 'application/json': '{"statusCode":200}' } },
    },
  },
  Auth: {
    Type: 'AWS::ApiGateway::Authorizer',
    Properties: {
      RestApiId: ref('Api'),
      Name: 'auth',
      Type: 'TOKEN',
      AuthorizerUri: invoke('Decide'),
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 300,
    },
  },
  List: aFunction('list', 'exports.handler = async () => ({ statusCode: 200 });'),
  Decide: aFunction(
    'decide',
    "exports.handler = async () => ({ principalId: 'a', policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }] } });",
  ),
  MayList: mayCall('List'),
  MayDecide: mayCall('Decide'),
  Response4: cors('DEFAULT_4XX'),
  Response5: cors('DEFAULT_5XX'),
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: ['Post', 'Options', 'Response4', 'Response5'],
    Properties: { RestApiId: ref('Api') },
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: ref('Api'),
      StageName: 'prod',
      DeploymentId: ref('Deployment'),
      AccessLogSetting: LOG,
      MethodSettings: [THROTTLED],
    },
  },
  Plan: {
    Type: 'AWS::ApiGateway::UsagePlan',
    Properties: {
      UsagePlanName: 'gold',
      Quota: { Limit: 1000, Period: 'MONTH' },
      ApiStages: [{ ApiId: ref('Api'), Stage: ref('Stage') }],
    },
  },
  Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Name: 'acme', Enabled: true } },
  PlanKey: {
    Type: 'AWS::ApiGateway::UsagePlanKey',
    Properties: { KeyId: ref('Key'), KeyType: 'API_KEY', UsagePlanId: ref('Plan') },
  },
};

/** The template with other properties of one resource, or without it where they are undefined. */
function withOther(name: string, over: Properties | undefined): Template {
  if (over === undefined) return without(CLEAN, [name]);
  const { [name]: found, ...rest } = CLEAN;
  const Properties = { ...found?.Properties, ...over };
  return { ...rest, [name]: { Type: '', ...found, Properties } };
}

const without = (template: Template, names: readonly string[]): Template =>
  Object.fromEntries(
    Object.entries(template)
      .filter(([name]) => !names.includes(name))
      .map(([name, { DependsOn, ...rest }]) => [
        name,
        Array.isArray(DependsOn)
          ? { ...rest, DependsOn: DependsOn.filter((one) => !names.includes(String(one))) }
          : rest,
      ]),
  );

const code = (ZipFile: string) => withOther('Decide', { Code: { ZipFile } });

const HTTP: Template = {
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      ApiId: ref('Api'),
      StageName: 'prod',
      AutoDeploy: true,
      AccessLogSettings: LOG,
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 },
    },
  },
};

const HTTP_WITH_ROUTE: Template = {
  ...HTTP,
  List: aFunction('list', 'exports.handler = async () => ({ statusCode: 200 });'),
  Run: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: ref('Api'),
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: invoke('List'),
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { ApiId: ref('Api'), RouteKey: 'GET /orders', Target: { 'Fn::Sub': 'integrations/${Run}' } },
  },
};

async function find(
  resources: Template,
): Promise<readonly { readonly id: string; readonly where: string }[]> {
  const file = join(folder, 'template.json');
  writeFileSync(file, JSON.stringify({ Resources: resources }));
  const report = await examineDefined(file, 'prod');
  return report.findings.map(({ id, where }) => ({ id, where }));
}

describe('doctor on a template', () => {
  it('finds nothing in a clean one', async () => {
    assert.deepEqual(await find(CLEAN), []);
    assert.deepEqual(await find(HTTP), []);
  });

  const planted: readonly { readonly id: string; readonly in: Template; readonly where: RegExp }[] = [
    { id: 'permission', in: withOther('MayList', undefined), where: /^Post, .*template\.json:\d+$/ },
    {
      id: 'permission',
      in: withOther('Post', {
        Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: invoke('List', ':live') },
      }),
      where: /^Post, /,
    },
    {
      id: 'narrow-policy',
      in: code(
        "exports.handler = async (event) => ({\n principalId: 'a', policyDocument: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn }] } });",
      ),
      where: /template\.json:2$/,
    },
    {
      id: 'authorizer-body',
      in: code('exports.handler = async (event) => JSON.parse(event.body);'),
      where: /template\.json:1$/,
    },
    // qa.md A: seven planted faults that it did not find.
    {
      id: 'integration-method',
      in: withOther('Post', {
        Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'GET', Uri: invoke('List') },
      }),
      where: /^Post, /,
    },
    {
      id: 'cors-credentials',
      in: {
        ...HTTP,
        Api: {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: {
            Name: 'shop',
            ProtocolType: 'HTTP',
            CorsConfiguration: { AllowOrigins: ['*'], AllowCredentials: true },
          },
        },
      },
      where: /^Api, /,
    },
    {
      id: 'deployment-order',
      in: {
        ...CLEAN,
        Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId: ref('Api') } },
      },
      where: /^Deployment, /,
    },
    {
      id: 'stage-without-deployment',
      in: {
        ...HTTP,
        Stage: {
          Type: 'AWS::ApiGatewayV2::Stage',
          Properties: { ...HTTP['Stage']?.Properties, AutoDeploy: undefined },
        },
      },
      where: /^Stage, /,
    },
    { id: 'runtime-ended', in: withOther('List', { Runtime: 'nodejs18.x' }), where: /template\.json/ },
    {
      id: 'narrow-policy',
      in: code(
        "exports.handler = async (event) => generateAllow('me', event.methodArn);\nconst generateAllow = (principalId, resource) => ({ principalId, policyDocument: { Statement: [{ Resource: resource }] } });",
      ),
      where: /template\.json:1$/,
    },
    {
      id: 'narrow-policy',
      in: withOther('Decide', {
        Runtime: 'python3.12',
        Code: {
          ZipFile:
            'def handler(event, context):\n  return {"Statement": [{"Resource": event["methodArn"]}]}\n',
        },
      }),
      where: /template\.json:2$/,
    },
    {
      id: 'narrow-policy',
      in: code(
        "exports.handler = async (event) => {\n  const arn = event.methodArn;\n  return { policyDocument: { Statement: [{ Effect: 'Allow', Resource: [arn] }] } };\n};",
      ),
      where: /template\.json:2$/,
    },
    {
      id: 'shared-cache',
      in: {
        ...withOther('Stage', {
          CacheClusterEnabled: true,
          CacheClusterSize: '0.5',
          MethodSettings: [{ ...THROTTLED, CachingEnabled: true }],
        }),
        Post: {
          ...CLEAN['Post'],
          Type: 'AWS::ApiGateway::Method',
          Properties: { ...CLEAN['Post']?.Properties, HttpMethod: 'GET' },
        },
      },
      where: /^Stage, /,
    },
    { id: 'timeout', in: withOther('List', { Timeout: 60 }), where: /^Post, / },
    { id: 'payload', in: withOther('Api', { BinaryMediaTypes: ['image/png'] }), where: /^Api, / },
    { id: 'gateway-response-cors', in: withOther('Response5', undefined), where: /^Api, / },
    { id: 'plan-without-quota', in: withOther('Plan', { Quota: undefined }), where: /^Plan, / },
    { id: 'key-without-plan', in: withOther('PlanKey', undefined), where: /^Key, / },
    { id: 'no-access-log', in: withOther('Stage', { AccessLogSetting: undefined }), where: /^Stage, / },
    { id: 'no-throttle', in: withOther('Stage', { MethodSettings: undefined }), where: /^Stage, / },
    { id: 'permission', in: HTTP_WITH_ROUTE, where: /^Route, / },
    {
      id: 'waf-http',
      in: {
        ...HTTP,
        Acl: {
          Type: 'AWS::WAFv2::WebACLAssociation',
          Properties: {
            ResourceArn: { 'Fn::Sub': 'arn:aws:apigateway:us-east-1::/apis/${Api}/stages/prod' },
            WebACLArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b',
          },
        },
      },
      where: /^Acl, /,
    },
    { id: 'waf-unjudged', in: { ...CLEAN, ...UNJUDGED_ACL }, where: /^Acl, .*template\.json:\d+$/ },
    {
      id: 'rest-without-reason',
      in: without(withOther('Post', { ApiKeyRequired: false }), [
        'Plan',
        'Key',
        'PlanKey',
        'Response4',
        'Response5',
        'Options',
      ]),
      where: /^Api, /,
    },
  ];
  for (const { id, in: template, where } of planted)
    it(`finds ${id}, and where it is, and nothing else`, async () => {
      const found = await find(template);

      assert.deepEqual(
        found.map((finding) => finding.id),
        [id],
      );
      assert.match(found[0]?.where ?? '', where);
    });

  it('finds nothing in the example of the repository', async () => {
    const report = await examineDefined(
      join(import.meta.dirname, '../../../../../examples/food-delivery'),
      'prod',
    );

    assert.deepEqual(report.findings, []);
  });

  it('refuses a source without an API', async () => {
    await assert.rejects(
      find({ List: CLEAN['List'] ?? { Type: '', Properties: {} } }),
      /contains no stage of an API/,
    );
  });
});

describe('doctor on an API that is deployed', () => {
  it('finds what is edited and not deployed, and a permission that is missing', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const parentId = makeRootResourceId('test', 'Api');
    const { id } = await api.control.sdk.send(
      new CreateResourceCommand({ restApiId: API_ID, parentId, pathPart: 'new' }),
    );
    await api.control.sdk.send(
      new PutMethodCommand({
        restApiId: API_ID,
        resourceId: id,
        httpMethod: 'GET',
        authorizationType: 'NONE',
      }),
    );
    const { plan } = await api.plan({ patterns: ['GET /things-1'], isIncludingEdits: true });
    for (const step of plan.steps.filter(({ name }) => name === 'authorizer'))
      await api.plane.write(step.apply);
    const unread: Unread[] = [];

    const view = await readApiView(api.plane, API_ID, 'prod', surroundingsIn(api.plane, unread));
    const findings = examineApis([view]);

    assert.deepEqual(
      findings.map(({ level, id: found }) => `${level} ${found}`),
      [
        'obstacle permission',
        'warning not-deployed',
        'warning no-access-log',
        'warning no-throttle',
        'warning rest-without-reason',
      ],
    );
    assert.match(
      findings[0]?.what ?? '',
      /is not allowed to call gatewright-prod-token-authorizer for authorizer gatewright/,
    );
    assert.match(findings[1]?.what ?? '', /GET \/new is configured, but not deployed/);
  });
});
