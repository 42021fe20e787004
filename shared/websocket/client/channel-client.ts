/**
 * Channels over one WebSocket, for browsers and Node. Messages are delivered in order. If the connection is lost in
 * between, the missing messages are requested; those that the server no longer has are reported as a gap.
 */
import { PRESENCE_SUFFIX } from '../channel-address.ts';
import type { Position, ServerFrame } from '../frames.ts';
import { ConnectionKeeper } from './connection-keeper.ts';
import type { State } from './connection-keeper.ts';
import type { Host } from './host.ts';
import { ChannelError, Questions } from './questions.ts';
import { Subscription } from './subscription.ts';
import type { ChannelHandlers } from './subscription.ts';

export type ChannelsOptions = {
  /**
   * The address, such as `wss://…/prod`. If it contains a one-time ticket, it must be a function, because each
   * connection needs a new ticket.
   */
  readonly url: string | (() => string | Promise<string>);
  /**
   * The token, which is sent as a subprotocol. A function is called for each connection, because an earlier token may
   * have expired.
   */
  readonly token?: string | (() => string | Promise<string>);
  /** Called with `connecting` just after the client was created, and then when the state changes. */
  readonly onState?: (state: State) => void;
  /**
   * Called with the reason why a connection was not made. The reason is a `ConnectionProblem` if the server refused the
   * connection or cannot be reached, or if the WebSocket class does not accept the address or the token (such as a
   * token with `Bearer ` in front). Otherwise it is the error that `url` or `token` threw. The client tries again, with
   * growing pauses, unless the problem is final. Default: `console.warn`, once for each of the first 20 reasons.
   */
  readonly onProblem?: (error: unknown) => void;
  /** How long a publication waits for a connection, in milliseconds. Default: 30,000. */
  readonly publishWaitMs?: number;
};

export type SubscribeOptions = {
  /**
   * The last `position` of an earlier subscription. The messages after this position are delivered before any new
   * message.
   */
  readonly after?: Position;
};

export interface ChannelSubscription {
  readonly channel: string;
  readonly position: Position | undefined;
  end(): void;
}

export interface Channels {
  readonly state: State;
  /**
   * Subscribes to a channel.
   * @throws Error when the channel already has a subscription
   */
  subscribe(channel: string, handlers: ChannelHandlers, options?: SubscribeOptions): ChannelSubscription;
  /**
   * Publishes a message to a channel.
   * @returns the message's number, once the message is in the channel's log
   * @throws ChannelError if the client is closed, if the message or the connection is refused, if there is no
   * connection for `publishWaitMs`, or if no response arrives within ten times `publishWaitMs`
   */
  publish(channel: string, data: unknown): Promise<number>;
  close(): void;
}

/**
 * Maximum size of a frame. Browsers send a message in one frame, and API Gateway closes a connection with code 1009 if
 * a frame is longer.
 */
const FRAME_BYTES = 32 * 1024;
const PUBLISH_WAIT_MS = 30_000;
const MOST_WARNINGS = 20;

export class ChannelClient implements Channels {
  readonly #host: Host;
  readonly #keeper: ConnectionKeeper;
  readonly #questions: Questions;
  readonly #subscriptions = new Map<string, Subscription>();
  #state: State = 'connecting';
  /** The reason why the client gave up. */
  #refusal: ChannelError | undefined;
  readonly #warned = new Set<string>();

  constructor(
    host: Host,
    { url, token, onState, onProblem, publishWaitMs = PUBLISH_WAIT_MS }: ChannelsOptions,
  ) {
    this.#host = host;
    const options = {
      url: () => (typeof url === 'string' ? url : url()),
      protocols: async () => {
        const given = typeof token === 'function' ? await token() : token;
        return given === undefined ? [] : ['bearer', given];
      },
      isRenewable: typeof url === 'function' || typeof token === 'function',
      hasFixedToken: typeof url === 'string' && typeof token === 'string',
    };
    this.#keeper = new ConnectionKeeper(host, options, {
      opened: () => this.#opened(),
      frame: (frame) => this.#heard(frame),
      ping: () => this.#ping(),
      state: (state) => {
        this.#questions.connected(state === 'open');
        if (state === this.#state) return;
        this.#state = state;
        onState?.(state);
      },
      problem: (error) => {
        if (onProblem === undefined) this.#warn(error);
        else onProblem(error);
      },
      refused: ({ message }) => this.#refused(new ChannelError('refused', message)),
    });
    this.#questions = new Questions(host, (text) => this.#keeper.send(text), publishWaitMs);
    // The start is deferred, because the caller does not have the client yet.
    queueMicrotask(() => {
      if (this.#state === 'connecting') onState?.('connecting');
      if (this.#state !== 'closed') this.#keeper.start();
    });
  }

  get state(): State {
    return this.#state;
  }

  subscribe(
    channel: string,
    handlers: ChannelHandlers,
    { after }: SubscribeOptions = {},
  ): ChannelSubscription {
    if (this.#subscriptions.has(channel))
      throw new Error(`${channel} already has a subscription; end it first`);
    const refused = (error: ChannelError): void => {
      for (const name of [channel, channel + PRESENCE_SUFFIX]) this.#subscriptions.get(name)?.end();
      this.#forget(channel);
      handlers.error?.(error);
    };
    const watched = { ...handlers, error: refused };
    const subscription = this.#start(channel, watched, after);
    if (handlers.members !== undefined)
      this.#start(channel + PRESENCE_SUFFIX, {
        message: () => undefined,
        members: handlers.members,
        error: refused,
      });
    return {
      channel,
      get position() {
        return subscription.position;
      },
      end: () => {
        for (const name of [channel, channel + PRESENCE_SUFFIX]) this.#subscriptions.get(name)?.end();
        this.#forget(channel);
      },
    };
  }

  async publish(channel: string, data: unknown): Promise<number> {
    if (this.#state === 'closed')
      throw this.#refusal ?? new ChannelError('closed', 'the client is closed; create another one');
    const question = { action: 'publish', id: this.#host.newId(), channel, data } as const;
    // The client itself refuses the message. Sending it would end this connection. Every later connection would end
    // too, because the message would be sent again.
    const bytes = new TextEncoder().encode(JSON.stringify(question)).length;
    if (bytes > FRAME_BYTES)
      throw new ChannelError(
        'too-large',
        `the message has ${bytes} bytes, including its frame; the maximum is ${FRAME_BYTES}`,
      );
    const answer = await this.#questions.ask(question);
    return answer.type === 'published' ? answer.seq : 0;
  }

  close(): void {
    this.#subscriptions.clear();
    this.#keeper.close();
    this.#questions.drop(() => true);
  }

  #warn(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#warned.has(text) || this.#warned.size >= MOST_WARNINGS) return;
    this.#warned.add(text);
    this.#host.warn(`gatewright channels: ${text}`);
  }

  /** The keeper has given up, so all pending requests fail. */
  #refused(refusal: ChannelError): void {
    this.#refusal = refusal;
    const subscriptions = [...this.#subscriptions.values()];
    for (const subscription of subscriptions) subscription.fail(refusal);
    this.#questions.fail(refusal);
  }

  #start(channel: string, handlers: ChannelHandlers, after?: Position): Subscription {
    const ports = { host: this.#host, questions: this.#questions };
    const subscription = new Subscription(ports, channel, handlers, after);
    this.#subscriptions.set(channel, subscription);
    subscription.begin();
    return subscription;
  }

  #forget(channel: string): void {
    for (const name of [channel, channel + PRESENCE_SUFFIX]) this.#subscriptions.delete(name);
  }

  #opened(): void {
    this.#questions.resendAll();
    for (const subscription of this.#subscriptions.values()) subscription.begin();
  }

  #heard(frame: ServerFrame): void {
    switch (frame.type) {
      case 'messages':
        if (frame.id === undefined) this.#subscriptions.get(frame.channel)?.accept(frame.log, frame.messages);
        else this.#questions.answer(frame);
        return;
      case 'pong':
        for (const [channel, head] of Object.entries(frame.heads ?? {}))
          this.#subscriptions.get(channel)?.lookUpTo(head);
        for (const channel of frame.rejoin ?? []) this.#subscriptions.get(channel)?.begin();
        return;
      case 'error':
        if (this.#questions.refuse(frame)) this.#keeper.expired();
        return;
      case 'subscribed':
      case 'unsubscribed':
      case 'published':
        this.#questions.answer(frame);
    }
  }

  #ping(): string {
    const seen = [...this.#subscriptions].map(
      ([channel, { position = NOWHERE }]): readonly [string, Position] => [channel, position],
    );
    return JSON.stringify({ action: 'ping', seen: Object.fromEntries(seen) });
  }
}

const NOWHERE: Position = { log: 0, seq: 0 };
