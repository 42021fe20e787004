import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { Service, ServiceApi, ServiceCall, ServicePorts, ServiceTarget } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { QueueConsumer } from './queue-consumer.ts';
import { QueueMetrics } from './queue-metrics.ts';
import { deliverToQueue, sendMessageCall } from './queue-target.ts';
import { Queues } from './queues.ts';
import type { LocalQueue, QueueDefinition } from './queues.ts';
import { readQueue, readQueueMapping } from './read-queues.ts';
import { answerSqs } from './recorded-messages.ts';
import { Sqs } from './sqs.ts';

class SqsService implements Service {
  readonly queues: Queues;
  readonly api: ServiceApi;
  readonly target: ServiceTarget;
  readonly #ports: ServicePorts;
  readonly #sqs: Sqs;
  readonly #metrics: QueueMetrics;
  #consumers: readonly QueueConsumer[] = [];

  constructor(ports: ServicePorts) {
    const { accountId } = ports;
    this.#ports = ports;
    this.queues = new Queues(ports);
    this.#metrics = new QueueMetrics(ports);
    this.#sqs = new Sqs({ ...ports, queues: this.queues, accountId });
    this.target = { deliver: deliverToQueue(this.queues, accountId), remoteCall: sendMessageCall };
    this.api = {
      jsonVersion: '1.0',
      namespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
      answer: (call) => this.#answer(call),
    };
  }

  prepare(stacks: StackReading): () => void {
    const isElsewhere = stacks.isElsewhere('sqs');
    const definitions = isElsewhere ? [] : stacks.ofType('AWS::SQS::Queue').map(readQueue);
    const ofStacks = new Map(definitions.map((queue) => [queue.arn, queue]));
    const byArn = { get: (arn: string) => ofStacks.get(arn) ?? this.#queueOfCall(arn) };
    const mappings = stacks.offerSources('sqs', isElsewhere ? undefined : byArn, readQueueMapping);
    return () => {
      this.close();
      this.queues.replace(definitions);
      this.#metrics.watch(this.queues.all);
      this.#consumers = mappings.flatMap((mapping) => {
        const queue = this.queues.find(mapping.queueArn);
        const region = mapping.queueArn.split(':')[3] ?? '';
        return queue === undefined ? [] : [new QueueConsumer(mapping, queue, { ...this.#ports, region })];
      });
      for (const consumer of this.#consumers) consumer.start();
    };
  }

  rows(): readonly EventSource[] {
    return this.queues.all.map((queue) => {
      const { visible, inFlight, delayed } = queue.count();
      const { arn, name } = queue.definition;
      const targets = this.#consumers
        .filter(({ mapping }) => mapping.queueArn === arn)
        .map(({ mapping }) => mapping.functionName);
      const sources = this.#sourcesOf(arn).map(({ definition }) => definition.name);
      const dead = sources.length === 0 ? '' : `, dead of ${sources.join(', ')}`;
      const state = `${visible} waiting, ${inFlight} in flight, ${delayed} delayed${dead}`;
      return { kind: 'queue', name, targets, state };
    });
  }

  #queueOfCall(arn: string): QueueDefinition | undefined {
    const queue = this.queues.find(arn);
    return queue?.isMadeByCall === true ? queue.definition : undefined;
  }

  /** Queues whose dead messages come to this one. */
  #sourcesOf(arn: string): readonly LocalQueue[] {
    return this.queues.all.filter(({ definition }) => definition.settings.redrive?.deadLetterArn === arn);
  }

  handTargets(): readonly HandTarget[] {
    return this.queues.all.map((queue) => {
      const { arn, url } = queue.definition;
      return {
        arn,
        name: lastPartOf(arn),
        aliases: [url],
        messages: () => queue.messages.map(printMessage),
        ...(this.#sourcesOf(arn).length > 0 && { redrive: () => queue.redrive() }),
      };
    });
  }

  reset(): void {
    this.queues.clear();
  }

  close(): void {
    for (const consumer of this.#consumers) consumer.close();
    this.#consumers = [];
  }

  /** A queue in no stack: the call is checked and answered, but nothing is delivered. */
  async #answer({ request, operation }: ServiceCall): Promise<OperationResult | undefined> {
    if (operation.protocol === 'rest') return undefined;
    const answer = await this.#sqs.answer(operation, request.region, request.path);
    return answer ?? answerSqs(operation, request, this.#ports.random);
  }
}

function printMessage({
  id,
  body,
  attributes,
  receiveCount,
  groupId,
}: LocalQueue['messages'][number]): object {
  return { id, body, attributes, receiveCount, ...(groupId === undefined ? {} : { groupId }) };
}

export function open(ports: ServicePorts): SqsService {
  return new SqsService(ports);
}
