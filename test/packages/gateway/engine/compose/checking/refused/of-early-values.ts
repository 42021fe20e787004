/** Definitions whose names of exports and imports, or conditions, cannot be known before the resources exist. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const WITH_OUTPUT = (name: string): string => `
Resources:
  Topic: { Type: AWS::SNS::Topic }
Outputs:
  TopicName:
    Value: !GetAtt Topic.TopicName
    Export:
      Name: ${name} # here
`;
const CFN = 'CloudFormation user guide, ';

export const OF_EARLY_VALUES: readonly RefusedDefinition[] = [
  ...[
    '!Sub ${AWS::StackName}-${Topic}-Name',
    '!GetAtt Topic.TopicName',
    '!Join [":", [topic, !Ref Topic]]',
  ].map((name) =>
    one(
      `an export that is named after a resource: ${name}`,
      WITH_OUTPUT(name),
      'template',
      'aws-cloudformation/cfn-lint#1632',
    ),
  ),
  one(
    'an export with a dot in its name',
    WITH_OUTPUT('Global.TopicName'),
    'template',
    'aws/aws-cdk#5845: "consist only of alphanumeric characters, colons, or hyphens"',
  ),
  one(
    'an import whose name depends on a resource',
    `
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SQS::Queue
    Properties:
      KmsMasterKeyId: !ImportValue # here
        Fn::Sub: '\${Topic.TopicName}-key'
`,
    'template',
    'aws-amplify/amplify-cli#4748',
  ),
  one(
    'a condition that depends on a resource',
    `
Conditions:
  HasTopic: !Equals [!Ref Topic, none] # here
Resources:
  Topic: { Type: AWS::SNS::Topic }
`,
    'template',
    `${CFN}conditions: "Cannot reference resources in the Conditions block of the template"`,
  ),
];
