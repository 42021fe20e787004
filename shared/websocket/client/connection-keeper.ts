/**
 * Keeps one connection open: reconnects with growing pauses, sends pings, and renews the connection before API Gateway
 * closes it or its credential expires. It does not depend on channels.
 */
import type { ServerFrame } from '../frames.ts';
import {
  describeExpired,
  describeFailure,
  describeUnusable,
  faultOfToken,
  isRefusal,
  textOfUnusable,
} from './connection-problem.ts';
import type { ConnectionProblem, HandshakeFailure } from './connection-problem.ts';
import type { Host, Socket } from './host.ts';

export type State = 'connecting' | 'open' | 'closed';

type KeeperOptions = {
  readonly url: () => string | Promise<string>;
  readonly protocols: () => readonly string[] | Promise<readonly string[]>;
  /** Whether another attempt may have another credential or address. */
  readonly isRenewable: boolean;
  /** Whether each attempt sends the same token, so that a new connection would end when the open one ends. */
  readonly hasFixedToken?: boolean;
};

type KeeperEvents = {
  /** Called when a new connection is open. Requests without a response must then be sent again. */
  readonly opened: () => void;
  readonly frame: (frame: ServerFrame) => void;
  readonly ping: () => string;
  readonly state: (state: State) => void;
  readonly problem: (error: unknown) => void;
  /** Called when the keeper gives up, after `problem`. The keeper is then closed. */
  readonly refused: (problem: ConnectionProblem) => void;
};

/** An attempt to connect, from the question for its credential until it is open or has failed. */
type Attempt = {
  /** Whether a new credential is the reason, so that an attempt with the same one is useless. */
  readonly isForCredential: boolean;
};
type Timer = 'ping' | 'answer' | 'renew' | 'retry' | 'open';
type Pong = Extract<ServerFrame, { readonly type: 'pong' }>;

const LEAST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 20_000;
/** Maximum time until the response to a ping. After this time the connection counts as dead, whatever TCP reports. */
const ANSWER_WITHIN_MS = 10_000;
const OPENED_WITHIN_MS = 15_000;
/** Maximum time that the functions `url` and `token` have together. */
const CREDENTIAL_WITHIN_MS = 60_000;
/**
 * Time before its end at which a connection is renewed; a quarter of the remaining time if that is less. A random share
 * of the remaining time is added, so that clients do not all reconnect at once.
 */
const RENEW_BEFORE_MS = 60_000;
const RENEW_SPREAD = 0.05;
/** How long the old connection stays open after the new one is open, to receive messages that are on the way. */
const OVERLAP_MS = 2_000;
/** Time after the end of a credential at which the server no longer accepts it, whatever the clocks show. */
const SURELY_EXPIRED_MS = 32_000;
const LEAST_RENEWAL_MS = 1_000;
const OF_ONE_CONNECTION = ['ping', 'answer', 'renew'] as const;
const NO_CREDENTIAL = `token() or url() has returned nothing for ${CREDENTIAL_WITHIN_MS / 1000} s`;

export class ConnectionKeeper {
  readonly #host: Host;
  readonly #options: KeeperOptions;
  readonly #events: KeeperEvents;
  #socket: Socket | undefined;
  /** The address and the subprotocols of `#socket`. */
  #credential = '';
  #attempt: Attempt | undefined;
  #failures = 0;
  /** Number of consecutive renewals for which there was no newer credential. */
  #vainRenewals = 0;
  /**
   * Number of consecutive handshakes that were refused because of the request itself: its address or its credential.
   */
  #refusals = 0;
  #isClosed = false;
  #cancels = new Map<Timer, () => void>();

  constructor(host: Host, options: KeeperOptions, events: KeeperEvents) {
    this.#host = host;
    this.#options = options;
    this.#events = events;
  }

  start(): void {
    void this.#open();
  }

  /**
   * Sends a text over the current connection.
   * @returns false if no connection is open or the socket does not accept the text. `opened` is called when there is a
   * new connection
   */
  send(text: string): boolean {
    if (this.#socket === undefined) return false;
    try {
      this.#socket.send(text);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#attempt = undefined;
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) drop(socket);
    this.#events.state('closed');
  }

  /** Ends the connection, because the server says that its credential has expired. */
  expired(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    drop(socket);
    for (const name of OF_ONE_CONNECTION) this.#cancel(name);
    this.#refusals += 1;
    const problem = describeExpired(this.#refusals, this.#options.hasFixedToken === true);
    if (problem.isFinal || this.#attempt === undefined) this.#report(problem);
    else {
      // The attempt on its way replaces the connection.
      this.#events.problem(problem);
      this.#events.state('connecting');
    }
  }

  /** Replaces the connection. Used if a ping gets no response. */
  reopen(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    drop(socket);
    this.#ended();
  }

  ping(): void {
    this.#cancel('ping');
    if (!this.send(this.#events.ping())) return;
    this.#set('answer', ANSWER_WITHIN_MS, () => this.reopen());
  }

  /** Makes a connection. There is one attempt at a time; an attempt that is on its way continues instead. */
  async #open(attempt: Attempt = { isForCredential: false }): Promise<void> {
    if (this.#attempt !== undefined || this.#isClosed) return;
    this.#attempt = attempt;
    for (const name of ['renew', 'retry'] as const) this.#cancel(name);
    this.#set('open', CREDENTIAL_WITHIN_MS, () => this.#unasked(new Error(NO_CREDENTIAL)));
    let url: string;
    let protocols: readonly string[];
    try {
      url = await this.#options.url();
      protocols = await this.#options.protocols();
    } catch (error) {
      if (this.#attempt === attempt) this.#unasked(error);
      return;
    }
    if (this.#attempt !== attempt) return;
    const credential = JSON.stringify([url, protocols]);
    if (attempt.isForCredential && protocols.length > 0 && credential === this.#credential)
      this.#renewLater();
    else this.#connect({ url, protocols, credential });
  }

  #connect(to: {
    readonly url: string;
    readonly protocols: readonly string[];
    readonly credential: string;
  }): void {
    let socket: Socket;
    try {
      const fault = faultOfToken(to.protocols);
      if (fault !== undefined) throw new TypeError(fault);
      socket = this.#host.connect(to.url, to.protocols);
    } catch (error) {
      this.#unmade(to.url, to.protocols, error);
      return;
    }
    let isSettled = false;
    const fail = (event?: unknown): void => {
      if (isSettled) return;
      isSettled = true;
      drop(socket);
      this.#refused(this.#host.failureOf(to.url, event));
    };
    this.#set('open', OPENED_WITHIN_MS, () =>
      fail({ message: `no answer within ${OPENED_WITHIN_MS / 1000} s` }),
    );
    socket.onerror = fail;
    socket.onclose = fail;
    socket.onopen = () => {
      if (isSettled) return;
      isSettled = true;
      this.#take(socket, to.credential);
    };
  }

  /** The attempt has no address or no credential, and nothing else reports the reason. */
  #unasked(error: unknown): void {
    if (this.#isClosed) return;
    this.#events.problem(error);
    this.#failed();
  }

  /** `token()` returned the credential of the open connection again, so that connection is used further. */
  #renewLater(): void {
    this.#attempt = undefined;
    this.#cancel('open');
    this.#vainRenewals += 1;
    if (this.#socket === undefined) this.#failed();
    else this.#renewAfter(0, true);
  }

  #renewAfter(ms: number, isForCredential: boolean): void {
    if (this.#attempt !== undefined) return;
    const pauseMs = Math.min(MOST_PAUSE_MS, LEAST_RENEWAL_MS * 2 ** this.#vainRenewals);
    this.#set('renew', Math.max(pauseMs, ms), () => void this.#open({ isForCredential }));
  }

  #take(socket: Socket, credential: string): void {
    const before = this.#socket;
    for (const name of ['open', 'retry', 'renew'] as const) this.#cancel(name);
    this.#attempt = undefined;
    if (this.#isClosed) {
      drop(socket);
      return;
    }
    this.#socket = socket;
    this.#credential = credential;
    socket.onmessage = (event: { readonly data?: unknown }) =>
      this.#heard(event.data, socket === this.#socket);
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#ended();
    };
    socket.onerror = null;
    if (before !== undefined) this.#host.after(OVERLAP_MS, () => drop(before));
    this.#events.state('open');
    this.#events.opened();
    // The response to the ping contains the time until this connection ends.
    this.ping();
  }

  /** Handles a frame that was received. From the previous connection, only frames of type `messages` are accepted. */
  #heard(data: unknown, isCurrent: boolean): void {
    const frame = parseFrame(data);
    if (frame === undefined || (!isCurrent && frame.type !== 'messages')) return;
    if (frame.type === 'pong') this.#heardPong(frame);
    this.#events.frame(frame);
  }

  #heardPong({ pingAfterMs, closesInMs, credentialEndsInMs = Infinity }: Pong): void {
    this.#cancel('answer');
    // The failures are reset only after a response. Otherwise, if connections open but get no responses, all clients
    // would reconnect at once, forever.
    this.#failures = 0;
    this.#refusals = 0;
    if (credentialEndsInMs > 0) this.#vainRenewals = 0;
    // If the connection is not renewed, the response to this ping says that the credential has expired.
    const nextMs = Math.min(pingAfterMs, credentialEndsInMs + SURELY_EXPIRED_MS);
    this.#set('ping', Math.max(250, nextMs), () => this.ping());
    const isForCredential = credentialEndsInMs < closesInMs;
    // A new connection with the same token would end no later.
    if (isForCredential && this.#options.hasFixedToken === true) return;
    const leftMs = Math.min(closesInMs, credentialEndsInMs);
    const early = Math.min(RENEW_BEFORE_MS, leftMs / 4) + this.#host.fraction() * RENEW_SPREAD * leftMs;
    // A much longer time would exceed what a timer can measure (24 days). A later pong reports the time again.
    if (leftMs < 86_400_000) this.#renewAfter(leftMs - early, isForCredential);
  }

  /** Reports a handshake that failed, and gives up if no further attempt can succeed. */
  #refused(failure: HandshakeFailure): void {
    this.#cancel('open');
    if (this.#isClosed) return;
    this.#refusals = isRefusal(failure.status) ? this.#refusals + 1 : 0;
    const { isRenewable } = this.#options;
    this.#report(describeFailure(failure, { isRenewable, refusals: this.#countedRefusals() }));
  }

  /** Reports what the WebSocket class threw. Retrying an address or a token that it does not accept is useless. */
  #unmade(url: string, protocols: readonly string[], error: unknown): void {
    if (this.#isClosed) return;
    const text = textOfUnusable(error);
    if (text === undefined) {
      this.#events.problem(error);
      this.#failed();
      return;
    }
    this.#refusals += 1;
    const { isRenewable } = this.#options;
    this.#report(
      describeUnusable({ url, protocols, text }, { isRenewable, attempts: this.#countedRefusals() }),
    );
  }

  /** An earlier connection that is still open is used until it ends. Until then, a refusal is not final. */
  #countedRefusals(): number {
    return this.#socket === undefined ? this.#refusals : 0;
  }

  #report(problem: ConnectionProblem): void {
    this.#events.problem(problem);
    if (problem.isFinal) {
      this.close();
      this.#events.refused(problem);
    } else this.#failed();
  }

  #failed(): void {
    this.#attempt = undefined;
    this.#cancel('open');
    if (this.#isClosed) return;
    this.#failures += 1;
    // If only a second connection could not be opened, the first one is still used, so the state does not change.
    if (this.#socket === undefined) this.#events.state('connecting');
    const most = Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** this.#failures);
    this.#set('retry', LEAST_PAUSE_MS / 2 + this.#host.fraction() * most, () => void this.#open());
  }

  #ended(): void {
    for (const name of OF_ONE_CONNECTION) this.#cancel(name);
    if (this.#attempt === undefined) this.#failed();
    else this.#events.state('connecting');
  }

  #set(name: Timer, ms: number, run: () => void): void {
    this.#cancel(name);
    this.#cancels.set(
      name,
      this.#host.after(ms, () => {
        this.#cancels.delete(name);
        run();
      }),
    );
  }

  #cancel(name: Timer): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }
}

/** Removes all handlers of a socket and closes it. */
function drop(socket: Socket): void {
  socket.onopen = null;
  socket.onmessage = null;
  socket.onclose = null;
  socket.onerror = ignore;
  try {
    socket.close(1000);
  } catch {
    // A socket that is not open yet may throw when it is closed.
  }
}

function ignore(): void {
  // The handler does nothing. Without any handler, `ws` would throw the error.
}

/** Parses a frame. Returns undefined for any text that is not a frame, such as a message of API Gateway itself. */
function parseFrame(data: unknown): ServerFrame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data));
    return typeof frame === 'object' && frame !== null && 'type' in frame
      ? (frame as ServerFrame)
      : undefined;
  } catch {
    return undefined;
  }
}
