/**
 * An event source mapping of a stream, with the lanes that read the stream's shards and their positions
 * (docs/aws §18.11).
 */
import type { LocalStream } from './local-streams.ts';
import { placesOf, ShardLane } from './shard-lane.ts';
import type { LanePorts, StreamMapping } from './shard-lane.ts';
import type { Shard } from './shard.ts';

type Place = { readonly number: number; readonly parallel: number; readonly next: number };

export class KinesisConsumer {
  readonly mapping: StreamMapping;
  readonly stream: LocalStream;
  readonly #lanes: readonly ShardLane[];
  readonly #ports: LanePorts;
  #stop: () => void = () => undefined;

  /**
   * Creates a consumer.
   * @param before the earlier consumer whose positions this consumer takes over
   */
  constructor(mapping: StreamMapping, stream: LocalStream, ports: LanePorts, before?: KinesisConsumer) {
    this.mapping = mapping;
    this.stream = stream;
    this.#ports = ports;
    before?.close();
    stream.trim();
    const known = before?.stream === stream ? before : undefined;
    this.#lanes = stream.shards.flatMap((shard) => {
      const places = known?.placesIn(shard) ?? this.#keptPlaces(shard);
      return Array.from({ length: mapping.parallel }, (_, number) => {
        const from = resumeFrom(places, number, mapping.parallel) ?? startIn(shard, mapping);
        // A stream that was deleted and recreated may end before the stored position.
        return new ShardLane({ mapping, stream, shard, number }, Math.min(from, shard.end), ports);
      });
    });
  }

  get waiting(): number {
    return this.#lanes.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  get ageMs(): number {
    return this.#lanes.reduce((most, { ageMs }) => Math.max(most, ageMs), 0);
  }

  isOf(mapping: StreamMapping, stream: LocalStream): boolean {
    const { definition, roleArn } = this.mapping;
    return stream === this.stream && definition === mapping.definition && roleArn === mapping.roleArn;
  }

  start(): void {
    this.#stop();
    this.#stop = this.stream.listen(() => this.#pump());
    this.#pump();
  }

  close(): void {
    this.#stop();
    for (const lane of this.#lanes) lane.close();
  }

  placesIn(shard: Shard): readonly Place[] {
    const { parallel } = this.mapping;
    return this.#lanes
      .filter(({ at }) => at.shard === shard)
      .map(({ at: { number }, place }) => ({ number, parallel, next: place }));
  }

  #pump(): void {
    for (const lane of this.#lanes) lane.pump();
  }

  /** Returns the positions that an earlier run saved for a shard. */
  #keptPlaces(shard: Shard): readonly Place[] {
    const { kept } = this.#ports;
    return kept.list(placesOf(this.mapping.id, shard)).map(([key, value]) => {
      const place = {
        number: Number(value['number']),
        parallel: Number(value['parallel']),
        next: Number(value['next']),
      };
      if (place.parallel !== this.mapping.parallel) kept.delete(key);
      return place;
    });
  }
}

/**
 * Returns the position at which a lane continues; undefined if no lane has a position yet. If the number of lanes has
 * changed, the keys are distributed differently, so all lanes go back to the first unfinished record.
 */
function resumeFrom(places: readonly Place[], number: number, parallel: number): number | undefined {
  const own = places.find((place) => place.number === number && place.parallel === parallel);
  if (own !== undefined) return own.next;
  return places.length === 0 ? undefined : Math.min(...places.map(({ next }) => next));
}

function startIn(shard: Shard, { start }: StreamMapping): number {
  switch (start.kind) {
    case 'TRIM_HORIZON':
      return shard.start;
    case 'LATEST':
      return shard.end;
    case 'AT_TIMESTAMP':
      return shard.firstSince(start.epochMs);
  }
}
