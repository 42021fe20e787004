import type { TableChange } from '@gatewright/dynamodb';
import type { EventPorts, EventTargets } from '../../kernel/event-ports.ts';
import type { ItemFeed } from '../../kernel/item-feed.ts';
import { KEPT_PREFIX, StreamConsumer, type StreamMapping } from './stream-consumer.ts';

type Options = EventPorts & {
  readonly targets: EventTargets;
  readonly functionArnOf: (functionName: string) => string;
  readonly items: Pick<ItemFeed, 'follow' | 'replay'>;
};

export class TableStreams {
  readonly #options: Options;
  #consumers: readonly StreamConsumer[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  get consumers(): readonly StreamConsumer[] {
    return this.#consumers;
  }

  replace(mappings: readonly StreamMapping[]): void {
    const before = new Map(this.#consumers.map((consumer) => [consumer.mapping.id, consumer]));
    this.#consumers = mappings.flatMap((mapping) => {
      const known = before.get(mapping.id);
      before.delete(mapping.id);
      // One that is switched off keeps its place; one that never ran has none.
      if (!mapping.isEnabled && known === undefined) return [];
      return [known?.isOf(mapping) === true ? known : new StreamConsumer(mapping, this.#options, known)];
    });
    for (const consumer of before.values()) consumer.close();
    this.#forgetOthers(new Set(mappings.map(({ id }) => id)));
    const tables = new Set(this.#consumers.map(({ tableName }) => tableName));
    this.#options.items.follow([...tables], (changes) => this.changed(changes));
    for (const consumer of this.#consumers) consumer.start();
  }

  /** A mapping that is gone has no place in a stream any more, also one of an earlier start. */
  #forgetOthers(ids: ReadonlySet<string>): void {
    const { kept } = this.#options;
    for (const [key] of kept.list(KEPT_PREFIX)) if (!ids.has(key.split('/')[1] ?? '')) kept.delete(key);
  }

  changed(changes: readonly TableChange[]): void {
    for (const change of changes)
      for (const consumer of this.#consumers)
        if (consumer.mapping.stream.streamArn === change.streamArn) consumer.push(change);
  }

  close(): void {
    for (const consumer of this.#consumers) consumer.close();
    this.#consumers = [];
  }
}
