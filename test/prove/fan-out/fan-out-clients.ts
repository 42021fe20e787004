/** Clients of the library on a running gateway, and what arrives on the wire beside what they hand on. */
import { WebSocket } from 'ws';
import { connectChannels } from '../../../shared/entries/websocket-client.ts';
import type {
  Channels,
  ChannelMessage,
  Gap,
  Member,
  SocketClass,
} from '../../../shared/entries/websocket-client.ts';

export type Wire = { frames: number; entries: number; disordered: number; double: number };

/** Counts what comes out of order and twice, before the library sees it. */
export function watchedSocket(wire: Wire, sockets: Set<WebSocket>): SocketClass {
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
  readonly gaps: Gap[];
  readonly errors: string[];
  members: readonly Member[];
  readonly ready: Promise<void>;
};

export type ListenOptions = {
  readonly url: string;
  readonly token: () => string | Promise<string>;
  readonly channels: readonly string[];
  readonly wire: Wire;
  /** The one of them in which it is there, and sees who is. */
  readonly presentIn?: string;
};

export function listen({ url, token, channels: names, wire, presentIn }: ListenOptions): Listener {
  const sockets = new Set<WebSocket>();
  const channels = connectChannels({ url, token, webSocket: watchedSocket(wire, sockets) });
  const listener: Omit<Listener, 'ready'> & { ready: Promise<void> } = {
    ...{ channels, sockets, messages: [], gaps: [], errors: [], members: [] },
    ready: Promise.resolve(),
  };
  const ready = names.map(
    (name) =>
      new Promise<void>((resolve) => {
        channels.subscribe(name, {
          ready: resolve,
          gap: (gap) => listener.gaps.push(gap),
          error: ({ code }) => {
            listener.errors.push(code);
            resolve();
          },
          message: (message) => listener.messages.push(message),
          ...(name === presentIn && {
            members: (members: readonly Member[]) => void (listener.members = members),
          }),
        });
      }),
  );
  listener.ready = Promise.all(ready).then(() => undefined);
  return listener;
}

/** The TCP connection goes, and nobody says so; the library connects anew. */
export function kill({ sockets }: Pick<Listener, 'sockets'>): void {
  for (const socket of sockets) socket.terminate();
}

/** @throws Error where it does not come to hold within `withinMs` */
export async function until(what: string, holds: () => boolean, withinMs: number): Promise<number> {
  const begunMs = performance.now();
  while (!holds()) {
    if (performance.now() - begunMs > withinMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.round(performance.now() - begunMs);
}
