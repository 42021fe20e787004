/** Definitions that AWS refuses, each with the remedy that is printed and the change that follows it. */
import { OF_ORDER } from './followed-orders.ts';
import type { FollowedRemedy } from './followed-orders.ts';

const MACHINE = (name: string): string => `Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: { Definition: { StartAt: Done, States: { Done: { Type: Succeed } } } }
Outputs:
  Name: { Value: ${name} }
`;
const PSEUDO_PARAMETERS =
  'AWS::AccountId, AWS::NoValue, AWS::NotificationARNs, AWS::Partition, AWS::Region, AWS::StackId, AWS::StackName, AWS::URLSuffix';

export const FOLLOWED_REMEDIES: readonly FollowedRemedy[] = [
  ...OF_ORDER,
  {
    // aws/serverless-application-model#386
    name: 'a function that needs the address of the API that calls it',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Create:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: 'exports.handler = async () => ({})'
      Environment: { Variables: { BASE: !Sub 'https://\${ServerlessRestApi}.example.com', MODE: a } }
      Events: { Post: { Type: Api, Properties: { Path: /links, Method: post } } }
`,
    remedy:
      'remove the reference to ServerlessRestApi from Create, because the event of each request contains the address of the API (requestContext.domainName and requestContext.stage); if the function also runs without such an event, store the value in an AWS::SSM::Parameter, and let the function read the parameter at run time by its literal name instead of a Ref',
    change: ["BASE: !Sub 'https://${ServerlessRestApi}.example.com', ", ''],
  },
  {
    // serverless/serverless#12165
    name: 'the URL of a queue as the destination of failed invocations',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Failed: { Type: AWS::SQS::Queue }
  Handler:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: 'exports.handler = async () => ({})'
      Policies: [{ Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'sqs:SendMessage', Resource: '*' }] }]
  Invocations:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: { FunctionName: !Ref Handler, Qualifier: $LATEST, DestinationConfig: { OnFailure: { Destination: !Ref Failed } } }
`,
    remedy: 'write Fn::GetAtt: [Failed, Arn] (!GetAtt Failed.Arn), because Ref returns the URL of Failed',
    change: ['!Ref Failed', '!GetAtt Failed.Arn'],
  },
  {
    // Dropsource/serverless-todo-api-example-complete#3
    name: 'a model that refers to another model by its name',
    template: `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Todo:
    Type: AWS::ApiGateway::Model
    Properties: { RestApiId: !Ref Api, ContentType: application/json, Name: todo, Schema: { type: object } }
  TodoList:
    Type: AWS::ApiGateway::Model
    DependsOn: Todo
    Properties: { RestApiId: !Ref Api, ContentType: application/json, Name: todoList, Schema: { type: array, items: { $ref: todo } } }
`,
    remedy:
      "write the URL of a model of the same API: !Sub 'https://apigateway.amazonaws.com/restapis/${API}/models/NAME', with the logical id of the API and the Name of the model",
    change: ['$ref: todo', "$ref: !Sub 'https://apigateway.amazonaws.com/restapis/${Api}/models/todo'"],
  },
  {
    // sirceljm/aws-lambda-blog#10
    name: 'a stage variable without a value',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Blog:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Variables: { admin_pass: '' }
      DefinitionBody:
        openapi: 3.0.1
        info: { title: blog, version: '1' }
        paths: { /: { get: { responses: {}, x-amazon-apigateway-integration: { type: mock } } } }
`,
    remedy: 'write a value, for example none, or remove the variable',
    change: ["admin_pass: ''", 'admin_pass: none'],
  },
  {
    // aws-cloudformation/cfn-lint#4074
    name: 'a state machine that starts at no state',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Not sure
        States: { Pass One: { Type: Pass, Next: Success }, Success: { Type: Succeed } }
`,
    remedy: 'write Pass One, or add a state Not sure at the same level',
    change: ['Not sure', 'Pass One'],
  },
  {
    // awslabs/sandbox-accounts-for-events#29
    name: 'a bucket with an ACL and without ownership controls',
    template: `Resources:
  Logs: { Type: AWS::S3::Bucket, Properties: { AccessControl: LogDeliveryWrite } }
`,
    remedy: 'add OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerPreferred }] }',
    change: [
      'LogDeliveryWrite }',
      'LogDeliveryWrite, OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerPreferred }] } }',
    ],
  },
  {
    // S3 user guide, "Blocking public access": BlockPublicAcls is on for new buckets
    name: 'a bucket with a public ACL and without ownership controls',
    template: `Resources:
  Site: { Type: AWS::S3::Bucket, Properties: { AccessControl: PublicRead } }
`,
    remedy:
      'add OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerPreferred }] } and PublicAccessBlockConfiguration: { BlockPublicAcls: false, IgnorePublicAcls: false }',
    change: [
      'PublicRead }',
      'PublicRead, OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerPreferred }] }, PublicAccessBlockConfiguration: { BlockPublicAcls: false, IgnorePublicAcls: false } }',
    ],
  },
  ...(
    [
      ['HeaderBehavior: whitelist, Headers: [Authorization]', 'HeaderBehavior: none'],
      ['MaxTTL: 0, DefaultTTL: 0', 'MaxTTL: 1, DefaultTTL: 1'],
    ] as const
  ).map((change) => ({
    // aws/aws-cdk#16977
    name: `headers in the key of a policy that caches nothing, with ${change[1]}`,
    template: `Resources:
  Policy:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        { Name: frontend, MinTTL: 0, MaxTTL: 0, DefaultTTL: 0, ParametersInCacheKeyAndForwardedToOrigin: { EnableAcceptEncodingGzip: false, CookiesConfig: { CookieBehavior: none }, QueryStringsConfig: { QueryStringBehavior: none }, HeadersConfig: { HeaderBehavior: whitelist, Headers: [Authorization] } } }
`,
    remedy: 'set HeaderBehavior to none and remove Headers, or set DefaultTTL and MaxTTL to values above 0',
    change,
  })),
  {
    // mineiros-io/terraform-aws-cognito-user-pool#69
    name: 'a prefix of a domain with periods',
    template: `Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Domain: { Type: AWS::Cognito::UserPoolDomain, Properties: { UserPoolId: !Ref Pool, Domain: auth.members.example.com } }
`,
    remedy:
      'write a prefix of lower-case letters, digits and hyphens without periods, such as orders-login. For a domain of your own, add CustomDomainConfig with the CertificateArn of a certificate in us-east-1 (certificate_arn in Terraform)',
    change: [
      'Domain: auth.members.example.com',
      "Domain: auth.members.example.com, CustomDomainConfig: { CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' }",
    ],
  },
  {
    // fourTheorem/slic-watch#119
    name: 'a pseudo parameter that does not exist',
    template: `Parameters: { Stage: { Type: String, Default: dev } }
Resources: { Topic: { Type: AWS::SNS::Topic } }
Outputs: { Stage: { Value: !Ref AWS::Stage } }
`,
    remedy: `CloudFormation has no pseudo parameter AWS::Stage. Refer to one of ${PSEUDO_PARAMETERS}, or to a parameter of this template. The name of a parameter has only letters and digits`,
    change: ['AWS::Stage', 'Stage'],
  },
  {
    name: 'a pseudo parameter that is misspelt',
    template: `Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref AWS::StackNam } } }
`,
    remedy: 'write AWS::StackName instead of AWS::StackNam',
    change: ['AWS::StackNam', 'AWS::StackName'],
  },
  {
    name: 'a pseudo parameter in a condition that does not exist',
    template: `Parameters: { Stage: { Type: String, Default: dev } }
Conditions: { IsDev: !Equals [!Ref AWS::Stage, dev] }
Resources: { Topic: { Type: AWS::SNS::Topic, Condition: IsDev } }
`,
    remedy: `CloudFormation has no pseudo parameter AWS::Stage. Refer to one of ${PSEUDO_PARAMETERS}, or to a parameter of this template. The name of a parameter has only letters and digits`,
    change: ['AWS::Stage', 'Stage'],
  },
  {
    name: 'Ref with an attribute',
    template: MACHINE('!Ref Machine.Name'),
    remedy: 'write !GetAtt Machine.Name, because Ref takes a logical id without an attribute',
    change: ['!Ref Machine.Name', '!GetAtt Machine.Name'],
  },
  {
    // aws-samples/serverless-patterns#220
    name: 'Ref with a property that is not an attribute',
    template: MACHINE('!Ref Machine.StateMachineName'),
    remedy: 'write !GetAtt Machine.Name: the attributes of Machine are Arn, Name, StateMachineRevisionId',
    change: ['!Ref Machine.StateMachineName', '!GetAtt Machine.Name'],
  },
  {
    name: 'Fn::GetAtt with a property that is not an attribute',
    template: MACHINE('!GetAtt Machine.StateMachineName'),
    remedy: 'write !GetAtt Machine.Name: the attributes of Machine are Arn, Name, StateMachineRevisionId',
    change: ['Machine.StateMachineName', 'Machine.Name'],
  },
  {
    // aws/serverless-application-model#816
    name: 'a circle that DependsOn makes',
    template: `Transform: AWS::Serverless-2016-10-31
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: inputs } }
  Process:
    Type: AWS::Serverless::Function
    DependsOn: Bucket
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: 'exports.handler = async () => ({})'
      Events: { Upload: { Type: S3, Properties: { Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*' } } }
`,
    remedy: 'remove Bucket from DependsOn of Process',
    change: ['    DependsOn: Bucket\n', ''],
  },
  ...(['get', 'x-amazon-apigateway-any-method'] as const).map((method) => ({
    // aws/aws-sam-cli#3487
    name: `the operation ${method} of a document without an integration`,
    template: `Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: demo
      Body:
        openapi: 3.0.1
        info: { title: demo, version: '1' }
        paths:
          /users:
            ${method}: { responses: { '200': { description: ok } } }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
`,
    remedy: `add x-amazon-apigateway-integration to the operation ${method} of /users, for example with type: mock`,
    change: [
      'description: ok } }',
      'description: ok } }, x-amazon-apigateway-integration: { type: mock, requestTemplates: { application/json: \'{"statusCode": 200}\' } }',
    ] as const,
  })),
  {
    // awsdocs/aws-cloudformation-user-guide#1271
    name: 'a log group of a web ACL with another name',
    template: `Resources:
  Records: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: records } }
  Wall:
    Type: AWS::WAFv2::WebACL
    Properties: { Scope: REGIONAL, DefaultAction: { Allow: {} }, VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: wall } }
  Log:
    Type: AWS::WAFv2::LoggingConfiguration
    Properties:
      ResourceArn: !GetAtt Wall.Arn
      LogDestinationConfigs: [!Sub 'arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${Records}']
`,
    remedy:
      'change LogGroupName of the log group itself to a name that begins with aws-waf-logs-, such as aws-waf-logs-records',
    change: ['LogGroupName: records', 'LogGroupName: aws-waf-logs-records'],
  },
  {
    // serverless/examples#405
    name: 'a service whose name makes the name of its role too long',
    template: `Resources:
  IamRoleLambdaExecution:
    Type: AWS::IAM::Role
    Properties:
      RoleName: aws-node-serve-dynamic-html-via-http-endpoint-dev-us-east-1-lambdaRole
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }
`,
    remedy:
      'shorten the name of the service by at least 6 characters, because osls makes the role name aws-node-serve-dynamic-html-via-http-endpoint-dev-us-east-1-lambdaRole from it; or set provider.iam.role.name to a name of at most 64 characters',
    change: ['serve-dynamic-html', 'serve-html'],
  },
  {
    // aws/serverless-application-model#2512
    name: 'a deployment of a WebSocket API before its routes',
    template: `Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }
  Mock: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: MOCK } }
  Connect: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $connect, Target: !Sub 'integrations/\${Mock}' } }
  Send: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: send, Target: !Sub 'integrations/\${Mock}' } }
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    Properties: { ApiId: !Ref Api }
`,
    remedy: 'add Connect, Send to DependsOn of Deployment',
    change: [
      'Type: AWS::ApiGatewayV2::Deployment',
      'Type: AWS::ApiGatewayV2::Deployment\n    DependsOn: [Connect, Send]',
    ],
  },
  {
    // serverless-nextjs/serverless-next.js#206
    name: 'a greedy variable beside another variable',
    template: `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: survey } }
  Survey: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{uid}' } }
  Rest: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{proxy+}' } }
`,
    remedy:
      'write /{uid}/{proxy+} instead of /{proxy+}: it matches paths with one segment or more below /{uid}. A path of one segment below / then reaches only the methods of /{uid}, so add the methods of /{proxy+} to /{uid}',
    change: [
      "ParentId: !GetAtt Api.RootResourceId, PathPart: '{proxy+}'",
      "ParentId: !Ref Survey, PathPart: '{proxy+}'",
    ],
  },
  {
    // serverless/serverless#9018
    name: 'a route of the type JWT with a Lambda authorizer',
    template: `Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationUri: 'https://example.com', IntegrationMethod: GET, PayloadFormatVersion: '1.0' }
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: own
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      IdentitySource: [$request.header.Authorization]
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:own/invocations
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: GET /, AuthorizationType: JWT, AuthorizerId: !Ref Authorizer, Target: !Sub 'integrations/\${Integration}' }
`,
    remedy:
      'set AuthorizationType: CUSTOM, because the authorizer has AuthorizerType: REQUEST, or refer to an authorizer that fits the AuthorizationType',
    change: ['AuthorizationType: JWT', 'AuthorizationType: CUSTOM'],
  },
  ...(
    [
      ['required: [name]', 'required: []'],
      ['properties: { name: { type: string } }', 'properties: { name: { type: object, required: [] } }'],
    ] as const
  ).map(([right, wrong]) => ({
    // aws/aws-cdk#27433
    name: `a model with ${wrong}`,
    template: `Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: notes } }
  Model:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      ContentType: application/json
      Schema: { $schema: 'http://json-schema.org/draft-04/schema#', type: object, ${wrong} }
`,
    remedy: 'remove "required", or make it a list of at least one name, without duplicates',
    change: [wrong, right] as const,
  })),
  ...(
    [
      // aws-samples/amazon-sagemaker-safe-deployment-pipeline#29
      ['states:startExecution.sync:2', 'StepFunctionsGetEventsForStepFunctionsExecutionRule'],
      // terraform-aws-modules/terraform-aws-step-functions#11 and #19
      ['ecs:runTask.sync', 'StepFunctionsGetEventsForECSTaskRule'],
      ['batch:submitJob.sync', 'StepFunctionsGetEventsForBatchJobsRule'],
    ] as const
  ).map(([resource, rule]) => ({
    name: `a state machine that may not wait for ${resource}`,
    template: `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: states.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Policies: [{ PolicyName: own, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: '${resource.split('.')[0] ?? ''}', Resource: '*' }] } }]
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      Definition: { StartAt: Work, States: { Work: { Type: Task, Resource: 'arn:aws:states:::${resource}', Parameters: { StateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:x', TaskDefinition: x }, End: true } } }
`,
    remedy: `allow events:PutTargets, events:PutRule, events:DescribeRule on !Sub 'arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule}' in a policy of the role`,
    change: [
      "Policies: [{ PolicyName: own, PolicyDocument: { Version: '2012-10-17', Statement: [",
      `Policies: [{ PolicyName: own, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: [events:PutTargets, events:PutRule, events:DescribeRule], Resource: !Sub 'arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule}' }, `,
    ] as const,
  })),
  {
    // terraform-aws-modules/terraform-aws-eventbridge#133
    name: 'a pipe whose role may not receive from the queue',
    template: `Resources:
  Orders: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 60 } }
  Rejected: { Type: AWS::SQS::Queue }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: pipes.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Policies: [{ PolicyName: own, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Rejected.Arn }] } }]
  Pipe: { Type: AWS::Pipes::Pipe, Properties: { RoleArn: !GetAtt Role.Arn, Source: !GetAtt Orders.Arn, Target: !GetAtt Rejected.Arn } }
`,
    remedy:
      'allow sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes on the ARN of the queue in Source (Fn::GetAtt QUEUE.Arn) in a policy of the role',
    change: [
      "{ Effect: Allow, Action: 'sqs:SendMessage'",
      "{ Effect: Allow, Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], Resource: !GetAtt Orders.Arn }, { Effect: Allow, Action: 'sqs:SendMessage'",
    ],
  },
];
