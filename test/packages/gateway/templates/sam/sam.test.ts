import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import { expandDocuments } from '../../../../../packages/gateway/templates/openapi/openapi.ts';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { OPTIONS, aStack, refusal, SHOP } from '../stack-builders.ts';

const FOLDER = fileURLToPath(new URL('../../../../fixtures/definition/sam', import.meta.url));
const SAM = 'AWS SAM specification';

async function load(): Promise<ResolvedStack> {
  const [stack] = await loadStacks([FOLDER], OPTIONS);
  return stack!;
}

function only(stack: ResolvedStack, type: string): JsonObject[] {
  return [...stack.resources.values()]
    .filter((resource) => resource.type === type)
    .map(({ properties }) => properties);
}

describe('expandSam', () => {
  it('makes functions with globals, local code and layers', async () => {
    const { functions } = await load();

    const [guard, orders] = functions;
    assert.deepEqual(guard?.environment, { STAGE: 'test', ISSUER: 'local' }, SAM);
    assert.deepEqual(orders?.code, { kind: 'directory', directory: `${FOLDER}/src`, esbuild: undefined });
    assert.equal(orders.timeoutSeconds, 20);
    assert.deepEqual(
      orders.layers.map(({ directory }) => directory),
      [`${FOLDER}/layer`],
    );
  });

  it('makes the implicit REST API with stage Prod, resources, methods and the default authorizer', async () => {
    const stack = await load();

    assert.deepEqual(
      only(stack, 'AWS::ApiGateway::Resource').map(({ PathPart }) => PathPart),
      ['orders', '{id}'],
    );
    assert.deepEqual(
      only(stack, 'AWS::ApiGateway::Method').map(({ HttpMethod, AuthorizationType }) => [
        HttpMethod,
        AuthorizationType,
      ]),
      [
        ['GET', 'CUSTOM'],
        ['ANY', 'NONE'],
      ],
      SAM,
    );
    const [authorizer] = only(stack, 'AWS::ApiGateway::Authorizer');
    assert.equal(authorizer?.['Type'], 'TOKEN');
    assert.equal(authorizer['IdentitySource'], 'method.request.header.X-Token');
    assert.equal(authorizer['AuthorizerResultTtlInSeconds'], 60);
    assert.match(
      authorizer['AuthorizerUri'] as string,
      /^arn:aws:apigateway:eu-west-1:lambda:path\/2015-03-31\/functions\/arn:aws:lambda:eu-west-1:123456789012:function:sam-Guard-[A-Z0-9]+\/invocations$/,
    );
    assert.deepEqual(
      only(stack, 'AWS::ApiGateway::Stage').map(({ StageName }) => StageName),
      ['Prod'],
    );
    assert.match(
      stack.outputs.get('Url') as string,
      /^https:\/\/[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com\/Prod$/,
    );
  });

  it('makes an HTTP API with CORS, routes, catch-all and a simple-response authorizer', async () => {
    const stack = await load();

    assert.deepEqual(
      only(stack, 'AWS::ApiGatewayV2::Route').map(({ RouteKey, AuthorizationType }) => [
        RouteKey,
        AuthorizationType,
      ]),
      [
        ['ANY /v2/{proxy+}', 'CUSTOM'],
        ['$default', 'NONE'],
      ],
    );
    const [authorizer] = only(stack, 'AWS::ApiGatewayV2::Authorizer');
    assert.deepEqual(authorizer?.['IdentitySource'], ['$request.header.X-Key', '$request.querystring.key']);
    assert.equal(authorizer['EnableSimpleResponses'], true);
    const [api] = only(stack, 'AWS::ApiGatewayV2::Api');
    assert.deepEqual(api?.['CorsConfiguration'], { AllowOrigins: ['https://app.example'] });
    assert.deepEqual(
      only(stack, 'AWS::ApiGatewayV2::Stage').map(({ StageName, AutoDeploy }) => [StageName, AutoDeploy]),
      [['$default', true]],
    );
  });

  it('allows the API to invoke each function only on its own route', async () => {
    const sources = only(await load(), 'AWS::Lambda::Permission').map(({ SourceArn }) =>
      (SourceArn as string).replace(/^.*?\//, ''),
    );

    assert.deepEqual(
      sources.toSorted(),
      ['*/*', '*/*/', '*/*/v2/*', '*/GET/orders/*', 'authorizers/*'].toSorted(),
    );
  });

  it('makes a table with the default key', async () => {
    const [table] = only(await load(), 'AWS::DynamoDB::Table');

    assert.deepEqual(table, {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  });

  it('reports events that start nothing, and points messages at the event of the SAM resource', async () => {
    const stack = await load();

    assert.deepEqual(
      stack.unsupported.map(({ logicalId, property, consequence }) => [logicalId, property, consequence]),
      [['Orders', 'Events.Device', 'IoTRule events are not supported; the function will not be invoked.']],
    );
    assert.equal(stack.resources.get('OrdersReadPermissionProd')?.place().line, 29);
    assert.equal(stack.resources.get('ServerlessRestApi GET /orders/{id}')?.place().line, 29);
  });

  const api = (type: string, authorizer: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::${type}
    Properties:
      StageName: live
      Auth: { Authorizers: { Mine: ${authorizer} } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: a.b
      Events:
        E: { Type: ${type}, Properties: { Path: /, Method: get, ${type === 'Api' ? 'RestApiId' : 'ApiId'}: !Ref Api, Auth: { Authorizer: Mine } } }
`;
  const authorizers: { name: string; text: string; authorizer: JsonObject; authorization: string }[] = [
    {
      name: 'a REQUEST authorizer with its sources in one text',
      text: api(
        'Api',
        '{FunctionArn: arn, FunctionPayloadType: REQUEST, FunctionInvokeRole: role, Identity: {Headers: [A], StageVariables: [B], Context: [c]}}',
      ),
      authorizer: {
        Type: 'REQUEST',
        IdentitySource: 'method.request.header.A, stageVariables.B, context.c',
        AuthorizerCredentials: 'role',
      },
      authorization: 'CUSTOM',
    },
    {
      name: 'a TOKEN authorizer of the Authorization header',
      text: api('Api', '{FunctionArn: arn, Identity: {ValidationExpression: "^x"}}'),
      authorizer: {
        Type: 'TOKEN',
        IdentitySource: 'method.request.header.Authorization',
        IdentityValidationExpression: '^x',
      },
      authorization: 'CUSTOM',
    },
    {
      name: 'a Cognito authorizer',
      text: api('Api', '{UserPoolArn: arn:pool}'),
      authorizer: { Type: 'COGNITO_USER_POOLS', ProviderARNs: ['arn:pool'] },
      authorization: 'COGNITO_USER_POOLS',
    },
    {
      name: 'a JWT authorizer',
      text: api(
        'HttpApi',
        '{JwtConfiguration: {issuer: i, audience: [a]}, IdentitySource: $request.header.Authorization}',
      ),
      authorizer: {
        AuthorizerType: 'JWT',
        JwtConfiguration: { Issuer: 'i', Audience: ['a'] },
        IdentitySource: ['$request.header.Authorization'],
      },
      authorization: 'JWT',
    },
  ];
  for (const { name, text, authorizer, authorization } of authorizers) {
    it(`makes ${name}`, () => {
      const resources = [...expandDocuments(SHOP, aStack(text).resolveResources()).resources.values()];
      const made = resources.find(({ type }) => type.endsWith('::Authorizer'))?.properties;
      const route = resources.find(
        ({ properties }) => properties['AuthorizationType'] !== undefined,
      )?.properties;

      for (const [property, value] of Object.entries(authorizer))
        assert.deepEqual(made?.[property], value, SAM);
      assert.equal(route?.['AuthorizationType'], authorization);
    });
  }

  it('either expands any properties or refuses them with a DefinitionError', () => {
    const types = ['Function', 'Api', 'HttpApi', 'SimpleTable', 'LayerVersion', 'Application'];
    const names = [
      'Events',
      'Auth',
      'Authorizers',
      'StageName',
      'PrimaryKey',
      'ContentUri',
      'Identity',
      'E',
      'Type',
    ];
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('Api', 'HttpApi', 'x', '/a/{b}', 'get', true, 1, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, 'Path', 'Method', 'Properties'), tie('value'), {
          maxKeys: 5,
        }),
      ),
    }));
    const resource = fc.record({
      Type: fc.constantFrom(...types).map((type) => `AWS::Serverless::${type}`),
      Properties: value,
    });

    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('A', 'B', 'C'), resource), value, (resources, globals) => {
        const template = {
          Transform: 'AWS::Serverless-2016-10-31',
          Globals: { Function: globals },
          Resources: resources,
        };
        try {
          aStack(JSON.stringify(template)).resolveResources();
        } catch (error) {
          assert.ok(error instanceof DefinitionError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  const head = 'Transform: AWS::Serverless-2016-10-31\nResources:\n';
  const fn = (event: string): string =>
    `${head}  F: {Type: AWS::Serverless::Function, Properties: {Runtime: nodejs24.x, Handler: a.b, Events: {E: ${event}}}}`;
  const refusals = [
    {
      name: 'an OpenAPI document that is not there',
      text: `${head}  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, DefinitionUri: a.yml}}`,
      says: /A\.DefinitionUri: the document \/app\/a\.yml cannot be read/,
    },
    {
      name: 'Auth together with a body that is not an OpenAPI document',
      text: `${head}  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, DefinitionBody: {}, Auth: {DefaultAuthorizer: AWS_IAM}}}`,
      says: /A: DefinitionBody must be an OpenAPI document with paths/,
    },
    {
      name: 'a REST API without stage',
      text: `${head}  A: {Type: AWS::Serverless::Api}`,
      says: /StageName is required/,
    },
    {
      name: 'an event for an API that is not there',
      text: fn('{Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Nope}}'),
      says: /event E: "Nope" is not an AWS::Serverless::Api of this template/,
    },
    {
      name: 'an event without path',
      text: fn('{Type: Api, Properties: {Method: get}}'),
      says: /event E: Path and Method must both be strings/,
    },
    {
      name: 'an authorizer without payload version',
      text: `${head}  A: {Type: AWS::Serverless::HttpApi, Properties: {Auth: {Authorizers: {X: {FunctionArn: arn}}}}}`,
      says: /Auth\.Authorizers\.X: AuthorizerPayloadFormatVersion is required/,
    },
    {
      name: 'a layer without content',
      text: `${head}  L: {Type: AWS::Serverless::LayerVersion}`,
      says: /ContentUri is required/,
    },
  ];
  for (const { name, text, says } of refusals) {
    it(`refuses ${name}`, () => {
      assert.match(
        refusal(() => aStack(text)),
        says,
        SAM,
      );
    });
  }
});
