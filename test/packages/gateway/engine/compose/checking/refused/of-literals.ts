import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const PARTS_OF_TEMPLATES =
  'CloudFormation template reference, intrinsic functions: "only in specific parts of a template"';
const KNOWLEDGE = 'repost.aws/knowledge-center/cloudformation-template-validation';
const EXTENSIONS = 'aws-cloudformation/cfn-language-discussion#143, CloudFormation, AWS::LanguageExtensions';
const QUEUE = `
Resources:
  Queue: { Type: AWS::SQS::Queue }`;
const STAGE = `
Parameters: { Stage: { Type: String, Default: dev } }
Conditions: { IsProduction: !Equals [!Ref Stage, prod] }
Resources:`;

/** Functions, names and members where CloudFormation reads only literal values of a fixed form. */
export const OF_LITERALS: readonly RefusedDefinition[] = [
  one(
    'a version of the format that does not exist',
    `
AWSTemplateFormatVersion: '2012-10-17' # here${QUEUE}`,
    'template',
    'aws-samples/one-observability-demo#483, CloudFormation user guide, "currently the only valid value"',
  ),
  one(
    'a function as description',
    `
Description: !Sub shop in \${AWS::Region} # here${QUEUE}`,
    'template',
    PARTS_OF_TEMPLATES,
  ),
  one(
    'a function as the default of a parameter',
    `
Parameters:
  Region:
    Type: String
    Default: !Ref AWS::Region # here${QUEUE}`,
    'template',
    PARTS_OF_TEMPLATES,
  ),
  one(
    'a list type of parameters that does not exist',
    `
Parameters:
  Names:
    Type: List<String> # here
    Default: a${QUEUE}`,
    'template',
    KNOWLEDGE,
  ),
  one(
    'an unknown member of a parameter',
    `
Parameters:
  Stage:
    Type: String
    Default: dev
    Defualt: dev # here${QUEUE}`,
    'template',
    KNOWLEDGE,
  ),
  one(
    'the name of a parameter with a hyphen',
    `
Parameters:
  my-stage: # here
    Type: String
    Default: dev${QUEUE}`,
    'template',
    'CloudFormation user guide, Parameters: "The logical ID must be alphanumeric"',
  ),
  one(
    'the name of an output with an underscore',
    `${QUEUE}
Outputs:
  Queue_Url: # here
    Value: !Ref Queue`,
    'template',
    'CloudFormation user guide, Outputs: "must be alphanumeric (a-z, A-Z, 0-9)"',
  ),
  one(
    'an unknown member of an output',
    `${QUEUE}
Outputs:
  Url:
    Value: !Ref Queue
    Exports: # here
      Name: url`,
    'template',
    'CloudFormation user guide, Outputs',
  ),
  one(
    'a function in a mapping',
    `
Mappings:
  Names:
    here:
      Queue: !Ref AWS::Region # here${QUEUE}`,
    'template',
    'CloudFormation user guide, Mappings: "You can\'t include parameters, pseudo parameters, or intrinsic functions"',
  ),
  one(
    'a condition that Fn::If makes',
    `
Parameters: { Stage: { Type: String, Default: dev } }
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
  IsLarge: !If [IsProduction, true, false] # here${QUEUE}`,
    'template',
    'CloudFormation template reference, condition functions: Fn::If is supported in properties, metadata and outputs',
  ),
  one(
    'a function in DependsOn',
    `
  Queue: { Type: AWS::SQS::Queue }
  Broken:
    Type: AWS::SQS::Queue
    DependsOn: !Ref Queue # here`,
    'sqs-queue-dependson',
    PARTS_OF_TEMPLATES,
  ),
  one(
    'a function as the condition of a resource',
    `${STAGE}
  Broken:
    Type: AWS::SQS::Queue
    Condition: !Equals [!Ref Stage, prod] # here`,
    'sqs-queue-condition',
    KNOWLEDGE,
  ),
  one(
    'a snapshot of a table when it is deleted',
    `
  Broken:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Snapshot # here
    Properties: { BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: a, AttributeType: S }], KeySchema: [{ AttributeName: a, KeyType: HASH }] }`,
    'dynamodb-table-deletionpolicy',
    'aws-cloudformation/cloudformation-coverage-roadmap#224, CloudFormation template reference, DeletionPolicy',
  ),
  one(
    'Fn::ToJsonString without the transform',
    `
  Broken:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value:
        Fn::ToJsonString: { a: 1 } # here`,
    'ssm-parameter-value',
    EXTENSIONS,
  ),
  one(
    'Fn::Length in the variables of Fn::Sub without the transform',
    `
Parameters: { Names: { Type: CommaDelimitedList, Default: 'a,b' } }
Resources:
  Broken:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !Sub
        - \${count}
        - count: { 'Fn::Length': !Ref Names } # here`,
    'ssm-parameter-value',
    EXTENSIONS,
  ),
  one(
    'a default of Fn::FindInMap without the transform',
    `
Mappings: { Names: { dev: { Queue: a } } }
Resources:
  Broken:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !FindInMap [Names, prod, Queue, { DefaultValue: b }] # here`,
    'ssm-parameter-value',
    EXTENSIONS,
  ),
];
