/**
 * Expands `EventInvokeConfig` of a function, and adds the permissions for destinations of events to its role (SAM
 * developer guide, "EventInvokeConfiguration"). A destination of type SQS or SNS without an ARN is generated.
 */
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pick, present } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';

const OUTCOMES = ['OnSuccess', 'OnFailure'] as const;

type Made = { readonly suffix: string; readonly type: string; readonly attribute?: string };

const MADE: Readonly<Record<string, Made>> = {
  SQS: { suffix: 'Queue', type: 'AWS::SQS::Queue', attribute: 'Arn' },
  SNS: { suffix: 'Topic', type: 'AWS::SNS::Topic' },
};

const ACTIONS: Readonly<Record<string, string>> = {
  SQS: 'sqs:SendMessage',
  SNS: 'sns:Publish',
  Lambda: 'lambda:InvokeFunction',
  EventBridge: 'events:PutEvents',
};

/** SAM's name for a bucket: the first one for an asynchronous invocation, the second one for a stream. */
const BUCKETS = ['S3Bucket', 'S3'];
const TYPES = [...Object.keys(ACTIONS), 'S3Bucket'];

export function expandInvokeConfig(
  expansion: SamExpansion,
  functionId: string,
  properties: JsonObject,
): void {
  const config = properties['EventInvokeConfig'];
  if (config === undefined) return;
  if (!isJsonObject(config))
    return expansion.fail(functionId, `EventInvokeConfig must be a mapping, not ${JSON.stringify(config)}`);
  // SAM creates nothing for an empty EventInvokeConfig.
  if (Object.keys(config).length === 0) return;
  const destinations = Object.fromEntries(
    OUTCOMES.flatMap((outcome) => {
      const given = destinationOf(config, outcome);
      return given === undefined
        ? []
        : [[outcome, { Destination: make(expansion, functionId, outcome, given) }]];
    }),
  );
  expansion.make(functionId, `${functionId}EventInvokeConfig`, 'AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: functionId },
    Qualifier: properties['AutoPublishAlias'] ?? '$LATEST',
    ...pick(config, ['MaximumEventAgeInSeconds', 'MaximumRetryAttempts']),
    ...(Object.keys(destinations).length === 0 ? {} : { DestinationConfig: destinations }),
  });
}

function make(expansion: SamExpansion, functionId: string, outcome: string, given: JsonObject): Json {
  const { Type: type } = given;
  if (typeof type !== 'string' || !TYPES.includes(type))
    return expansion.fail(
      functionId,
      `EventInvokeConfig.DestinationConfig.${outcome}.Type must be one of ${TYPES.join(', ')}, not ${JSON.stringify(type ?? null)}`,
    );
  const arn = arnOf(functionId, outcome, given);
  // aws/serverless-application-model, tests/translator/output/error_function_with_event_dest_invalid.json
  if (arn === undefined)
    return expansion.fail(
      functionId,
      `Destination is required if Type is not ['SQS', 'SNS'] (EventInvokeConfig.DestinationConfig.${outcome}.Type is ${type})`,
    );
  const made = MADE[type];
  if (given['Destination'] === undefined && made !== undefined) {
    const id = madeId(functionId, outcome, made);
    expansion.make(functionId, id, made.type, {});
    expansion.references.set(`${functionId}.Destination${made.suffix}`, id);
  }
  return arn;
}

/**
 * Returns policies that allow the function's role to send to the function's destinations, whether the template gives
 * the destinations or SAM generates them.
 */
export function destinationPolicies(functionId: string, properties: JsonObject): readonly Json[] {
  const config = properties['EventInvokeConfig'];
  const events = Object.values(mapOf(properties, 'Events'));
  const ofSources = events.flatMap((event) => {
    const source = membersOf(event)['Properties'];
    const given = isJsonObject(source) ? destinationOf(source, 'OnFailure') : undefined;
    return given === undefined ? [] : allow(given['Type'], given['Destination']);
  });
  if (!isJsonObject(config)) return ofSources;
  const own = OUTCOMES.flatMap((outcome) => {
    const given = destinationOf(config, outcome);
    return given === undefined ? [] : allow(given['Type'], arnOf(functionId, outcome, given));
  });
  return [...own, ...ofSources];
}

function allow(type: Json | undefined, Resource: Json | undefined): readonly Json[] {
  if (typeof type !== 'string' || Resource === undefined) return [];
  const statement = (Action: string, on: Json): JsonObject => ({ Effect: 'Allow', Action, Resource: on });
  const Action = Object.hasOwn(ACTIONS, type) ? ACTIONS[type] : undefined;
  const Statement = BUCKETS.includes(type)
    ? [
        statement('s3:PutObject', { 'Fn::Join': ['/', [Resource, '*']] }),
        statement('s3:ListBucket', Resource),
      ]
    : Action === undefined
      ? []
      : [statement(Action, Resource)];
  return Statement.length === 0 ? [] : [{ Version: '2012-10-17', Statement }];
}

function destinationOf(config: JsonObject, outcome: string): JsonObject | undefined {
  const given = mapOf(config, 'DestinationConfig')[outcome];
  return isJsonObject(given) ? given : undefined;
}

function arnOf(
  functionId: string,
  outcome: string,
  { Type: type, Destination }: JsonObject,
): Json | undefined {
  const made = typeof type === 'string' && Object.hasOwn(MADE, type) ? MADE[type] : undefined;
  if (Destination !== undefined || made === undefined) return Destination;
  const id = madeId(functionId, outcome, made);
  return made.attribute === undefined ? { Ref: id } : { 'Fn::GetAtt': [id, made.attribute] };
}

function madeId(functionId: string, outcome: string, { suffix }: Made): string {
  return `${functionId}EventInvokeConfig${outcome}${suffix}`;
}

export function deadLetterConfig(
  expansion: SamExpansion,
  functionId: string,
  properties: JsonObject,
): JsonObject {
  const queue = properties['DeadLetterQueue'];
  if (queue === undefined) return {};
  const { Type: type, TargetArn } = membersOf(queue);
  if ((type !== 'SQS' && type !== 'SNS') || TargetArn === undefined)
    return expansion.fail(functionId, 'DeadLetterQueue must have a TargetArn and the Type SQS or SNS');
  return { DeadLetterConfig: present({ TargetArn }) };
}
