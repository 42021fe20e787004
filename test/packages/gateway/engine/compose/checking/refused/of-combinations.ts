/** Properties that exclude or need each other, and what services try out when a resource is created. */
import { CFN, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const FUNCTION = `
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] } }
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: !GetAtt Role.Arn, Code: { ZipFile: 'x' } }`;

const DISTRIBUTION = (
  behavior: string,
  more = '',
  origin = 'CustomOriginConfig: { OriginProtocolPolicy: https-only }',
): string => `
  Broken:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - { Id: shop, DomainName: shop.example.com, ${origin} }${more}
        DefaultCacheBehavior:
          TargetOriginId: shop
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6${behavior}`;

const EDGE = (version: string, more: string): string => `${DISTRIBUTION(`
          LambdaFunctionAssociations:
            - EventType: viewer-request
              LambdaFunctionARN: ${version} # here`)}
  Version: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Function } }
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: [lambda.amazonaws.com${more.includes('trust') ? '' : ', edgelambda.amazonaws.com'}] }, Action: 'sts:AssumeRole' }] } }
  Function:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: !GetAtt Role.Arn, Code: { ZipFile: 'x' }${more.startsWith(',') ? more : ''} }`;

const OF_DISTRIBUTION = 'cloudfront-distribution-distributionconfig';

export const OF_COMBINATIONS: readonly RefusedDefinition[] = [
  one(
    'two kinds of encryption of a queue',
    `
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      KmsMasterKeyId: alias/aws/sqs
      SqsManagedSseEnabled: true # here`,
    'sqs-queue-sqsmanagedsseenabled',
    'localstack/localstack, test_sqs.snapshot.json, recorded',
  ),
  one(
    'shards of a stream on demand',
    `
  Broken:
    Type: AWS::Kinesis::Stream
    Properties:
      ShardCount: 1 # here
      StreamModeDetails: { StreamMode: ON_DEMAND }`,
    'kinesis-stream-shardcount',
    'aws/aws-cdk#18247',
  ),
  one(
    'content-based deduplication of a standard topic',
    `
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      ContentBasedDeduplication: true # here`,
    'sns-topic-contentbaseddeduplication',
    'SNS API reference, CreateTopic',
  ),
  one(
    'logs to a stream without a role',
    `
  Group: { Type: AWS::Logs::LogGroup }
  Stream: { Type: AWS::Kinesis::Stream, Properties: { ShardCount: 1 } }
  Broken:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref Group
      FilterPattern: ''
      DestinationArn: !GetAtt Stream.Arn # here`,
    'logs-subscriptionfilter-destinationarn',
    'localstack/localstack, test_logs_subscription_filters.snapshot.json, recorded',
  ),
  one(
    'logs to a function that CloudWatch Logs may not invoke',
    `${FUNCTION}
  Group: { Type: AWS::Logs::LogGroup }
  Broken:
    Type: AWS::Logs::SubscriptionFilter
    Properties:
      LogGroupName: !Ref Group
      FilterPattern: ''
      DestinationArn: !GetAtt Function.Arn # here`,
    'logs-subscriptionfilter-destinationarn',
    'newrelic/aws-log-ingestion#1',
  ),
  one(
    'notifications of a bucket to a function that S3 may not invoke',
    `${FUNCTION}
  Broken:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Function.Arn # here`,
    's3-bucket-notificationconfiguration',
    'S3 user guide, "Granting permissions to publish event notification messages to a destination"',
  ),
  one(
    'a permission for notifications that waits for the bucket',
    `${FUNCTION}
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Function.Arn
  Broken:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Function
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
      SourceAccount: !Ref AWS::AccountId
      SourceArn: !GetAtt Bucket.Arn # here`,
    'lambda-permission-sourcearn',
    'https://repost.aws/knowledge-center/unable-validate-circular-dependency-cloudformation',
  ),
  one(
    'the stream of a table without one',
    `
  Table: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: a, AttributeType: S }], KeySchema: [{ AttributeName: a, KeyType: HASH }] } }
  Broken:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: any
      EventSourceArn: !GetAtt Table.StreamArn # here
      StartingPosition: LATEST`,
    'lambda-eventsourcemapping-eventsourcearn',
    `${CFN}, AWS::DynamoDB::Table, Return values: StreamArn needs StreamSpecification`,
  ),
  one(
    'the URL of a queue as the endpoint of a subscription',
    `
  Topic: { Type: AWS::SNS::Topic }
  Jobs: { Type: AWS::SQS::Queue }
  Broken:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !Ref Jobs # here`,
    'sns-subscription-endpoint',
    'localstack/localstack, test_sns.snapshot.json, recorded',
  ),
  one(
    'a managed policy without its path',
    `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole # here`,
    'iam-role-managedpolicyarns',
    'aws/aws-cdk#19830',
  ),
  one(
    'an action of a trust policy that STS does not have for roles',
    `
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:TagSessions # here`,
    'iam-role-assumerolepolicydocument',
    'hashicorp/terraform-provider-aws#32872',
  ),
  one(
    'a function of SAM without the transform',
    `
  Broken: # here
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, CodeUri: . }`,
    'unknown-type',
    'aws/aws-toolkit-jetbrains#3237',
  ),
  one(
    'logs of a state machine whose role may not deliver them',
    `
  Group: { Type: AWS::Logs::LogGroup }
  FlowRole:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: states.amazonaws.com }, Action: 'sts:AssumeRole' }] } }
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt FlowRole.Arn
      LoggingConfiguration: # here
        Level: ALL
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: !GetAtt Group.Arn } }]
      DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'`,
    'stepfunctions-statemachine-loggingconfiguration',
    'aws-samples/serverless-patterns#102',
  ),
  one(
    'a public policy of a bucket that blocks it',
    `
  Bucket: { Type: AWS::S3::Bucket }
  Broken:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub '\${Bucket.Arn}/*' } # here`,
    's3-bucketpolicy-policydocument',
    'arielweinberger/sls-base#22',
  ),
  one(
    'an action on buckets with the objects as its resource',
    `
  Bucket: { Type: AWS::S3::Bucket }
  Broken:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: { Service: cloudtrail.amazonaws.com }, Action: 's3:GetBucketAcl', Resource: !Sub '\${Bucket.Arn}/*' } # here`,
    's3-bucketpolicy-policydocument',
    'ministryofjustice/modernisation-platform#10762',
  ),
  one(
    'an action on buckets among actions on objects',
    `
  Bucket: { Type: AWS::S3::Bucket }
  Broken:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: cloudtrail.amazonaws.com }
            Action:
              - s3:GetObject
              - s3:ListBucket # here
            Resource: !Sub '\${Bucket.Arn}/*'`,
    's3-bucketpolicy-policydocument',
    'aws-amplify/docs#7799',
  ),
  one(
    'a condition that only calls of lists have',
    `
  Bucket: { Type: AWS::S3::Bucket }
  Broken:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: cloudtrail.amazonaws.com }
            Action: [s3:GetBucketAcl, s3:ListBucket]
            Resource: !GetAtt Bucket.Arn
            Condition:
              StringLike:
                s3:prefix: home/* # here`,
    's3-bucketpolicy-policydocument',
    'humanmade/S3-Uploads#239',
  ),
  one(
    'a function without version at the edge',
    EDGE('!GetAtt Function.Arn', ''),
    OF_DISTRIBUTION,
    'chantzlarge/terraform-aws-hugo#43',
  ),
  one(
    'a function with variables at the edge',
    EDGE('!Ref Version', ', Environment: { Variables: { STAGE: b } }'),
    OF_DISTRIBUTION,
    'serverless/serverless#7671',
  ),
  one(
    'a function at the edge whose role does not trust it',
    EDGE('!Ref Version', 'trust'),
    OF_DISTRIBUTION,
    'silvermine/serverless-plugin-cloudfront-lambda-edge#63',
  ),
  one(
    'a certificate of another region at the edge',
    DISTRIBUTION(
      '',
      `
        ViewerCertificate:
          AcmCertificateArn: arn:aws:acm:eu-west-1:123456789012:certificate/9e211d6c-43eb-44ac-a8c6-ffe09f9a7f53 # here
          SslSupportMethod: sni-only`,
    ),
    OF_DISTRIBUTION,
    'milliHQ/terraform-aws-next-js#61',
  ),
  one(
    'a domain of a distribution without a certificate',
    DISTRIBUTION('', '\n        Aliases: [www.example.com] # here'),
    OF_DISTRIBUTION,
    'CloudFront developer guide, "Requirements for using alternate domain names"',
  ),
];
