import type { RefusedDefinition } from './definition.ts';

const MEASURED = 'floci-io/floci#2735, floci-io/floci#2968: measured on AWS';

function machine(name: string, body: string, says: RegExp, source = MEASURED): RefusedDefinition {
  return {
    name,
    text: `
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/any
      Definition:
${body
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}`,
    id: 'stepfunctions-statemachine-definition',
    says,
    source,
  };
}

/** A machine with one state. */
const only = (state: string): string => `StartAt: A\nStates:\n  A:\n${state}`;

/** State machines that Step Functions refuses because of the fields of a state. */
export const OF_MACHINES: readonly RefusedDefinition[] = [
  machine(
    'a type of state that does not exist',
    only('    Type: Pas # here\n    End: true'),
    /'Type' must be one of/,
    'aws/amazon-states-language-service#44',
  ),
  machine(
    'a misspelt field of a state',
    only('    Type: Pass\n    Commnt: nothing # here\n    End: true'),
    /Field 'Commnt' is not supported/,
  ),
  ...(
    [
      ['Resource', 'Task', 'End: true'],
      ['Branches', 'Parallel', 'End: true'],
      ['Choices', 'Choice', 'Default: B'],
    ] as const
  ).map(([field, type, rest]) =>
    machine(
      `a state of type ${type} without ${field}`,
      `StartAt: A
States:
  A: # here
    Type: ${type}
    ${rest}${type === 'Choice' ? '\n  B: { Type: Succeed }' : ''}`,
      new RegExp(`SCHEMA_VALIDATION_FAILED: These fields are required: \\[${field}\\] at /States/A`),
      'https://github.com/CloudSnorkel/cdk-github-runners/issues/434',
    ),
  ),
  machine(
    'a rule of a Choice state without Next',
    `StartAt: A
States:
  A:
    Type: Choice
    Choices:
      - Variable: $.a # here
        StringMatches: Test
    Default: B
  B: { Type: Succeed }`,
    /These fields are required: \[Next\] at \/States\/A\/Choices\[0\]/,
    'https://github.com/aws-cloudformation/cfn-lint/issues/4077',
  ),
  ...(['Output', 'Arguments', 'Items'] as const).map((field) =>
    machine(
      `the field ${field} of JSONata in a state of JSONPath`,
      `StartAt: A
States:
  A:
    Type: ${field === 'Items' ? 'Map' : 'Task'}
    ${field === 'Items' ? 'ItemProcessor: { StartAt: B, States: { B: { Type: Pass, End: true } } }' : 'Resource: arn:aws:lambda:us-east-1:123456789012:function:f'}
    End: true
    ${field}: "{% $states.input %}" # here`,
      new RegExp(
        `'SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field '${field}' is only supported for the 'JSONata' QueryLanguage at /States/A'`,
      ),
    ),
  ),
  ...(['InputPath', 'OutputPath', 'ResultPath', 'ResultSelector', 'Parameters'] as const).map((field) =>
    machine(
      `the field ${field} of JSONPath in a machine of JSONata`,
      `QueryLanguage: JSONata
StartAt: A
States:
  A:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    ${field}: $.a # here
    End: true`,
      new RegExp(`is set to 'JSONata', but field '${field}' is only supported for the 'JSONPath'`),
    ),
  ),
  machine(
    'a rule of JSONata in a Choice state of JSONPath',
    `StartAt: A
States:
  A:
    Type: Choice
    Choices:
      - Next: B
        Condition: "{% $states.input.a = 1 %}" # here
  B: { Type: Succeed }`,
    /field 'Condition' is only supported for the 'JSONata' QueryLanguage/,
  ),
  machine(
    'a state of JSONPath in a machine of JSONata',
    `QueryLanguage: JSONata
${only('    Type: Pass\n    QueryLanguage: JSONPath # here\n    End: true')}`,
    /'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at \/States\/A/,
  ),
  machine(
    'a processor with a query language',
    `StartAt: A
States:
  A:
    Type: Map
    End: true
    ItemProcessor:
      QueryLanguage: JSONata # here
      StartAt: B
      States: { B: { Type: Pass, End: true } }`,
    /Field 'QueryLanguage' is not supported at \/States\/A\/ItemProcessor'/,
  ),
  machine(
    'a catcher of a Pass state',
    `StartAt: A
States:
  A:
    Type: Pass
    Next: B
    Catch: [{ ErrorEquals: [States.ALL], Next: B }] # here
  B: { Type: Succeed }`,
    /'SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at \/States\/A'/,
  ),
  ...(
    [
      ['Wait', 'Seconds: 1', 'Retry: [{ ErrorEquals: [States.ALL] }]'],
      ['Pass', 'Comment: a', 'TimeoutSeconds: 5'],
      ['Pass', 'Comment: a', 'Resource: arn:aws:states:::lambda:invoke'],
    ] as const
  ).map(([type, other, field]) =>
    machine(
      `the field ${field.split(':')[0] ?? ''} of a ${type} state`,
      only(`    Type: ${type}\n    ${other}\n    ${field} # here\n    End: true`),
      /is not supported at \/States\/A'/,
    ),
  ),
  machine(
    'the result path of a Wait state',
    only('    Type: Wait\n    Seconds: 1\n    ResultPath: $.a # here\n    End: true'),
    /Field 'ResultPath' is not supported/,
    'sam-goodwin/functionless#308',
  ),
  machine(
    'a plain text where a path must be',
    `StartAt: A
States:
  A:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage
    End: true
    Parameters:
      Body: [{ order.$: $.order, at.$: $$.State.Name, id.$: States.UUID(), kind.$: invoice }] # here`,
    /The value for the field 'kind\.\$' must be a valid JSONPath .* at \/States\/A\/Parameters\/Body\[0\]/,
    'aws/amazon-states-language-service#26',
  ),
  machine(
    'a concurrency outside of a Map state',
    only(
      '    Type: Task\n    Resource: arn:aws:states:::lambda:invoke\n    MaxConcurrency: 3 # here\n    End: true',
    ),
    /Field 'MaxConcurrency' is not supported/,
    'terraform-aws-modules/terraform-aws-step-functions#68',
  ),
  machine(
    'a retrier of all errors before another one',
    `StartAt: A
States:
  A:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    End: true
    Retry:
      - ErrorEquals: [States.ALL] # here
      - ErrorEquals: [States.Timeout]`,
    /States\.ALL must appear alone and at end of list at \/States\/A\/Retry\[0\]\/ErrorEquals\[0\]/,
    'aws/aws-cdk#10530',
  ),
  {
    ...machine(
      'a machine that never ends',
      `StartAt: A
States: { A: { Type: Pass, Next: B }, B: { Type: Pass, Next: A } }`,
      /'MISSING_END_STATE: Workflow has no terminal state at null'/,
    ),
    text: `
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/any
      Definition: { StartAt: A, States: { A: { Type: Pass, Next: B }, B: { Type: Pass, Next: A } } } # here`,
  },
  {
    ...machine('a', '', /The QueryLanguage is set to 'JSONPath', but field 'Output'/),
    name: 'the field Output in a state machine of SAM, whose definition has substitutions',
    text: `
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Role: arn:aws:iam::123456789012:role/any
      DefinitionSubstitutions: { Name: a }
      Definition:
        StartAt: A
        States:
          A:
            Type: Pass
            Output: "\${Name}" # here
            End: true`,
  },
];
