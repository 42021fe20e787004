/** Combinations of properties, and values of policies, that AWS takes although they resemble refused ones. */
export type AcceptedDefinition = { readonly name: string; readonly source: string; readonly text: string };

const SAM = 'Transform: AWS::Serverless-2016-10-31';

export const ACCEPTED_COMBINATIONS: readonly AcceptedDefinition[] = [
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
];
