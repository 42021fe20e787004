import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import { printQueryReply, refuse } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type {
  Answered,
  Service,
  ServiceApi,
  ServiceCall,
  ServicePorts,
  ServiceTarget,
  RemoteCall,
} from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { QueueConsumer } from './queue-consumer.ts';
import { Queues, OverfullError } from './queues.ts';
import type { LocalQueue, QueueDefinition } from './queues.ts';
import { answerSqs } from './recorded-messages.ts';
import { Sqs } from './sqs.ts';
import { DELIVERED, final } from '../../kernel/event-ports.ts';
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import type { Delivery } from '../../kernel/event-ports.ts';
import { compileFilters } from '../../kernel/delivery/event-pattern.ts';
import type { MeasuredSubject } from '../../core/ports.ts';
import { inProperty } from '../../kernel/delivery/pattern-error.ts';
import type { QueueMapping } from './queue-consumer.ts';
import { readQueueSettings } from './queue-settings.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import { DefinitionError } from '../../core/errors.ts';
import { shortPlace } from '../../core/stack/source-format.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';

const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';
/**
 * The namespace of the reply to a call without Action. Such a call names no version of the API, and AWS then uses this
 * namespace.
 */
const OLD_NAMESPACE = 'http://queue.amazonaws.com/doc/2009-02-01/';

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
      namespace: NAMESPACE,
      // See aws/aws-sdk-php#630, island-is/island.is#7812
      hasDetail: true,
      answer: (call) => this.#answer(call),
    };
  }

  prepare(stacks: StackReading): () => void {
    const isElsewhere = stacks.isElsewhere('sqs');
    const readers = isElsewhere ? [] : stacks.ofType('AWS::SQS::Queue');
    const definitions = readers.map(readQueue);
    const resources = new Map(definitions.map(({ arn }, index) => [arn, readers[index]?.resource]));
    const ofStacks = new Map(definitions.map((queue) => [queue.arn, queue]));
    const byArn = { get: (arn: string) => ofStacks.get(arn) ?? this.#queueOfCall(arn) };
    const timeouts = new Map(stacks.functions.map(({ name, timeoutSeconds }) => [name, timeoutSeconds]));
    const mappings = stacks.offerSources('sqs', isElsewhere ? undefined : byArn, (reader, queue) => {
      noteVisibility(reader, this.queues.current(queue), timeouts, resources.get(queue.arn));
      return readQueueMapping(reader, queue);
    });
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
      const sources = this.queues.sourcesOf(arn).map(({ definition }) => definition.name);
      const dead = sources.length === 0 ? '' : `, dead-letter queue of ${sources.join(', ')}`;
      const state = `${visible} waiting, ${inFlight} in flight, ${delayed} delayed${dead}`;
      return { kind: 'queue', name, targets, state };
    });
  }

  #queueOfCall(arn: string): QueueDefinition | undefined {
    const queue = this.queues.find(arn);
    return queue?.isMadeByCall === true ? queue.definition : undefined;
  }

  handTargets(): readonly HandTarget[] {
    return this.queues.all.map((queue) => {
      const { arn, url } = queue.definition;
      return {
        arn,
        name: lastPartOf(arn),
        aliases: [url],
        messages: () => queue.messages.map(printMessage),
        ...(this.queues.sourcesOf(arn).length > 0 && { redrive: () => queue.redrive() }),
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

  /**
   * Handles a call. If the queue is in another account, the call is checked and gets a response, but nothing is
   * delivered.
   */
  async #answer({ request, operation }: ServiceCall): Promise<OperationResult | Answered | undefined> {
    if (operation.protocol === 'rest') return withoutAction(request, this.#ports.random.uuid());
    const answer = await this.#sqs.answer(operation, request);
    return answer ?? answerSqs(operation, request, this.#ports.random);
  }
}

/**
 * Responds to a call without an Action that was sent to a queue, for example because API Gateway did not apply the mapping template.
 * SQS denies such a call, whatever permissions the caller has.
 * @see https://github.com/DanielDaCosta/apiGateway-sqs-lambda/issues/1
 */
function withoutAction({ region, path }: ServiceCall['request'], requestId: string): Answered {
  const message = `Access to the resource https://sqs.${region}.amazonaws.com${path} is denied.`;
  const { status, contentType, body } = printQueryReply('', refuse('AccessDenied', message, 403), {
    requestId,
    namespace: OLD_NAMESPACE,
    hasDetail: true,
  });
  return { kind: 'answered', status, headers: ['Content-Type', contentType], body: Buffer.from(body) };
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

/**
 * Reports queue sizes to services that collect metrics. The size is reported when messages arrive, and then every
 * minute until the queue is empty.
 * @see SQS developer guide, "Available CloudWatch metrics for Amazon SQS"
 */
type Options = Pick<ServicePorts, 'agenda' | 'clock' | 'metrics'>;

const MINUTE_MS = 60_000;

class QueueMetrics {
  readonly #options: Options;
  /** Queues that are measured again at the next full minute. */
  readonly #measured = new Set<LocalQueue>();
  readonly #subjects = new Map<string, MeasuredSubject>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Watches the queues until they are closed. */
  watch(queues: readonly LocalQueue[]): void {
    this.#measured.clear();
    for (const queue of queues) {
      queue.listen(() => this.#note(queue));
      if (queue.length > 0) this.#note(queue);
    }
  }

  #note(queue: LocalQueue): void {
    const { agenda, clock } = this.#options;
    if (this.#measured.has(queue)) return;
    const now = clock.nowEpochMs();
    this.#publish(queue, now);
    if (queue.length === 0) return;
    this.#measured.add(queue);
    agenda.at((Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS, () => {
      if (this.#measured.delete(queue)) this.#note(queue);
    });
  }

  #publish(queue: LocalQueue, epochMs: number): void {
    const { visible, inFlight, delayed } = queue.count();
    const oldest = queue.messages[0]?.sentAt ?? epochMs;
    this.#options.metrics.publish({
      subject: this.#subjectOf(queue.definition.name),
      epochMs,
      values: [visible, inFlight, delayed, Math.floor((epochMs - oldest) / 1000)],
    });
  }

  #subjectOf(name: string): MeasuredSubject {
    let subject = this.#subjects.get(name);
    if (subject === undefined) {
      subject = {
        namespace: 'AWS/SQS',
        sets: [['QueueName']],
        dimensions: { QueueName: name },
        metrics: [
          ['ApproximateNumberOfMessagesVisible', 'Count'],
          ['ApproximateNumberOfMessagesNotVisible', 'Count'],
          ['ApproximateNumberOfMessagesDelayed', 'Count'],
          ['ApproximateAgeOfOldestMessage', 'Seconds'],
        ],
      };
      this.#subjects.set(name, subject);
    }
    return subject;
  }
}

function deliverToQueue(queues: Queues, senderId: string): NonNullable<ServiceTarget['deliver']> {
  return (arn, body, { groupId, deduplicationId, attributes = {} }) => {
    const queue = queues.find(arn);
    if (queue === undefined) return undefined;
    const { settings } = queue.definition;
    if (settings.isFifo && groupId === undefined)
      return final('INVALID_PARAMETER', `${arn}: a FIFO queue needs a MessageGroupId`);
    // A standard queue keeps the group of a standard topic, but not the group of a FIFO topic [obs: sns].
    const isOfFifo = deduplicationId !== undefined;
    const grouped = settings.isFifo ? { groupId, deduplicationId } : isOfFifo ? {} : { groupId };
    try {
      queue.send({ body, attributes, senderId, ...grouped });
      return DELIVERED;
    } catch (error) {
      if (!(error instanceof OverfullError)) throw error;
      return { kind: 'failed', isFinal: false, code: 'THROTTLING', message: error.message };
    }
  };
}

function sendMessageCall(
  arn: string,
  body: string,
  { groupId, deduplicationId, attributes }: Delivery,
): RemoteCall {
  const { region = '', accountId = '', resource = '' } = parseArn(arn) ?? {};
  return {
    version: '1.0',
    target: 'AmazonSQS.SendMessage',
    input: {
      QueueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/${resource}`,
      MessageBody: body,
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
      ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
    },
  };
}

function readQueue(reader: ResourceReader): QueueDefinition {
  const { resource, stack } = reader;
  const url = resource.physicalId;
  const name = url.slice(url.lastIndexOf('/') + 1);
  const settings = readQueueSettings(resource.properties, (attribute, message) =>
    reader.note(attribute, message, 'the default is used'),
  );
  if (settings.isFifo !== name.endsWith('.fifo'))
    reader.note(
      'QueueName',
      settings.isFifo
        ? `the name of a FIFO queue must end with .fifo, not ${JSON.stringify(name)}`
        : `only the name of a FIFO queue can end with .fifo, but ${JSON.stringify(name)} is a standard queue`,
      'the gateway accepts the name',
    );
  return {
    name,
    url,
    settings,
    arn: `arn:${partitionOf(stack.region)}:sqs:${stack.region}:${stack.accountId}:${name}`,
  };
}

/**
 * Reports a visibility timeout that is shorter than the timeout of the function. Lambda refuses it when the mapping is
 * created or updated (github-aws-runners/terraform-aws-github-runner#465, hashicorp/terraform-provider-aws#18099).
 * @param resource the queue; if its template sets the timeout, the author has to change this line
 */
function noteVisibility(
  reader: ResourceReader,
  { settings }: QueueDefinition,
  timeouts: ReadonlyMap<string, number>,
  resource: ResolvedResource | undefined,
): void {
  const timeout = timeouts.get(reader.functionName('FunctionName').functionName) ?? 0;
  const visibility = settings.visibilityMs / 1000;
  if (visibility >= timeout) return;
  const message = `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeout} seconds`;
  const isOfQueue = resource?.properties['VisibilityTimeout'] !== undefined;
  const place = isOfQueue ? resource.place('VisibilityTimeout') : reader.resource.place('EventSourceArn');
  reader.noteFault(
    new DefinitionError(place, message),
    `the mapping in ${shortPlace(reader.resource, 'EventSourceArn')} connects the queue and the function, and works in this gateway nevertheless`,
  );
}

/**
 * Reads an event source mapping of a queue.
 * @param queue the source of the mapping
 */
function readQueueMapping(reader: ResourceReader, queue: QueueDefinition): QueueMapping | undefined {
  const { isFifo } = queue.settings;
  const windowSeconds = reader.integer('MaximumBatchingWindowInSeconds', 0, 0, 300);
  if (isFifo && windowSeconds > 0)
    reader.note(
      'MaximumBatchingWindowInSeconds',
      'FIFO queues do not support a batching window',
      'the gateway ignores this property',
    );
  const batchSize = reader.integer('BatchSize', 10, 1, isFifo ? 10 : 10_000);
  if (!reader.flag('Enabled', true)) return undefined;
  const { functionName: name, qualifier } = reader.functionName('FunctionName');
  return {
    id: reader.resource.physicalId,
    queueArn: queue.arn,
    functionName: name,
    qualifier,
    batchSize,
    windowMs: isFifo ? 0 : windowSeconds * 1000,
    maxConcurrency:
      reader.value('ScalingConfig.MaximumConcurrency') === undefined
        ? undefined
        : reader.integer('ScalingConfig.MaximumConcurrency', 2, 2, 1_000),
    reportsItems: reader.list('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    filter: reader.attempt(
      'no message is delivered',
      () =>
        inProperty(
          (at) => reader.resource.place(['FilterCriteria', ...at].join('.')),
          () => compileFilters(reader.value('FilterCriteria')),
        ),
      () => () => false,
    ),
  };
}
