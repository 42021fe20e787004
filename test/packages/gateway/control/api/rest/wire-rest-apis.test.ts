import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateBasePathMappingCommand,
  CreateDeploymentCommand,
  CreateDomainNameCommand,
  CreateRestApiCommand,
  DeleteRestApiCommand,
  GetExportCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  ImportRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  PutRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { aStack, invokeUri } from '../../../../../support/a-stack.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { anEditedApi, restApiId as templateApiId } from '../../../../../support/an-edited-api.ts';
import { restApi } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await anEditedApi();
});
after(() => control.close());

const integration = { type: 'AWS_PROXY', httpMethod: 'POST', uri: invokeUri('list') };

function documentOf(paths: readonly string[], more: Record<string, unknown> = {}): Uint8Array {
  const operations = paths.map((path) => [path, { get: { 'x-amazon-apigateway-integration': integration } }]);
  const document = {
    openapi: '3.0.1',
    info: { title: 'imported', version: '1' },
    paths: Object.fromEntries(operations),
    ...more,
  };
  return Buffer.from(JSON.stringify(document));
}

const deploy = (restApiId: string): Promise<unknown> =>
  control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
const status = async (restApiId: string, target: string): Promise<number> =>
  (await control.send({ target }, restApiId)).status;
const pathsOf = async (restApiId: string): Promise<(string | undefined)[]> =>
  ((await control.sdk.send(new GetResourcesCommand({ restApiId }))).items ?? []).map(({ path }) => path);

describe('REST APIs through the AWS SDK', () => {
  it('are created empty, get a method, and serve it once deployed', async () => {
    const made = await control.sdk.send(
      new CreateRestApiCommand({
        name: 'birds',
        description: 'all of them',
        binaryMediaTypes: ['image/png'],
        endpointConfiguration: { types: ['REGIONAL'] },
        tags: { team: 'a' },
      }),
    );
    const { id: restApiId = '', rootResourceId: resourceId = '' } = made;
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await control.sdk.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    const { uri } = integration;
    await control.sdk.send(
      new PutIntegrationCommand({ ...method, type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri }),
    );
    await deploy(restApiId);

    assert.equal(made.$metadata.httpStatusCode, 201);
    assert.match(restApiId, /^[a-z0-9]{10}$/);
    assert.deepEqual(
      [made.name, made.description, made.apiKeySource, made.binaryMediaTypes, made.tags],
      ['birds', 'all of them', 'HEADER', ['image/png'], { team: 'a' }],
    );
    assert.deepEqual(made.endpointConfiguration?.types, ['REGIONAL']);
    assert.equal(await status(restApiId, '/dev/'), 200);
    assert.equal(
      control.served.find(restApiId)?.domainName,
      `${restApiId}.execute-api.us-east-1.amazonaws.com`,
    );
  });

  it('stay when the templates are loaded again, and go when they are deleted', async () => {
    const { id: restApiId = '' } = await control.sdk.send(
      new ImportRestApiCommand({ body: documentOf(['/owls']) }),
    );
    await deploy(restApiId);

    control.served.prepare([aStack(restApi())]).serve();

    assert.equal(await status(restApiId, '/dev/owls'), 200);
    const deleted = await control.sdk.send(new DeleteRestApiCommand({ restApiId }));
    assert.equal(deleted.$metadata.httpStatusCode, 202);
    assert.equal(control.served.find(restApiId), undefined);
    await assert.rejects(control.sdk.send(new GetRestApiCommand({ restApiId })), {
      name: 'NotFoundException',
    });
  });

  it('of a template come back when it is loaded again', async () => {
    await control.sdk.send(new DeleteRestApiCommand({ restApiId: templateApiId }));
    const listed = await control.sdk.send(new GetRestApisCommand({}));
    assert.ok(listed.items?.every(({ id }) => id !== templateApiId));

    control.served.prepare([aStack(restApi())]).serve();

    assert.equal(await status(templateApiId, '/dev/pets'), 200);
  });

  it('are not deleted while a domain is mapped to them', async () => {
    const { id: restApiId = '' } = await control.sdk.send(new CreateRestApiCommand({ name: 'kept' }));
    const domainName = 'kept.example.com';
    await control.sdk.send(new CreateDomainNameCommand({ domainName }));
    await control.sdk.send(new CreateBasePathMappingCommand({ domainName, restApiId }));

    assert.deepEqual(await refusalOf(control.sdk.send(new DeleteRestApiCommand({ restApiId }))), {
      name: 'BadRequestException',
      // As recorded in amplify-education/serverless-domain-manager#406
      message: `Deleting RestApi ${restApiId} failed. Please remove all base path mappings related to the RestApi in your domains.`,
    });
  });

  const refusals: { name: string; input: Record<string, unknown>; error: string; says: RegExp }[] = [
    {
      name: 'no name',
      input: {},
      error: 'ValidationException',
      says: /'createRestApiInput\.name' failed to satisfy constraint: Member must not be null$/,
    },
    {
      name: 'a key source that does not exist',
      input: { name: 'x', apiKeySource: 'COOKIE' },
      error: 'ValidationException',
      says: /^1 validation error detected: Value 'COOKIE' at 'createRestApiInput\.apiKeySource' failed/,
    },
    {
      name: 'an endpoint type that does not exist',
      input: { name: 'x', endpointConfiguration: { types: ['GLOBAL'] } },
      error: 'ValidationException',
      says: /enum value set: \[PRIVATE, EDGE, REGIONAL\]\]$/,
    },
    {
      name: 'a copy of another API',
      input: { name: 'x', cloneFrom: templateApiId },
      error: 'BadRequestException',
      says: /^The gateway does not support cloneFrom/,
    },
  ];
  for (const { name, input, error, says } of refusals)
    it(`are refused with ${name}`, async () => {
      const refused = await refusalOf(control.sdk.send(new CreateRestApiCommand(input as { name: string })));
      assert.equal(refused.name, error);
      assert.match(refused.message, says);
    });
});

describe('OpenAPI documents through the AWS SDK', () => {
  it('are imported in JSON and YAML, and exported again', async () => {
    const yaml = [
      'swagger: "2.0"',
      'info: { title: yaml, description: of pets, version: "1" }',
      'basePath: /v1',
      'paths:',
      '  /pets:',
      '    get:',
      `      x-amazon-apigateway-integration: ${JSON.stringify(integration)}`,
    ].join('\n');
    const made = await control.sdk.send(
      new ImportRestApiCommand({ body: Buffer.from(yaml), parameters: { basepath: 'prepend' } }),
    );
    const { id: restApiId = '' } = made;
    await deploy(restApiId);

    assert.deepEqual([made.name, made.description, made.version], ['yaml', 'of pets', '1']);
    assert.equal(await status(restApiId, '/dev/v1/pets'), 200);
    const exported = await control.sdk.send(
      new GetExportCommand({ restApiId, stageName: 'dev', exportType: 'oas30' }),
    );
    const { paths } = JSON.parse(Buffer.from(exported.body ?? []).toString()) as { readonly paths: object };
    assert.deepEqual(Object.keys(paths), ['/v1/pets']);
  });

  it('are merged into what is there, which keeps its ids, or overwrite it', async () => {
    const { id: restApiId = '' } = await control.sdk.send(
      new ImportRestApiCommand({ body: documentOf(['/pets', '/pets/{id}']) }),
    );
    const before = await control.sdk.send(new GetResourcesCommand({ restApiId }));
    await control.sdk.send(
      new PutRestApiCommand({ restApiId, mode: 'merge', body: documentOf(['/pets/{id}', '/owls']) }),
    );
    const merged = await control.sdk.send(new GetResourcesCommand({ restApiId }));
    const idOf = (list: typeof before, path: string): string | undefined =>
      list.items?.find((item) => item.path === path)?.id;

    assert.deepEqual(await pathsOf(restApiId), ['/', '/owls', '/pets', '/pets/{id}']);
    assert.equal(idOf(merged, '/pets/{id}'), idOf(before, '/pets/{id}'));
    const resourceId = idOf(merged, '/owls');
    const method = await control.sdk.send(new GetMethodCommand({ restApiId, resourceId, httpMethod: 'GET' }));
    assert.equal(method.methodIntegration?.type, 'AWS_PROXY');
    await control.sdk.send(
      new PutRestApiCommand({ restApiId, mode: 'overwrite', body: documentOf(['/owls']) }),
    );
    assert.deepEqual(await pathsOf(restApiId), ['/', '/owls']);
    await deploy(restApiId);
    assert.deepEqual(
      [await status(restApiId, '/dev/owls'), await status(restApiId, '/dev/pets')],
      [200, 403],
    );
  });

  it('merge over resources that a template made, and live if it is deployed', async () => {
    await control.sdk.send(
      new PutRestApiCommand({ restApiId: templateApiId, mode: 'merge', body: documentOf(['/pets/{id}']) }),
    );
    assert.equal(await status(templateApiId, '/dev/pets/1'), 403, 'not deployed yet');
    await deploy(templateApiId);
    assert.deepEqual(
      [await status(templateApiId, '/dev/pets/1'), await status(templateApiId, '/dev/pets')],
      [200, 200],
    );
  });

  it('are refused if they are not OpenAPI documents, and then change nothing', async () => {
    const { id: restApiId = '' } = await control.sdk.send(
      new ImportRestApiCommand({ body: documentOf(['/pets']) }),
    );
    const broken = Buffer.from('{"openapi":"4.0","paths":{}}');
    for (const call of [
      () => control.sdk.send(new ImportRestApiCommand({ body: broken })),
      () => control.sdk.send(new PutRestApiCommand({ restApiId, mode: 'overwrite', body: broken })),
    ]) {
      const refused = await refusalOf(call());
      assert.equal(refused.name, 'BadRequestException');
      assert.match(refused.message, /^Invalid OpenAPI input/);
    }
    assert.deepEqual(await pathsOf(restApiId), ['/', '/pets']);
  });

  it('get the type of their endpoint from the call, if it specifies one', async () => {
    const document = documentOf(['/pets']).toString();
    const make = (type: string) =>
      control.ask('apigateway', 'POST', `/restapis?mode=import&endpointConfigurationTypes=${type}`, document);
    const [made, refused] = [await make('REGIONAL'), await make('GLOBAL')];

    assert.equal(made.status, 201);
    assert.deepEqual((JSON.parse(made.body) as { endpointConfiguration?: object }).endpointConfiguration, {
      ...(JSON.parse(made.body) as { endpointConfiguration?: object }).endpointConfiguration,
      types: ['REGIONAL'],
    });
    assert.equal(refused.status, 400);
    assert.match(refused.body, /endpointConfigurationTypes/);
  });

  // Source: snapshots of AWS's answers, test_apigateway_import.snapshot.json of LocalStack 4.7 (Apache-2.0),
  // test_import_api_bad_file
  it('are refused without a reason if no document can be read, before the API is looked up', async () => {
    for (const text of ['a: "b', '{"a":'])
      for (const call of [
        () => control.sdk.send(new ImportRestApiCommand({ body: Buffer.from(text) })),
        () => control.sdk.send(new PutRestApiCommand({ restApiId: 'none', body: Buffer.from(text) })),
      ]) {
        const { name, message } = await refusalOf(call());
        assert.deepEqual([name, message], ['BadRequestException', 'Invalid OpenAPI input.']);
      }
  });
});
