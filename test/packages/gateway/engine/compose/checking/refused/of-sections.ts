/** Templates whose names, exports, outputs or arguments of functions CloudFormation refuses. */
import { CFN, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const TOPIC = 'Resources:\n  Topic: { Type: AWS::SNS::Topic }\n';
const MAPPING = (lines: string): string => `\nMappings:\n${lines}\n${TOPIC}`;
const OUTPUT = (lines: string, type = 'String'): string =>
  `\nParameters: { Names: { Type: ${type}, Default: 'a,b' } }\n${TOPIC}Outputs:\n  Name:\n${lines}\n`;
const CALL = (text: string): string => `
  Topic: { Type: AWS::SNS::Topic }
  Broken:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: ${text} # here`;
const JOIN = 'org-formation/org-formation-cli#412: "every Fn::Join object requires two parameters"';

export const OF_SECTIONS: readonly RefusedDefinition[] = [
  one(
    'a mapping with a hyphen in its name',
    MAPPING('  by-stage: { dev: { Name: a } } # here'),
    'template',
    `${CFN}, "Mappings syntax": the logical name is alphanumeric`,
  ),
  one(
    'a key of a mapping with a slash',
    MAPPING("  Servers:\n    '10.90.0.0/16': { Name: a } # here"),
    'template',
    'aws-cloudformation/cfn-lint#2004',
  ),
  ...['LAMBDA_EXECUTION_ROLE', 'v1.1.2', 'us-east-1'].map((name) =>
    one(
      `the name ${name} in a mapping`,
      MAPPING(`  Names:\n    dev:\n      ${name}: a # here`),
      'template',
      'aws/serverless-application-model#1608, cloudtools/troposphere#426, aws/aws-cdk#16866',
    ),
  ),
  one(
    'a parameter and a resource with one name',
    '\nParameters: { Topic: { Type: String, Default: a } }\nResources:\n  Topic: { Type: AWS::SNS::Topic } # here\n',
    'sns-topic',
    'aws-cloudformation/cfn-lint#1689',
  ),
  one(
    'an export that is a text',
    OUTPUT('    Value: a\n    Export: name # here'),
    'template',
    'aws/aws-cdk#5845: "The Name field of every Export member must be specified"',
  ),
  one(
    'an output that is a parameter with a list',
    OUTPUT('    Value: !Ref Names # here', 'CommaDelimitedList'),
    'template',
    'aws-samples/sessions-with-aws-sam#7',
  ),
  one(
    'an output that Fn::Split makes a list',
    OUTPUT("    Value: !Split [',', !Ref Names] # here"),
    'template',
    'aws-samples/sessions-with-aws-sam#7',
  ),
  ...["!Join [',', !Ref Topic]", "!Join [',', a, b]", "!Join [',', !Sub '${AWS::Region},a']"].map((text) =>
    one(`the call ${text}`, CALL(text), 'sns-topic-displayname', JOIN),
  ),
  one(
    'Fn::Select of a text',
    CALL("!Select [0, !Join [',', [a, b]]]"),
    'sns-topic-displayname',
    `${CFN}, Fn::Select: "The list of objects to select from"`,
  ),
  one(
    'Fn::Select of a value that the list does not have',
    CALL('!Select [2, [a, b]]'),
    'sns-topic-displayname',
    `${CFN}, Fn::Select: "a value from zero to N-1"`,
  ),
];
