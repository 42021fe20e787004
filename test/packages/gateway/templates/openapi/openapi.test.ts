import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { makeRootResourceId } from '../../../../../packages/base/aws/physical-ids.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { expandDocuments } from '../../../../../packages/gateway/templates/openapi/openapi.ts';
import { document, expand, find, only } from '../openapi-builders.ts';
import type { Expanded } from '../openapi-builders.ts';
import { aStack, refusal, SHOP } from '../stack-builders.ts';

const IMPORT = 'recorded import of July 2025 (localstack test_apigateway_import.snapshot.json)';
const GUIDE = 'developer guide, OpenAPI extensions';

const FILE = new URL('../../../../fixtures/definition/openapi/petstore.yaml', import.meta.url);
const petstore = (): Expanded => expand(readFileSync(FILE, 'utf8'));

const integration = { type: 'mock' };

describe('expandDocuments for a REST API', () => {
  it('does not change an API without a document', () => {
    const resources = aStack('Resources: { Api: { Type: AWS::ApiGateway::RestApi } }').resolveResources();

    assert.deepEqual([...expandDocuments(SHOP, resources).resources], [...resources]);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/import-api-aws-variables.html
  for (const type of ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'])
    it(`resolves AWS's own variables in every text of the document of ${type}`, () => {
      const uri = (account: string) => `arn:aws:lambda:eu-west-1:${account}:function:f/invocations`;
      const expanded = expand(
        document({
          'x-amazon-apigateway-integration': {
            type: 'aws_proxy',
            httpMethod: 'POST',
            payloadFormatVersion: '1.0',
            uri: 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:f/invocations',
            requestTemplates: { 'application/json': '{"at":"${AWS::Region}","other":"${AWS::StackName}"}' },
          },
        }),
        {},
        type,
      );
      const text = JSON.stringify([...expanded.resources.values()].map(({ properties }) => properties));
      assert.ok(text.includes(uri('123456789012')), text);
      assert.doesNotMatch(text, /\$\{AWS::(?:Partition|Region|AccountId)\}/);
    });

  it('does not change other variables of a document', () => {
    const expanded = expand(
      document({
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'GET',
          uri: 'https://${stageVariables.host}/${AWS::StackName}/${aws::region}',
        },
      }),
    );
    const { Integration } = find(expanded, 'Api GET /x') as {
      readonly Integration: { readonly Uri: string };
    };
    assert.equal(Integration.Uri, 'https://${stageVariables.host}/${AWS::StackName}/${aws::region}');
  });

  it('makes the tree of resources, greedy paths last', () => {
    const root = makeRootResourceId('shop', 'Api');
    const parts = only(petstore(), 'Resource').map(({ properties }) => properties['PathPart']);

    assert.deepEqual(parts, ['pets', '{petId}', 'files', '{proxy+}']);
    const [pets, pet] = only(petstore(), 'Resource');
    assert.equal(pets?.properties['ParentId'], root);
    assert.equal(pet?.properties['ParentId'], pets.physicalId);
  });

  it('applies what the document says about the API, unless the template has the property', () => {
    const properties = find(petstore(), 'Api');

    assert.equal(properties['Name'], 'Pet store');
    assert.deepEqual(properties['BinaryMediaTypes'], ['image/png']);
    assert.equal(properties['ApiKeySourceType'], 'HEADER');
    assert.equal(properties['Body'], undefined);
    assert.equal(find(expand(document({}), { Name: 'mine' }), 'Api')['Name'], 'mine');
  });

  it('makes a method with its integration, parameters, responses and validator', () => {
    const expanded = petstore();
    const method = find(expanded, 'Api GET /pets');
    const validators = only(expanded, 'RequestValidator');

    assert.equal(method['OperationName'], 'listPets');
    assert.deepEqual(method['RequestParameters'], {
      'method.request.querystring.page': true,
      'method.request.header.X-Trace': false,
    });
    assert.deepEqual(method['MethodResponses'], [
      {
        StatusCode: '200',
        ResponseParameters: { 'method.response.header.X-Total': false },
        ResponseModels: { 'application/json': 'Pets' },
      },
    ]);
    assert.equal(method['RequestValidatorId'], validators[1]?.physicalId, GUIDE);
    const { Type, IntegrationHttpMethod } = method['Integration'] as JsonObject;
    assert.deepEqual([Type, IntegrationHttpMethod], ['AWS_PROXY', 'POST']);
  });

  it('allows an operation to override a parameter of its path, and to name its body', () => {
    const method = find(petstore(), 'Api POST /pets');

    assert.deepEqual(method['RequestParameters'], { 'method.request.querystring.page': false });
    assert.deepEqual(method['RequestModels'], { 'application/json': 'Pet' });
  });

  it('reads authorizers, API keys and signatures from the security of an operation', () => {
    const expanded = petstore();
    const [authorizer] = only(expanded, 'Authorizer');
    const post = find(expanded, 'Api POST /pets');

    assert.deepEqual(
      [post['AuthorizationType'], post['AuthorizerId'], post['ApiKeyRequired']],
      ['CUSTOM', authorizer?.physicalId, true],
    );
    assert.equal(authorizer?.properties['Type'], 'TOKEN');
    assert.equal(authorizer.properties['IdentitySource'], 'method.request.header.X-Token', IMPORT);
    assert.equal(find(expanded, 'Api ANY /pets/{petId}')['AuthorizationType'], 'AWS_IAM');
    assert.equal(find(expanded, 'Api GET /pets')['AuthorizationType'], 'NONE');
  });

  it('takes NONE for no authorizer, as SAM compiles it, unless a scheme has the name', () => {
    const none = { security: [{ NONE: [] }], 'x-amazon-apigateway-integration': { type: 'mock' } };
    const NONE = { type: 'apiKey', name: 'x-api-key', in: 'header' };
    const named = document(none, { components: { securitySchemes: { NONE } } });

    assert.equal(find(expand(document(none)), 'Api GET /x')['AuthorizationType'], 'NONE');
    assert.equal(find(expand(named), 'Api GET /x')['ApiKeyRequired'], true);
  });

  it('includes the models that AWS gives every API', () => {
    const schema = { $ref: '#/components/schemas/Empty' };
    const responses = { 200: { description: 'ok', content: { 'application/json': { schema } } } };
    const integration = { 'x-amazon-apigateway-integration': { type: 'mock' } };
    const [method] = only(expand(document({ responses, ...integration })), 'Method');

    assert.deepEqual(method?.properties['MethodResponses'], [
      { StatusCode: '200', ResponseModels: { 'application/json': 'Empty' } },
    ]);
  });

  it('writes a selection pattern for every response but the default', () => {
    const { IntegrationResponses: responses } = find(petstore(), 'Api GET /files/{proxy+}')[
      'Integration'
    ] as JsonObject;

    assert.deepEqual(responses, [
      { StatusCode: '200' },
      {
        StatusCode: '404',
        SelectionPattern: '4\\d\\d',
        ResponseTemplates: { 'application/json': 'gone' },
      },
    ]);
  });

  it('makes models with canonical references, keeping minItems and dropping what AWS does not read', () => {
    const schemas = only(petstore(), 'Model').map(({ physicalId, properties }) => [
      physicalId,
      properties['Schema'],
    ]);
    const api = petstore().resources.get('Api');
    const pet = `https://apigateway.amazonaws.com/restapis/${api?.physicalId ?? ''}/models/Pet`;

    assert.deepEqual(
      schemas,
      [
        ['Pets', { type: 'array', minItems: 1, items: { $ref: pet } }],
        [
          'Pet',
          {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, parent: { $ref: pet } },
          },
        ],
      ],
      IMPORT,
    );
  });

  // RFC 6901 §3: ~ and / of a name are written ~0 and ~1.
  it('refers to a part of a model by a pointer, whatever is in its name', () => {
    const schemas = {
      Pet: { type: 'object', properties: { 'a/b~c': { type: 'string' } } },
      Part: { type: 'object', properties: { of: { $ref: '#/components/schemas/Pet/properties/a~1b~0c' } } },
    };
    const expanded = expand(document({}, { components: { schemas } }));
    const part = only(expanded, 'Model').find(({ physicalId }) => physicalId === 'Part');
    const api = expanded.resources.get('Api')?.physicalId ?? '';

    assert.deepEqual(part?.properties['Schema'], {
      type: 'object',
      properties: {
        of: {
          $ref: `https://apigateway.amazonaws.com/restapis/${api}/models/Pet#/properties/a~1b~0c`,
        },
      },
    });
  });

  // Recorded by LocalStack: test_apigateway_import.py, test_import_with_circular_models.
  it('gives a model the description of its schema', () => {
    const schemas = { Pet: { type: 'object', description: 'A pet.' }, Part: { type: 'object' } };
    const models = only(expand(document({}, { components: { schemas } })), 'Model');

    assert.deepEqual(
      models.map(({ properties }) => properties['Description']),
      ['A pet.', undefined],
    );
  });

  it('creates a separate model for an inline schema', () => {
    const schema = { type: 'object', required: ['a'] };
    const body = { content: { 'application/json': { schema } } };
    const expanded = expand(document({ requestBody: body }));
    const [model] = only(expanded, 'Model');

    assert.deepEqual(model?.properties['Schema'], schema);
    assert.deepEqual(find(expanded, 'Api GET /x')['RequestModels'], {
      'application/json': model.physicalId,
    });
  });

  it("applies the root's security if an operation has none, with its scopes", () => {
    const scheme = {
      type: 'apiKey',
      name: 'TestHeaderAuth',
      in: 'header',
      'x-amazon-apigateway-authorizer': { type: 'cognito_user_pools', providerARNs: ['arn:pool'] },
    };
    const root = { security: [{ pool: ['email'] }], components: { securitySchemes: { pool: scheme } } };
    const open = find(expand(document({ security: [] }, root)), 'Api GET /x');
    const guarded = find(expand(document({}, root)), 'Api GET /x');
    const [authorizer] = only(expand(document({}, root)), 'Authorizer');

    assert.equal(open['AuthorizationType'], 'NONE');
    assert.deepEqual(
      [guarded['AuthorizationType'], guarded['AuthorizationScopes']],
      ['COGNITO_USER_POOLS', ['email']],
      IMPORT,
    );
    assert.equal(authorizer?.properties['IdentitySource'], 'method.request.header.TestHeaderAuth', IMPORT);
  });

  const bases: { mode: string | undefined; root: JsonObject; path: string }[] = [
    { mode: undefined, root: { servers: [{ url: 'https://h/base-url/part/' }] }, path: '/x' },
    { mode: 'ignore', root: { servers: [{ url: 'https://h/base-url/part/' }] }, path: '/x' },
    { mode: 'prepend', root: { servers: [{ url: 'https://h/base-url/part/' }] }, path: '/base-url/part/x' },
    { mode: 'split', root: { servers: [{ url: 'https://h/base-url/part/' }] }, path: '/part/x' },
    {
      mode: 'prepend',
      root: {
        servers: [{ url: 'https://h/{basePath}', variables: { basePath: { default: '/base-var' } } }],
      },
      path: '/base-var/x',
    },
    { mode: 'split', root: { servers: [{ url: '/only' }] }, path: '/x' },
    { mode: 'prepend', root: {}, path: '/x' },
    {
      mode: 'prepend',
      root: { openapi: undefined as never, swagger: '2.0', basePath: '/v1' },
      path: '/v1/x',
    },
  ];
  for (const { mode, root, path } of bases)
    it(`puts GET /x at ${path} for basepath ${String(mode)} and ${JSON.stringify(root)}`, () => {
      const more = mode === undefined ? {} : { Parameters: { basepath: mode } };
      const methods = only(expand(document({}, root), more), 'Method');

      assert.deepEqual(
        methods.map(({ logicalId }) => logicalId),
        [`Api GET ${path}`],
        IMPORT,
      );
    });

  const refusals: { name: string; body: Json; more?: JsonObject; says: string }[] = [
    {
      name: 'a document without a version',
      body: { paths: {} },
      says: '/app/shop.yml:1: Api.Body.openapi: Invalid OpenAPI input. API Gateway imports swagger 2.0 and openapi 3.0, not "undefined"',
    },
    {
      name: 'openapi 3.1',
      body: { openapi: '3.1.0', paths: {} },
      says: '/app/shop.yml:1: Api.Body.openapi: Invalid OpenAPI input. API Gateway imports swagger 2.0 and openapi 3.0, not "3.1.0"',
    },
    {
      name: 'a document without paths',
      body: { openapi: '3.0.0' },
      says: '/app/shop.yml:1: Api.Body.paths: Invalid OpenAPI input. The document has no paths',
    },
    {
      name: 'an integration without a type',
      body: document({ 'x-amazon-apigateway-integration': { uri: 'x' } }),
      says: '/app/shop.yml:1: Api.Body.paths./x.get.x-amazon-apigateway-integration: Unable to parse API definition because of a malformed integration at path /x.',
    },
    {
      name: 'a validator that is not there',
      body: document({ 'x-amazon-apigateway-request-validator': 'all' }),
      says: '/app/shop.yml:1: Api.Body.paths./x.get.x-amazon-apigateway-request-validator: Invalid Request Validator identifier specified: "all"',
    },
    {
      name: 'a scheme that is not there',
      body: document({ security: [{ nobody: [] }] }),
      says: '/app/shop.yml:1: Api.Body.paths./x.get.security.0.nobody: Invalid OpenAPI input. The security scheme "nobody" is not defined',
    },
    {
      name: 'a reference to nothing',
      body: document({ parameters: [{ $ref: '#/components/parameters/p' }] }),
      says: '/app/shop.yml:1: Api.Body.paths./x.get.parameters.0: Invalid OpenAPI input. The reference #/components/parameters/p cannot be resolved',
    },
    // A document is imported alone, without the files next to it.
    ...['pets.yml#/components/parameters/p', 'x/components/parameters/p', 'x-components/parameters/p'].map(
      ($ref) => ({
        name: `a reference to ${$ref}, outside of the document`,
        body: document(
          { parameters: [{ $ref }] },
          { components: { parameters: { p: { name: 'p', in: 'query' } } } },
        ),
        says: `/app/shop.yml:1: Api.Body.paths./x.get.parameters.0: Invalid OpenAPI input. The reference "${$ref}" cannot be resolved`,
      }),
    ),
    {
      name: 'a reference to itself',
      body: document({}, { paths: { '/x': { $ref: '#/paths/~1x' } } }),
      says: '/app/shop.yml:1: Api.Body.paths./x: Invalid OpenAPI input. The reference "#/paths/~1x" cannot be resolved',
    },
    {
      name: 'an unknown base path mode',
      body: document({}),
      more: { Parameters: { basepath: 'append' } },
      says: '/app/shop.yml:1: Api.Parameters.basepath: Invalid basepath "append". Use ignore, prepend, split',
    },
  ];
  for (const { name, body, more, says } of refusals)
    it(`refuses ${name}`, () => {
      assert.equal(
        refusal(() => expand(body, more)),
        says,
      );
    });

  it('places a method and its integration if the document has them', () => {
    const method = expand(document({ 'x-amazon-apigateway-integration': integration })).resources.get(
      'Api GET /x',
    );

    assert.equal(method?.place().property, 'Body.paths./x.get');
    assert.equal(
      method.place('Integration.IntegrationHttpMethod').property,
      'Body.paths./x.get.x-amazon-apigateway-integration.httpMethod',
    );
    assert.equal(method.place('AuthorizerId').property, 'Body.paths./x.get.security');
    assert.equal(method.place().logicalId, 'Api');
  });

  it('names what it omits', () => {
    const paths = { '/x': { get: { responses: {} }, trace: { responses: {} } } };
    const { findings } = expand(document({}, { paths }));

    assert.deepEqual(
      findings.map(({ property }) => property),
      ['Body.paths./x.trace'],
    );
  });
});
