/** OpenAPI documents that an import refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const BODY = (lines: string, more = ''): string => `
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: pets
${more}
      Body:
        openapi: 3.0.1
        info: { title: pets, version: '1' }
        paths:
${lines}`;

export const OF_IMPORTS: readonly RefusedDefinition[] = [
  ...[
    ['/pets/{petId}', 'petId'],
    ['/{proxy+}', 'proxy'],
  ].map(([path, name]) =>
    one(
      `a path parameter that the operation ${path ?? ''} maps but does not declare`,
      BODY(`          ${path ?? ''}:
            get:
              responses: { '200': { description: ok } }
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: GET
                uri: https://example.com/{id}
                requestParameters:
                  integration.request.path.id: method.request.path.${name ?? ''} # here`),
      'apigateway-restapi-body',
      'https://repost.aws/knowledge-center/api-gateway-proxy-path-parameter-error',
    ),
  ),
  one(
    'a path parameter that is declared with another name than the one that is mapped',
    BODY(`          /pets/{petId}:
            parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
            get:
              responses: { '200': { description: ok } }
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: GET
                uri: https://example.com/{id}
                requestParameters:
                  integration.request.path.id: method.request.path.petId # here`),
    'apigateway-restapi-body',
    'awsdocs/amazon-api-gateway-developer-guide#24',
  ),
  one(
    'a reference to a model that the document does not have, if warnings fail the import',
    BODY(
      `          /pets:
            post:
              requestBody:
                content:
                  application/json:
                    schema: { $ref: '#/components/schemas/Pet' } # here
              responses: { '200': { description: ok } }
              x-amazon-apigateway-integration: { type: mock }`,
      '      FailOnWarnings: true',
    ),
    'apigateway-restapi-body',
    'API Gateway developer guide, errors and warnings from importing your API: "a missing model reference"',
  ),
  ...(['Api', 'HttpApi'] as const).map((type) =>
    one(
      `a document and the place of a document for an AWS::Serverless::${type}`,
      `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::${type}
    Properties:
      StageName: live
      DefinitionUri: s3://example-bucket/api.yaml # here
      DefinitionBody: { openapi: 3.0.1, info: { title: a, version: '1' }, paths: { /: { get: { responses: {}, x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: 'https://example.com', payloadFormatVersion: '1.0' } } } } }
  Topic: { Type: AWS::SNS::Topic }
`,
      type === 'Api' ? 'apigateway-restapi' : 'apigatewayv2-api',
      'aws-samples/aws-cognito-apigw-angular-auth#4',
    ),
  ),
];
