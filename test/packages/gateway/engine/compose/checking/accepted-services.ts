/** Definitions of single services that AWS deploys, next to those that it refuses. */
import type { AcceptedDefinition } from './accepted-combinations.ts';

export const ACCEPTED_SERVICES: readonly AcceptedDefinition[] = [
  {
    name: 'a scope of a resource server that no reference names, at a client that waits for the domain of the pool',
    source: 'themarketingstore/sample-cdk-apigw-auth-stack, whose README shows the deployed stack',
    text: `
Resources:
  Pool: { Type: AWS::Cognito::UserPool }
  Server: { Type: AWS::Cognito::UserPoolResourceServer, Properties: { UserPoolId: !Ref Pool, Identifier: orders, Name: orders, Scopes: [{ ScopeName: read, ScopeDescription: read }] } }
  Domain: { Type: AWS::Cognito::UserPoolDomain, Properties: { UserPoolId: !Ref Pool, Domain: orders-of-the-shop } }
  Client:
    Type: AWS::Cognito::UserPoolClient
    DependsOn: [Domain]
    Properties: { UserPoolId: !Ref Pool, GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [orders/read] }`,
  },
  {
    name: 'provisioned throughput of 0 at an on-demand table and its index',
    source:
      'aws-cloudformation/cfn-lint#4524: "Validated with CloudFormation deployment that PAY_PER_REQUEST + PT(0,0) succeeds"',
    text: `
Resources:
  Carts:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: '0' }
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: shop, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: byShop
          KeySchema: [{ AttributeName: shop, KeyType: HASH }]
          Projection: { ProjectionType: ALL }
          ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 }`,
  },
  {
    name: 'a queue and a table whose flags are texts with a capital letter',
    source: 'aws-cloudformation/cfn-lint, rule E3012: True and False are flags',
    text: `
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: { QueueName: orders.fifo, FifoQueue: 'True' }
  Sessions:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      TimeToLiveSpecification: { AttributeName: until, Enabled: 'True' }`,
  },
  {
    name: 'streams, functions, parameters, secrets and log groups next to those that are refused',
    source:
      'Firehose developer guide, "Custom prefixes for Amazon S3 objects"; Lambda, SSM, SNS and CloudWatch Logs API references; badmintoncryer/cdk-preflight, templates/pass.template.json',
    text: `
Resources:
  Plain:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties: { ExtendedS3DestinationConfiguration: { BucketARN: 'arn:aws:s3:::b', RoleARN: 'arn:aws:iam::123456789012:role/any', Prefix: orders/, CompressionFormat: GZIP, BufferingHints: { SizeInMBs: 5 } } }
  Converted:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::b
        RoleARN: arn:aws:iam::123456789012:role/any
        Prefix: 'orders/!{timestamp:yyyy}/'
        ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/'
        BufferingHints: { SizeInMBs: 64 }
        DataFormatConversionConfiguration: { Enabled: true, InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } }, OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } }, SchemaConfiguration: { DatabaseName: d, TableName: t, RoleARN: 'arn:aws:iam::123456789012:role/any' } }
  Off:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration: { BucketARN: 'arn:aws:s3:::b', RoleARN: 'arn:aws:iam::123456789012:role/any', BufferingHints: { SizeInMBs: 5 }, DataFormatConversionConfiguration: { Enabled: false } }
  Group: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /aws/lambda/orders } }
  Dead: { Type: AWS::SQS::Queue }
  Function:
    Type: AWS::Lambda::Function
    Properties: { PackageType: Image, Role: 'arn:aws:iam::123456789012:role/any', Code: { ImageUri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1' }, ImageConfig: { Command: [a] }, DeadLetterConfig: { TargetArn: !GetAtt Dead.Arn }, LoggingConfig: { LogGroup: !Ref Group } }
  Url: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: !Ref Function, AuthType: AWS_IAM, Cors: { AllowMethods: ['*'], AllowOrigins: ['https://a.example.com', 'https://b.example.com'] } } }
  Kept: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref Function, EventSourceArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/s', StartingPosition: AT_TIMESTAMP, StartingPositionTimestamp: 1700000000, MaximumRecordAgeInSeconds: -1 } }
  Parameter: { Type: AWS::SSM::Parameter, Properties: { Type: String, Name: /shop/url, Value: 'https://example.com/{id}' } }
  Secret: { Type: AWS::SecretsManager::Secret, Properties: { GenerateSecretString: { SecretStringTemplate: '{"username": "shop"}', GenerateStringKey: password, ExcludePunctuation: true } } }
  Sms: { Type: AWS::SNS::Subscription, Properties: { TopicArn: 'arn:aws:sns:us-east-1:123456789012:t', Protocol: sms, Endpoint: '+1 555-123-4567' } }
  Mail: { Type: AWS::SNS::Subscription, Properties: { TopicArn: 'arn:aws:sns:us-east-1:123456789012:t', Protocol: email, Endpoint: ops+alarms@example.com } }`,
  },
  {
    name: 'a user pool with a link, an invitation and ways of recovery, its clients and providers',
    source:
      'Cognito API reference, CreateUserPool, CreateUserPoolClient, CreateIdentityProvider; badmintoncryer/cdk-preflight, templates/pass.template.json of rules/cognito',
    text: `
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: shop members, 2
      AutoVerifiedAttributes: [email]
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: [email] }
      VerificationMessageTemplate: { DefaultEmailOption: CONFIRM_WITH_LINK, EmailMessageByLink: 'Please {##verify your address##}.' }
      AdminCreateUserConfig: { InviteMessageTemplate: { EmailMessage: 'Your password is {####}, {username}' } }
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: verified_email, Priority: 1 }, { Name: verified_phone_number, Priority: 2 }] }
      Schema: [{ Name: email, AttributeDataType: String, Required: true }, { Name: updated_at, AttributeDataType: Number }, { Name: plan, AttributeDataType: String, Mutable: true }]
      LambdaConfig: { PreTokenGenerationConfig: { LambdaArn: 'arn:aws:lambda:us-east-1:123456789012:function:f', LambdaVersion: V2_0 } }
  Okta:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties: { UserPoolId: !Ref Pool, ProviderName: Okta, ProviderType: SAML, ProviderDetails: { MetadataURL: 'https://example.com/metadata' } }
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [code]
      AllowedOAuthScopes: [openid, email]
      CallbackURLs: ['https://example.com/signed-in', 'http://localhost:3000']
      ReadAttributes: [email, email_verified, 'custom:plan']
      WriteAttributes: [email, 'custom:plan']
      AccessTokenValidity: 60
      RefreshTokenValidity: 30
      TokenValidityUnits: { AccessToken: minutes, RefreshToken: days }
  Identities:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: false, CognitoIdentityProviders: [{ ClientId: !Ref Web, ProviderName: !GetAtt Pool.ProviderName }] }
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: { IdentityPoolId: !Ref Identities, Roles: { authenticated: 'arn:aws:iam::123456789012:role/any' } }`,
  },
  {
    name: 'schedules, rules and pipes whose targets fit their parameters',
    source:
      'EventBridge Scheduler user guide, "Schedule types", "Managing universal targets", "Input"; badmintoncryer/cdk-preflight, templates/pass.template.json of rules/events, rules/scheduler and rules/pipes',
    text: `
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Dead: { Type: AWS::SQS::Queue }
  Ordered: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Stream: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop.orders-1, DeadLetterConfig: { Arn: !GetAtt Dead.Arn } } }
  Partner: { Type: AWS::Events::EventBus, Properties: { Name: aws.partner/example.com/shop, EventSourceName: aws.partner/example.com/shop } }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [shop] }
      Targets:
        - { Id: a, Arn: !GetAtt Queue.Arn, DeadLetterConfig: { Arn: !GetAtt Dead.Arn } }
        - { Id: b, Arn: !GetAtt Ordered.Arn, SqsParameters: { MessageGroupId: orders } }
        - { Id: c, Arn: !GetAtt Stream.Arn, RoleArn: 'arn:aws:iam::123456789012:role/any', KinesisParameters: { PartitionKeyPath: $.id } }
  Text:
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: { Mode: 'OFF' }
      ScheduleExpression: cron(0 8 * * ? *)
      ScheduleExpressionTimezone: Europe/Berlin
      StartDate: '2030-01-01T00:00:00.000Z'
      EndDate: '2030-02-01T00:00:00.000Z'
      Target: { Arn: !GetAtt Queue.Arn, RoleArn: 'arn:aws:iam::123456789012:role/any', Input: wake up }
  Call:
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: { Mode: FLEXIBLE, MaximumWindowInMinutes: 5 }
      ScheduleExpression: rate(5 minutes)
      Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', RoleArn: 'arn:aws:iam::123456789012:role/any', Input: '{}' }
  Function:
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: { Mode: 'OFF' }
      ScheduleExpression: at(2030-01-01T00:00:00)
      Target: { Arn: 'arn:aws:lambda:us-east-1:123456789012:function:f', RoleArn: 'arn:aws:iam::123456789012:role/any', Input: '"text"' }
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/any
      Source: arn:aws:sqs:us-east-1:123456789012:orders
      Enrichment: arn:aws:lambda:us-east-1:123456789012:function:f
      Target: arn:aws:sqs:us-east-1:123456789012:orders.fifo
      TargetParameters: { SqsQueueParameters: { MessageGroupId: orders } }`,
  },
];
