/**
 * Definitions that AWS refuses, each with the public source of the refusal. The line that causes it ends with `# here`.
 */

export type RefusedDefinition = {
  readonly name: string;
  /** The text of `Resources`, or of a whole template if it has `Resources:`. */
  readonly text: string;
  /** The parts that the text refers to, which are appended. */
  readonly needs?: readonly (keyof typeof PARTS)[];
  readonly id: string;
  readonly says?: RegExp;
  readonly source: string;
};

const CFN = 'CloudFormation template reference';

export const PARTS = {
  rest: `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [Root], Properties: { RestApiId: !Ref Api } }
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }`,
  http: `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationUri: 'https://example.com', IntegrationMethod: GET, PayloadFormatVersion: '1.0' }`,
  websocket: `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true } }`,
  role: `
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }`,
  function: `
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }`,
} as const;

const FUNCTION = (more: string): string => `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }
${more}`;
const METHOD = (more: string): string => `
  Broken:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
${more}`;
const ROUTE = (more: string): string => `
  Broken:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
${more}`;

const LAMBDA_REFERENCE = `${CFN}, AWS::Lambda::Function`;
const lambda = (name: string, more: string, id: string, source = LAMBDA_REFERENCE): RefusedDefinition => ({
  name,
  text: FUNCTION(more),
  id: `lambda-function-${id}`,
  source,
});

const OF_LAMBDA: readonly RefusedDefinition[] = [
  lambda('a timeout over 15 minutes', '      Timeout: 1000 # here', 'timeout'),
  lambda('memory below 128 MB', '      MemorySize: 64 # here', 'memorysize'),
  lambda('a property that does not exist', '      TimeOut: 3 # here', 'timeout'),
  lambda('a function name with a dot', '      FunctionName: shop.orders # here', 'functionname'),
  lambda('a function name of 65 characters', `      FunctionName: ${'a'.repeat(65)} # here`, 'functionname'),
  lambda('a description of 257 characters', `      Description: ${'a'.repeat(257)} # here`, 'description'),
  lambda(
    'six layers',
    `      Layers: # here\n${'        - arn:aws:lambda:us-east-1:123456789012:layer:one:1\n'.repeat(6)}`,
    'layers',
    'Lambda developer guide, Quotas',
  ),
  lambda('an unknown architecture', '      Architectures: [\n        arm32 # here\n      ]', 'architectures'),
  lambda(
    'too little ephemeral storage',
    '      EphemeralStorage:\n        Size: 100 # here',
    'ephemeralstorage',
  ),
  lambda('an unknown tracing mode', '      TracingConfig:\n        Mode: On # here', 'tracingconfig'),
  lambda(
    'a reserved variable',
    '      Environment:\n        Variables:\n          AWS_REGION: eu-west-1 # here',
    'environment',
    'Lambda developer guide, "Reserved environment variables"',
  ),
  lambda(
    'a variable with a hyphen',
    '      Environment:\n        Variables:\n          MY-NAME: x # here',
    'environment',
    'Lambda API reference, Environment',
  ),
  lambda(
    'variables over 4 KB',
    `      Environment: # here\n        Variables:\n          LONG: ${'a'.repeat(4100)}`,
    'environment',
    'Lambda developer guide, Quotas',
  ),
  {
    name: 'a runtime that Lambda never had',
    text: `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs13.x # here
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }`,
    id: 'lambda-function-runtime',
    source: LAMBDA_REFERENCE,
  },
  {
    name: 'a function without a role',
    text: `
  Broken: # here
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { ZipFile: 'exports.handler = async () => ({})' }`,
    id: 'lambda-function-role',
    source: LAMBDA_REFERENCE,
  },
  {
    name: 'a permission with an action that is not of Lambda',
    text: `
  Broken:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Function
      Action: InvokeFunction # here
      Principal: apigateway.amazonaws.com`,
    needs: ['function'],
    id: 'lambda-permission-action',
    source: `${CFN}, AWS::Lambda::Permission`,
  },
  {
    name: 'a batch over 10,000',
    text: `
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      EventSourceArn: !GetAtt Queue.Arn
      BatchSize: 20000 # here
  Queue: { Type: AWS::SQS::Queue }`,
    needs: ['function'],
    id: 'lambda-eventsourcemapping-batchsize',
    source: `${CFN}, AWS::Lambda::EventSourceMapping`,
  },
  {
    name: 'a function URL with an unknown authorization',
    text: `
  Broken:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !GetAtt Function.Arn
      AuthType: PUBLIC # here`,
    needs: ['function'],
    id: 'lambda-url-authtype',
    source: `${CFN}, AWS::Lambda::Url`,
  },
];

const rest = (name: string, text: string, id: string, source: string): RefusedDefinition => ({
  name,
  text,
  needs: ['rest'],
  id,
  source,
});
const REST_GUIDE = 'API Gateway developer guide, REST APIs';
const SCOPES = 'aws/aws-cdk#29781, aws/aws-cdk#27576';

const OF_REST: readonly RefusedDefinition[] = [
  ...['NONE', 'AWS_IAM'].map((type) =>
    rest(
      `scopes on a method with ${type}`,
      METHOD(
        `      AuthorizationType: ${type}\n      AuthorizationScopes: [a/b] # here\n      Integration: { Type: MOCK }`,
      ),
      'authorization-scopes',
      SCOPES,
    ),
  ),
  rest(
    'a lower-case word as method',
    `
  Broken:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: FETCH # here
      AuthorizationType: NONE
      Integration: { Type: MOCK }`,
    'apigateway-method-httpmethod',
    `${CFN}, AWS::ApiGateway::Method`,
  ),
  rest(
    'CUSTOM without an authorizer',
    METHOD('      AuthorizationType: CUSTOM\n      Integration: { Type: MOCK }').replace(
      'Properties:',
      'Properties: # here',
    ),
    'apigateway-method-authorizerid',
    'aws-samples recorded case of 2024-04-15 (docs/aws)',
  ),
  rest(
    'an integration without method',
    METHOD(
      '      AuthorizationType: NONE\n      Integration: # here\n        Type: HTTP_PROXY\n        Uri: https://example.com',
    ),
    'apigateway-method-integration',
    'aws/aws-cdk#6404',
  ),
  rest(
    'a timeout over 29 s on an edge-optimized API',
    METHOD(
      '      AuthorizationType: NONE\n      Integration:\n        Type: HTTP_PROXY\n        IntegrationHttpMethod: GET\n        Uri: https://example.com\n        TimeoutInMillis: 60000 # here',
    ),
    'apigateway-method-integration',
    'API Gateway developer guide, Quotas',
  ),
  rest(
    'an unknown integration type',
    METHOD('      AuthorizationType: NONE\n      Integration:\n        Type: LAMBDA # here'),
    'apigateway-method-integration',
    `${CFN}, AWS::ApiGateway::Method Integration`,
  ),
  rest(
    'an unknown passthrough behavior',
    METHOD(
      '      AuthorizationType: NONE\n      Integration:\n        Type: MOCK\n        PassthroughBehavior: ALWAYS # here',
    ),
    'apigateway-method-integration',
    `${CFN}, AWS::ApiGateway::Method Integration`,
  ),
  rest(
    'a path part with a slash',
    `
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: a/b # here`,
    'apigateway-resource-pathpart',
    'API Gateway API reference, CreateResource',
  ),
  rest(
    'a path parameter beside another one',
    `
  First: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{id}' } }
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: '{name}' # here`,
    'apigateway-resource-pathpart',
    'hashicorp/terraform-provider-aws#4001: "A sibling ({id}) of this resource already has a variable path part"',
  ),
  rest(
    'a resource below a greedy parameter',
    `
  Greedy: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{proxy+}' } }
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !Ref Greedy
      PathPart: orders # here`,
    'apigateway-resource-pathpart',
    REST_GUIDE,
  ),
  rest(
    'a stage name with a slash',
    `
  Broken:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: v1/prod # here`,
    'apigateway-stage-stagename',
    'Miserlou/Zappa#356',
  ),
  rest(
    'a cache of an unknown size',
    `
  Broken:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: prod
      CacheClusterEnabled: true
      CacheClusterSize: '2' # here`,
    'apigateway-stage-cacheclustersize',
    'API Gateway API reference, CreateStage',
  ),
  rest(
    'a stage variable with a space',
    `
  Broken:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: prod
      Variables:
        table: my table # here`,
    'apigateway-stage-variables',
    'API Gateway API reference, CreateStage: values match [A-Za-z0-9-._~:/?#&=,]+',
  ),
  rest(
    'an authorizer result that is kept for two hours',
    `
  Broken:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: token
      Type: TOKEN
      AuthorizerUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:a/invocations
      IdentitySource: method.request.header.Authorization
      AuthorizerResultTtlInSeconds: 7200 # here`,
    'apigateway-authorizer-authorizerresultttlinseconds',
    `${CFN}, AWS::ApiGateway::Authorizer`,
  ),
  rest(
    'a token from the query string',
    `
  Broken:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: token
      Type: TOKEN
      AuthorizerUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:a/invocations
      IdentitySource: method.request.querystring.token # here`,
    'apigateway-authorizer-identitysource',
    `${CFN}, AWS::ApiGateway::Authorizer`,
  ),
  rest(
    'an authorizer of an unknown type',
    `
  Broken:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: token
      Type: LAMBDA # here`,
    'apigateway-authorizer-type',
    `${CFN}, AWS::ApiGateway::Authorizer`,
  ),
  rest(
    'a model name with a hyphen',
    `
  Broken:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      ContentType: application/json
      Name: my-order # here
      Schema: { type: object }`,
    'apigateway-model-name',
    'API Gateway API reference, CreateModel: "Must be alphanumeric"',
  ),
  rest(
    'an unknown gateway response',
    `
  Broken:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      RestApiId: !Ref Api
      ResponseType: NOT_FOUND # here`,
    'apigateway-gatewayresponse-responsetype',
    `${CFN}, AWS::ApiGateway::GatewayResponse`,
  ),
  rest(
    'a usage plan with a yearly quota',
    `
  Broken:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      Quota:
        Limit: 100
        Period: YEAR # here`,
    'apigateway-usageplan-quota',
    `${CFN}, AWS::ApiGateway::UsagePlan QuotaSettings`,
  ),
  rest(
    'a deployment that waits for no method',
    `
  Broken: # here
    Type: AWS::ApiGateway::Deployment
    Properties: { RestApiId: !Ref Other }
  Other: { Type: AWS::ApiGateway::RestApi, Properties: { Name: other } }
  OtherMethod:
    Type: AWS::ApiGateway::Method
    Properties:
      { RestApiId: !Ref Other, ResourceId: !GetAtt Other.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }`,
    'deployment-without-methods',
    'cloudtools/troposphere#496, aws/aws-cdk#6068',
  ),
  rest(
    'an API without methods',
    `
  Broken: # here
    Type: AWS::ApiGateway::RestApi
    Properties: { Name: empty }
  BrokenDeployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Broken, StageName: dev } }`,
    'apigateway-restapi',
    'serverless/serverless#3116: "The REST API doesn\'t contain any methods"',
  ),
];

const v2 = (name: string, text: string, id: string, source: string, kind: 'http' | 'websocket' = 'http') => ({
  name,
  text,
  needs: [kind],
  id,
  source,
});
const V2_REFERENCE = 'API Gateway V2 API reference';

const OF_V2: readonly RefusedDefinition[] = [
  v2(
    'scopes on a route with IAM',
    ROUTE(
      '      RouteKey: GET /a\n      AuthorizationType: AWS_IAM\n      AuthorizationScopes: [a/b] # here',
    ),
    'authorization-scopes',
    SCOPES,
  ),
  v2(
    'a route key in lower case',
    ROUTE('      RouteKey: get /a # here'),
    'apigatewayv2-route-routekey',
    `${V2_REFERENCE}, CreateRoute`,
  ),
  v2(
    'a route key without slash',
    ROUTE('      RouteKey: GET orders # here'),
    'apigatewayv2-route-routekey',
    `${V2_REFERENCE}, CreateRoute`,
  ),
  v2(
    'an API key on an HTTP API',
    ROUTE('      RouteKey: GET /a\n      ApiKeyRequired: true # here'),
    'apigatewayv2-route-apikeyrequired',
    `${V2_REFERENCE}, CreateRoute: "Supported only for WebSocket APIs"`,
  ),
  v2(
    'JWT without an authorizer',
    ROUTE('      RouteKey: GET /a\n      AuthorizationType: JWT').replace(
      'Properties:',
      'Properties: # here',
    ),
    'apigatewayv2-route-authorizerid',
    'hashicorp/terraform-provider-aws#14910',
  ),
  v2(
    'a target that does not exist',
    ROUTE('      RouteKey: GET /a\n      Target: integrations/nothing # here'),
    'apigatewayv2-route-target',
    `${V2_REFERENCE}, CreateRoute`,
  ),
  v2(
    'a JWT authorizer without an audience',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration: # here
        Issuer: https://issuer.example.com`,
    'apigatewayv2-authorizer-jwtconfiguration',
    `${V2_REFERENCE}, CreateAuthorizer`,
  ),
  v2(
    'a JWT authorizer with two identity sources',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: # here
        - $request.header.Authorization
        - $request.querystring.token
      JwtConfiguration: { Issuer: 'https://issuer.example.com', Audience: [a] }`,
    'apigatewayv2-authorizer-identitysource',
    `${V2_REFERENCE}, CreateAuthorizer: "a single entry"`,
  ),
  v2(
    'a Lambda authorizer without payload version',
    `
  Broken: 
    Type: AWS::ApiGatewayV2::Authorizer
    Properties: # here
      ApiId: !Ref Api
      Name: lambda
      AuthorizerType: REQUEST
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:a/invocations`,
    'apigatewayv2-authorizer-authorizerpayloadformatversion',
    'hashicorp/terraform-provider-aws#15181',
  ),
  v2(
    'a Lambda integration without payload version',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties: # here
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: arn:aws:lambda:us-east-1:123456789012:function:a
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Broken}' } }`,
    'apigatewayv2-integration-payloadformatversion',
    'hashicorp/terraform-provider-aws#15181',
  ),
  v2(
    'a Lambda integration with GET',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationMethod: GET # here
      IntegrationUri: arn:aws:lambda:us-east-1:123456789012:function:a
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Broken}' } }`,
    'apigatewayv2-integration-integrationmethod',
    'hashicorp/terraform-provider-aws#42391',
  ),
  v2(
    'a mock integration on an HTTP API',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: MOCK # here
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Broken}' } }`,
    'apigatewayv2-integration-integrationtype',
    'aws/aws-cli#6363',
  ),
  v2(
    'execution logs on an HTTP API',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: dev
      AutoDeploy: true
      DefaultRouteSettings:
        LoggingLevel: INFO # here`,
    'apigatewayv2-stage-defaultroutesettings',
    'hashicorp/terraform-provider-aws#14010',
  ),
  v2(
    'credentials for every origin',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: cors
      ProtocolType: HTTP
      CorsConfiguration:
        AllowCredentials: true # here
        AllowOrigins: ['*']
  BrokenStage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Broken, StageName: $default, AutoDeploy: true } }
  BrokenRoute: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Broken, RouteKey: GET /a } }`,
    'apigatewayv2-api-corsconfiguration',
    'API Gateway developer guide, "Configure CORS for HTTP APIs"',
  ),
  v2(
    'an authorizer on a message route',
    ROUTE('      RouteKey: sendMessage\n      AuthorizationType: AWS_IAM # here'),
    'apigatewayv2-route-authorizationtype',
    'aws-samples: "Currently, authorization is restricted to the $connect route only"',
    'websocket',
  ),
  v2(
    'an unknown protocol',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: other
      ProtocolType: GRPC # here`,
    'apigatewayv2-api-protocoltype',
    `${CFN}, AWS::ApiGatewayV2::Api`,
  ),
];

const one = (name: string, text: string, id: string, source: string): RefusedDefinition => ({
  name,
  text,
  id,
  source,
});

const OF_EVENTS: readonly RefusedDefinition[] = [
  one(
    'a FIFO queue without .fifo',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      QueueName: orders # here`,
    'sqs-queue-queuename',
    `${CFN}, AWS::SQS::Queue`,
  ),
  one(
    'deduplication by content on a standard queue',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      ContentBasedDeduplication: true # here`,
    'sqs-queue-contentbaseddeduplication',
    'SQS API reference, CreateQueue',
  ),
  one(
    'a visibility timeout of 13 hours',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 46800 # here`,
    'sqs-queue-visibilitytimeout',
    `${CFN}, AWS::SQS::Queue`,
  ),
  one(
    'FifoQueue: false',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: false # here`,
    'sqs-queue-fifoqueue',
    'aws/aws-cdk#8550: "Unknown Attribute FifoQueue"',
  ),
  one(
    'a topic name with a slash',
    `
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: shop/orders # here`,
    'sns-topic-topicname',
    'SNS API reference, CreateTopic',
  ),
  one(
    'a filter policy with an unknown operator',
    `
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Queue.Arn
      FilterPolicy: # here
        kind: [{ begins-with: a }]
  Topic: { Type: AWS::SNS::Topic }
  Queue: { Type: AWS::SQS::Queue }`,
    'sns-subscription-filterpolicy',
    'SNS developer guide, "Subscription filter policies"',
  ),
  one(
    'an event pattern with a plain text',
    `
  Broken:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: # here
        source: my.shop
      Targets: [{ Id: a, Arn: !GetAtt Queue.Arn }]
  Queue: { Type: AWS::SQS::Queue }`,
    'events-rule-eventpattern',
    'aws/event-ruler, "Event pattern is not valid"',
  ),
  one(
    'rate(5 minute)',
    `
  Broken:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minute) # here
      Targets: [{ Id: a, Arn: !GetAtt Queue.Arn }]
  Queue: { Type: AWS::SQS::Queue }`,
    'events-rule-scheduleexpression',
    'buildkite/buildkite-agent-scaler#100',
  ),
  one(
    'a schedule without a flexible time window',
    `
  Broken: # here
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Target: { Arn: !GetAtt Queue.Arn, RoleArn: 'arn:aws:iam::123456789012:role/any' }
  Queue: { Type: AWS::SQS::Queue }`,
    'scheduler-schedule-flexibletimewindow',
    `${CFN}, AWS::Scheduler::Schedule`,
  ),
];

const OF_TEMPLATES: readonly RefusedDefinition[] = [
  one(
    'a Ref to nothing',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Ref Missing # here`,
    'sqs-queue-queuename',
    'CloudFormation: "Unresolved resource dependencies"',
  ),
  one(
    'an attribute of nothing',
    `
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !GetAtt Missing.Arn # here`,
    'sns-topic-displayname',
    'CloudFormation: "instance of Fn::GetAtt references undefined resource"',
  ),
  one(
    'a name in Fn::Sub that does not exist',
    `
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub hello \${Nobody} # here`,
    'sns-topic-displayname',
    'CloudFormation: "Unresolved resource dependencies"',
  ),
  one(
    'DependsOn of nothing',
    `
  Broken:
    Type: AWS::SNS::Topic
    DependsOn: Missing # here`,
    'sns-topic-dependson',
    'CloudFormation: "Unresolved resource dependencies"',
  ),
  one(
    'a circle of references',
    `
  Broken: # here
    Type: AWS::SQS::Queue
    Properties: { QueueName: !GetAtt Other.QueueName }
  Other:
    Type: AWS::SQS::Queue
    Properties: { QueueName: !GetAtt Broken.QueueName }`,
    'circular-dependency',
    'CloudFormation user guide, Troubleshooting: "Circular dependency between resources"',
  ),
  one(
    'an unknown function',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: { 'Fn::Concat': [a, b] } # here`,
    'sqs-queue-queuename',
    'CloudFormation intrinsic function reference',
  ),
  one(
    'a key of a mapping that does not exist',
    `
Mappings: { Names: { dev: { Queue: a } } }
Resources:
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !FindInMap [Names, prod, Queue] # here`,
    'sqs-queue-queuename',
    'CloudFormation: "Unable to get mapping for"',
  ),
  one(
    'a condition that does not exist',
    `
  Broken:
    Type: AWS::SQS::Queue
    Condition: IsProduction # here`,
    'sqs-queue-condition',
    'CloudFormation: "unresolved condition dependency"',
  ),
  one(
    'an unknown section',
    `
Ressources: {} # here
Resources:
  Queue: { Type: AWS::SQS::Queue }`,
    'template',
    'CloudFormation: "Invalid template property or properties"',
  ),
  one(
    'an export that is declared twice',
    `
Resources:
  Queue: { Type: AWS::SQS::Queue }
Outputs:
  One: { Value: a, Export: { Name: same } }
  Two:
    Value: b
    Export:
      Name: same # here`,
    'template',
    'CloudFormation user guide, "Outputs": export names are unique',
  ),
  one(
    'a default that is not allowed',
    `
Parameters:
  Size: # here
    Type: String
    Default: huge
    AllowedValues: [small, large]
Resources:
  Queue: { Type: AWS::SQS::Queue }`,
    'template',
    'CloudFormation user guide, Parameters',
  ),
  one(
    'a logical id with a hyphen',
    `
  my-queue: # here
    Type: AWS::SQS::Queue`,
    'sqs-queue',
    'CloudFormation: "Resource name is non alphanumeric"',
  ),
  one(
    'more than 200 outputs',
    `
Resources:
  Queue: { Type: AWS::SQS::Queue }
Outputs: # here
${Array.from({ length: 201 }, (_, index) => `  O${index}: { Value: a }`).join('\n')}`,
    'template-limits',
    'CloudFormation user guide, Quotas',
  ),
  one(
    'inline policies over 10,240 characters',
    `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Policies: # here
        - PolicyName: long
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: 'sqs:SendMessage'
                Resource: [${Array.from({ length: 200 }, (_, index) => `'arn:aws:sqs:us-east-1:123456789012:queue-of-customer-${index}'`).join(', ')}]`,
    'policy-size',
    'IAM user guide, Quotas',
  ),
  one(
    'a role name of 65 characters',
    `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      RoleName: ${'r'.repeat(65)} # here
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }`,
    'iam-role-rolename',
    `${CFN}, AWS::IAM::Role`,
  ),
];

const many = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `\n${row(index)}`).join('');
/** Refusals that follow from two resources, or from their number. */
const OF_RELATIONS: readonly RefusedDefinition[] = [
  one(
    'a queue whose visibility timeout is shorter than the timeout of its function',
    `
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Slow
      EventSourceArn: !GetAtt Queue.Arn # here
  Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 10 } }
  Slow:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Timeout: 60, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'x' } }`,
    'lambda-eventsourcemapping-eventsourcearn',
    'hashicorp/terraform-provider-aws#18099',
  ),
  one(
    'a FIFO queue with a standard dead-letter queue',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      RedrivePolicy: # here
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: 3
  Dead: { Type: AWS::SQS::Queue }`,
    'sqs-queue-redrivepolicy',
    'awslabs/aws-solutions-constructs#342',
  ),
  one(
    'a schedule on a bus of its own',
    `
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }
  Broken:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      ScheduleExpression: rate(1 hour) # here`,
    'events-rule-scheduleexpression',
    'aws-controllers-k8s/community#1984',
  ),
  one(
    'a certificate of another region',
    `
  Broken:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      EndpointConfiguration: { Types: [REGIONAL] }
      RegionalCertificateArn: arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555 # here`,
    'apigateway-domainname-regionalcertificatearn',
    'serverless-components/express#10',
  ),
  rest(
    'a private API without a resource policy',
    `
  Broken:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: private
      EndpointConfiguration: # here
        Types: [PRIVATE]
  BrokenMethod:
    Type: AWS::ApiGateway::Method
    Properties:
      { RestApiId: !Ref Broken, ResourceId: !GetAtt Broken.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }
  BrokenDeployment: { Type: AWS::ApiGateway::Deployment, DependsOn: BrokenMethod, Properties: { RestApiId: !Ref Broken, StageName: dev } }`,
    'apigateway-restapi-endpointconfiguration',
    'hashicorp/terraform-provider-aws#14290',
  ),
  rest(
    'two resources with one path',
    `
  First: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders } }
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: orders # here`,
    'apigateway-resource-pathpart',
    'serverless/serverless#2730',
  ),
  one(
    'two tables with one name',
    `
  First: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders, BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: a, AttributeType: S }], KeySchema: [{ AttributeName: a, KeyType: HASH }] } }
  Broken:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders # here
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: a, AttributeType: S }]
      KeySchema: [{ AttributeName: a, KeyType: HASH }]`,
    'shared-name',
    'CloudFormation: "already exists in stack"',
  ),
  one(
    'an attribute that a topic does not have',
    `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !GetAtt Topic.Arn # here`,
    'unknown-attribute',
    'CloudFormation template reference, AWS::SNS::Topic, Return values',
  ),
  one(
    'a type that is spelt wrong',
    `
  Broken: # here
    Type: AWS::SQS::Queues`,
    'unknown-type',
    'CloudFormation: "Unrecognized resource types"',
  ),
  one(
    'a runtime of 2016',
    `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs10.x # here
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'x' }`,
    'old-runtime',
    'Lambda developer guide, "Lambda runtimes"',
  ),
  one(
    'a trust policy with a resource',
    `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
            Resource: '*' # here`,
    'iam-role-assumerolepolicydocument',
    'IAM: "Has prohibited field Resource"',
  ),
  one(
    'a subscription by an unknown protocol',
    `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: queue # here
      Endpoint: a`,
    'sns-subscription-protocol',
    'SNS API reference, Subscribe',
  ),
  one(
    'a deletion policy that does not exist',
    `
  Broken:
    Type: AWS::SQS::Queue
    DeletionPolicy: Keep # here`,
    'sqs-queue-deletionpolicy',
    `${CFN}, DeletionPolicy attribute`,
  ),
  {
    name: 'the 301st route',
    text: `${many(300, (index) => `  R${index}: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /r${index} } }`)}
  Broken: # here
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: GET /last }`,
    needs: ['http'],
    id: 'quota',
    source: 'API Gateway developer guide, Quotas',
  },
  {
    name: 'permissions over 20 KB for one function',
    text: `${many(63, (index) => `  P${index}: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Function, Action: 'lambda:InvokeFunction', Principal: apigateway.amazonaws.com, SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/*/GET/orders/a-rather-long-path-${String(index).padStart(2, '0')}' } }`)}
  Broken: # here
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Function, Action: 'lambda:InvokeFunction', Principal: apigateway.amazonaws.com, SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/*/GET/orders/a-rather-long-path-66' }`,
    needs: ['function'],
    id: 'function-policy-size',
    source: 'serverless/serverless#2853: "The final policy size (20539) is bigger than the limit (20480)"',
  },
];

export const REFUSED_DEFINITIONS: readonly RefusedDefinition[] = [
  ...OF_LAMBDA,
  ...OF_REST,
  ...OF_V2,
  ...OF_EVENTS,
  ...OF_TEMPLATES,
  ...OF_RELATIONS,
];
