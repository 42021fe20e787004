import { isJson } from '@gatewright/aws/json-object';
import { printTime } from '../../kernel/event-bus.ts';
import type { BusEvent } from '../../kernel/event-bus.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import type { ScheduleDefinition } from '../../kernel/schedules.ts';
import type { Service, ServiceApi, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { EventBuses } from './event-buses.ts';
import { readRule } from './read-rules.ts';
import type { ReadRule } from './read-rules.ts';

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
    const run = (scheduledAt: number): void => this.#buses.run(rule, this.#scheduledEvent(arn, scheduledAt));
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
