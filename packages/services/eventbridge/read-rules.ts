/** `AWS::Events::Rule` and `AWS::Scheduler::Schedule`: patterns, schedules and targets. */
import { isJsonObject, membersOf, type JsonObject } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';
import { compilePattern } from '../../delivery/event-pattern.ts';
import type { Schedule } from '../../delivery/schedule.ts';
import { compileSchedule } from '../../delivery/schedule-expression.ts';
import { compilePath, compileTransformer, type TargetInput } from '../../delivery/target-input.ts';
import { atPlace } from '../../delivery/value-match.ts';
import { busArnOf, type EventRule, type RuleTarget } from './event-buses.ts';
import type { ResourceReader } from './read-resource.ts';
import { type EventTarget, USUAL_TARGET } from './target-deliveries.ts';

/** Targets that run here, or are called as integrations call them. */
const TARGET_SERVICES = ['lambda', 'sqs', 'sns', 'events', 'states', 'kinesis'];

export type ReadRule = {
  readonly rule: EventRule;
  readonly expression: string;
  readonly schedule: Schedule | undefined;
};

/** @param anchorMs from when rates count */
export function readRule(reader: ResourceReader, anchorMs: number): ReadRule {
  const { resource, stack } = reader;
  const { region, accountId } = stack;
  const busArn = busArnOf(reader.text('EventBusName'), region, accountId);
  const name = reader.text('Name') ?? resource.physicalId;
  const bus = busArn.slice(busArn.indexOf('event-bus/') + 'event-bus/'.length);
  const pattern = reader.value('EventPattern');
  const expression = reader.text('ScheduleExpression') ?? '';
  const rule: EventRule = {
    ...{ name, busArn },
    arn: `arn:${parseArn(busArn)?.partition ?? 'aws'}:events:${region}:${accountId}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`,
    isEnabled: !['DISABLED'].includes(reader.text('State') ?? 'ENABLED'),
    test:
      pattern === undefined
        ? undefined
        : reader.attempt(
            'the rule matches nothing',
            () => atPlace(resource.place('EventPattern'), () => compilePattern(pattern)),
            () => () => false,
          ),
    targets: reader.list('Targets').flatMap((target) => readRuleTarget(reader, target)),
  };
  return {
    rule,
    expression,
    schedule: expression === '' ? undefined : readSchedule(reader, expression, anchorMs, 'UTC'),
  };
}

/** Undefined, and noted, where the expression is none. */
export function readSchedule(
  reader: ResourceReader,
  expression: string,
  anchorMs: number,
  zone: string,
): Schedule | undefined {
  return reader.attempt(
    'it runs at no time',
    () =>
      atPlace(reader.resource.place('ScheduleExpression'), () => compileSchedule(expression, anchorMs, zone)),
    () => undefined,
  );
}

function readRuleTarget(reader: ResourceReader, target: unknown): readonly RuleTarget[] {
  if (!isJsonObject(target)) return [];
  const common = readTarget(reader, target, 'Targets');
  if (common === undefined) return [];
  const { MessageGroupId: groupId } = membersOf(target['SqsParameters']);
  const input = reader.attempt<TargetInput>(
    'the target gets the whole event',
    () => atPlace(reader.resource.place('Targets'), () => readInput(target)),
    () => ({ kind: 'event' }),
  );
  return [{ ...common, input, groupId: typeof groupId === 'string' ? groupId : undefined }];
}

/** What every target has; undefined, and named, where nothing like it runs here. */
export function readTarget(
  reader: ResourceReader,
  target: JsonObject,
  property: string,
): EventTarget | undefined {
  const arn = target['Arn'];
  const service = typeof arn === 'string' ? parseArn(arn)?.service : undefined;
  if (typeof arn !== 'string' || service === undefined || !TARGET_SERVICES.includes(service)) {
    reader.unsupported(property, `its target ${String(arn)} is not run here`);
    return undefined;
  }
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = membersOf(target['RetryPolicy']);
  const { Arn: deadLetterArn } = membersOf(target['DeadLetterConfig']);
  return {
    arn,
    deadLetterArn: typeof deadLetterArn === 'string' ? deadLetterArn : undefined,
    maxRetries: typeof retries === 'number' ? retries : USUAL_TARGET.maxRetries,
    maxAgeMs: typeof age === 'number' ? age * 1000 : USUAL_TARGET.maxAgeMs,
  };
}

/** @throws PatternError */
function readInput({ Input, InputPath, InputTransformer }: JsonObject): TargetInput {
  if (typeof Input === 'string') return { kind: 'fixed', text: Input };
  if (typeof InputPath === 'string') return { kind: 'part', read: compilePath(InputPath) };
  if (!isJsonObject(InputTransformer)) return { kind: 'event' };
  const { InputPathsMap, InputTemplate } = InputTransformer;
  return compileTransformer(InputPathsMap, typeof InputTemplate === 'string' ? InputTemplate : '');
}
