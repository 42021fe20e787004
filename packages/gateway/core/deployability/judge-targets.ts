/**
 * Finds what makes EventBridge's PutTargets refuse the targets of a rule, and finds schedules on a custom event bus.
 */
import { parseArn } from '@gatewright/aws/arn';
import { asOneOrMore, isJsonObject, isTrue, mapOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * The services that EventBridge calls with the role of the target: "RoleArn is required for target …".
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
 * @see https://github.com/awsdocs/aws-cloudformation-user-guide/pull/1178
 * @see https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1110
 */
const WITH_ROLE: ReadonlyMap<string, RegExp> = new Map([
  ['states', /^stateMachine:/],
  ['kinesis', /^stream\//],
  ['firehose', /^deliverystream\//],
  ['codebuild', /^project\//],
  ['codepipeline', /^/],
  ['ecs', /^cluster\//],
  ['batch', /^job-queue\//],
  ['events', /^api-destination\//],
]);

/**
 * Services that stacks with an API often use, and that EventBridge does not support as targets. Services that are not
 * in this list are accepted, because EventBridge adds targets over time.
 * @see https://github.com/aws-cloudformation/cfn-lint/issues/4505
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
 */
const NO_TARGETS: ReadonlySet<string> = new Set(
  (
    'iam dynamodb s3 cognito-idp kms secretsmanager apigateway wafv2 cloudfront elasticloadbalancing servicediscovery ' +
    'acm scheduler cloudwatch rds elasticache elasticfilesystem route53 cloudformation xray'
  ).split(' '),
);

export function judgeTargets(
  rule: ResolvedResource,
  all: readonly ResolvedResource[],
): readonly BrokenRelation[] {
  const targets = asOneOrMore(rule.properties['Targets']);
  return targets.flatMap((target, index) => {
    const found = isJsonObject(target)
      ? (repeatedId(target, targets.slice(0, index)) ?? refusalOf(target, all))
      : undefined;
    return found === undefined
      ? []
      : [
          {
            resource: rule,
            property: `Targets.${index}${found.below}`,
            message: found.message,
            remedy: found.remedy,
          },
        ];
  });
}

type Refusal = { readonly below: string; readonly message: string; readonly remedy: string };

/**
 * Refuses a target whose id another target of the rule has (badmintoncryer/cdk-preflight,
 * pf-events-target-id-duplicate, deployed).
 */
function repeatedId(target: JsonObject, before: readonly Json[]): Refusal | undefined {
  const id = textOf(target, 'Id');
  return id !== '' && before.some((other) => isJsonObject(other) && other['Id'] === id)
    ? {
        below: '.Id',
        message: `Parameter targets is not valid. Reason: More than one target with Id '${id}' is provided.`,
        remedy: 'give each target of the rule another Id',
      }
    : undefined;
}

/**
 * The members of a target that only targets of certain services have (badmintoncryer/cdk-preflight,
 * pf-events-target-parameters-mismatch, deployed).
 */
const ONLY_FOR: Readonly<Record<string, RegExp>> = {
  EcsParameters: /^ecs$/,
  KinesisParameters: /^kinesis$/,
  BatchParameters: /^batch$/,
  SqsParameters: /^sqs$/,
  RunCommandParameters: /^ssm$/,
  HttpParameters: /^(execute-api|events)$/,
};

function refusalOf(target: JsonObject, all: readonly ResolvedResource[]): Refusal | undefined {
  const [arn, id] = [textOf(target, 'Arn'), textOf(target, 'Id')];
  const { service = '', resource = '' } = parseArn(arn) ?? {};
  const foreign = Object.keys(ONLY_FOR).find(
    (name) => target[name] !== undefined && service !== '' && ONLY_FOR[name]?.test(service) === false,
  );
  if (foreign !== undefined)
    return {
      below: `.${foreign}`,
      message: `Parameter(s) ${foreign} not supported for target: ${id}.`,
      remedy: `remove ${foreign}: it is not for targets of ${service}`,
    };
  if (NO_TARGETS.has(service))
    return {
      below: '.Arn',
      message: `${service} is not a supported service for a target.`,
      remedy: 'call a function or a state machine that calls the service, or an API destination',
    };
  if (WITH_ROLE.get(service)?.test(resource) === true && target['RoleArn'] === undefined)
    return {
      below: '.Arn',
      message: `RoleArn is required for target ${arn}.`,
      remedy:
        'add RoleArn with the ARN of a role that events.amazonaws.com may assume and that may use the target',
    };
  // See hashicorp/terraform#20263
  if (service === 'sqs' && isFifo(resource, all) && target['SqsParameters'] === undefined)
    return {
      below: '',
      message: `Parameter(s) SqsParameters must be specified for target: ${id}.`,
      remedy: 'add SqsParameters: { MessageGroupId: VALUE }',
    };
  // The template must be an object with timestamp and message (awsdocs/aws-cloudformation-user-guide#1010,
  // aws/aws-cdk#19451).
  const template = mapOf(target, 'InputTransformer')['InputTemplate'];
  if (service === 'logs' && typeof template === 'string' && !template.trimStart().startsWith('{'))
    return {
      below: '.InputTransformer.InputTemplate',
      message: `Input for target ${id} is not a valid JSON text.`,
      remedy: 'write an object with timestamp and message: {"timestamp": <timestamp>, "message": <message>}',
    };
  return undefined;
}

export function isFifo(name: string, all: readonly ResolvedResource[]): boolean {
  const queue = all.find(
    ({ type, physicalId }) => type === 'AWS::SQS::Queue' && physicalId.endsWith(`/${name}`),
  );
  return queue === undefined ? name.endsWith('.fifo') : isTrue(queue.properties['FifoQueue']);
}

/** Refuses a schedule on an event bus other than the default one (aws-controllers-k8s/community#1984). */
export function judgeBus(rule: ResolvedResource): BrokenRelation | undefined {
  const bus = textOf(rule.properties, 'EventBusName').replace(/^.*:event-bus\//, '');
  if (rule.properties['ScheduleExpression'] === undefined || bus === '' || bus === 'default')
    return undefined;
  return {
    resource: rule,
    property: 'ScheduleExpression',
    message: 'ScheduleExpression is supported only on the default event bus.',
    remedy:
      'remove EventBusName, or remove ScheduleExpression; or use AWS::Scheduler::Schedule for the schedule instead',
  };
}

/**
 * Refuses a schedule that ends before it begins (badmintoncryer/cdk-preflight, pf-scheduler-start-end-order, deployed).
 */
export function judgePeriod(schedule: ResolvedResource): BrokenRelation | undefined {
  const [start, end] = ['StartDate', 'EndDate'].map((name) => Date.parse(textOf(schedule.properties, name)));
  return start !== undefined && end !== undefined && end <= start
    ? {
        resource: schedule,
        property: 'EndDate',
        message: 'The StartDate you specify must come before the EndDate.',
        remedy: 'set EndDate to a time after StartDate',
      }
    : undefined;
}
