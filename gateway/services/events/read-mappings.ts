/** `AWS::Lambda::EventSourceMapping`: which source it reads, of those that run here. */
import { parseArn } from '@gatewright/aws/arn';
import type { ResolvedStack } from '../../definition/model.ts';
import type { QueueMapping } from './queue-consumer.ts';
import type { QueueDefinition } from './queues.ts';
import { readQueueMapping } from './read-queues.ts';
import { readFunctionName, type ResourceReader } from './read-resource.ts';
import { readStreamMapping } from './read-streams.ts';
import type { StreamMapping } from './stream-consumer.ts';
import type { TableStream } from './stream-record.ts';

type SourcesOfStacks = {
  readonly queues: readonly QueueDefinition[];
  readonly streams: readonly TableStream[];
  readonly functions: ResolvedStack['functions'];
  /** Services whose calls go to an endpoint of the user; `dynamodb-streams` where tables lie elsewhere. */
  readonly isElsewhere: (service: string) => boolean;
};

/** One of both, or, of a source that starts nothing, none. */
type ReadMapping = { readonly ofQueue?: QueueMapping; readonly ofStream?: StreamMapping };

export class SourceReader {
  readonly #queues: ReadonlyMap<string, QueueDefinition>;
  readonly #streams: ReadonlyMap<string, TableStream>;
  readonly #names: ReadonlySet<string>;
  readonly #isElsewhere: (service: string) => boolean;

  constructor({ queues, streams, functions, isElsewhere }: SourcesOfStacks) {
    this.#queues = new Map(queues.map((queue) => [queue.arn, queue]));
    this.#streams = new Map(streams.map((stream) => [stream.streamArn, stream]));
    this.#names = new Set(functions.map(({ name }) => name));
    this.#isElsewhere = isElsewhere;
  }

  read(reader: ResourceReader): ReadMapping {
    this.#checkFunction(reader);
    const arn = reader.text('EventSourceArn') ?? '';
    const service = parseArn(arn)?.service ?? '';
    if (service !== 'sqs' && service !== 'dynamodb') {
      reader.unsupported('EventSourceArn', `${arn === '' ? 'this source' : arn} starts no function here`);
      return {};
    }
    if (this.#isElsewhere(service === 'sqs' ? 'sqs' : 'dynamodb-streams')) {
      reader.unsupported(
        undefined,
        'its source lies at the endpoint that you have named: it starts no function',
      );
      return {};
    }
    const queue = this.#queues.get(arn);
    const stream = this.#streams.get(arn);
    const ofQueue = queue === undefined ? undefined : readQueueMapping(reader, queue);
    const ofStream = stream === undefined ? undefined : readStreamMapping(reader, stream);
    if (queue === undefined && stream === undefined)
      reader.unsupported('EventSourceArn', `${arn} is of none of the loaded stacks: it starts no function`);
    return { ...(ofQueue && { ofQueue }), ...(ofStream && { ofStream }) };
  }

  #checkFunction(reader: ResourceReader): void {
    const given = reader.text('FunctionName') ?? '';
    if (!this.#names.has(readFunctionName(given).name))
      reader.unsupported(
        'FunctionName',
        `${given} is no function of the loaded stacks: nothing takes its events`,
      );
  }
}
