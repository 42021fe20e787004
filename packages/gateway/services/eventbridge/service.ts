import { isJson, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { printTime, busArnOf } from '../../kernel/event-bus.ts';
import type { BusEvent } from '../../kernel/event-bus.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import type { ScheduleDefinition } from '../../kernel/schedules.ts';
import type { Service, ServiceApi, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { EventBuses } from './event-buses.ts';
import { parseArn } from '@gatewright/aws/arn';
import { compileEventPattern } from '../../kernel/delivery/event-pattern.ts';
import type { Schedule } from '../../kernel/delivery/schedule.ts';
import { compileInput } from '../../kernel/delivery/target-input.ts';
import type { TargetInput } from '../../kernel/delivery/target-input.ts';
import { inProperty } from '../../kernel/delivery/pattern-error.ts';
import type { EventRule, RuleTarget } from './event-buses.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import { compileRuleSchedule } from '../../kernel/delivery/schedule-expression.ts';
import { readSchedule, readTarget } from '../../kernel/read-target.ts';

const OWNER = 'events';

class EventBridgeService implements Service {
  readonly api: ServiceApi;
  readonly target: ServiceTarget;
  readonly #ports: ServicePorts;
  readonly #buses: EventBuses;

  constructor(ports: ServicePorts) {
    const buses = new EventBuses(ports);
    this.#ports = ports;
    this.#buses = buses;
    this.api = { answer: ({ request, operation }) => buses.answer(operation, request.region) };
    this.target = {
      deliver: (arn, body, delivery) => buses.target(arn, body, delivery),
      remoteCall: (arn, body, { source, detailType, resources }) => ({
        version: '1.1',
        target: 'AWSEvents.PutEvents',
        input: {
          Entries: [
            { EventBusName: arn, Source: source, DetailType: detailType, Detail: body, Resources: resources },
          ],
        },
      }),
    };
  }

  prepare(stacks: StackReading): () => void {
    const rules = stacks
      .here('AWS::Events::Rule', 'events')
      .map((reader) => readRule(reader, this.#ports.startedAt));
    return () => {
      this.#buses.replace(rules.map(({ rule }) => rule));
      this.#ports.schedules.replace(
        OWNER,
        rules.flatMap((rule) => this.#inTime(rule)),
      );
    };
  }

  rows(): readonly EventSource[] {
    const rules = this.#buses.rules
      .filter(({ test }) => test !== undefined)
      .map(({ name, targets, isEnabled }): EventSource => ({
        kind: 'rule',
        name,
        state: isEnabled ? '' : 'switched off',
        targets: targets.map(({ arn }) => lastPartOf(arn)),
      }));
    return [...rules, ...this.#ports.schedules.rowsOf(OWNER)];
  }

  handTargets(): readonly HandTarget[] {
    const buses = this.#buses.arns.map((arn) => ({
      arn,
      name: lastPartOf(arn),
      refuse: (body: string) => (isJson(body) ? undefined : 'the detail of an event must be JSON'),
    }));
    return [...buses, ...this.#ports.schedules.handTargetsOf(OWNER)];
  }

  #inTime({ rule, expression, schedule }: ReadRule): ScheduleDefinition[] {
    if (schedule === undefined || !rule.isEnabled) return [];
    const { arn, name } = rule;
    const run = (scheduledAt: number): void => {
      const event = this.#scheduledEvent(arn, scheduledAt);
      this.#ports.journal.run({ at: arn, id: event.id, name: expression }, () =>
        this.#buses.run(rule, event),
      );
    };
    const targets = rule.targets.map((target) => target.arn);
    return [{ arn, name, expression, schedule, targets, from: undefined, until: undefined, run }];
  }

  #scheduledEvent(ruleArn: string, scheduledAt: number): BusEvent {
    const { random, accountId } = this.#ports;
    return {
      version: '0',
      id: random.uuid(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: accountId,
      time: printTime(scheduledAt),
      region: ruleArn.split(':')[3] ?? '',
      resources: [ruleArn],
      detail: {},
    };
  }
}

export function open(ports: ServicePorts): Service {
  return new EventBridgeService(ports);
}

type ReadRule = {
  readonly rule: EventRule;
  readonly expression: string;
  readonly schedule: Schedule | undefined;
};

/**
 * Reads a rule.
 * @param anchorMs the time from which `rate(…)` schedules count
 */
function readRule(reader: ResourceReader, anchorMs: number): ReadRule {
  const { resource, stack } = reader;
  const { region, accountId } = stack;
  const busArn = busArnOf(reader.text('EventBusName'), region, accountId);
  const name = reader.text('Name') ?? resource.physicalId;
  const bus = busArn.slice(busArn.indexOf('event-bus/') + 'event-bus/'.length);
  const pattern = reader.value('EventPattern');
  const expression = reader.text('ScheduleExpression') ?? '';
  const rule: EventRule = {
    name,
    busArn,
    arn: `arn:${parseArn(busArn)?.partition ?? 'aws'}:events:${region}:${accountId}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`,
    isEnabled: !['DISABLED'].includes(reader.text('State') ?? 'ENABLED'),
    test:
      pattern === undefined
        ? undefined
        : reader.attempt(
            'the rule matches nothing',
            () =>
              inProperty(
                (at) => resource.place(['EventPattern', ...at].join('.')),
                () => compileEventPattern(pattern),
              ),
            () => () => false,
          ),
    targets: reader.list('Targets').flatMap((target, index) => readRuleTarget(reader, target, index)),
  };
  return {
    rule,
    expression,
    schedule:
      expression === ''
        ? undefined
        : readSchedule(reader, expression, (text) => compileRuleSchedule(text, anchorMs)),
  };
}

function readRuleTarget(reader: ResourceReader, target: unknown, index: number): readonly RuleTarget[] {
  if (!isJsonObject(target)) return [];
  const common = readTarget(reader, target, 'Targets');
  if (common === undefined) return [];
  for (const name of Object.keys(target))
    if (name.endsWith('Parameters') && name !== 'SqsParameters')
      reader.unsupported('Targets', `${name} of the target ${common.arn} has no effect in this gateway`);
  const { MessageGroupId: groupId } = membersOf(target['SqsParameters']);
  const input = reader.attempt<TargetInput>(
    'the target gets the whole event',
    () =>
      inProperty(
        (at) => reader.resource.place([placeOfInput(target, index), ...at].join('.')),
        () => compileInput(target),
      ),
    () => ({ kind: 'event' }),
  );
  return [{ ...common, input, groupId: typeof groupId === 'string' ? groupId : undefined }];
}

/** Returns the member of a target that chooses its input. */
function placeOfInput(target: UnknownMembers, index: number): string {
  const name = ['InputTransformer', 'InputPath', 'Input'].find((one) => target[one] !== undefined);
  return name === undefined ? `Targets.${index}` : `Targets.${index}.${name}`;
}
