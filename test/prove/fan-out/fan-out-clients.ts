/**
 * Clients of the library, connected to a running gateway. Records both what arrives on the wire and what the library
 * passes on.
 */
import { WebSocket } from 'ws';
import { connectChannels } from '../../../shared/entries/websocket-client.ts';
import type {
  Channels,
  ChannelMessage,
  Gap,
  Member,
  SocketClass,
} from '../../../shared/entries/websocket-client.ts';
import { within } from './stage.ts';

type Wire = { frames: number; entries: number; disordered: number; double: number };

/** Counts messages that arrive out of order or twice, before the library receives them. */
function watchedSocket(wire: Wire, sockets: Set<WebSocket>): SocketClass {
  return class extends WebSocket {
    readonly #last = new Map<string, number>();
    readonly #seen = new Set<string>();

    constructor(url: string, protocols?: string[]) {
      super(url, protocols);
      sockets.add(this);
      this.on('close', () => void sockets.delete(this));
      this.on('message', (data: Buffer) => this.#count(data.toString('utf8')));
    }

    #count(text: string): void {
      const frame = JSON.parse(text) as {
        type?: string;
        channel?: string;
        id?: string;
        messages?: { seq: number }[];
      };
      if (frame.type !== 'messages' || frame.id !== undefined) return;
      const { channel = '', messages = [] } = frame;
      wire.frames += 1;
      for (const { seq } of messages) {
        wire.entries += 1;
        if (this.#seen.has(`${channel} ${seq}`)) wire.double += 1;
        else if (seq < (this.#last.get(channel) ?? 0)) wire.disordered += 1;
        this.#seen.add(`${channel} ${seq}`);
        this.#last.set(channel, Math.max(seq, this.#last.get(channel) ?? 0));
      }
    }
  };
}

export type Listener = {
  readonly channels: Channels;
  readonly sockets: Set<WebSocket>;
  readonly messages: ChannelMessage[];
  /** When the last message was passed on, by `performance.now()`. */
  heardAtMs: number;
  readonly gaps: Gap[];
  readonly errors: string[];
  members: readonly Member[];
};

/** The listeners of one part of the proof. None of them continues after it, even if the part fails. */
export class Listeners implements Disposable {
  readonly wire: Wire = { frames: 0, entries: 0, disordered: 0, double: 0 };
  readonly #all: Listener[] = [];
  readonly #url: string;
  readonly #tokenOf: () => string;

  constructor(url: string, tokenOf: () => string) {
    this.#url = url;
    this.#tokenOf = tokenOf;
  }

  get all(): readonly Listener[] {
    return [...this.#all];
  }

  add(): Listener {
    const sockets = new Set<WebSocket>();
    const webSocket = watchedSocket(this.wire, sockets);
    const token = this.#tokenOf();
    const channels = connectChannels({ url: this.#url, token: () => token, webSocket });
    const listener = { channels, sockets, messages: [], heardAtMs: 0, gaps: [], errors: [], members: [] };
    this.#all.push(listener);
    return listener;
  }

  [Symbol.dispose](): void {
    for (const { channels } of this.#all) channels.close();
  }
}

const HEARD_WITHIN_MS = 30_000;

/**
 * Subscribes, and ends when the listener misses no message from then on. With `isPresent`, the listener also becomes a
 * member of the channel, and learns who the other members are.
 */
export function hear(listener: Listener, channel: string, isPresent = false): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    listener.channels.subscribe(channel, {
      ready: resolve,
      gap: (gap) => listener.gaps.push(gap),
      error: ({ code }) => {
        listener.errors.push(code);
        resolve();
      },
      message: (message) => {
        listener.messages.push(message);
        listener.heardAtMs = performance.now();
      },
      ...(isPresent && { members: (members: readonly Member[]) => void (listener.members = members) }),
    });
  });
  const howFar = (): string => `its connection is ${listener.channels.state}`;
  return within(`a client hears ${channel}`, HEARD_WITHIN_MS, ready, howFar);
}

/** Ends the TCP connection without a close frame. The library reconnects. */
export function kill({ sockets }: Pick<Listener, 'sockets'>): void {
  for (const socket of sockets) socket.terminate();
}

/**
 * The waves begin with one client, so that a later client does not wait longer for functions to start than a single
 * client would.
 */
const FIRST_WAVE = 1;
const LARGEST_WAVE = 16;

/**
 * Runs each task once, in waves of 1, 2, 4 up to 16. If all ran at once, they would start more function instances than
 * the machine has memory for.
 */
export async function inWaves<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  let size = FIRST_WAVE;
  for (let first = 0; first < items.length;) {
    const wave = items.slice(first, first + size);
    await Promise.all(wave.map((item, index) => work(item, first + index)));
    first += size;
    size = Math.min(size * 2, LARGEST_WAVE);
  }
}
