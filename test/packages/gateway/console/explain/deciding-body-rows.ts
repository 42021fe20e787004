/** Templates in which a rule about bodies, or a cached result of an authorizer, decides. The line ends with `# here`. */
import { OPEN, rest } from './deciding-rows.ts';
import type { DecidingRow } from './deciding-rows.ts';

const CHECKED = `${OPEN}
      RequestValidatorId: !Ref Checks
      RequestModels: { application/json: !Ref Order }`;

const checked = (schema: string): string =>
  rest(
    CHECKED,
    `
  Checks:
    Type: AWS::ApiGateway::RequestValidator
    Properties: { RestApiId: !Ref Api, ValidateRequestBody: true }
  Order:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      ContentType: application/json
      Schema:
${schema}`,
  ).replace('HttpMethod: GET', 'HttpMethod: POST');

const sent = (body: string): NonNullable<DecidingRow['request']> => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
});

/** An API of SAM with one method, an own document or own members. */
const ofSam = (api: string, event: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.handler
      Events:
        Root:
          Type: Api
          Properties:
            RestApiId: !Ref Api
            Path: /
            Method: POST
${event}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
${api}`;

export const BODIES: readonly DecidingRow[] = [
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
    kind: 'the type that a model allows for a member of the body',
    template: checked(
      '        type: object\n        properties:\n          title: { type: string }\n          remark:\n            type: string # here',
    ),
    request: sent('{"title":"milk","remark":null}'),
    status: 400,
  },
  {
    kind: 'the members that a model requires',
    template: checked(
      '        type: object\n        properties:\n          title: { type: string }\n        required: [title] # here',
    ),
    request: sent('{}'),
    status: 400,
  },
  {
    kind: 'a rule of the items of a list in the model',
    template: checked(
      '        type: object\n        properties:\n          items:\n            items:\n              minimum: 1 # here\n              type: number',
    ),
    request: sent('{"items":[0]}'),
    status: 400,
  },
  {
    kind: 'a rule of a model of SAM',
    template: ofSam(
      '      Models:\n        Order:\n          type: object\n          properties:\n            title:\n              type: string # here',
      '            RequestModel: { Model: Order, ValidateBody: true }',
    ),
    request: sent('{"title":1}'),
    status: 400,
  },
  {
    kind: 'a rule of a schema in a document',
    template: `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: api, version: '1' }
        x-amazon-apigateway-request-validators: { body: { validateRequestBody: true, validateRequestParameters: false } }
        x-amazon-apigateway-request-validator: body
        paths:
          /:
            post:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
              responses: {}
              x-amazon-apigateway-integration: { type: mock }
        components:
          schemas:
            Order:
              type: object
              properties:
                title: { type: string } # here
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }`,
    request: sent('{"title":1}'),
    status: 400,
  },
  {
    // https://github.com/aws/serverless-application-model/issues/1344
    kind: 'the binary media type that makes a body unreadable for a template',
    template: ofSam(
      "      BinaryMediaTypes:\n        - image~1png\n        - '*~1*' # here\n      Cors: \"'https://app.example.com'\"",
      '',
    ),
    request: { method: 'OPTIONS', headers: { origin: 'https://app.example.com' } },
    status: 500,
  },
  {
    // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-corsconfiguration.html
    kind: 'the Cors of SAM, from which a preflight is made',
    template: ofSam("      BinaryMediaTypes: ['*~1*']\n      Cors: \"'https://app.example.com'\" # here", ''),
    request: { method: 'OPTIONS', headers: { origin: 'https://app.example.com' } },
    status: 500,
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    kind: 'the identity sources by which a result of an authorizer is cached for all routes',
    template: `
Transform: AWS::Serverless-2016-10-31
Resources:
  Guard: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: auth.handler } }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: own
        Authorizers:
          own:
            FunctionArn: !GetAtt Guard.Arn
            AuthorizerPayloadFormatVersion: '2.0'
            EnableSimpleResponses: true
            EnableFunctionDefaultPermissions: true
            Identity: # here
              Headers: [Authorization]
              ReauthorizeEvery: 300
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.handler
      Events:
        List: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /, Method: get } }
        Remove: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /, Method: delete } }`,
    auth: "exports.handler = async ({ routeKey }) => ({ isAuthorized: routeKey.startsWith('GET') });",
    request: {
      method: 'DELETE',
      headers: { authorization: 'a' },
      before: { method: 'GET', headers: { authorization: 'a' } },
    },
    status: 200,
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    kind: 'the response template that reads a member which the response lacks',
    template: rest(OPEN)
      .replace('Type: AWS_PROXY', 'Type: AWS')
      .replace(
        /( *)Uri: .*/,
        `$&
        IntegrationResponses:
          - { StatusCode: 400, SelectionPattern: never }
          - StatusCode: 200
            ResponseTemplates:
              application/json: '{"mail": "$input.path("$.mail")"}' # here`,
      )
      .replace(
        'AuthorizationType: NONE',
        'AuthorizationType: NONE\n      MethodResponses: [{ StatusCode: 200 }, { StatusCode: 400 }]',
      ),
    code: "exports.handler = async () => ({ email: 'ann@example.com' });",
    status: 200,
  },
];
