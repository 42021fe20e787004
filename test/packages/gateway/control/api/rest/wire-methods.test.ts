import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  DeleteMethodCommand,
  DeleteMethodResponseCommand,
  GetIntegrationCommand,
  GetIntegrationResponseCommand,
  GetMethodCommand,
  GetMethodResponseCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateIntegrationCommand,
  UpdateIntegrationResponseCommand,
  UpdateMethodCommand,
  UpdateMethodResponseCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';
import { makeRootResourceId } from '../../../../../../packages/base/aws/physical-ids.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aRestControl(restApi(), { list: ok });
});
after(() => control.close());

const ROOT = makeRootResourceId('test', 'Api');
const restApiId = API_ID;

async function create(pathPart: string, parentId = ROOT): Promise<string> {
  const made = await control.sdk.send(new CreateResourceCommand({ restApiId, parentId, pathPart }));
  return made.id ?? '';
}

const proxy = { type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri: invokeUri('list') } as const;

/** A method without integration on a new resource. */
async function aMethod(
  pathPart: string,
): Promise<{ restApiId: string; resourceId: string; httpMethod: string }> {
  const method = { restApiId, resourceId: await create(pathPart), httpMethod: 'GET' };
  await control.sdk.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  return method;
}

describe('methods through the AWS SDK, as recorded 2024-04-15', () => {
  it('are created, shown, patched and deleted', async () => {
    const method = await aMethod('methods');
    const got = async (): Promise<Record<string, unknown>> => {
      const { $metadata, ...shown } = await control.sdk.send(new GetMethodCommand(method));
      assert.equal($metadata.httpStatusCode, 200);
      return shown;
    };
    assert.deepEqual(await got(), { apiKeyRequired: false, authorizationType: 'NONE', httpMethod: 'GET' });

    await control.sdk.send(
      new UpdateMethodCommand({
        ...method,
        patchOperations: [
          { op: 'add', path: '/requestParameters/method.request.querystring.optional', value: 'true' },
          { op: 'add', path: '/requestModels/application~1json', value: 'Empty' },
          { op: 'replace', path: '/authorizationType', value: 'AWS_IAM' },
          { op: 'replace', path: '/apiKeyRequired', value: 'true' },
          { op: 'replace', path: '/operationName', value: 'list' },
        ],
      }),
    );
    assert.deepEqual(await got(), {
      apiKeyRequired: true,
      authorizationType: 'AWS_IAM',
      httpMethod: 'GET',
      operationName: 'list',
      requestModels: { 'application/json': 'Empty' },
      requestParameters: { 'method.request.querystring.optional': true },
    });
    await control.sdk.send(
      new UpdateMethodCommand({
        ...method,
        patchOperations: [
          { op: 'remove', path: '/requestParameters/method.request.querystring.optional' },
          { op: 'remove', path: '/requestModels/application~1json' },
        ],
      }),
    );
    assert.deepEqual(Object.keys(await got()).toSorted(), [
      'apiKeyRequired',
      'authorizationType',
      'httpMethod',
      'operationName',
    ]);
    await control.sdk.send(new DeleteMethodCommand(method));
    assert.deepEqual(await refusalOf(got()), {
      name: 'NotFoundException',
      message: 'Invalid Method identifier specified',
    });
  });

  // LocalStack's snapshot of test_integration_mock_with_path_param has a PutMethod with "none". All its snapshots of
  // HTTP integrations show the type of connection. Its snapshots of MOCK, AWS and AWS_PROXY integrations do not show
  // one.
  it('read their authorization in lower case, and show the connection of an HTTP integration', async () => {
    const method = { ...(await aMethod('lower')), httpMethod: 'POST' };
    const made = await control.sdk.send(new PutMethodCommand({ ...method, authorizationType: 'none' }));
    const put = (type: 'HTTP' | 'HTTP_PROXY' | 'MOCK') =>
      control.sdk.send(
        new PutIntegrationCommand({
          ...method,
          type,
          integrationHttpMethod: 'POST',
          // A mock does not show it: test_put_integration_validation.
          uri: 'http://127.0.0.1:9/',
        }),
      );
    const shown = [await put('HTTP'), await put('HTTP_PROXY'), await put('MOCK')];
    await control.sdk.send(new DeleteMethodCommand(method));
    await control.sdk.send(new DeleteMethodCommand({ ...method, httpMethod: 'GET' }));

    assert.equal(made.authorizationType, 'NONE');
    assert.deepEqual(
      shown.map(({ connectionType, httpMethod, uri }) => [connectionType, httpMethod, uri]),
      [
        ['INTERNET', 'POST', 'http://127.0.0.1:9/'],
        ['INTERNET', 'POST', 'http://127.0.0.1:9/'],
        [undefined, undefined, undefined],
      ],
    );
  });

  it("are refused with AWS's messages", async () => {
    const method = await aMethod('refused');
    const put = (changes: Partial<PutMethodCommand['input']>): Promise<{ name: string; message: string }> =>
      refusalOf(
        control.sdk.send(
          new PutMethodCommand({ ...method, httpMethod: 'POST', authorizationType: 'NONE', ...changes }),
        ),
      );
    const patch = (op: string, path: string, value: string): Promise<{ name: string; message: string }> =>
      refusalOf(
        control.sdk.send(
          new UpdateMethodCommand({ ...method, patchOperations: [{ op: op as 'add', path, value }] }),
        ),
      );

    const refusals = [
      await put({ resourceId: 'nobody' }),
      await put({ httpMethod: 'LIST' }),
      await put({ httpMethod: 'GET' }),
      await put({ authorizationType: 'CUSTOM' }),
      await put({ requestValidatorId: 'nobody' }),
      await put({ requestModels: { 'application/json': 'petModel' } }),
      await patch('replace', '/httpMethod', 'POST'),
      await patch('add', '/authorizationType', 'NONE'),
      await patch('replace', '/authorizationType', 'CUSTOM'),
      await patch('replace', '/requestParameters', 'x'),
    ];
    // A method without integration would keep the API from being deployed.
    await control.sdk.send(new DeleteMethodCommand(method));

    assert.deepEqual(
      refusals.map(({ name, message }) => `${name}: ${message}`),
      [
        'NotFoundException: Invalid Resource identifier specified',
        'BadRequestException: Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY',
        'ConflictException: Method already exists for this resource',
        'BadRequestException: Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
        'BadRequestException: Invalid Request Validator identifier specified',
        'BadRequestException: Invalid model identifier specified: petModel',
        'BadRequestException: Invalid patch path /httpMethod',
        'BadRequestException: Invalid patch operation specified. Must be one of: [replace]',
        'BadRequestException: Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
        'BadRequestException: Invalid patch path /requestParameters',
      ],
    );
  });
});

describe('integrations and responses through the AWS SDK', () => {
  it('make a route that serves once it is deployed, by a template of the integration response', async () => {
    const method = await aMethod('mocked');
    const response = { ...method, statusCode: '200' };
    await control.sdk.send(
      new PutIntegrationCommand({
        ...method,
        type: 'MOCK',
        requestTemplates: { 'application/json': '{"statusCode": 200}' },
      }),
    );
    await control.sdk.send(new PutMethodResponseCommand(response));
    await control.sdk.send(
      new PutIntegrationResponseCommand({
        ...response,
        selectionPattern: '',
        responseTemplates: { 'application/json': '"created"' },
      }),
    );
    const shown = await control.sdk.send(new GetMethodCommand(method));
    assert.deepEqual(shown.methodIntegration, {
      cacheKeyParameters: [],
      cacheNamespace: method.resourceId,
      integrationResponses: {
        '200': {
          responseTemplates: { 'application/json': '"created"' },
          selectionPattern: '',
          statusCode: '200',
        },
      },
      passthroughBehavior: 'WHEN_NO_MATCH',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      timeoutInMillis: 29_000,
      type: 'MOCK',
    });
    await control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'mock' }));

    const reply = await control.send({ target: '/mock/mocked' });
    assert.deepEqual([reply.status, reply.body.toString()], [200, '"created"']);

    await control.sdk.send(
      new UpdateIntegrationResponseCommand({
        ...response,
        patchOperations: [
          { op: 'replace', path: '/responseTemplates/application~1json', value: '"changed"' },
          { op: 'replace', path: '/selectionPattern', value: '2\\d\\d' },
        ],
      }),
    );
    const patched = await control.sdk.send(new GetIntegrationResponseCommand(response));
    assert.deepEqual(
      [patched.responseTemplates, patched.selectionPattern],
      [{ 'application/json': '"changed"' }, '2\\d\\d'],
    );
    assert.equal((await control.send({ target: '/mock/mocked' })).body.toString(), '"created"');
    await control.sdk.send(new DeleteIntegrationResponseCommand(response));
    assert.deepEqual(await refusalOf(control.sdk.send(new GetIntegrationResponseCommand(response))), {
      name: 'NotFoundException',
      message: 'Invalid Response status code specified',
    });
  });

  it('take method responses part by part, and answer 201 to their patch, as recorded 2025-07-01', async () => {
    const response = { ...(await aMethod('responses')), statusCode: '200' };
    await control.sdk.send(new PutMethodResponseCommand(response));

    const patched = await control.sdk.send(
      new UpdateMethodResponseCommand({
        ...response,
        patchOperations: [
          { op: 'add', path: '/responseParameters/method.response.header.my-header', value: 'true' },
          { op: 'add', path: '/responseModels/application~1json', value: 'Empty' },
        ],
      }),
    );

    assert.equal(patched.$metadata.httpStatusCode, 201);
    assert.deepEqual(await refusalOf(control.sdk.send(new PutMethodResponseCommand(response))), {
      name: 'ConflictException',
      message: 'Response already exists for this resource',
    });
    const got = await control.sdk.send(new GetMethodResponseCommand(response));
    assert.deepEqual(
      [got.responseParameters, got.responseModels],
      [{ 'method.response.header.my-header': true }, { 'application/json': 'Empty' }],
    );
    const missing = (path: string): Promise<{ name: string; message: string }> =>
      refusalOf(
        control.sdk.send(
          new UpdateMethodResponseCommand({ ...response, patchOperations: [{ op: 'remove', path }] }),
        ),
      );
    assert.equal((await missing('/responseParameters/nothing')).message, 'Invalid parameter name specified');
    assert.equal(
      (await missing('/responseModels/text~1xml')).message,
      'Content-Type specified was not found',
    );
    await control.sdk.send(new DeleteMethodResponseCommand(response));
  });

  it('change and lose their integration', async () => {
    const method = await aMethod('changing');
    await control.sdk.send(new PutIntegrationCommand({ ...method, ...proxy }));

    const changed = await control.sdk.send(
      new UpdateIntegrationCommand({
        ...method,
        patchOperations: [
          { op: 'replace', path: '/timeoutInMillis', value: '1000' },
          { op: 'add', path: '/requestTemplates/text~1plain', value: 'x' },
        ],
      }),
    );
    assert.deepEqual([changed.timeoutInMillis, changed.requestTemplates], [1000, { 'text/plain': 'x' }]);
    const keyed = async (op: 'add' | 'remove', name: string): Promise<readonly string[]> => {
      const patchOperations = [{ op, path: `/cacheKeyParameters/method.request.querystring.${name}` }];
      const { cacheKeyParameters = [] } = await control.sdk.send(
        new UpdateIntegrationCommand({ ...method, patchOperations }),
      );
      return cacheKeyParameters.map((parameter) => parameter.split('.').at(-1) ?? '');
    };
    assert.deepEqual(
      [await keyed('add', 'page'), await keyed('add', 'size'), await keyed('remove', 'page')],
      [['page'], ['page', 'size'], ['size']],
    );
    await control.sdk.send(new DeleteIntegrationCommand(method));

    assert.deepEqual(await refusalOf(control.sdk.send(new GetIntegrationCommand(method))), {
      name: 'NotFoundException',
      message: 'Invalid Integration identifier specified',
    });
  });

  it("are refused with AWS's messages, and change nothing", async () => {
    const method = await aMethod('wrong');
    await control.sdk.send(new PutIntegrationCommand({ ...method, ...proxy }));
    const before = control.served.state(restApiId)?.resources;
    const refusals = [
      await refusalOf(
        control.sdk.send(
          new PutIntegrationCommand({ ...method, ...proxy, uri: 'arn:aws:lambda:us-east-1:1:function:x' }),
        ),
      ),
      await refusalOf(
        control.sdk.send(new PutIntegrationResponseCommand({ ...method, statusCode: 'wrong' })),
      ),
      await refusalOf(
        control.sdk.send(
          new UpdateIntegrationCommand({
            ...method,
            patchOperations: [{ op: 'replace', path: '/timeoutInMillis', value: '10' }],
          }),
        ),
      ),
    ];

    assert.deepEqual(
      refusals.map(({ name }) => name),
      ['BadRequestException', 'ValidationException', 'BadRequestException'],
    );
    assert.equal(
      refusals[1]?.message,
      String.raw`1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\d\d`,
    );
    assert.equal(control.served.state(restApiId)?.resources, before);
  });
});
