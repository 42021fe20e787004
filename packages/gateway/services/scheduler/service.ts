import type { ScheduleDefinition } from '../../kernel/schedules.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Delivery } from '../../kernel/event-ports.ts';
import { partitionOf } from '@gatewright/aws/arn';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import { atPlace } from '../../kernel/delivery/pattern-error.ts';
import { checkZone, compileSchedule } from '../../kernel/delivery/schedule-expression.ts';
import { readSchedule, readTarget } from '../../kernel/read-target.ts';
import type { EventTarget } from '../../kernel/target-deliveries.ts';

const OWNER = 'scheduler';

export function open(ports: ServicePorts): Service {
  const { schedules, deliveries, random, startedAt, journal } = ports;
  const toDefinition = (schedule: ReadSchedule): ScheduleDefinition => ({
    ...schedule,
    targets: [schedule.target.arn],
    run: (scheduledAt) => {
      const id = random.uuid();
      const body = scheduleInput(schedule, scheduledAt, id);
      const facts = {
        EXECUTION_ID: id,
        SCHEDULED_TIME: printSecond(scheduledAt),
        IS_PAYLOAD_TRUNCATED: 'false',
      };
      journal.run({ at: schedule.arn, id, name: schedule.expression }, () =>
        deliveries.deliver(schedule.target, body, schedule.delivery, schedule.arn, facts),
      );
    },
  });
  return {
    prepare(stacks) {
      const read = stacks
        .here('AWS::Scheduler::Schedule', 'scheduler')
        .flatMap((reader) => readScheduler(reader, startedAt) ?? []);
      return () => schedules.replace(OWNER, read.map(toDefinition));
    },
    rows: () => schedules.rowsOf(OWNER),
    handTargets: () => schedules.handTargetsOf(OWNER),
  };
}

/** `AWS::Scheduler::Schedule` (EventBridge Scheduler user guide, "Managing a schedule"). */
type ReadSchedule = Omit<ScheduleDefinition, 'targets' | 'run'> & {
  readonly target: EventTarget;
  /** The input of the target. If it is undefined, the target gets the scheduler's own event. */
  readonly input: string | undefined;
  readonly delivery: Delivery;
  readonly place: { readonly region: string; readonly accountId: string };
};

/** Reads a schedule; undefined if the schedule never runs, or if the gateway cannot call its target. */
function readScheduler(reader: ResourceReader, anchorMs: number): ReadSchedule | undefined {
  const { resource, stack } = reader;
  const { region, accountId } = stack;
  const given = reader.value('Target');
  const target = isJsonObject(given) ? readTarget(reader, given, 'Target') : undefined;
  const expression = reader.text('ScheduleExpression') ?? '';
  const zone = reader.text('ScheduleExpressionTimezone') ?? 'UTC';
  // A rate schedule with a StartDate runs for the first time at the StartDate.
  const from = timeOf(reader, 'StartDate');
  const schedule = readSchedule(reader, expression, (text) => {
    atPlace(resource.place('ScheduleExpressionTimezone'), () => {
      checkZone(zone);
    });
    return compileSchedule(text, from ?? anchorMs, zone);
  });
  const isOff = reader.text('State') === 'DISABLED';
  if (target === undefined || schedule === undefined || isOff) return undefined;
  const name = reader.text('Name') ?? resource.physicalId;
  const group = reader.text('GroupName') ?? 'default';
  return {
    name,
    expression,
    schedule,
    target,
    arn: `arn:${partitionOf(region)}:scheduler:${region}:${accountId}:schedule/${group}/${name}`,
    from,
    until: timeOf(reader, 'EndDate'),
    // A rate schedule without a StartDate also runs when it is created ("Schedule types in EventBridge Scheduler",
    // rate-based).
    isMadeRunning: from === undefined && expression.trim().startsWith('rate('),
    input: reader.text('Target.Input'),
    delivery: {
      groupId: reader.text('Target.SqsParameters.MessageGroupId'),
      source: reader.text('Target.EventBridgeParameters.Source') ?? 'aws.scheduler',
      detailType: reader.text('Target.EventBridgeParameters.DetailType') ?? 'Scheduled Event',
    },
    place: { region, accountId },
  };
}

function timeOf(reader: ResourceReader, property: string): number | undefined {
  const text = reader.text(property);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isFinite(at)) return at;
  reader.note(property, `"${text}" is not a time`, 'the gateway ignores this property');
  return undefined;
}

/** Replaces the "Context attributes" in an input. Without an input, returns the scheduler's own event. */
function scheduleInput({ arn, input, place }: ReadSchedule, scheduledAt: number, id: string): string {
  const time = printSecond(scheduledAt);
  if (input !== undefined)
    return input
      .replaceAll('<aws.scheduler.schedule-arn>', arn)
      .replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.execution-id>', id)
      .replaceAll('<aws.scheduler.attempt-number>', '1');
  return JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: place.accountId,
    time,
    region: place.region,
    resources: [arn],
    detail: '{}',
  });
}

function printSecond(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
