/** Questions about what reaches a function or a client: stages, messages, envelopes, streams and pages of results. */
import type { AskedRow } from './asked-of-functions-rows.ts';

const chat = (stage: string, route: string): string => `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: fn, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/fn', Code: . }
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Int:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Chat, Target: !Sub 'integrations/\${Int}', RouteKey: ${route} } }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: ${stage}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Chat}/*' }
`;
const OK = 'exports.handler = async () => ({ statusCode: 200 });';

/** A REST API that a SAM template has as CloudFormation writes it. */
const PLAIN_IN_SAM = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Guard: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: auth.handler } }
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: tasks, version: '1.0' }
        components:
          securitySchemes:
            bearer:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authtype: custom
              x-amazon-apigateway-authorizer:
                type: token
                authorizerUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Guard.Arn}/invocations
                authorizerResultTtlInSeconds: 0
        paths:
          /:
            get:
              security: [{ bearer: [] }]
              x-amazon-apigateway-integration: { type: mock, requestTemplates: { application/json: '{"statusCode": 200}' }, responses: { default: { statusCode: '200' } } }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
  Permission: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Guard, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com } }
`;

export const ASKED_OF_GATEWAYS: readonly AskedRow[] = [
  {
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html',
    cause: 'the stage of a WebSocket API was never deployed',
    template: chat('{ ApiId: !Ref Chat, StageName: dev }', '$connect').replace(
      '  Stage:',
      '  Live: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Chat, StageName: live, AutoDeploy: true } }\n  Stage: # here',
    ),
    code: OK,
    request: { path: '/../dev', socket: {} },
    status: 403,
    because: /^The stage dev \(template\.yaml:\d+\) has no deployment/m,
    change: /^Set AutoDeploy: true on the stage dev \(template\.yaml:\d+\)/m,
  },
  {
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html',
    cause: 'the event of a message has no headers',
    template: chat('{ ApiId: !Ref Chat, StageName: dev, AutoDeploy: true }', 'send'),
    code: "exports.handler = async (event) => {\n  const user = event.headers['X-User'];\n  return { statusCode: 200, body: user };\n};",
    request: { socket: { message: '{"action":"send"}' } },
    status: 500,
    because: /index\.js:2 reads event\.headers\['X-User'\], but only the event of \$connect has headers/,
    change:
      /^Keep what the messages need of the handshake .*requestContext\.connectionId.* at \S*index\.js:2\.$/m,
  },
  {
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-gatewayResponse-definition.html',
    cause: 'a refusal of a REST API that a SAM template has as CloudFormation writes it has no CORS headers',
    template: PLAIN_IN_SAM,
    code: OK,
    auth: "exports.handler = async () => { throw new Error('Unauthorized'); };",
    request: { headers: { origin: 'https://app.example', authorization: 'Bearer old' } },
    status: 401,
    because: /Authorizer bearer refused the request with Unauthorized/,
    change:
      /a gateway response for DEFAULT_4XX with responseParameters: \{ gatewayresponse\.header\.Access-Control-Allow-Origin: "'https:\/\/app\.example'" \}, in x-amazon-apigateway-gateway-responses of the document\.$/m,
  },
];
