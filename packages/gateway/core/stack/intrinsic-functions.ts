/**
 * The names of CloudFormation's intrinsic functions: `Name` is `Fn::Name`, and `!Name` in YAML. `Ref` and `Condition`
 * have the same name in both forms.
 */

/** Functions that can be computed from the template and its parameters, if their arguments can be computed, too. */
export const COMPUTED_FUNCTIONS = [
  'And',
  'Base64',
  'Equals',
  'FindInMap',
  'If',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'ToJsonString',
] as const;

/** All functions that the gateway can resolve. */
export const RESOLVED_FUNCTIONS = [
  ...COMPUTED_FUNCTIONS,
  'Cidr',
  'GetAtt',
  'GetAZs',
  'ImportValue',
  'Sub',
] as const;

/** Functions that need something that exists only in the AWS account. */
export const ACCOUNT_FUNCTIONS = ['GetStackOutput', 'Transform'] as const;

/** Functions that only the section `Rules` may have. */
export const RULE_FUNCTIONS = [
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'RefAll',
  'ValueOf',
  'ValueOfAll',
] as const;

/** The names of all pseudo parameters. */
export const PSEUDO_PARAMETERS = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
] as const;
