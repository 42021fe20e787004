import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateDeploymentCommand,
  GetExportCommand,
  GetRestApiCommand,
  ImportRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { parse } from 'yaml';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { withAuthorizer, ok, policy, TOKEN } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  const resources = withAuthorizer({ ...TOKEN, Name: 'guard' });
  const pets = resources['PetsGet']!;
  control = await aRestControl(
    {
      ...resources,
      PetsGet: {
        ...pets,
        properties: {
          ...pets.properties,
          OperationName: 'listPets',
          RequestParameters: { 'method.request.querystring.page': true, 'method.request.header.X-A': false },
          RequestModels: { 'application/json': 'Pet' },
          MethodResponses: [
            {
              StatusCode: 200,
              ResponseModels: { 'application/json': 'Pet' },
              ResponseParameters: { 'method.response.header.X-B': true },
            },
          ],
        },
      },
      Pet: {
        type: 'AWS::ApiGateway::Model',
        properties: {
          RestApiId: API_ID,
          Name: 'Pet',
          ContentType: 'application/json',
          Schema: { type: 'object' },
        },
      },
    },
    { list: ok, auth: () => policy('Allow', '*') },
  );
});
after(() => control.close());

/** The members of an exported document that the tests read. */
type ExportedDocument = {
  readonly openapi?: string;
  readonly swagger?: string;
  readonly basePath?: string;
  readonly info: { readonly title: string };
  readonly servers: unknown;
  readonly definitions: unknown;
  readonly paths: Readonly<Record<string, { readonly get: Readonly<Record<string, unknown>> }>>;
  readonly components: {
    readonly schemas: unknown;
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
};

async function get(
  exportType: string,
  parameters: Record<string, string> = {},
  accepts = 'application/json',
): Promise<ExportedDocument> {
  const { body } = await control.sdk.send(
    new GetExportCommand({ restApiId: API_ID, stageName: 'dev', exportType, parameters, accepts }),
  );
  return parse(Buffer.from(body ?? []).toString()) as ExportedDocument;
}

describe('GetExport through the AWS SDK', () => {
  it('writes OpenAPI 3 with parameters, bodies, responses and who may call', async () => {
    const document = await get('oas30');

    assert.equal(document.openapi, '3.0.1');
    assert.equal(document.info.title, 'pets');
    assert.deepEqual(document.servers, [
      {
        url: 'https://abcdefghij.execute-api.us-east-1.amazonaws.com/{basePath}',
        variables: { basePath: { default: 'dev' } },
      },
    ]);
    assert.deepEqual(document.paths['/pets']?.get, {
      operationId: 'listPets',
      parameters: [
        { name: 'page', in: 'query', required: true, schema: { type: 'string' } },
        { name: 'X-A', in: 'header', schema: { type: 'string' } },
      ],
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
        required: true,
      },
      responses: {
        200: {
          description: '200 response',
          headers: { 'X-B': { schema: { type: 'string' } } },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
        },
      },
      security: [{ guard: [] }],
    });
    assert.deepEqual(document.components.schemas, { Pet: { type: 'object' } });
    assert.deepEqual(document.components.securitySchemes['guard'], {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      'x-amazon-apigateway-authtype': 'custom',
    });
  });

  it("adds AWS's extensions if they are requested", async () => {
    const document = await get('oas30', { extensions: 'apigateway' });

    assert.deepEqual(document.paths['/pets']?.get['x-amazon-apigateway-integration'], {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: invokeUri('list'),
    });
    const guard = document.components.securitySchemes['guard'];
    assert.deepEqual(guard?.['x-amazon-apigateway-authorizer'], {
      type: 'token',
      authorizerUri: invokeUri('auth'),
      identitySource: 'method.request.header.Authorization',
    });
  });

  it('writes Swagger 2, and YAML', async () => {
    const document = await get('swagger', {}, 'application/yaml');

    assert.equal(document.swagger, '2.0');
    assert.equal(document.basePath, '/dev');
    assert.deepEqual(document.definitions, { Pet: { type: 'object' } });
    const parameters = document.paths['/pets']?.get['parameters'] as readonly unknown[];
    assert.deepEqual(parameters.at(-1), {
      in: 'body',
      name: 'Pet',
      required: true,
      schema: { $ref: '#/definitions/Pet' },
    });
  });

  it('shows what is deployed, not what is edited', async () => {
    await control.sdk.send(
      new UpdateMethodCommand({
        restApiId: API_ID,
        resourceId: 'Pets',
        httpMethod: 'GET',
        patchOperations: [{ op: 'replace', path: '/operationName', value: 'edited' }],
      }),
    );

    assert.equal((await get('oas30')).paths['/pets']?.get['operationId'], 'listPets');
  });

  it('refuses other export types', async () => {
    assert.equal((await refusalOf(get('postman'))).name, 'BadRequestException');
  });

  // Source: snapshots of AWS's answers, test_apigateway_extended.snapshot.json of LocalStack 4.7 (Apache-2.0)
  it('writes the version of the document that was imported, and its references between models', async () => {
    const definitions = {
      Pet: { type: 'object' },
      Pets: { type: 'array', items: { $ref: '#/definitions/Pet' } },
    };
    const body = Buffer.from(
      JSON.stringify({
        swagger: '2.0',
        info: { title: 'Owls', version: '1.0.0' },
        paths: { '/owls': {} },
        definitions,
      }),
    );
    const { id: restApiId } = await control.sdk.send(new ImportRestApiCommand({ body }));
    const { rootResourceId: resourceId } = await control.sdk.send(new GetRestApiCommand({ restApiId }));
    const at = { restApiId, resourceId, httpMethod: 'GET' };
    await control.sdk.send(new PutMethodCommand({ ...at, authorizationType: 'NONE' }));
    await control.sdk.send(new PutIntegrationCommand({ ...at, type: 'MOCK' }));
    await control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const exported = await control.sdk.send(
      new GetExportCommand({ restApiId, stageName: 'dev', exportType: 'swagger' }),
    );

    const document = parse(Buffer.from(exported.body ?? []).toString()) as ExportedDocument;
    assert.deepEqual(document.info, { title: 'Owls', version: '1.0.0' });
    assert.deepEqual(document.definitions, definitions);
    assert.equal(exported.contentDisposition, 'attachment; filename="swagger_1.0.0.json"');
  });

  // LocalStack, tests/aws/services/apigateway/test_apigateway_extended.py::TestApigatewayApiExport,
  // `test_export_swagger_openapi[TEST_IMPORT_PETSTORE_SWAGGER]`, recorded 06-05-2025
  it('lists what a method consumes and produces by its templates and models, and optional parameters', async () => {
    const integration = {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      responses: { default: { statusCode: '200', responseTemplates: { 'text/html': '<html></html>' } } },
    };
    const page = { name: 'page', in: 'query', required: false, type: 'string' };
    const responses = { 200: { description: 'ok' } };
    const imported = {
      swagger: '2.0',
      info: { title: 'Owls', version: '1' },
      paths: {
        '/': { get: { parameters: [page], responses, 'x-amazon-apigateway-integration': integration } },
      },
    };
    const body = Buffer.from(JSON.stringify(imported));
    const { id: restApiId } = await control.sdk.send(new ImportRestApiCommand({ body }));
    await control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const exported = await control.sdk.send(
      new GetExportCommand({ restApiId, stageName: 'dev', exportType: 'swagger' }),
    );

    const { paths } = parse(Buffer.from(exported.body ?? []).toString()) as ExportedDocument;
    assert.deepEqual(paths['/']?.get, {
      consumes: ['application/json'],
      produces: ['text/html'],
      parameters: [page],
      responses: { 200: { description: '200 response' } },
    });
  });
});
