import { TABLE_TYPES } from '../../core/stack/table-types.ts';
import type { EventSource } from '../../kernel/event-rows.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { partitionOf } from '@gatewright/aws/arn';
import { isViewType, STACK_STREAM_LABEL, VIEW_TYPES } from '@gatewright/dynamodb/stream-record';
import type { TableStream, TableChange } from '@gatewright/dynamodb';
import { readOrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import { foundInstead } from '@gatewright/aws/member-reader';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { StreamMapping } from './stream-consumer.ts';
import type { EventPorts, EventTargets } from '../../kernel/event-ports.ts';
import type { ItemFeed } from '../../kernel/item-feed.ts';
import { KEPT_PREFIX, TableStreamConsumer } from './stream-consumer.ts';

class StreamsService implements Service {
  readonly streams: TableStreams;
  readonly #ports: ServicePorts;

  constructor(ports: ServicePorts) {
    this.#ports = ports;
    this.streams = new TableStreams(ports);
  }

  prepare(stacks: StackReading): () => void {
    const streams = TABLE_TYPES.flatMap((type) => stacks.ofType(type)).flatMap(readStream);
    const ofStacks = new Map(streams.map((stream) => [stream.streamArn, stream]));
    const byArn = { get: (arn: string) => ofStacks.get(arn) ?? this.#ports.items.streamOf(arn) };
    const isElsewhere = stacks.isElsewhere('dynamodb-streams');
    const mappings = stacks.offerSources('dynamodb', isElsewhere ? undefined : byArn, readStreamMapping);
    return () => this.streams.replace(mappings);
  }

  rows(): readonly EventSource[] {
    return this.streams.consumers.map(({ mapping, tableName, waiting, ageMs }) => ({
      kind: 'stream',
      name: tableName,
      targets: [mapping.functionName],
      state: `records waiting: ${waiting}, age of the oldest: ${Math.round(ageMs / 1000)} s`,
    }));
  }

  close(): void {
    this.streams.close();
  }
}

export function open(ports: ServicePorts): StreamsService {
  return new StreamsService(ports);
}

function readStream(reader: ResourceReader): readonly TableStream[] {
  const viewType = reader.text('StreamSpecification.StreamViewType');
  if (reader.value('StreamSpecification') === undefined) return [];
  if (!isViewType(viewType)) {
    reader.note(
      'StreamSpecification',
      `StreamViewType must be one of ${VIEW_TYPES.join(', ')}${foundInstead(viewType)}`,
      'the table has no stream',
    );
    return [];
  }
  const { region, accountId } = reader.stack;
  const tableName = reader.resource.physicalId;
  const tableArn = `arn:${partitionOf(region)}:dynamodb:${region}:${accountId}:table/${tableName}`;
  return [{ tableName, streamArn: `${tableArn}/stream/${STACK_STREAM_LABEL}`, region, viewType }];
}

function readStreamMapping(reader: ResourceReader, stream: TableStream): StreamMapping {
  const position = reader.text('StartingPosition');
  // AT_TIMESTAMP is not reported here, because `services/lambda-events/mapping-members.ts` reports it for every mapping
  // of a table's stream.
  if (position !== undefined && !['LATEST', 'TRIM_HORIZON', 'AT_TIMESTAMP'].includes(position))
    reader.note(
      'StartingPosition',
      `must be TRIM_HORIZON or LATEST for the stream of a table, not ${JSON.stringify(position)}`,
      'the default, LATEST, is used',
    );
  return {
    ...readOrderedMapping(reader),
    stream,
    isEnabled: reader.flag('Enabled', true),
    isFromOldest: position === 'TRIM_HORIZON',
  };
}

type Options = EventPorts & {
  readonly targets: EventTargets;
  readonly functionArnOf: (functionName: string) => string;
  readonly items: Pick<ItemFeed, 'follow' | 'replay'>;
};

class TableStreams {
  readonly #options: Options;
  #consumers: readonly TableStreamConsumer[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  get consumers(): readonly TableStreamConsumer[] {
    return this.#consumers;
  }

  replace(mappings: readonly StreamMapping[]): void {
    const before = new Map(this.#consumers.map((consumer) => [consumer.mapping.id, consumer]));
    this.#consumers = mappings.flatMap((mapping) => {
      const known = before.get(mapping.id);
      before.delete(mapping.id);
      // A disabled mapping keeps its waiting records. A mapping that never ran has none.
      if (!mapping.isEnabled && known === undefined) return [];
      return [known?.isOf(mapping) === true ? known : new TableStreamConsumer(mapping, this.#options, known)];
    });
    for (const consumer of before.values()) consumer.close();
    this.#forgetOthers(new Set(mappings.map(({ id }) => id)));
    const tables = new Set(this.#consumers.map(({ tableName }) => tableName));
    this.#options.items.follow([...tables], (changes) => this.changed(changes));
    for (const consumer of this.#consumers) consumer.start();
  }

  /** Drops the waiting records of mappings that no longer exist, including records of an earlier run. */
  #forgetOthers(ids: ReadonlySet<string>): void {
    const { kept } = this.#options;
    for (const [key] of kept.list(KEPT_PREFIX)) if (!ids.has(key.split('/')[1] ?? '')) kept.delete(key);
  }

  changed(changes: readonly TableChange[]): void {
    for (const change of changes) this.#noteChange(change);
    for (const change of changes)
      for (const consumer of this.#consumers)
        if (consumer.mapping.stream.streamArn === change.streamArn) consumer.push(change);
  }

  #noteChange({ streamArn, sequence, before, after }: TableChange): void {
    if (streamArn === undefined) return;
    const readers = this.#consumers.filter(({ mapping }) => mapping.stream.streamArn === streamArn).length;
    const name = before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY';
    const id = `${streamArn} ${sequence}`;
    this.#options.journal.accept({ kind: 'accepted', at: streamArn, id, what: 'record', name, readers });
  }

  close(): void {
    for (const consumer of this.#consumers) consumer.close();
    this.#consumers = [];
  }
}
