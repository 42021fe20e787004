/**
 * Everything between events and functions in one start: the queues, what reads them, asynchronous invocations, and the
 * calls of AWS's own APIs that reach them.
 */
import { join } from 'node:path';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { Clock, Invoker, Random, ServiceClient, ServiceRequest } from '../../ports.ts';
import type { OperationResult } from '../aws-operation.ts';
import { Agenda } from './agenda.ts';
import { BucketNotifications } from './bucket-notifications.ts';
import { type BusEvent, EventBuses, printTime } from './event-buses.ts';
import { type ScheduleDefinition, Schedules } from './schedules.ts';
import { scheduleInput } from './read-scheduler.ts';
import { answerTopics } from './sns.ts';
import { TableStreams } from './table-streams.ts';
import { TargetDeliveries } from './target-deliveries.ts';
import { Topics } from './topics.ts';
import { AsyncInvocations } from './async-invocations.ts';
import type { EventPorts } from './event-ports.ts';
import { NOTHING_KEPT, openKeptEntries } from './kept-entries.ts';
import { QueueConsumer } from './queue-consumer.ts';
import { Queues } from './queues.ts';
import { findConfig } from './read-async.ts';
import { type EventDefinitions, NO_EVENTS } from './read-events.ts';
import { Sqs } from './sqs.ts';
import { functionTarget, queueTarget, Targets } from './targets.ts';
import { Work } from './work.ts';

type EventEngineOptions = {
  readonly invoker: Pick<Invoker, 'invoke' | 'has'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly services: ServiceClient;
  readonly isElsewhere: (service: string) => boolean;
  readonly accountId: string;
  /** `--data`: where messages and events outlive the gateway; undefined = they do not. */
  readonly dataDirectory: string | undefined;
  readonly report: (message: string) => void;
};

export class EventEngine {
  readonly async: AsyncInvocations;
  readonly queues: Queues;
  readonly targets: Targets;
  readonly buses: EventBuses;
  readonly topics: Topics;
  readonly schedules: Schedules;
  readonly streams: TableStreams;
  readonly buckets: BucketNotifications;
  /** From when rates count. */
  readonly startedAt: number;
  readonly #ports: EventPorts;
  readonly #sqs: Sqs;
  readonly #deliveries: TargetDeliveries;
  readonly #accountId: string;
  #definitions: EventDefinitions = NO_EVENTS;
  #consumers: readonly QueueConsumer[] = [];

  /** @throws StartError DATA_DIRECTORY */
  constructor(options: EventEngineOptions) {
    const { clock, invoker, random, report, accountId, dataDirectory } = options;
    const kept =
      dataDirectory === undefined ? NOTHING_KEPT : openKeptEntries(join(dataDirectory, 'events.jsonl'));
    const ports = { invoker, clock, random, report, kept, agenda: new Agenda(clock), work: new Work() };
    this.#ports = ports;
    this.#accountId = accountId;
    this.startedAt = clock.nowEpochMs();
    this.queues = new Queues(ports);
    this.#sqs = new Sqs({ ...ports, queues: this.queues, accountId });
    this.targets = new Targets(options);
    this.async = new AsyncInvocations({
      ...ports,
      targets: this.targets,
      configOf: (name, qualifier) =>
        findConfig(this.#definitions.async, this.#definitions.deadLetters, name, qualifier),
      arnOf: (name) => this.#definitions.functionArns.get(name) ?? name,
    });
    this.targets.serve(
      'lambda',
      functionTarget(this.async, (name) => invoker.has(name)),
    );
    this.targets.serve('sqs', queueTarget(this.queues, accountId));
    this.topics = new Topics({ ...ports, targets: this.targets });
    this.targets.serve('sns', (arn, body, { groupId }) => this.topics.target(arn, body, groupId));
    this.#deliveries = new TargetDeliveries({ ...ports, targets: this.targets });
    this.buses = new EventBuses({ ...ports, deliveries: this.#deliveries, accountId });
    this.streams = new TableStreams({
      ...{ ...ports, targets: this.targets },
      arnOf: (name) => this.#definitions.functionArns.get(name) ?? name,
    });
    this.buckets = new BucketNotifications({ ...ports, targets: this.targets, buses: this.buses, accountId });
    this.targets.serve('events', (arn, body, delivery) => this.buses.target(arn, body, delivery));
    this.schedules = new Schedules(ports);
  }

  /** What the stacks say now, in place of what they said before. */
  replace(definitions: EventDefinitions): void {
    const isFirst = this.#definitions === NO_EVENTS;
    for (const consumer of this.#consumers) consumer.close();
    this.#definitions = definitions;
    this.queues.replace(definitions.queues);
    this.topics.replace(definitions.topics, definitions.subscriptions);
    this.buses.replace(definitions.rules.map(({ rule }) => rule));
    this.buckets.replace(definitions.buckets);
    this.streams.replace(definitions.streams, definitions.streamMappings);
    this.schedules.replace([...this.#rulesInTime(), ...this.#schedulesInTime()]);
    if (isFirst) this.async.restore();
    this.#consumers = definitions.queueMappings.flatMap((mapping) => {
      const queue = this.queues.find(mapping.queueArn);
      const region = mapping.queueArn.split(':')[3] ?? '';
      return queue === undefined ? [] : [new QueueConsumer(mapping, queue, { ...this.#ports, region })];
    });
    for (const consumer of this.#consumers) consumer.start();
  }

  /** Undefined for what nothing here answers: the call is recorded then. */
  answer(
    request: ServiceRequest,
    operation: Exclude<AwsOperation, { protocol: 'rest' }>,
  ): Promise<OperationResult | undefined> {
    const { service, region, path } = request;
    if (service === 'sqs') return this.#sqs.answer(operation, region, path);
    if (service === 'sns') return Promise.resolve(answerTopics(operation, this.topics, this.#ports.random));
    return Promise.resolve(service === 'events' ? this.buses.answer(operation, region) : undefined);
  }

  /** A rule with a schedule puts an event of its own to its targets. */
  #rulesInTime(): ScheduleDefinition[] {
    return this.#definitions.rules.flatMap(({ rule, expression, schedule }) => {
      if (schedule === undefined || !rule.isEnabled) return [];
      const { arn, name } = rule;
      const run = (scheduledAt: number): void => this.buses.run(rule, this.#scheduledEvent(arn, scheduledAt));
      const targets = rule.targets.map((target) => target.arn);
      return [{ arn, name, expression, schedule, targets, from: undefined, until: undefined, run }];
    });
  }

  #schedulesInTime(): ScheduleDefinition[] {
    return this.#definitions.schedules.map((schedule) => ({
      ...schedule,
      targets: [schedule.target.arn],
      run: (scheduledAt) => {
        const body = scheduleInput(schedule, scheduledAt, this.#ports.random.uuid());
        this.#deliveries.deliver(schedule.target, body, schedule.delivery, schedule.arn);
      },
    }));
  }

  #scheduledEvent(ruleArn: string, scheduledAt: number): BusEvent {
    return {
      ...{
        version: '0',
        id: this.#ports.random.uuid(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
      },
      ...{ account: this.#accountId, time: printTime(scheduledAt), region: ruleArn.split(':')[3] ?? '' },
      ...{ resources: [ruleArn], detail: {} },
    };
  }

  /** Names of the functions that read a queue. */
  functionsOf(queueArn: string): readonly string[] {
    return this.#consumers
      .filter(({ mapping }) => mapping.queueArn === queueArn)
      .map(({ mapping }) => mapping.functionName);
  }

  /** The clock has been moved. */
  moved(): void {
    this.#ports.agenda.moved();
  }

  /** Whether nothing is under way but what waits for a time. */
  get isIdle(): boolean {
    const { work, agenda } = this.#ports;
    return work.size === 0 && !agenda.isDue && this.schedules.pause === undefined;
  }

  /** When the next of what waits for a time is due. */
  get nextDue(): number | undefined {
    return this.#ports.agenda.nextDue;
  }

  /** When nothing is under way any more but what waits for a time. */
  async idle(): Promise<void> {
    const { work, agenda } = this.#ports;
    await work.idle();
    while (agenda.isDue || this.schedules.pause !== undefined) {
      agenda.moved();
      await work.idle();
      await this.schedules.pause;
    }
  }

  /**
   * All that waits is gone, what runs has ended, and nothing that follows from it comes: as after a start.
   * @param between runs while no event starts anything
   */
  async clear(between: () => Promise<void>): Promise<void> {
    const definitions = this.#definitions;
    const { agenda, work } = this.#ports;
    const drop = (): void => {
      agenda.drop();
      this.async.clear();
      this.queues.clear();
    };
    this.replace({ ...NO_EVENTS });
    drop();
    await work.idle();
    await between();
    await work.idle();
    drop();
    this.#deliveries.forget();
    this.replace(definitions);
  }

  close(): void {
    for (const consumer of this.#consumers) consumer.close();
    this.#consumers = [];
    this.streams.close();
    this.#ports.agenda.close();
    this.#ports.kept.close();
  }
}
