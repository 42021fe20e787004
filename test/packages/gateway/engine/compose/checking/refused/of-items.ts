/** Definitions with one item of a list, or one entry of a map, that is refused: the line is the one of this item. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const TABLE = (more: string, key = 'id'): string => `
  Broken:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema:
        - { AttributeName: ${key}, KeyType: HASH }
${more}`;
const INDEX = (projection: string): string =>
  TABLE(`      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      GlobalSecondaryIndexes:
        - IndexName: all
          KeySchema: [{ AttributeName: id, KeyType: HASH }]
          Projection:
${projection}`);

export const OF_ITEMS: readonly RefusedDefinition[] = [
  one(
    'an attribute that no key uses',
    TABLE(`      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
        - { AttributeName: name, AttributeType: S } # here`),
    'dynamodb-table-attributedefinitions',
    'aws-samples/aws-batch-processing-job-repo#6: "Some AttributeDefinitions are not used"',
  ),
  one(
    'a type of attribute that is not of keys',
    TABLE(`      AttributeDefinitions:
        - AttributeName: id
          AttributeType: BOOL # here`),
    'dynamodb-table-attributedefinitions',
    'CloudFormation template reference, AWS::DynamoDB::Table AttributeDefinition',
  ),
  one(
    'attributes of a projection of all attributes',
    INDEX(`            ProjectionType: ALL
            NonKeyAttributes: [name] # here`),
    'dynamodb-table-globalsecondaryindexes',
    'DynamoDB API reference, Projection',
  ),
  one(
    'a second index with the same name',
    `${INDEX('            ProjectionType: ALL')}
        - IndexName: all # here
          KeySchema: [{ AttributeName: id, KeyType: HASH }]
          Projection: { ProjectionType: KEYS_ONLY }`,
    'dynamodb-table-globalsecondaryindexes',
    'DynamoDB API reference, CreateTable, GlobalSecondaryIndexes: the names must be unique',
  ),
  one(
    'an origin of CORS that is listed twice',
    `
  Broken:
    Type: AWS::S3::Bucket
    Properties:
      CorsConfiguration:
        CorsRules:
          - AllowedMethods: [GET]
            AllowedOrigins:
              - https://a.example.com
              - https://b.example.com
              - https://a.example.com # here`,
    's3-bucket-corsconfiguration',
    'Authress-Engineering/aws-s3-explorer#16: "array items are not unique"',
  ),
  ...['s3:ObjectCreated', 's3:ObjectUpdated:*'].map((event) =>
    one(
      `the event ${event} of a bucket`,
      `
  Broken:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations:
          - Queue: arn:aws:sqs:us-east-1:123456789012:orders
            Event: ${event} # here`,
      's3-bucket-notificationconfiguration',
      'matt-filion/serverless-external-s3-event#28; botocore, s3, shape Event',
    ),
  ),
  ...['My-Bucket', 'my_bucket'].map((name) =>
    one(
      `the name ${name} of a bucket`,
      `
  Broken:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: ${name} # here`,
      's3-bucket-bucketname',
      'S3 user guide, "General purpose bucket naming rules"',
    ),
  ),
  one(
    'a level of logs that are plain text',
    `
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/any
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      LoggingConfig:
        LogFormat: Text
        ApplicationLogLevel: DEBUG # here`,
    'lambda-function-loggingconfig',
    'https://github.com/fujiwara/lambroll/pull/414',
  ),
  one(
    'a group as principal of a trust policy',
    `
  Group: { Type: AWS::IAM::Group }
  Broken:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal:
              AWS: !GetAtt Group.Arn # here`,
    'iam-role-assumerolepolicydocument',
    'https://github.com/aws/aws-cdk/issues/11505',
  ),
  one(
    'a member beside a function in a map of Fn::Sub',
    `
  Broken:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value:
        Fn::Sub:
          - \${Name}
          - Name:
              Fn::Join: ['', [a, b]]
              Other: c # here`,
    'ssm-parameter-value',
    'serverless-operations/serverless-step-functions#228',
  ),
  one(
    'an attribute that an API of SAM does not have',
    `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      DefinitionBody: { openapi: 3.0.1, info: { title: a, version: '1' }, paths: { /: { get: { x-amazon-apigateway-integration: { type: mock } } } } }
Outputs:
  Stage:
    Value: !GetAtt Api.Stage # here`,
    'unknown-attribute',
    'aws/serverless-application-model#752: "does not support attribute type Stage in Fn::GetAtt"',
  ),
];
