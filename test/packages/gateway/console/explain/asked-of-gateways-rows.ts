/** Questions about what reaches a function or a client: stages, messages, envelopes, executions and streams. */
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

const ORDERS = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Queue: { Type: AWS::SQS::Queue }
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn }] }
  Subscription: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn } }
  Api:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.api
      Environment: { Variables: { TOPIC: !Ref Topic } }
      Policies: [{ SNSPublishMessagePolicy: { TopicName: !GetAtt Topic.TopicName } }]
      Events: { Root: { Type: HttpApi, Properties: { Path: /, Method: POST } } }
  Worker:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: index.worker, Events: { Queue: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } } } }
`;
const PUBLISHES = `const { SNSClient, PublishCommand } = require('@aws-sdk/client-sns');
exports.api = async (event) => {
  await new SNSClient().send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: event.body }));
  return { statusCode: 202 };
};
exports.worker = async (event) => {
  for (const { body } of event.Records) console.log(JSON.parse(body).id);
};`;

const FLOW = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: [states.amazonaws.com, apigateway.amazonaws.com] }, Action: sts:AssumeRole }] }
      Policies: [{ PolicyName: a, PolicyDocument: { Statement: [{ Effect: Allow, Action: states:StartExecution, Resource: '*' }] } }]
  Flow: { Type: AWS::StepFunctions::StateMachine, Properties: { RoleArn: !GetAtt Role.Arn, Definition: { StartAt: A, States: { A: { Type: Wait, Seconds: 600, End: true } } } } }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: { title: orders, version: '1.0' }
        paths:
          /:
            post:
              x-amazon-apigateway-integration:
                type: aws_proxy
                integrationSubtype: StepFunctions-StartExecution
                credentials: !GetAtt Role.Arn
                payloadFormatVersion: '1.0'
                requestParameters:
                  StateMachineArn: !Ref Flow
                  Name: $request.body.customer # here
                  Input: $request.body
`;

const STREAMED = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Go:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: index.handler, FunctionUrlConfig: { AuthType: NONE, InvokeMode: RESPONSE_STREAM } }
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
      /a gateway response for DEFAULT_4XX with responseParameters: \{ gatewayresponse\.header\.Access-Control-Allow-Origin: "'https:\/\/app\.example'" \}, in x-amazon-apigateway-gateway-responses of the document\./m,
  },
  {
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html',
    cause: 'the worker reads the envelope of SNS, and a function of the same file publishes with Message',
    template: ORDERS,
    code: PUBLISHES,
    request: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":"o-1"}',
      tells: /RawMessageDelivery/,
    },
    status: 202,
    because: /JSON envelope of SNS, with the published message as a string in Message/,
    change: /^Set RawMessageDelivery: true on the subscription \(template\.yaml:\d+\)/m,
  },
  {
    source: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html',
    cause: 'an execution of the same name and input is still running',
    template: FLOW,
    code: OK,
    request: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"customer":"c-17"}',
      times: 2,
    },
    status: 200,
    because: /No new execution was started: the execution in the response began /,
    change: /^Give each execution a name of its own: .*Name/m,
  },
  {
    source: 'https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/97',
    cause: 'a stream with metadata ends before its first write',
    template: STREAMED,
    code: `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 301, headers: { location: '/new' } });
  out.end();
});`,
    status: 200,
    because: /the stream ended before its first write, so Lambda did not send the status and the headers/,
    change: /^Write to the stream before it ends, .*write\(' '\)/m,
  },
  {
    source: 'https://github.com/aws-samples/simple-websockets-chat-app/issues/49',
    cause: 'the function of $connect catches an error of a call, and returns 500',
    template: chat('{ ApiId: !Ref Chat, StageName: dev, AutoDeploy: true }', '$connect'),
    code: "exports.handler = async () => ({ statusCode: 500, body: 'Failed to connect: ValidationException' });",
    request: { socket: {} },
    status: 500,
    because:
      /^The function returned the body “Failed to connect: ValidationException”, which the client does not get\.$/m,
    change: /^Correct the error for which the function of \$connect returns 500\./m,
  },
];
