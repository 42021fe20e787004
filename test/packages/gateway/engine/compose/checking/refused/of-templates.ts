import { CFN, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

export const OF_TEMPLATES: readonly RefusedDefinition[] = [
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
  Size:
    Type: String
    Default: huge # here
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
