import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAuthorizerCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
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
  CreateStageCommand,
  DeleteApiCommand,
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
