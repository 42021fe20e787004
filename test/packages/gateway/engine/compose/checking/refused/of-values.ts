import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

/** Reserved words, values that exclude each other, and settings that a service has only for some resources. */
export const OF_VALUES: readonly RefusedDefinition[] = [
  one(
    'a reserved key in a list of tags',
    `
  Q:
    Type: AWS::SQS::Queue
    Properties:
      Tags:
        - Key: aws:owner # here
          Value: shop`,
    'sqs-queue-tags',
    'aws-quickstart/quickstart-amazon-eks#42',
  ),
  one(
    'a reserved key in a map of tags',
    `
  A:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: shop
      ProtocolType: HTTP
      Tags:
        aws:owner: shop # here`,
    'apigatewayv2-api-tags',
    'aws-quickstart/quickstart-amazon-eks#42',
  ),
  one(
    'a reserved key in the tags of a function of SAM',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      Tags:
        aws:owner: shop # here`,
    'lambda-function-tags',
    'aws-quickstart/quickstart-amazon-eks#42',
  ),
  one(
    'a role with the id that SAM gives to a role',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
  OrdersRole: # here
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] } }`,
    'iam-role',
    'SAM, tests/translator/output/error_existing_role_logical_id.json',
  ),
  one(
    'a queue with the id that SAM gives to the URL of a function',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      FunctionUrlConfig: { AuthType: NONE }
  OrdersUrl: # here
    Type: AWS::SQS::Queue`,
    'sqs-queue',
    'SAM, samtranslator/translator/verify_logical_id.py',
  ),
  one(
    'a reserved prefix of a bucket name',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: xn--shop # here`,
    's3-bucket-bucketname',
    'S3 user guide, bucket naming rules',
  ),
  one(
    'a reserved suffix of a bucket name',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: shop-s3alias # here`,
    's3-bucket-bucketname',
    'S3 user guide, bucket naming rules',
  ),
  one(
    'an IP address as a bucket name',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: 192.168.5.4 # here`,
    's3-bucket-bucketname',
    'S3 user guide, bucket naming rules',
  ),
  one(
    'an early transition to Standard-IA',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      LifecycleConfiguration:
        Rules:
          - Status: Enabled
            Transitions:
              - StorageClass: STANDARD_IA
                TransitionInDays: 7 # here`,
    's3-bucket-lifecycleconfiguration',
    'S3 user guide, lifecycle transition constraints',
  ),
  one(
    'a lifecycle rule that only removes delete markers',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      LifecycleConfiguration:
        Rules:
          - Status: Enabled # here
            ExpiredObjectDeleteMarker: true`,
    's3-bucket-lifecycleconfiguration',
    'aws-cloudformation/cloudformation-coverage-roadmap#132',
  ),
  one(
    'an expiration before a transition',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      LifecycleConfiguration:
        Rules:
          - Status: Enabled
            ExpirationInDays: 60 # here
            Transitions:
              - StorageClass: GLACIER
                TransitionInDays: 90`,
    's3-bucket-lifecycleconfiguration',
    'S3 user guide, lifecycle rules',
  ),
  one(
    'a key of KMS together with AES256',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: AES256
              KMSMasterKeyID: alias/aws/s3 # here`,
    's3-bucket-bucketencryption',
    'localstack/localstack, test_s3.snapshot.json, recorded',
  ),
  one(
    'an ACL of a bucket whose owner is enforced by default',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: PublicRead # here`,
    's3-bucket-ownershipcontrols',
    'S3 user guide, Object Ownership',
  ),
  one(
    'an ACL of a bucket whose owner is enforced',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: LogDeliveryWrite # here
      OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerEnforced }] }`,
    's3-bucket-accesscontrol',
    'S3 user guide, Object Ownership',
  ),
  one(
    'a public ACL of a bucket that blocks it',
    `
  S:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: PublicRead # here
      OwnershipControls: { Rules: [{ ObjectOwnership: ObjectWriter }] }`,
    's3-bucket-accesscontrol',
    'aws/aws-sdk#565',
  ),
  one(
    'a retention in days and in years',
    `
  B:
    Type: AWS::S3::Bucket
    Properties:
      ObjectLockEnabled: true
      ObjectLockConfiguration: { ObjectLockEnabled: Enabled, Rule: { DefaultRetention: { Mode: GOVERNANCE, Days: 1, Years: 1 } } } # here`,
    's3-bucket-objectlockconfiguration',
    'S3 API reference, DefaultRetention',
  ),
  one(
    'a slash in the index document of a website',
    `
  S:
    Type: AWS::S3::Bucket
    Properties:
      WebsiteConfiguration: { IndexDocument: /index.html } # here`,
    's3-bucket-websiteconfiguration',
    'localstack/localstack, test_s3.snapshot.json, recorded',
  ),
  one(
    'a website without an index document',
    `
  S:
    Type: AWS::S3::Bucket
    Properties:
      WebsiteConfiguration: { ErrorDocument: error.html } # here`,
    's3-bucket-websiteconfiguration',
    'localstack/localstack, test_s3.snapshot.json, recorded',
  ),
];
