/** Templates of public projects that AWS deploys, each with its source. */
import type { AcceptedDefinition } from './accepted-combinations.ts';

const SAM = 'Transform: AWS::Serverless-2016-10-31';

export const ACCEPTED_TEMPLATES: readonly AcceptedDefinition[] = [
  {
    name: 'AWS_EXECUTION_ENV, which the documentation reserves, as a variable of a function',
    source: 'Tech4covid19/trackovid19-backend, serverless.yaml',
    text: `
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Environment: { Variables: { AWS_EXECUTION_ENV: prd } }`,
  },
  {
    name: 'a function as deletion policy without a transform',
    source: 'aws-cloudformation/cfn-lint#2784, #2915; aws/serverless-application-model#3317',
    text: `
Parameters: { Stage: { Type: String, Default: dev } }
Conditions: { IsProduction: !Equals [!Ref Stage, prod] }
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    DeletionPolicy: !If [IsProduction, Retain, Delete]
    UpdateReplacePolicy: !If [IsProduction, Retain, Delete]`,
  },
  {
    name: 'Fn::GetAtt whose resource a loop names',
    source: 'aws-cloudformation/aws-cloudformation-templates, CloudFormation/fn-foreach-s3-outputs.yaml',
    text: `
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Buckets:
    - Id
    - [A, B]
    - 'S3Bucket\${Id}': { Type: AWS::S3::Bucket }
Outputs:
  Fn::ForEach::Names:
    - Id
    - [A, B]
    - 'Arn\${Id}':
        Value: !GetAtt [!Sub 'S3Bucket\${Id}', Arn]`,
  },
  {
    name: 'a function whose VPC has one list in Globals and the other list in the function',
    source: 'SAM developer guide, Globals section, "Maps are merged"',
    text: `
${SAM}
Globals: { Function: { Runtime: nodejs22.x, Handler: index.handler, VpcConfig: { SubnetIds: [subnet-0a1b2c3d] } } }
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: { InlineCode: 'exports.handler = async () => 1', VpcConfig: { SecurityGroupIds: [sg-0a1b2c3d] } }
  None:
    Type: AWS::Serverless::Function
    Properties: { InlineCode: 'exports.handler = async () => 1', VpcConfig: { SecurityGroupIds: [!If [IsProd, sg-0a1b2c3d, !Ref AWS::NoValue]], SubnetIds: [] } }
    IgnoreGlobals: [VpcConfig]
Conditions: { IsProd: !Equals [!Ref AWS::Region, nowhere] }`,
  },
  {
    name: 'the API key that SAM makes for a GraphQL API',
    source:
      'aws/serverless-application-model, integration/resources/templates/single/graphqlapi-configuration.yaml',
    text: `
${SAM}
Resources:
  Super: { Type: AWS::Serverless::GraphQLApi, Properties: { SchemaInline: 'type Query { a: String }', Auth: { Type: AWS_IAM }, ApiKeys: { MyApiKey: {} } } }
Outputs:
  Key: { Value: !GetAtt SuperMyApiKey.ApiKey }`,
  },
  {
    name: 'the deployment application that SAM makes for gradual deployments',
    source: 'aws-samples/sessions-with-aws-sam, safe-deploy/template.yaml',
    text: `
${SAM}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, InlineCode: 'exports.handler = async () => 1', AutoPublishAlias: live, DeploymentPreference: { Type: AllAtOnce } }
  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: !Sub '\${ServerlessDeploymentApplication} \${FnDeploymentGroup}' }`,
  },
  {
    name: 'the stage of an API whose name is a parameter with a default',
    source: 'aws-samples/serverless-samples, multiregional-private-api/api.yaml',
    text: `
${SAM}
Parameters: { Name: { Type: String, Default: dev } }
Resources:
  RestApi:
    Type: AWS::Serverless::Api
    Properties: { StageName: !Ref Name, DefinitionBody: { openapi: 3.0.1, paths: { /: { get: { x-amazon-apigateway-integration: { type: mock } } } } } }
  Topic: { Type: AWS::SNS::Topic, DependsOn: RestApiStage }`,
  },
  {
    name: 'properties that contain a parameter without value',
    source:
      'aws-samples/serverless-samples, apigw-private-custom-domain-name/iac/apigw.yaml; aws-samples/serverless-patterns, cloudfront-failover-apigw-http-api-lambda-rust/cloudfront.yml',
    text: `
${SAM}
Parameters: { Stage: { Type: String }, Name: { Type: String } }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: { StageName: !Ref Stage, DefinitionBody: { openapi: 3.0.1, paths: { /: { get: { x-amazon-apigateway-integration: { type: mock } } } } } }
  Dist:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{ Id: a, DomainName: !Ref Name, CustomOriginConfig: { OriginProtocolPolicy: https-only } }]
        DefaultCacheBehavior: { TargetOriginId: a, ViewerProtocolPolicy: allow-all, CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6 }`,
  },
  {
    name: 'the VPC of a resource policy that is a parameter without value',
    source: 'aws-samples/serverless-samples, apigw-private-custom-domain-name/iac/apigw.yaml',
    text: `
${SAM}
Parameters: { Vpc: { Type: String } }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      EndpointConfiguration: { Type: PRIVATE }
      Auth: { ResourcePolicy: { SourceVpcWhitelist: [!Ref Vpc] } }
      DefinitionBody: { openapi: 3.0.1, paths: { /: { get: { x-amazon-apigateway-integration: { type: mock } } } } }`,
  },
  {
    name: 'a part of an output of a nested stack',
    source: 'aws-samples/serverless-samples, owasp-api-security-controls-demo',
    text: `
Resources:
  Payments: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'https://s3.amazonaws.com/a/b.yaml' } }
Outputs:
  Dns: { Value: !Select [1, !Split [':', !GetAtt Payments.Outputs.VpceDns]] }`,
  },
  {
    name: 'the short form of a function of Rules',
    source:
      'aws-cloudformation/aws-cloudformation-templates, AWSSupplyChain/SapPrivateLink/SapPrivateLink.yaml',
    text: `
Parameters: { Subnets: { Type: List<AWS::EC2::Subnet::Id> }, Vpc: { Type: AWS::EC2::VPC::Id } }
Rules:
  InVpc:
    Assertions:
      - Assert: !EachMemberEquals [!ValueOf [Subnets, VpcId], !Ref Vpc]
Resources:
  Topic: { Type: AWS::SNS::Topic }`,
  },
  {
    name: 'notifications whose prefixes overlap, but not their suffixes',
    source: 'Amazon S3 user guide, Configuring event notifications using object key name filtering',
    text: `
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - { Event: 's3:ObjectCreated:*', Queue: 'arn:aws:sqs:us-east-1:123456789012:a', Filter: { S3Key: { Rules: [{ Name: prefix, Value: images }, { Name: suffix, Value: .jpg }] } } }
          - { Event: 's3:ObjectCreated:*', Queue: 'arn:aws:sqs:us-east-1:123456789012:a', Filter: { S3Key: { Rules: [{ Name: prefix, Value: images }, { Name: suffix, Value: .png }] } } }
          - { Event: 's3:ObjectRemoved:*', Queue: 'arn:aws:sqs:us-east-1:123456789012:a' }`,
  },
  {
    name: 'policies of queues and topics with all actions of the service, in any case',
    source:
      'SQS developer guide, Basic examples of Amazon SQS policies; SNS default topic policy: SNS:Publish',
    text: `
Resources:
  Queue: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [a], PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: '*', Action: 'SQS:*', Resource: '*' }] } } }
  Topic: { Type: AWS::SNS::TopicPolicy, Properties: { Topics: ['arn:aws:sns:us-east-1:123456789012:a'], PolicyDocument: { Version: '2012-10-17', Statement: { Effect: Allow, Principal: '*', Action: ['SNS:Publish', 'sns:Subscribe'], Resource: '*' } } } }`,
  },
  {
    name: 'a state machine with all ways to a state',
    source: 'Amazon States Language, Transitions',
    text: `
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/any
      DefinitionString: !Sub |
        { "StartAt": "Each", "States": {
          "Each": { "Type": "Map", "ItemProcessor": { "StartAt": "One", "States": { "One": { "Type": "Pass", "End": true } } }, "Next": "Choose" },
          "Choose": { "Type": "Choice", "Choices": [{ "Variable": "$.a", "IsPresent": true, "Next": "Each" }], "Default": "Try" },
          "Try": { "Type": "Task", "Resource": "arn:\${AWS::Partition}:states:::sqs:sendMessage", "Parameters": { "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$" }, "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }], "End": true },
          "Failed": { "Type": "Fail" } } }`,
  },
];
