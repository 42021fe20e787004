import type { JsonObject } from '@gatewright/aws/json-object';
import type { EventPorts, EventTargets } from '../../kernel/event-ports.ts';
import { StreamConsumer, type StreamMapping } from './stream-consumer.ts';
import type { TableChange } from '../../kernel/item-feed.ts';
import type { StreamRecord, TableStream } from './stream-record.ts';

type Options = EventPorts & {
  readonly targets: EventTargets;
  readonly functionArnOf: (functionName: string) => string;
};

export class TableStreams {
  readonly #options: Options;
  #streams = new Map<string, TableStream>();
  #consumers: readonly StreamConsumer[] = [];
  #sequence: number;

  constructor(options: Options) {
    this.#options = options;
    // Higher than those of an earlier start.
    this.#sequence = options.clock.nowEpochMs() * 1000;
  }

  get consumers(): readonly StreamConsumer[] {
    return this.#consumers;
  }

  replace(streams: readonly TableStream[], mappings: readonly StreamMapping[]): void {
    const before = new Map(this.#consumers.map((consumer) => [consumer.mapping.id, consumer]));
    this.#streams = new Map(streams.map((stream) => [stream.tableName, stream]));
    const byArn = new Map(streams.map((stream) => [stream.streamArn, stream]));
    this.#consumers = mappings.flatMap((mapping) => {
      const stream = byArn.get(mapping.streamArn);
      const known = before.get(mapping.id);
      before.delete(mapping.id);
      if (stream === undefined) return [];
      return [
        known?.isOf(mapping, stream) === true
          ? known
          : new StreamConsumer(mapping, stream, this.#options, known),
      ];
    });
    for (const consumer of before.values()) consumer.close();
    for (const consumer of this.#consumers) consumer.start();
  }

  get followed(): readonly string[] {
    return [...this.#streams.values()]
      .filter(({ streamArn }) => this.#consumers.some(({ mapping }) => mapping.streamArn === streamArn))
      .map(({ tableName }) => tableName);
  }

  changed(changes: readonly TableChange[]): void {
    const at = this.#options.clock.nowEpochMs();
    for (const { table, ...change } of changes) {
      const stream = this.#streams.get(table);
      if (stream === undefined) continue;
      this.#sequence += 1;
      const record: StreamRecord = {
        ...change,
        id: this.#options.random.hex(32),
        at,
        sequence: `400000${String(this.#sequence).padStart(17, '0')}`,
        size: JSON.stringify(change satisfies JsonObject).length,
      };
      for (const consumer of this.#consumers)
        if (consumer.mapping.streamArn === stream.streamArn) consumer.push(record);
    }
  }

  close(): void {
    for (const consumer of this.#consumers) consumer.close();
    this.#consumers = [];
  }
}
