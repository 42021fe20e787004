/** Definitions with a condition, used or not, whose form CloudFormation refuses. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const EQUALS = 'awsdocs/aws-cloudformation-user-guide#1177, aws-cloudformation/cfn-lint#1639';
const AND_OR = 'buildkite/elastic-ci-stack-for-aws#370, aws/aws-cdk#25696';
const CONDITIONS =
  'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html';
const ELEVEN = Array.from({ length: 11 }, () => '!Condition IsDev').join(', ');

const SHAPES: readonly (readonly [name: string, condition: string, source: string])[] = [
  ['Fn::Equals of one value', '!Equals [dev] # here', EQUALS],
  ['Fn::Equals of three values', '!Equals [dev, prod, test] # here', EQUALS],
  ['Fn::Equals of a list', '!Equals [[dev], prod] # here', EQUALS],
  ['Fn::Equals of a parameter that is a list', '!Equals [!Ref Stages, ""] # here', EQUALS],
  ['Fn::Equals of a mapping', '!Equals [{ Stage: dev }, prod] # here', EQUALS],
  ['Fn::And of one condition', '!And [!Condition IsDev] # here', AND_OR],
  ['Fn::And of names', '!And [IsDev, IsDev] # here', AND_OR],
  ['Fn::Or of 11 conditions', `!Or [${ELEVEN}] # here`, AND_OR],
  ['Fn::Not of two conditions', '!Not [!Condition IsDev, !Condition IsDev] # here', CONDITIONS],
  ['Fn::Not without a list', '!Not { Condition: IsDev } # here', CONDITIONS],
  ['Fn::Not of a name, in Fn::And', '!And [!Condition IsDev, !Not [IsDev]] # here', CONDITIONS],
  ['a text', 'IsDev # here', CONDITIONS],
  ['a parameter', '!Ref Stage # here', CONDITIONS],
  ['a condition that refers to itself', '!Not [!Condition Broken] # here', CONDITIONS],
  ['a value of another stack', '!Equals [!ImportValue stage, dev] # here', 'aws/aws-cdk#32238'],
];

export const OF_CONDITIONS: readonly RefusedDefinition[] = [true, false].flatMap((isUsed) =>
  SHAPES.map(([name, condition, source]) =>
    one(
      `${isUsed ? 'a used' : 'an unused'} condition: ${name}`,
      `
Parameters:
  Stage: { Type: String, Default: dev }
  Stages: { Type: CommaDelimitedList, Default: 'dev,prod' }
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  Broken: ${condition}
Resources:
  Topic: { Type: AWS::SNS::Topic${isUsed ? ', Condition: Broken' : ''} }
`,
      name.includes('itself') ? 'circular-dependency' : 'template',
      source,
    ),
  ),
);
