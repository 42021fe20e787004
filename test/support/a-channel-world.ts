/**
 * Channels without a network: the table is in memory, connections are lists of frames, and deliveries run when the test
 * starts them. The test also moves the clock.
 */
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import type { WebSocketEvent } from '#shared/aws/websocket-event.ts';
import { DomainError } from '#shared/errors.ts';
import type { DeliveryJob } from '#shared/ports.ts';
import type { Item } from '#shared/table/item-write.ts';
import { answerMessage } from '#shared/websocket/answer-message.ts';
import { admitConnection } from '#shared/websocket/admit-connection.ts';
import type { ChannelLimits, DeliveryPorts } from '#shared/websocket/channel-ports.ts';
import { deliver } from '#shared/websocket/deliver.ts';
import { endConnection } from '#shared/websocket/end-connection.ts';
import type { ServerFrame } from '#shared/websocket/frames.ts';
import { createMemoryTable } from './memory-table.ts';
import { aWebSocketEvent } from './websocket-events.ts';

export const NOW_MS = 1_607_854_670_000;
const LIMITS: ChannelLimits = {
  keptSeconds: 3_600,
  pingMs: 60_000,
  connectionsPerCaller: 20,
  messagesPerConnection: 1_200,
  messagesPerCaller: 6_000,
};
export const EVERYTHING = JSON.stringify({
  space: 'chat',
  subscribe: ['**'],
  publish: ['**'],
  presence: ['**'],
});

export type Caller = Readonly<Record<string, string>>;

export const ADA: Caller = { principalId: 'main|ada', sub: 'ada', channels: EVERYTHING };

/**
 * The items by `{pk}\n{sk}`. Thousands of connections have as many partitions, so reading a page looks at one partition
 * only.
 */
class PartitionedItems extends Map<string, Item> {
  readonly #sortKeys = new Map<string, Set<string>>();

  override set(name: string, item: Item): this {
    const [pk = '', sk = ''] = name.split('\n');
    const known = this.#sortKeys.get(pk);
    if (known === undefined) this.#sortKeys.set(pk, new Set([sk]));
    else known.add(sk);
    return super.set(name, item);
  }

  *partition(pk: string): Generator<readonly [sk: string, item: Item]> {
    for (const sk of this.#sortKeys.get(pk) ?? []) {
      const item = this.get(`${pk}\n${sk}`);
      if (item !== undefined) yield [sk, item];
    }
  }
}

export class ChannelWorld {
  nowMs = NOW_MS;
  readonly items = new PartitionedItems();
  /** The frames that were sent to connections, by connection id. */
  readonly frames = new Map<string, ServerFrame[]>();
  /** Connections that ended without a call of `$disconnect`. */
  readonly gone = new Set<string>();
  /** The outcomes of the next posts to a connection, in order. After them, all posts succeed. */
  readonly outcomes = new Map<string, ('throttled' | 'failed')[]>();
  /** Jobs that have not been carried out yet. */
  readonly jobs: DeliveryJob[] = [];
  readonly ports: DeliveryPorts;
  readonly #connectedAt = new Map<string, number>();
  #courierFails = 0;
  #published = 0;

  constructor(limits: Partial<ChannelLimits> = {}) {
    const clock = { nowEpochMs: () => this.nowMs };
    this.ports = {
      clock,
      items: createMemoryTable({ clock, items: this.items, maxItems: 10_000_000 }),
      limits: { ...LIMITS, ...limits },
      knownApis: new Set(['a1b2c3']),
      store: {
        put: async (kept) => {
          for (const { key, item } of kept) this.items.set(`${key.pk}\n${key.sk}`, item);
        },
        remove: async (keys) => {
          for (const { pk, sk } of keys) this.items.delete(`${pk}\n${sk}`);
        },
        page: async ({ pk, limit, after, from = '', to = '\uffff' }) => {
          const found: { key: { pk: string; sk: string }; item: Item }[] = [];
          for (const [sk, item] of this.items.partition(pk))
            if (sk >= from && sk <= to && (after === undefined || sk > after))
              found.push({ key: { pk, sk }, item });
          found.sort((a, b) => (a.key.sk < b.key.sk ? -1 : 1));
          return { items: found.slice(0, limit), hasMore: found.length > limit };
        },
      },
      sockets: {
        post: async ({ connectionId }, text) => {
          if (this.gone.has(connectionId)) return 'gone';
          const outcome = this.outcomes.get(connectionId)?.shift();
          if (outcome !== undefined) return outcome;
          this.framesOf(connectionId).push(JSON.parse(text) as ServerFrame);
          return 'sent';
        },
      },
      courier: {
        deliver: async (job) => {
          if (this.#courierFails > 0) {
            this.#courierFails -= 1;
            throw new DomainError('TARGET_UNAVAILABLE', 'not told');
          }
          this.jobs.push(job);
        },
      },
      random: { hex: (digits) => '0'.repeat(digits), fraction: () => 0.5 },
      timer: { pause: async () => undefined },
    };
  }

  framesOf(connectionId: string): ServerFrame[] {
    const frames = this.frames.get(connectionId) ?? [];
    this.frames.set(connectionId, frames);
    return frames;
  }

  /** The numbers of the messages that were sent to the connection on the channel, in the order of their arrival. */
  heardBy(connectionId: string, channel: string): number[] {
    return this.framesOf(connectionId).flatMap((frame) =>
      frame.type === 'messages' && frame.channel === channel ? frame.messages.map(({ seq }) => seq) : [],
    );
  }

  event(connectionId: string, caller: Caller = ADA, body = ''): WebSocketEvent {
    const requestContext = {
      connectionId,
      authorizer: caller,
      requestTimeEpoch: this.nowMs,
      connectedAt: this.#connectedAt.get(connectionId) ?? NOW_MS,
    };
    return parseWebSocketEvent(aWebSocketEvent({ requestContext, body }));
  }

  /** @returns the status of the handshake */
  async connect(connectionId: string, caller: Caller = ADA): Promise<number> {
    this.#connectedAt.set(connectionId, this.nowMs);
    return (await admitConnection(this.ports, this.event(connectionId, caller))).statusCode;
  }

  /** @returns the frame with the answer */
  async say(connectionId: string, message: object, caller: Caller = ADA): Promise<ServerFrame> {
    return this.sayText(connectionId, JSON.stringify(message), caller);
  }

  async sayText(connectionId: string, text: string, caller: Caller = ADA): Promise<ServerFrame> {
    const all = ['subscribe', 'unsubscribe', 'read', 'publish', 'ping'] as const;
    return answerMessage(this.ports, this.event(connectionId, caller, text), all);
  }

  subscribe(connectionId: string, channel: string, caller: Caller = ADA): Promise<ServerFrame> {
    return this.say(connectionId, { action: 'subscribe', id: 's', channel }, caller);
  }

  publish(connectionId: string, channel: string, data: unknown, caller: Caller = ADA): Promise<ServerFrame> {
    return this.say(
      connectionId,
      { action: 'publish', id: `p${(this.#published += 1)}`, channel, data },
      caller,
    );
  }

  disconnect(connectionId: string): Promise<void> {
    return endConnection(this.ports, this.event(connectionId));
  }

  /** Delivers everything that waits, and everything that these deliveries cause. */
  async deliverAll(): Promise<Awaited<ReturnType<typeof deliver>>[]> {
    const delivered = [];
    for (let job = this.jobs.shift(); job !== undefined; job = this.jobs.shift())
      delivered.push(await deliver(this.ports, job));
    return delivered;
  }

  /** Makes the next calls of the courier fail. */
  failCourier(times: number): void {
    this.#courierFails = times;
  }
}
