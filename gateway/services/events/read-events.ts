/** What of the loaded stacks makes events or takes them, read together: a mapping must know its queue. */
import { parseArn } from '@gatewright/aws/arn';
import type { Tolerance } from '../../errors.ts';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../../definition/model.ts';
import type { AsyncConfig } from './async-invocations.ts';
import type { QueueMapping } from './queue-consumer.ts';
import type { QueueDefinition } from './queues.ts';
import { readInvokeConfig } from './read-async.ts';
import { readRule, type ReadRule } from './read-rules.ts';
import { readScheduler, type ReadSchedule } from './read-scheduler.ts';
import { readOwnSubscriptions, readSubscription, readTopic } from './read-topics.ts';
import type { Subscription, TopicDefinition } from './topics.ts';
import { readQueue, readQueueMapping } from './read-queues.ts';
import { readFunctionName, ResourceReader } from './read-resource.ts';

export type EventDefinitions = {
  readonly queues: readonly QueueDefinition[];
  readonly queueMappings: readonly QueueMapping[];
  readonly rules: readonly ReadRule[];
  readonly schedules: readonly ReadSchedule[];
  readonly topics: readonly TopicDefinition[];
  readonly subscriptions: readonly Subscription[];
  /** By `asyncKey`. */
  readonly async: ReadonlyMap<string, AsyncConfig>;
  /** ARNs by name of the function. */
  readonly deadLetters: ReadonlyMap<string, string>;
  /** ARNs by name. */
  readonly functionArns: ReadonlyMap<string, string>;
  /** Parts that are taken and not done. */
  readonly unsupported: readonly UnsupportedItem[];
};

export const NO_EVENTS: EventDefinitions = {
  ...{ queues: [], queueMappings: [], rules: [], schedules: [], topics: [], subscriptions: [] },
  unsupported: [],
  ...{ async: new Map(), deadLetters: new Map(), functionArns: new Map() },
};

/**
 * @param isElsewhere services whose calls go to an endpoint of the user
 * @param anchorMs from when rates count
 */
export function readEvents(
  stacks: readonly ResolvedStack[],
  {
    isElsewhere,
    anchorMs,
  }: { readonly isElsewhere: (service: string) => boolean; readonly anchorMs: number },
  tolerance: Tolerance,
): EventDefinitions {
  const unsupported: UnsupportedItem[] = [];
  const readers = stacks.flatMap((stack) =>
    [...stack.resources.values()].map(
      (resource) => new ResourceReader(stack, resource, tolerance, unsupported),
    ),
  );
  const ofType = (type: string): ResourceReader[] =>
    readers.filter(({ resource }) => resource.type === type && isWhole(resource));
  const queues = ofType('AWS::SQS::Queue').map(readQueue);
  const sources = new Sources(queues, isElsewhere);
  const functions = stacks.flatMap((stack) => stack.functions);
  return {
    queues,
    queueMappings: ofType('AWS::Lambda::EventSourceMapping').flatMap((reader) => {
      checkFunction(reader, functions);
      return sources.queueMapping(reader);
    }),
    rules: ofType('AWS::Events::Rule').map((reader) => readRule(reader, anchorMs)),
    schedules: ofType('AWS::Scheduler::Schedule').flatMap((reader) => readScheduler(reader, anchorMs) ?? []),
    topics: ofType('AWS::SNS::Topic').map(readTopic),
    subscriptions: [
      ...ofType('AWS::SNS::Topic').flatMap(readOwnSubscriptions),
      ...ofType('AWS::SNS::Subscription').flatMap(readSubscription),
    ],
    async: new Map(ofType('AWS::Lambda::EventInvokeConfig').map(readInvokeConfig)),
    deadLetters: new Map(
      ofType('AWS::Lambda::Function').flatMap((reader) => {
        const arn = reader.text('DeadLetterConfig.TargetArn');
        return arn === undefined ? [] : [[reader.resource.physicalId, arn]];
      }),
    ),
    functionArns: new Map(functions.map(({ name, arn }) => [name, arn])),
    unsupported,
  };
}

function isWhole({ fault }: ResolvedResource): boolean {
  return fault === undefined;
}

function checkFunction(reader: ResourceReader, functions: ResolvedStack['functions']): void {
  const given = reader.text('FunctionName') ?? '';
  const { name } = readFunctionName(given);
  if (!functions.some((each) => each.name === name))
    reader.unsupported(
      'FunctionName',
      `${given} is no function of the loaded stacks: nothing takes its events`,
    );
}

/** Which kind of source a mapping reads. */
class Sources {
  readonly #queues: ReadonlyMap<string, QueueDefinition>;
  readonly #isElsewhere: (service: string) => boolean;

  constructor(queues: readonly QueueDefinition[], isElsewhere: (service: string) => boolean) {
    this.#queues = new Map(queues.map((queue) => [queue.arn, queue]));
    this.#isElsewhere = isElsewhere;
  }

  queueMapping(reader: ResourceReader): readonly QueueMapping[] {
    const arn = reader.text('EventSourceArn') ?? '';
    const service = parseArn(arn)?.service ?? '';
    if (service !== 'sqs') {
      reader.unsupported('EventSourceArn', `${arn === '' ? 'this source' : arn} starts no function here`);
      return [];
    }
    if (this.#isElsewhere(service)) {
      reader.unsupported(
        undefined,
        'its queue lies at the endpoint that you have named: it starts no function',
      );
      return [];
    }
    const queue = this.#queues.get(arn);
    if (queue === undefined) {
      reader.unsupported('EventSourceArn', `${arn} is no queue of the loaded stacks: it starts no function`);
      return [];
    }
    const mapping = readQueueMapping(reader, queue);
    return mapping === undefined ? [] : [mapping];
  }
}
