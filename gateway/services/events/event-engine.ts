/**
 * Everything between events and functions in one start: the queues, what reads them, asynchronous invocations, and the
 * calls of AWS's own APIs that reach them.
 */
import { join } from 'node:path';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { Clock, Invoker, Random, ServiceClient, ServiceRequest } from '../../ports.ts';
import type { OperationResult } from '../aws-operation.ts';
import { Agenda } from './agenda.ts';
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

export type EventEngineOptions = {
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
  readonly #ports: EventPorts;
  readonly #sqs: Sqs;
  #definitions: EventDefinitions = NO_EVENTS;
  #consumers: readonly QueueConsumer[] = [];

  /** @throws StartError DATA_DIRECTORY */
  constructor(options: EventEngineOptions) {
    const { clock, invoker, random, report, accountId, dataDirectory } = options;
    const kept =
      dataDirectory === undefined ? NOTHING_KEPT : openKeptEntries(join(dataDirectory, 'events.jsonl'));
    const ports = { invoker, clock, random, report, kept, agenda: new Agenda(clock), work: new Work() };
    this.#ports = ports;
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
  }

  /** What the stacks say now, in place of what they said before. */
  replace(definitions: EventDefinitions): void {
    const isFirst = this.#definitions === NO_EVENTS;
    for (const consumer of this.#consumers) consumer.close();
    this.#definitions = definitions;
    this.queues.replace(definitions.queues);
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
    return service === 'sqs' ? this.#sqs.answer(operation, region, path) : Promise.resolve(undefined);
  }

  /** The clock has been moved. */
  moved(): void {
    this.#ports.agenda.moved();
  }

  /** When nothing is under way any more but what waits for a time. */
  async idle(): Promise<void> {
    const { work, agenda } = this.#ports;
    await work.idle();
    while (agenda.isDue) {
      agenda.moved();
      await work.idle();
    }
  }

  close(): void {
    for (const consumer of this.#consumers) consumer.close();
    this.#consumers = [];
    this.#ports.agenda.close();
    this.#ports.kept.close();
  }
}
