import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  UpdateUsagePlanCommand,
  CreateVpcLinkCommand,
  DeleteModelCommand,
  DeleteStageCommand,
  DeleteUsagePlanCommand,
  DeleteVpcLinkCommand,
  GetApiKeysCommand,
  GetModelCommand,
  GetRestApisCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateAuthorizerCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  CreateVpcLinkCommand as CreateVpcLinkV2Command,
  DeleteApiCommand,
  DeleteVpcLinkCommand as DeleteVpcLinkV2Command,
} from '@aws-sdk/client-apigatewayv2';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';
import { functionArn, REGION } from '../../../../../support/a-stack.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
let api: { readonly restApiId: string; readonly resourceId: string };
let authorizerId: string;

const uriIn = (region: string): string =>
  `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn('list')}/invocations`;
const authorizer = {
  name: 'a',
  type: 'TOKEN',
  identitySource: 'method.request.header.Authorization',
} as const;

before(async () => {
  control = await aRestControl(restApi(), { list: ok });
  const made = await control.sdk.send(new CreateRestApiCommand({ name: 'words' }));
  api = { restApiId: made.id ?? '', resourceId: made.rootResourceId ?? '' };
  await control.sdk.send(new PutMethodCommand({ ...api, httpMethod: 'GET', authorizationType: 'NONE' }));
  await control.sdk.send(
    new PutIntegrationCommand({
      ...api,
      httpMethod: 'GET',
      type: 'HTTP',
      integrationHttpMethod: 'GET',
      uri: 'http://example.com/',
    }),
  );
  const { id = '' } = await control.sdk.send(
    new CreateAuthorizerCommand({ ...authorizer, restApiId: api.restApiId, authorizerUri: uriIn(REGION) }),
  );
  authorizerId = id;
});
after(() => control.close());

const wrongUri = (uri: string): string =>
  `Invalid Authorizer URI: ${uri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`;
const NO_ARN = 'Invalid ARN specified in the request';
const NO_STAGE = 'Invalid API Stage {api: %s, stage: %s} specified for usageplan %s';

describe('a call to the REST control plane is refused with the message that AWS is known to use:', () => {
  // hashicorp/terraform-provider-aws#1757, aws/aws-sdk-java#860, aws/aws-sdk#354
  const rows: readonly [what: string, call: () => Promise<unknown>, message: string][] = [
    [
      'an authorizer with an invalid region',
      () =>
        control.sdk.send(
          new CreateAuthorizerCommand({
            ...authorizer,
            name: 'b',
            restApiId: api.restApiId,
            authorizerUri: uriIn('region'),
          }),
        ),
      wrongUri(uriIn('region')),
    ],
    [
      'an authorizer whose changed URI is not an ARN',
      () =>
        control.sdk.send(
          new UpdateAuthorizerCommand({
            restApiId: api.restApiId,
            authorizerId,
            patchOperations: [{ op: 'replace', path: '/authorizerUri', value: 'a function' }],
          }),
        ),
      wrongUri('a function'),
    ],
    [
      'an authorizer whose credentials are not an ARN',
      () =>
        control.sdk.send(
          new UpdateAuthorizerCommand({
            restApiId: api.restApiId,
            authorizerId,
            patchOperations: [{ op: 'replace', path: '/authorizerCredentials', value: 'NONE' }],
          }),
        ),
      NO_ARN,
    ],
    // aws/aws-cdk#31063
    [
      'an integration of an edge-optimized API with a timeout of 31 s',
      () =>
        control.sdk.send(
          new PutIntegrationCommand({
            ...api,
            httpMethod: 'GET',
            type: 'HTTP',
            integrationHttpMethod: 'GET',
            uri: 'http://example.com/',
            timeoutInMillis: 31_000,
          }),
        ),
      'Timeout should be between 50 ms and 29000 ms',
    ],
    [
      'an integration of an edge-optimized API whose timeout is changed to 31 s',
      () =>
        control.sdk.send(
          new UpdateIntegrationCommand({
            ...api,
            httpMethod: 'GET',
            patchOperations: [{ op: 'replace', path: '/timeoutInMillis', value: '31000' }],
          }),
        ),
      'Timeout should be between 50 ms and 29000 ms',
    ],
    [
      'an integration whose credentials are not an ARN',
      () =>
        control.sdk.send(
          new PutIntegrationCommand({
            ...api,
            httpMethod: 'GET',
            type: 'HTTP',
            integrationHttpMethod: 'GET',
            uri: 'http://example.com/',
            credentials: 'NONE',
          }),
        ),
      NO_ARN,
    ],
    [
      'an integration whose changed credentials are not an ARN',
      () =>
        control.sdk.send(
          new UpdateIntegrationCommand({
            ...api,
            httpMethod: 'GET',
            patchOperations: [{ op: 'replace', path: '/credentials', value: 'NONE' }],
          }),
        ),
      NO_ARN,
    ],
    [
      'a usage plan with an API but no stage',
      () =>
        control.sdk.send(new CreateUsagePlanCommand({ name: 'p', apiStages: [{ apiId: api.restApiId }] })),
      NO_STAGE,
    ],
    [
      'a usage plan with a stage but no API',
      () => control.sdk.send(new CreateUsagePlanCommand({ name: 'p', apiStages: [{ stage: 'dev' }] })),
      NO_STAGE,
    ],
  ];
  for (const [what, call, message] of rows)
    it(what, async () => {
      assert.deepEqual(await refusalOf(call()), { name: 'BadRequestException', message });
    });

  // carrot/terraform-api-gateway-method-module#2
  it('a second integration response with a selection pattern', async () => {
    const method = { ...api, httpMethod: 'GET' };
    for (const statusCode of ['200', '400', '500'])
      await control.sdk.send(new PutMethodResponseCommand({ ...method, statusCode }));
    const put = (statusCode: string, selectionPattern?: string) =>
      control.sdk.send(new PutIntegrationResponseCommand({ ...method, statusCode, selectionPattern }));
    await put('200');
    await put('200');
    await put('400', '4\\d{2}');

    for (const [pattern, shown] of [
      [undefined, 'default'],
      ['', 'default'],
      ['4\\d{2}', '4\\d{2}'],
    ])
      assert.deepEqual(await refusalOf(put('500', pattern)), {
        name: 'ConflictException',
        message: `Integration response with selection pattern ${shown} already exists`,
      });
  });

  it('an HTTP API to which a domain maps', async () => {
    const { ApiId = '' } = await control.v2.send(new CreateApiCommand({ Name: 'm', ProtocolType: 'HTTP' }));
    await control.v2.send(new CreateStageCommand({ ApiId, StageName: 'dev' }));
    const DomainName = 'words.example.com';
    const CertificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/a';
    await control.v2.send(
      new CreateDomainNameCommand({
        DomainName,
        DomainNameConfigurations: [{ CertificateArn, EndpointType: 'REGIONAL' }],
      }),
    );
    await control.v2.send(new CreateApiMappingCommand({ DomainName, ApiId, Stage: 'dev' }));

    // gruntwork-io/cloud-nuke#370
    assert.deepEqual(await refusalOf(control.v2.send(new DeleteApiCommand({ ApiId }))), {
      name: 'BadRequestException',
      message: `Deleting API ${ApiId} failed. Please remove all API mappings for the API from your custom domain names.`,
    });
  });
});

describe('a stage that a usage plan does not have cannot be removed from it', () => {
  // test_usage_plan_crud of localstack
  for (const [value, name, message] of [
    ['fakevalue', 'BadRequestException', 'Invalid API Stage specified'],
    [
      'API:gone',
      'NotFoundException',
      'Invalid API Stage {api: API, stage: gone} specified for usageplan PLAN',
    ],
  ] as const)
    it(`removing ${value}`, async () => {
      const { id: usagePlanId = '' } = await control.sdk.send(new CreateUsagePlanCommand({ name: 'stages' }));
      const patchOperations = [
        { op: 'remove' as const, path: '/apiStages', value: value.replace('API', api.restApiId) },
      ];

      const refusal = await refusalOf(
        control.sdk.send(new UpdateUsagePlanCommand({ usagePlanId, patchOperations })),
      );

      const expected = message.replace('api: API', `api: ${api.restApiId}`).replace('PLAN', usagePlanId);
      assert.deepEqual(refusal, { name, message: expected });
    });
});

describe('what is still used is not deleted, in the words that AWS is known to use:', () => {
  it('a usage plan that has stages (aws/aws-sdk-js#3841)', async () => {
    await control.sdk.send(new CreateDeploymentCommand({ restApiId: api.restApiId, stageName: 'used' }));
    const { id: usagePlanId = '' } = await control.sdk.send(
      new CreateUsagePlanCommand({ name: 'p', apiStages: [{ apiId: api.restApiId, stage: 'used' }] }),
    );

    assert.deepEqual(await refusalOf(control.sdk.send(new DeleteUsagePlanCommand({ usagePlanId }))), {
      name: 'BadRequestException',
      message: `Cannot delete Usage Plan ${usagePlanId} because there are API Stages associated with it, including ${api.restApiId}:used`,
    });
  });

  it('a model of a method response (amazon-archives/aws-apigateway-importer#113)', async () => {
    const { id: restApiId = '', rootResourceId: resourceId = '' } = await control.sdk.send(
      new CreateRestApiCommand({ name: 'models' }),
    );
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await control.sdk.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    await control.sdk.send(
      new PutMethodResponseCommand({
        ...method,
        statusCode: '200',
        responseModels: { 'application/json': 'Empty' },
      }),
    );

    assert.deepEqual(
      await refusalOf(control.sdk.send(new DeleteModelCommand({ restApiId, modelName: 'Empty' }))),
      {
        name: 'ConflictException',
        message: "Cannot delete model 'Empty', is referenced in method response: //GET",
      },
    );
  });

  it('a VPC link through which a stage calls (klothoplatform/klotho#202), until the stage is gone', async () => {
    const { id: vpcLinkId = '' } = await control.sdk.send(
      new CreateVpcLinkCommand({
        name: 'inside',
        targetArns: ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/b'],
      }),
    );
    const { id: restApiId = '', rootResourceId: resourceId = '' } = await control.sdk.send(
      new CreateRestApiCommand({ name: 'linked' }),
    );
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await control.sdk.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    await control.sdk.send(
      new PutIntegrationCommand({
        ...method,
        type: 'HTTP_PROXY',
        integrationHttpMethod: 'GET',
        uri: 'http://inside.example.com/',
        connectionType: 'VPC_LINK',
        connectionId: vpcLinkId,
      }),
    );
    await control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const deleted = (): Promise<unknown> => control.sdk.send(new DeleteVpcLinkCommand({ vpcLinkId }));

    assert.deepEqual(await refusalOf(deleted()), {
      name: 'BadRequestException',
      message: `Cannot delete vpc link. Vpc link '${vpcLinkId}', is referenced in [${restApiId}:GET:${resourceId}:dev] in format of [RESTApiId:Method:Resource:Stage].`,
    });
    await control.sdk.send(new DeleteStageCommand({ restApiId, stageName: 'dev' }));
    await deleted();
  });

  it('a VPC link of a route of an HTTP API (hashicorp/terraform-provider-aws#12195)', async () => {
    const { VpcLinkId = '' } = await control.v2.send(
      new CreateVpcLinkV2Command({ Name: 'inside', SubnetIds: ['subnet-1'] }),
    );
    const { ApiId = '' } = await control.v2.send(new CreateApiCommand({ Name: 'v', ProtocolType: 'HTTP' }));
    const { IntegrationId = '' } = await control.v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'ANY',
        IntegrationUri: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/b/c',
        PayloadFormatVersion: '1.0',
        ConnectionType: 'VPC_LINK',
        ConnectionId: VpcLinkId,
      }),
    );
    const { RouteId = '' } = await control.v2.send(
      new CreateRouteCommand({ ApiId, RouteKey: 'ANY /orders', Target: `integrations/${IntegrationId}` }),
    );

    assert.deepEqual(await refusalOf(control.v2.send(new DeleteVpcLinkV2Command({ VpcLinkId }))), {
      name: 'BadRequestException',
      message: `Cannot delete vpc link. Vpc link '${VpcLinkId}', is referenced in [ANY:${RouteId}] in format of [Method:Resource].`,
    });
  });
});

describe('a list of the REST control plane', () => {
  // LocalStack, test_negative_get_usage_plan_api_keys, for GetApiKeys
  it('ignores a limit below 1', async () => {
    assert.deepEqual((await control.sdk.send(new GetApiKeysCommand({ limit: -1 }))).items, []);
    assert.notEqual((await control.sdk.send(new GetRestApisCommand({ limit: 0 }))).items?.length, 0);
  });
});

describe('the models that AWS makes with a REST API', () => {
  // AWS CLI reference, examples of get-model and get-models
  const rows: readonly [name: string, schema: string][] = [
    [
      'Empty',
      '{\n  "$schema": "http://json-schema.org/draft-04/schema#",\n  "title" : "Empty Schema",\n  "type" : "object"\n}',
    ],
    [
      'Error',
      '{\n  "$schema" : "http://json-schema.org/draft-04/schema#",\n  "title" : "Error Schema",\n  "type" : "object",\n  "properties" : {\n    "message" : { "type" : "string" }\n  }\n}',
    ],
  ];
  for (const [modelName, schema] of rows)
    it(`have AWS's text: ${modelName}`, async () => {
      const got = await control.sdk.send(new GetModelCommand({ restApiId: api.restApiId, modelName }));
      assert.equal(got.schema, schema);
    });
});
