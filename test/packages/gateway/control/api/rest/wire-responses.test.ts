import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  DeleteGatewayResponseCommand,
  DeleteModelCommand,
  DeleteRequestValidatorCommand,
  GetGatewayResponseCommand,
  GetGatewayResponsesCommand,
  GetModelCommand,
  CreateRestApiCommand,
  ImportRestApiCommand,
  GetModelsCommand,
  GetRequestValidatorCommand,
  GetRequestValidatorsCommand,
  PutGatewayResponseCommand,
  UpdateGatewayResponseCommand,
  UpdateMethodCommand,
  UpdateModelCommand,
  UpdateRequestValidatorCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { ok, restApi } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  // CloudFront refuses a GET request with a body in front of an edge-optimized API.
  const resources = restApi();
  const { Api } = resources;
  const EndpointConfiguration = { Types: ['REGIONAL'] };
  const regional = { ...Api, properties: { ...Api?.properties, EndpointConfiguration } };
  control = await aRestControl(
    { ...resources, Api: { type: 'AWS::ApiGateway::RestApi', ...regional } },
    { list: ok },
  );
});
after(() => control.close());

const restApiId = API_ID;
const deploy = (): Promise<unknown> =>
  control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

describe('gateway responses through the AWS SDK', () => {
  it('change the wording of failures once they are deployed, until they are deleted', async () => {
    const responseType = 'MISSING_AUTHENTICATION_TOKEN';
    await control.sdk.send(
      new PutGatewayResponseCommand({
        restApiId,
        responseType,
        statusCode: '404',
        responseTemplates: { 'application/json': '{"gone":true}' },
      }),
    );
    assert.equal((await control.send({ target: '/dev/nowhere' })).status, 403);
    await deploy();

    const reply = await control.send({ target: '/dev/nowhere' });
    assert.deepEqual([reply.status, reply.body], [404, '{"gone":true}']);

    const patched = await control.sdk.send(
      new UpdateGatewayResponseCommand({
        restApiId,
        responseType,
        patchOperations: [
          { op: 'replace', path: '/statusCode', value: '410' },
          { op: 'add', path: '/responseParameters/gatewayresponse.header.X-Why', value: "'gone'" },
        ],
      }),
    );
    assert.deepEqual(
      [patched.statusCode, patched.responseParameters, patched.responseTemplates, patched.defaultResponse],
      ['410', { 'gatewayresponse.header.X-Why': "'gone'" }, { 'application/json': '{"gone":true}' }, false],
    );
    await control.sdk.send(new DeleteGatewayResponseCommand({ restApiId, responseType }));
    await deploy();
    assert.equal((await control.send({ target: '/dev/nowhere' })).status, 403);
  });

  // The refusal is an observed one: wire-gateway-responses.ts, refuseEmptyEntries.
  it('take no empty entry of a map, and have one removed', async () => {
    const patch = (op: 'add' | 'replace' | 'remove', value?: string) =>
      control.sdk.send(
        new UpdateGatewayResponseCommand({
          restApiId,
          responseType: 'THROTTLED',
          patchOperations: [
            { op, path: '/responseTemplates/application~1json', ...(value !== undefined && { value }) },
          ],
        }),
      );
    await patch('add', '{}');

    for (const op of ['add', 'replace'] as const)
      assert.deepEqual(await refusalOf(patch(op, '')), {
        name: 'BadRequestException',
        message: 'Invalid null or empty value in responseTemplates',
      });
    assert.notDeepEqual((await patch('remove', '')).responseTemplates, { 'application/json': '{}' });
    await control.sdk.send(new DeleteGatewayResponseCommand({ restApiId, responseType: 'THROTTLED' }));
  });

  it("are listed for every type, AWS's own as default", async () => {
    const { items } = await control.sdk.send(new GetGatewayResponsesCommand({ restApiId, limit: 500 }));

    assert.equal(items?.length, 21);
    assert.deepEqual(
      items.find(({ responseType }) => responseType === 'THROTTLED'),
      {
        responseType: 'THROTTLED',
        statusCode: '429',
        responseParameters: {},
        responseTemplates: { 'application/json': '{"message":$context.error.messageString}' },
        defaultResponse: true,
      },
    );
  });

  it('are refused for types, statuses and mappings that AWS does not have', async () => {
    const put = (input: Partial<PutGatewayResponseCommand['input']>): Promise<{ name: string }> =>
      refusalOf(
        control.sdk.send(new PutGatewayResponseCommand({ restApiId, responseType: 'THROTTLED', ...input })),
      );
    const responseType = 'NOTHING' as 'THROTTLED';

    assert.equal((await put({ responseType })).name, 'ValidationException');
    assert.equal((await put({ statusCode: '700' })).name, 'ValidationException');
    assert.equal((await put({ responseParameters: { x: "'y'" } })).name, 'BadRequestException');
    const get = new GetGatewayResponseCommand({ restApiId, responseType: 'THROTTLED' });
    const shown = await control.sdk.send(get);
    assert.deepEqual([shown.defaultResponse, shown.$metadata.httpStatusCode], [true, 200]);
    const remove = new DeleteGatewayResponseCommand({ restApiId, responseType: 'THROTTLED' });
    assert.equal((await refusalOf(control.sdk.send(remove))).name, 'NotFoundException');
  });
});

describe('models and validators through the AWS SDK', () => {
  it('check bodies once they are deployed', async () => {
    const schema = JSON.stringify({ type: 'object', required: ['a'] });
    await control.sdk.send(
      new CreateModelCommand({ restApiId, name: 'Pet', contentType: 'application/json', schema }),
    );
    const { id = '' } = await control.sdk.send(
      new CreateRequestValidatorCommand({ restApiId, name: 'bodies', validateRequestBody: true }),
    );
    await control.sdk.send(
      new UpdateMethodCommand({
        restApiId,
        resourceId: 'Pets',
        httpMethod: 'GET',
        patchOperations: [
          { op: 'add', path: '/requestModels/application~1json', value: 'Pet' },
          { op: 'replace', path: '/requestValidatorId', value: id },
        ],
      }),
    );
    await deploy();
    const ask = async (body: string): Promise<number> =>
      (await control.send({ target: '/dev/pets', headers: ['Content-Type', 'application/json'], body }))
        .status;

    assert.deepEqual([await ask('{}'), await ask('{"a":1}')], [400, 200]);
    assert.deepEqual(
      await refusalOf(control.sdk.send(new DeleteModelCommand({ restApiId, modelName: 'Pet' }))),
      {
        name: 'ConflictException',
        message: "Cannot delete model 'Pet', is referenced in method request: /pets/GET",
      },
    );
  });

  it('are shown, changed and deleted in the forms and wordings recorded 2024-04-15', async () => {
    const named = { restApiId, modelName: 'Free' };
    const create = (schema: string, name = 'Free'): Promise<unknown> =>
      control.sdk.send(new CreateModelCommand({ restApiId, name, contentType: 'application/json', schema }));
    await create('{"title":"Free","type":"object"}');

    const { $metadata, id, ...shown } = await control.sdk.send(new GetModelCommand(named));
    assert.equal($metadata.httpStatusCode, 200);
    assert.equal(typeof id, 'string');
    assert.deepEqual(shown, {
      name: 'Free',
      contentType: 'application/json',
      schema: '{"title":"Free","type":"object"}',
    });
    const update = (path: string, value: string): Promise<unknown> =>
      control.sdk.send(
        new UpdateModelCommand({ ...named, patchOperations: [{ op: 'replace', path, value }] }),
      );
    await update('/description', 'open to all');
    const listed = await control.sdk.send(new GetModelsCommand({ restApiId }));
    assert.equal(listed.items?.find(({ name }) => name === 'Free')?.description, 'open to all');
    const refusals = [
      await refusalOf(create('{"type":"object"}')),
      await refusalOf(create('', 'Other')),
      await refusalOf(update('/name', 'x')),
      await refusalOf(update('/schema', '{}')),
    ];
    await control.sdk.send(new DeleteModelCommand(named));
    refusals.push(await refusalOf(control.sdk.send(new GetModelCommand(named))));
    assert.deepEqual(
      refusals.map(({ message }) => message),
      [
        'Model name already exists for this REST API',
        'Model schema must have at least 1 property or array items defined',
        "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]",
        'Model schema must have at least 1 property or array items defined',
        'Invalid model name specified: Free',
      ],
    );
  });

  it('Empty and Error exist in each API that is not imported, as recorded 2024-04-15', async () => {
    const api = (await control.sdk.send(new CreateRestApiCommand({ name: 'defaults' }))).id;
    const list = async (restApiId: string | undefined): Promise<readonly unknown[]> => {
      const { items = [] } = await control.sdk.send(new GetModelsCommand({ restApiId }));
      return items.map(({ id, schema, ...model }) => [typeof id, JSON.parse(schema ?? '') as unknown, model]);
    };
    const $schema = 'http://json-schema.org/draft-04/schema#';
    const empty = [
      'string',
      { $schema, title: 'Empty Schema', type: 'object' },
      {
        name: 'Empty',
        contentType: 'application/json',
        description: 'This is a default empty schema model',
      },
    ];
    const properties = { message: { type: 'string' } };
    const error = [
      'string',
      { $schema, title: 'Error Schema', type: 'object', properties },
      {
        name: 'Error',
        contentType: 'application/json',
        description: 'This is a default error schema model',
      },
    ];
    assert.deepEqual(await list(api), [empty, error]);
    const taken = {
      restApiId: api,
      name: 'Empty',
      contentType: 'application/json',
      schema: '{"type":"object"}',
    };
    assert.deepEqual(await refusalOf(control.sdk.send(new CreateModelCommand(taken))), {
      name: 'ConflictException',
      message: 'Model name already exists for this REST API',
    });
    await control.sdk.send(new DeleteModelCommand({ restApiId: api, modelName: 'Error' }));
    const patchOperations = [{ op: 'replace' as const, path: '/description', value: 'nothing' }];
    const named = { restApiId: api, modelName: 'Empty' };
    await control.sdk.send(new UpdateModelCommand({ ...named, patchOperations }));
    const [type, schema, model] = empty;
    assert.deepEqual(await list(api), [[type, schema, { ...Object(model), description: 'nothing' }]]);

    const body = Buffer.from(JSON.stringify({ swagger: '2.0', info: { title: 'x' }, paths: {} }));
    const imported = await control.sdk.send(new ImportRestApiCommand({ body }));
    assert.deepEqual(await list(imported.id), []);
  });

  it('are switched by patches and deleted when no method needs them', async () => {
    const made = await control.sdk.send(new CreateRequestValidatorCommand({ restApiId, name: 'free' }));
    const named = { restApiId, requestValidatorId: made.id };
    const set = (value: string): Promise<{ validateRequestBody?: boolean | undefined }> =>
      control.sdk.send(
        new UpdateRequestValidatorCommand({
          ...named,
          patchOperations: [{ op: 'replace', path: '/validateRequestBody', value }],
        }),
      );

    assert.deepEqual([made.validateRequestBody, made.validateRequestParameters], [false, false]);
    assert.equal((await set('true')).validateRequestBody, true);
    assert.equal((await set('')).validateRequestBody, false);
    const listed = await control.sdk.send(new GetRequestValidatorsCommand({ restApiId }));
    assert.ok(listed.items?.some(({ id }) => id === made.id));
    await control.sdk.send(new DeleteRequestValidatorCommand(named));
    assert.deepEqual(await refusalOf(control.sdk.send(new GetRequestValidatorCommand(named))), {
      name: 'NotFoundException',
      message: 'Invalid Request Validator identifier specified',
    });
  });
});
