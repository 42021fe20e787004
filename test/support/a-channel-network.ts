/**
 * Clients of a ChannelWorld over a bad network: frames are delayed, overtake each other, arrive twice or never, and
 * connections break. One seed decides all of this, in virtual time.
 */
import { deliver } from '#shared/websocket/deliver.ts';
import type { Host, Socket } from '#shared/websocket/client/host.ts';
import { ADA, ChannelWorld, NOW_MS } from './a-channel-world.ts';
import type { Caller } from './a-channel-world.ts';

type NetworkOptions = {
  readonly seed: number;
  /** The longest delay of a frame or job. One with a shorter delay overtakes one with a longer delay. */
  readonly slowMs?: number;
  /** Shares of the frames and jobs that are lost or delivered twice. */
  readonly lost?: number;
  readonly twice?: number;
  /** The share of broken connections for which `$disconnect` is not called. */
  readonly silentEnds?: number;
};

type Waiting = { readonly at: number; readonly order: number; readonly run: () => unknown };
type Line = Socket & { readonly id: string; isOpen: boolean; readonly caller: Caller };

export class ChannelNetwork {
  readonly world: ChannelWorld;
  /** Counts of frames and jobs that arrived, were lost or arrived twice. */
  readonly wire = { frames: 0, lost: 0, twice: 0, jobsTwice: 0 };
  readonly warnings: string[] = [];
  readonly #options: Required<NetworkOptions>;
  readonly #waiting: Waiting[] = [];
  readonly #lines = new Map<string, Line>();
  #random: number;
  #order = 0;
  #connections = 0;

  constructor(options: NetworkOptions, world = new ChannelWorld()) {
    this.#options = { slowMs: 50, lost: 0, twice: 0, silentEnds: 0, ...options };
    this.#random = options.seed >>> 0 || 1;
    this.world = world;
    const { courier, sockets } = world.ports as unknown as {
      courier: { deliver: (job: unknown) => Promise<void> };
      sockets: { post: (to: { connectionId: string }, text: string) => Promise<string> };
    };
    courier.deliver = async (job) => {
      const run = () => deliver(world.ports, job as Parameters<typeof deliver>[1]);
      this.after(this.#delay(), run);
      // Lambda delivers an event at least once.
      if (this.fraction() < this.#options.twice) {
        this.wire.jobsTwice += 1;
        this.after(this.#delay(), run);
      }
    };
    sockets.post = async ({ connectionId }, text) => {
      const line = this.#lines.get(connectionId);
      if (line === undefined || world.gone.has(connectionId)) return 'gone';
      this.#arrive(line, text);
      return 'sent';
    };
  }

  get nowMs(): number {
    return this.world.nowMs - NOW_MS;
  }

  /** xorshift32 */
  fraction(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return (this.#random >>> 0) / 2 ** 32;
  }

  after(ms: number, run: () => unknown): () => void {
    const waiting = { at: this.nowMs + Math.ceil(ms), order: (this.#order += 1), run };
    this.#waiting.push(waiting);
    return () => {
      const index = this.#waiting.indexOf(waiting);
      if (index !== -1) this.#waiting.splice(index, 1);
    };
  }

  host(callerOf: () => Caller = () => ADA): Host {
    return {
      connect: () => this.#connect(callerOf()),
      failureOf: () => ({}),
      warn: (text) => void this.warnings.push(text),
      nowMs: () => this.nowMs,
      fraction: () => this.fraction(),
      after: (ms, run) => this.after(ms, run),
      newId: () => `q${(this.#order += 1)}`,
    };
  }

  /** Connections that are open, by their ids. */
  get open(): readonly string[] {
    return [...this.#lines.values()].flatMap(({ id, isOpen }) => (isOpen ? [id] : []));
  }

  /** Ends the TCP connection. `$disconnect` is called for some of the connections only. */
  breakLine(id: string): void {
    const line = this.#lines.get(id);
    if (line === undefined) return;
    this.#lines.delete(id);
    line.isOpen = false;
    this.world.gone.add(id);
    if (this.fraction() >= this.#options.silentEnds)
      this.after(this.#delay(), () => this.world.disconnect(id));
    this.after(1, () => line.onclose?.({} as never));
  }

  /** Lets time pass, and runs everything that is due. */
  async run(ms: number): Promise<void> {
    const end = this.nowMs + Math.ceil(ms);
    await settled();
    for (;;) {
      const next = this.#waiting.reduce<Waiting | undefined>(
        (first, one) =>
          first === undefined || one.at < first.at || (one.at === first.at && one.order < first.order)
            ? one
            : first,
        undefined,
      );
      if (next === undefined || next.at > end) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.world.nowMs = NOW_MS + Math.max(this.nowMs, next.at);
      await next.run();
      await settled();
    }
    this.world.nowMs = NOW_MS + end;
  }

  #connect(caller: Caller): Socket {
    const id = `c${(this.#connections += 1)}=`;
    const line: Line = {
      id,
      caller,
      isOpen: false,
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: (text) => {
        if (!line.isOpen) throw new Error('not open');
        this.after(this.#delay(), async () => {
          if (!line.isOpen) return;
          const frame = await this.world.sayText(id, text, caller);
          this.#arrive(line, JSON.stringify(frame));
        });
      },
      close: () => this.breakLine(id),
    };
    this.#lines.set(id, line);
    this.after(this.#delay(), async () => {
      if (!this.#lines.has(id)) return;
      const status = await this.world.connect(id, caller);
      if (status !== 200) {
        this.#lines.delete(id);
        line.onerror?.({} as never);
        return;
      }
      line.isOpen = true;
      line.onopen?.({} as never);
    });
    return line;
  }

  #arrive(line: Line, text: string): void {
    const { lost, twice } = this.#options;
    if (this.fraction() < lost) {
      this.wire.lost += 1;
      return;
    }
    const times = this.fraction() < twice ? 2 : 1;
    this.wire.twice += times - 1;
    for (let time = 0; time < times; time += 1)
      this.after(this.#delay(), () => {
        if (!line.isOpen) return;
        this.wire.frames += 1;
        line.onmessage?.({ data: text } as never);
      });
  }

  #delay(): number {
    return 1 + this.fraction() * this.#options.slowMs;
  }
}

/** Waits until all pending promises are settled. */
function settled(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(resolve));
}
