import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const POOL = '  Pool: { Type: AWS::Cognito::UserPool }';
const USERS = 'Cognito user pools API reference, AdminCreateUser';

/** Definitions of what calls of other services refuse, where nothing else asks it of a template. */
export const OF_SERVICE_CALLS: readonly RefusedDefinition[] = [
  {
    ...one(
      'a batching window of a FIFO queue',
      `
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Function
      EventSourceArn: arn:aws:sqs:us-east-1:123456789012:orders.fifo
      MaximumBatchingWindowInSeconds: 5 # here`,
      'lambda-eventsourcemapping-maximumbatchingwindowinseconds',
      'aws/aws-lambda-dotnet#1758',
    ),
    needs: ['function'],
    says: /^Batching window is not supported for FIFO queues$/,
  },
  {
    ...one(
      'a second mapping of one queue to one function',
      `
  Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 60 } }
  First: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref Writer, EventSourceArn: !GetAtt Queue.Arn } }
  Second:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Writer
      EventSourceArn: !GetAtt Queue.Arn # here
  Writer:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }`,
      'lambda-eventsourcemapping-eventsourcearn',
      'localstack/localstack, test_lambda_api.snapshot.json, recorded',
    ),
    says: /^An event source mapping with SQS arn \(" .* "\) and function \(" .* "\) already exists$/,
  },
  one(
    'an unknown scope of deduplication',
    `
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      DeduplicationScope: all # here`,
    'sqs-queue-deduplicationscope',
    'SQS API reference, CreateQueue, DeduplicationScope',
  ),
  one(
    'more than 1000 receives before the dead-letter queue',
    `
  Dead: { Type: AWS::SQS::Queue }
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: 1001 # here`,
    'sqs-queue-redrivepolicy',
    'crossplane-contrib/provider-aws#443',
  ),
  one(
    'a space in the name of a parameter',
    `
  Parameter:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: a
      Name: table name # here`,
    'ssm-parameter-name',
    'DefangLabs/defang#348, aws/amazon-ecs-cli#1020',
  ),
  one(
    'a value of a standard parameter over 4096 characters',
    `
  Parameter:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Tier: Standard
      Value: ${'a'.repeat(4_097)} # here`,
    'ssm-parameter-value',
    'getmoto/moto#4283, hashicorp/terraform-provider-aws#13578',
  ),
  one(
    'a second stream of one name in a log group',
    `
  Group: { Type: AWS::Logs::LogGroup }
  First: { Type: AWS::Logs::LogStream, Properties: { LogGroupName: !Ref Group, LogStreamName: a } }
  Second:
    Type: AWS::Logs::LogStream
    Properties:
      LogGroupName: !Ref Group
      LogStreamName: a # here`,
    'shared-name',
    'CloudWatch Logs API reference, CreateLogStream, ResourceAlreadyExistsException',
  ),
  one(
    'a second group of one name in a user pool',
    `
${POOL}
  First: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: !Ref Pool, GroupName: admin } }
  Second:
    Type: AWS::Cognito::UserPoolGroup
    Properties:
      UserPoolId: !Ref Pool
      GroupName: admin # here`,
    'shared-name',
    'Cognito user pools API reference, CreateGroup, GroupExistsException',
  ),
  one(
    'a user name that is not an email address, in a pool that requires one',
    `
  Pool: { Type: AWS::Cognito::UserPool, Properties: { UsernameAttributes: [email] } }
  User:
    Type: AWS::Cognito::UserPoolUser
    Properties:
      UserPoolId: !Ref Pool
      Username: ann # here`,
    'cognito-userpooluser-username',
    USERS,
  ),
  one(
    'an attribute of a user that the pool does not have',
    `
${POOL}
  User:
    Type: AWS::Cognito::UserPoolUser
    Properties:
      UserPoolId: !Ref Pool
      Username: ann
      UserAttributes:
        - { Name: 'custom:team', Value: a } # here`,
    'cognito-userpooluser-userattributes',
    USERS,
  ),
  one(
    'a user without an attribute that the pool requires',
    `
  Pool: { Type: AWS::Cognito::UserPool, Properties: { Schema: [{ Name: email, Required: true }] } }
  User:
    Type: AWS::Cognito::UserPoolUser
    Properties:
      UserPoolId: !Ref Pool
      Username: ann
      UserAttributes: # here
        - { Name: name, Value: Ann }`,
    'cognito-userpooluser-userattributes',
    USERS,
  ),
  one(
    'an address of an IP set without its prefix length',
    `
  Set:
    Type: AWS::WAFv2::IPSet
    Properties:
      Scope: REGIONAL
      IPAddressVersion: IPV4
      Addresses:
        - 10.0.0.1 # here`,
    'wafv2-ipset-addresses',
    'WAF API reference, CreateIPSet, Addresses',
  ),
  one(
    'a second user of one name in a user pool',
    `
${POOL}
  First: { Type: AWS::Cognito::UserPoolUser, Properties: { UserPoolId: !Ref Pool, Username: ann } }
  Second:
    Type: AWS::Cognito::UserPoolUser
    Properties:
      UserPoolId: !Ref Pool
      Username: ann # here`,
    'shared-name',
    'Cognito user pools API reference, AdminCreateUser, UsernameExistsException',
  ),
];
