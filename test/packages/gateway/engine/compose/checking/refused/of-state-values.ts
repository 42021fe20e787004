import { broken, deployed, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

/** A state machine whose `States` are the lines. */
const machine = (...lines: readonly string[]): string =>
  broken(
    'StepFunctions::StateMachine',
    'RoleArn: arn:aws:iam::123456789012:role/any',
    'Definition:',
    '  StartAt: Begin',
    '  States:',
    ...lines.map((line) => `    ${line}`),
  );
const refused = (name: string, rule: string, ...lines: readonly string[]): RefusedDefinition =>
  one(name, machine(...lines), 'stepfunctions-statemachine-definition', deployed(rule));

const CALL = 'Resource: arn:aws:lambda:us-east-1:123456789012:function:f';
const DONE = 'Done: { Type: Succeed }';

/** Refusals of Step Functions about the values of states. */
export const OF_STATE_VALUES: readonly RefusedDefinition[] = [
  refused(
    'a state that ends and goes on',
    'pf-sfn-asl-next-end',
    'Begin:',
    '  Type: Pass',
    '  Next: Done',
    '  End: true # here',
    DONE,
  ),
  refused(
    'a state without Next and End',
    'pf-sfn-asl-next-end',
    'Begin:',
    '  Type: Choice',
    '  Choices: [{ Variable: $.a, StringEquals: b, Next: Call }]',
    '  Default: Done',
    `Call: { Type: Task, ${CALL} } # here`,
    DONE,
  ),
  refused(
    'the name of a function as the resource of a task',
    'pf-sfn-asl-resource-arn',
    'Begin:',
    '  Type: Task',
    '  Resource: createToken # here',
    '  End: true',
  ),
  refused(
    'a call of a function as a job',
    'pf-sfn-asl-resource-arn',
    'Begin:',
    '  Type: Task',
    '  Resource: arn:aws:states:::lambda:invoke.sync # here',
    '  Parameters: { FunctionName: f }',
    '  End: true',
  ),
  refused(
    'a call of a function without parameters',
    'pf-sfn-asl-integration-parameters',
    'Begin: # here',
    '  Type: Task',
    '  Resource: arn:aws:states:::lambda:invoke',
    '  End: true',
  ),
  refused(
    'a message without a queue',
    'pf-sfn-asl-integration-parameters',
    'Begin:',
    '  Type: Task',
    '  Resource: arn:aws:states:::sqs:sendMessage',
    '  Parameters: # here',
    '    MessageBody.$: $.body',
    '  End: true',
  ),
  refused(
    'a catcher without Next',
    'pf-sfn-asl-retry-catch',
    'Begin:',
    '  Type: Task',
    `  ${CALL}`,
    '  Catch:',
    '    - ErrorEquals: [States.ALL] # here',
    '  End: true',
  ),
  refused(
    'a path without $',
    'pf-sfn-asl-jsonpath-syntax',
    'Begin:',
    '  Type: Pass',
    '  InputPath: order.items # here',
    '  End: true',
  ),
  refused(
    'a result path that names many nodes',
    'pf-sfn-asl-jsonpath-syntax',
    'Begin:',
    '  Type: Pass',
    "  ResultPath: '$.orders[*].id' # here",
    '  End: true',
  ),
  refused(
    'the variable of a rule without $',
    'pf-sfn-asl-jsonpath-syntax',
    'Begin:',
    '  Type: Choice',
    '  Choices:',
    '    - Variable: kind # here',
    '      StringEquals: order',
    '      Next: Done',
    DONE,
  ),
  refused(
    'a wait for a number of seconds and for a time',
    'pf-sfn-asl-wait-timing',
    'Begin:',
    '  Type: Wait',
    '  SecondsPath: $.seconds',
    '  Seconds: 5 # here',
    '  End: true',
  ),
  refused(
    'a Map state without a processor',
    'pf-sfn-asl-path-exclusive',
    'Begin: # here',
    '  Type: Map',
    '  ItemsPath: $.items',
    '  End: true',
  ),
  refused(
    'a Parallel state without branches',
    'pf-sfn-asl-branch-shape',
    'Begin:',
    '  Type: Parallel',
    '  Branches: [] # here',
    '  End: true',
  ),
  refused(
    'a name of a state that a branch repeats',
    'pf-sfn-asl-duplicate-state-name',
    'Begin:',
    '  Type: Parallel',
    '  End: true',
    '  Branches:',
    '    - StartAt: Begin',
    '      States:',
    '        Begin: { Type: Pass, End: true } # here',
  ),
  refused(
    'a name of a state with 81 characters',
    'pf-sfn-asl-name-limits',
    'Begin: { Type: Pass, Next: NAME }'.replace('NAME', 'a'.repeat(81)),
    `${'a'.repeat(81)}: { Type: Succeed } # here`,
  ),
  one(
    'a state machine that logs nowhere',
    broken(
      'StepFunctions::StateMachine',
      'RoleArn: arn:aws:iam::123456789012:role/any',
      'LoggingConfiguration:',
      '  Level: ALL # here',
      'Definition: { StartAt: Begin, States: { Begin: { Type: Pass, End: true } } }',
    ),
    'stepfunctions-statemachine-loggingconfiguration',
    deployed('pf-sfn-logging-destination'),
  ),
];
