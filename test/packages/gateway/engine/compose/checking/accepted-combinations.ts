/** Combinations of properties, and values of policies, that AWS takes although they resemble refused ones. */
import { FILTER } from './refused/of-buckets.ts';

export type AcceptedDefinition = { readonly name: string; readonly source: string; readonly text: string };

const SAM = 'Transform: AWS::Serverless-2016-10-31';

export const ACCEPTED_COMBINATIONS: readonly AcceptedDefinition[] = [
  {
    name: 'a REST API whose name is the title of its document',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html#cfn-apigateway-restapi-name',
    text: `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body: { openapi: 3.0.3, info: { title: shop, version: '1' }, paths: { /a: { get: { responses: { '200': { description: ok } }, x-amazon-apigateway-integration: { type: mock } } } } }`,
  },
  {
    name: 'a computed name in Ref of a condition, and names of any characters in a mapping, with AWS::LanguageExtensions',
    source:
      'aws-cloudformation/cfn-lint, test/fixtures/templates/good/parameters/used_transform_language_extension.json and functions_findinmap_enhanced.yaml',
    text: `
Transform: AWS::LanguageExtensions
Parameters: { ParamA: { Type: String, Default: 'true' } }
Mappings: { Names: { dev: { any-name_of.it: a } } }
Conditions:
  Fn::ForEach::Checks:
    - Letter
    - [A]
    - Is\${Letter}: !Equals [{ Ref: { Fn::Sub: 'Param\${Letter}' } }, 'true']
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !FindInMap [Names, dev, any-name_of.it] } }`,
  },
  {
    name: 'permissions for notifications that do not wait for the bucket, and one that waits next to one that does not',
    source: 'https://repost.aws/knowledge-center/unable-validate-circular-dependency-cloudformation',
    text: `
Resources:
  Function: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs24.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } } }
  Early: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Function, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com, SourceArn: !Sub 'arn:\${AWS::Partition}:s3:::shop-uploads' } }
  Late: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Function, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com, SourceArn: !GetAtt Bucket.Arn } }
  Bucket:
    Type: AWS::S3::Bucket
    DependsOn: Early
    Properties:
      BucketName: shop-uploads
      NotificationConfiguration: { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: !GetAtt Function.Arn }] }`,
  },
  {
    name: 'a certificate that is validated at its own domain and at the domain above it, and tags that differ in case',
    source:
      'https://docs.aws.amazon.com/acm/latest/APIReference/API_DomainValidationOption.html; aws/aws-cdk#15343',
    text: `
Resources:
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties:
      DomainName: '*.example.com'
      SubjectAlternativeNames: [example.com]
      ValidationMethod: EMAIL
      DomainValidationOptions: [{ DomainName: '*.example.com', ValidationDomain: Example.com }, { DomainName: example.com, ValidationDomain: example.com }]
  Queue: { Type: AWS::SQS::Queue, Properties: { Tags: [{ Key: Name, Value: a }, { Key: name, Value: a }] } }`,
  },
  {
    name: 'widgets of all kinds in a dashboard, and of a kind that the reference does not list',
    source:
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html; aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock#760',
    text: `
Resources:
  Board:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardBody: |
        {"widgets": [
          {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {"region": "eu-west-1", "period": 30, "metrics": [["AWS/SQS", "NumberOfMessagesSent", {"color": "#ff0000"}]]}},
          {"type": "metric", "properties": {"region": "eu-west-1", "metrics": [[{"expression": "SEARCH(' {AWS/Lambda,FunctionName} Errors ', 'Sum')"}]]}},
          {"type": "metric", "properties": {"annotations": {"alarms": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:Orders"]}}},
          {"type": "text", "properties": {"markdown": "# Orders"}},
          {"type": "log", "properties": {"region": "eu-west-1", "query": "SOURCE 'shop' | fields @message"}},
          {"type": "alarm", "properties": {"alarms": ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:Orders"]}},
          {"type": "chart", "properties": {"data": {"queries": []}}},
          {"type": "custom", "properties": {"endpoint": "arn:aws:lambda:eu-west-1:123456789012:function:f"}},
          {"type": "servicelens", "properties": {}}
        ]}`,
  },
  {
    name: 'a filter that sends the lines of a log group to a function, without a role',
    source: 'CloudWatch Logs user guide, "Subscription filters with Lambda"',
    text: `Resources:${FILTER('')}`,
  },
  {
    name: 'all forms of IPv6 addresses, and CAA records',
    source: 'RFC 4291, section 2.2; RFC 8659, section 4.1.1',
    text: `
Resources:
  Addresses:
    Type: AWS::Route53::RecordSet
    Properties:
      Name: a.example.com
      HostedZoneName: example.com.
      Type: AAAA
      TTL: '300'
      ResourceRecords: ['2001:db8::1', '::', '::1', 'fe80::', '1::8', '1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1', '1:2:3:4:5:6:192.0.2.1', '2001:0DB8:85A3:0:0:8A2E:370:7334']
  Authorities:
    Type: AWS::Route53::RecordSet
    Properties: { Name: a.example.com, HostedZoneName: example.com., Type: CAA, TTL: '300', ResourceRecords: ['0 issue "amazon.com"', '128 iodef "mailto:a@example.com"'] }`,
  },
  {
    name: 'references to the resources of a module',
    source: 'CloudFormation user guide, "Reference module resources in CloudFormation templates"',
    text: `
Resources:
  Bucket: { Type: 'My::S3::Bucket::MODULE', Properties: {} }
  First: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref Bucket.Logs, DisplayName: !GetAtt Bucket.Logs.Arn } }
  Second: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub '\${BucketLogs}', DisplayName: !GetAtt BucketLogs.Arn } }
Outputs:
  Name: { Value: !Ref BucketLogs }`,
  },
  {
    name: 'the result of a macro as the argument of a function',
    source: 'aws-cloudformation/cfn-lint, test/fixtures/templates/good/functions/sub.yaml',
    text: `
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: { Fn::Sub: { Fn::Transform: { Name: Names } } } } }`,
  },
  {
    name: 'a loop over a list that a parameter without a value chooses',
    source: 'CloudFormation template reference, Fn::ForEach, "Pass a nested Fn::FindInMap"',
    text: `
Transform: AWS::LanguageExtensions
Parameters: { Stage: { Type: String } }
Mappings: { Buckets: { Prod: { Names: [A, B] } } }
Resources:
  Fn::ForEach::Buckets:
    - Name
    - !FindInMap [Buckets, !Ref Stage, Names]
    - Bucket\${Name}: { Type: AWS::S3::Bucket }`,
  },
  {
    name: 'conditions of parts of lists, numbers and other conditions',
    source: 'aws-cloudformation/cfn-lint#881; aws-cloudformation/cfn-lint#3682',
    text: `
Parameters: { Stages: { Type: CommaDelimitedList, Default: 'dev,prod' }, Count: { Type: Number, Default: 1 } }
Conditions:
  IsDev: !Equals [!Select [0, !Ref Stages], dev]
  IsAll: !Equals [!Join ['', !Ref Stages], devprod]
  IsOne: !Equals [!Ref Count, 1]
  IsBoth: !And [!Condition IsDev, !Not [!Or [!Condition IsAll, !Equals [true, false]]]]
Resources:
  Topic: { Type: AWS::SNS::Topic, Condition: IsBoth }`,
  },
  {
    name: 'an identity source with a context variable that does not exist',
    source:
      'aws/serverless-application-model, integration/resources/templates/combination/http_api_with_auth.yaml',
    text: `
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP } }
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: shop
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:any/invocations
      IdentitySource: [$context.contextVar]`,
  },
  {
    name: 'an alarm with a period of 20 seconds',
    source:
      'CloudWatch API reference, PutMetricAlarm, Period: "Valid values are 10, 20, 30, and any multiple of 60"',
    text: `
Resources:
  Slow:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: Shop
      MetricName: Latency
      Statistic: Average
      Period: 20
      EvaluationPeriods: 2
      Threshold: 900
      ComparisonOperator: GreaterThanThreshold`,
  },
  {
    name: 'the name of an alias with a hyphen, which the logical id does not contain',
    source:
      'SAM\'s translator, tests/translator/input/function_with_alias.yaml and sam_resources.py ("-" becomes "D")',
    text: `
${SAM}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      AutoPublishAlias: blue-green_1`,
  },
  {
    name: 'both an inline code and the CodeUri of Globals',
    source: 'aws-samples/serverless-patterns, apigw-cognito-certificate-bound-access-token/template.yaml',
    text: `
${SAM}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: ./
      InlineCode: exports.handler = async () => ({})`,
  },
  {
    name: 'a trust policy with tags and a source identity',
    source: 'getmoto/moto#5750',
    text: `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: sagemaker.amazonaws.com }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'] }] }`,
  },
  {
    name: 'functions that the transform AWS::LanguageExtensions adds, listed before the one of SAM',
    source: 'CloudFormation template reference, AWS::LanguageExtensions',
    text: `
AWSTemplateFormatVersion: 2010-09-09
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters: { Stage: { Type: String, Default: dev }, Names: { Type: CommaDelimitedList, Default: 'a,b' }, Ports: { Type: List<Number>, Default: '80,443' } }
Conditions: { IsProduction: !Equals [!Ref Stage, prod] }
Mappings: { Queues: { dev: { Name: a, Zones: [x, y] } } }
Resources:
  Queue:
    Type: AWS::SQS::Queue
    DeletionPolicy: !If [IsProduction, Retain, Delete]
    Properties: { QueueName: !FindInMap [Queues, prod, Name, { DefaultValue: b }] }
  Value:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: { 'Fn::ToJsonString': { count: { 'Fn::Length': !Ref Names } } } }`,
  },
  {
    name: 'the neighbours of members that exclude or need each other',
    source:
      'CloudFormation template reference (Lambda VpcConfig, SelfManagedEventSource; API Gateway IpAddressType); Amazon SNS developer guide, "Creating an HTTP/S delivery policy"; HTTP API developer guide, "Configuring CORS"',
    text: `
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'], AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] } } }
  Private: { Type: AWS::ApiGateway::RestApi, Properties: { Name: private, EndpointConfiguration: { Types: [PRIVATE], IpAddressType: dualstack } } }
  Regional: { Type: AWS::ApiGateway::RestApi, Properties: { Name: regional, EndpointConfiguration: { Types: [REGIONAL], IpAddressType: ipv4 } } }
  InVpc: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: !GetAtt Role.Arn, Code: { ZipFile: 'exports.handler = async () => ({})' }, VpcConfig: { SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d] } } }
  OutsideOfVpc: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: !GetAtt Role.Arn, Code: { ZipFile: 'exports.handler = async () => ({})' }, VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } } }
  Kafka: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref InVpc, StartingPosition: LATEST, Topics: [orders], SourceAccessConfigurations: [{ Type: VPC_SUBNET, URI: 'subnet:subnet-0a1b2c3d' }, { Type: VPC_SECURITY_GROUP, URI: 'security_group:sg-0a1b2c3d' }], SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: ['a.example.com:9092'] } } } }
  Topic: { Type: AWS::SNS::Topic }
  Hook: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Topic, Protocol: https, Endpoint: 'https://hooks.example.com', DeliveryPolicy: { healthyRetryPolicy: { numRetries: 3, minDelayTarget: 1, maxDelayTarget: 20 }, throttlePolicy: { maxReceivesPerSecond: 10 } } } }
  Http: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: http, ProtocolType: HTTP, CorsConfiguration: { AllowOrigins: ['https://*', 'http://localhost:3000', 'capacitor://localhost', 'https://shop.example.com'] } } }
  Open: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: open, ProtocolType: HTTP, RouteSelectionExpression: '$request.method $request.path', CorsConfiguration: { AllowOrigins: ['*'] } } }
  Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::\${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }, { Effect: Allow, Principal: { Service: !Sub 'logs.\${AWS::Region}.amazonaws.com' }, Action: ['kms:Encrypt*', 'kms:Decrypt*'], Resource: '*' }] } } }
  Group: { Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !GetAtt Key.Arn } }
  Headers: { Type: AWS::CloudFront::ResponseHeadersPolicy, Properties: { ResponseHeadersPolicyConfig: { Name: headers, RemoveHeadersConfig: { Items: [{ Header: server }] } } } }`,
  },
  ...[
    'Group: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Sub "/aws/lambda/${Orders}" } }',
    'Warmed: { Type: Custom::Warmed, Properties: { ServiceToken: !GetAtt Orders.Arn } }',
  ].map((made) => ({
    name: `a filter of a function's log group beside ${made.slice(0, made.indexOf(':'))}`,
    source:
      'Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs"; CDK, Custom::LogRetention',
    text: `
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] } } }
  Orders: { Type: AWS::Lambda::Function, Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: !GetAtt Role.Arn, Code: { ZipFile: 'exports.handler = async () => ({})' } } }
  ${made}
  Errors: { Type: AWS::Logs::MetricFilter, Properties: { FilterPattern: ERROR, LogGroupName: !Sub "/aws/lambda/\${Orders}", MetricTransformations: [{ MetricName: errors, MetricNamespace: shop, MetricValue: "1" }] } }`,
  })),
  {
    name: 'neighbours of parts that API Gateway refuses when a call creates them',
    source: 'API Gateway API reference and API Gateway V2 API reference, the create calls of the parts',
    text: `
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: '200' }, { StatusCode: '400' }]
      Integration:
        Type: MOCK
        IntegrationResponses:
          - { StatusCode: '200', ResponseTemplates: { application/json: '{}', 'text/plain;charset=UTF-8': '' } }
          - { StatusCode: '400', SelectionPattern: '4..', ContentHandling: CONVERT_TO_TEXT }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Root, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: dev, DeploymentId: !Ref Deployment } }
  Canary:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [Root, Stage]
    Properties: { RestApiId: !Ref Api, StageName: dev, DeploymentCanarySettings: { PercentTraffic: 10 } }
  Errors: { Type: AWS::ApiGateway::Model, Properties: { RestApiId: !Ref Api, Name: Errors, ContentType: application/json, Schema: { type: object } } }
  OfApi: { Type: AWS::ApiGateway::DocumentationPart, Properties: { RestApiId: !Ref Api, Location: { Type: API }, Properties: '{"info": {"description": "a"}}' } }
  OfMethod: { Type: AWS::ApiGateway::DocumentationPart, Properties: { RestApiId: !Ref Api, Location: { Type: METHOD, Path: /, Method: GET }, Properties: '{}' } }
  OfResponse: { Type: AWS::ApiGateway::DocumentationPart, Properties: { RestApiId: !Ref Api, Location: { Type: RESPONSE, StatusCode: '*' }, Properties: '{}' } }
  Version: { Type: AWS::ApiGateway::DocumentationVersion, DependsOn: [OfApi, OfMethod], Properties: { RestApiId: !Ref Api, DocumentationVersion: v1 } }
  Later: { Type: AWS::ApiGateway::DocumentationVersion, DependsOn: [Version], Properties: { RestApiId: !Ref Api, DocumentationVersion: v2 } }`,
  },
  {
    name: 'neighbours of resources that other services refuse when a call creates them',
    source:
      'Lambda API reference, CreateEventSourceMapping; Cognito user pools API reference, AdminCreateUser',
    text: `
Parameters: { Window: { Type: Number, Default: 0 }, Link: { Type: CommaDelimitedList, Default: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/1' } }
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }
  Live: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Function, FunctionVersion: $LATEST, Name: live } }
  Orders: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true, DeduplicationScope: messageGroup, FifoThroughputLimit: perMessageGroupId } }
  Returns: { Type: AWS::SQS::Queue, Properties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: '1000' } } }
  Dead: { Type: AWS::SQS::Queue }
  OfOrders: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref Function, EventSourceArn: !GetAtt Orders.Arn, MaximumBatchingWindowInSeconds: !Ref Window } }
  OfReturns: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref Function, EventSourceArn: !GetAtt Returns.Arn, MaximumBatchingWindowInSeconds: 5, BatchSize: 100 } }
  Balancer: { Type: AWS::ApiGateway::VpcLink, Properties: { Name: link, TargetArns: !Ref Link } }
  Pool: { Type: AWS::Cognito::UserPool, Properties: { UsernameAttributes: [email], Schema: [{ Name: email, Required: true }, { Name: team, AttributeDataType: String }] } }
  Ann: { Type: AWS::Cognito::UserPoolUser, Properties: { UserPoolId: !Ref Pool, Username: ann@example.com, UserAttributes: [{ Name: 'custom:team', Value: a }] } }
  Bob: { Type: AWS::Cognito::UserPoolUser, Properties: { UserPoolId: !Ref Pool, Username: bob@example.com } }
  Admin: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: !Ref Pool, GroupName: admin } }
  Other: { Type: AWS::Cognito::UserPool }
  AdminOfOther: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: !Ref Other, GroupName: admin } }
  Parameter: { Type: AWS::SSM::Parameter, Properties: { Type: String, Name: /shop/orders_1/table.name-a, Value: a } }`,
  },
  {
    name: 'a model of a document with a name that other APIs have from the beginning',
    source: 'aws-samples/serverless-patterns, apigw-rest-api-eventbridge-sqs-sam/template.yml',
    text: `
${SAM}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: Prod
      DefinitionBody:
        openapi: '3.0.1'
        info: { title: a, version: '1' }
        paths:
          /: { post: { responses: { '200': { description: OK, content: { application/json: { schema: { $ref: '#/components/schemas/Empty' } } } } }, x-amazon-apigateway-integration: { type: mock } } }
        components: { schemas: { Empty: { title: Empty Schema, type: object } } }`,
  },
];
