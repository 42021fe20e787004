/**
 * The open connections of every WebSocket API. A connection belongs to an API and a stage by name and not to a
 * deployment. It therefore survives a reload, and its next message runs the new code.
 */
import {
  BUFFER_LIMIT_BYTES,
  CONNECTION_LIMIT,
  closureOf,
  IDLE_LIMIT_MS,
  LIFETIME_LIMIT_MS,
} from './limits.ts';
import { DEFAULT_ASSUMPTIONS } from '../deployment/assumptions.ts';
import type { Assumptions } from '../deployment/assumptions.ts';
import type { Clock } from '../ports.ts';
import type { ConnectionFacts } from '../events/websocket-event.ts';
import type { Closure } from './limits.ts';

/** The client's end of a connection, implemented by `server/` over a real socket. */
export interface ConnectionSocket {
  /**
   * Sends one text message, which is split into frames. Text is sent as UTF-8. The call has no effect if the connection
   * is closing.
   */
  send(data: string | Buffer): void;
  /** Starts the closing handshake; a client that does not respond is disconnected. */
  close(closure: Closure): void;
  /** The number of bytes that the client has not read yet, plus `FRAME_COST_BYTES` for each frame under way. */
  readonly bufferedBytes: number;
}

/**
 * Facts about the handshake, and the names of the API and stage. The API and stage that serve the connection now are
 * looked up by these names.
 */
export type ConnectionDetail = ConnectionFacts & { readonly apiId: string; readonly stageName: string };

export type Connection = ConnectionDetail & {
  readonly socket: ConnectionSocket;
  /** The time of the last message in either direction. */
  lastActiveAtEpochMs: number;
  lastActive: Moment;
  readonly opened: Moment;
};

/**
 * A point in time on the wall clock and on the monotonic clock. A time limit is reached when either clock reaches it.
 * `gatewright clock +10m` therefore brings a limit nearer, but moving the clock back does not extend any connection.
 */
type Moment = { readonly epochMs: number; readonly steadyMs: number };

/**
 * The result of sending a message to a client. `full` means that the message was not sent, because the client has not
 * read earlier messages.
 */
type Delivery = 'sent' | 'full';

export class Connections {
  readonly #open = new Map<string, Connection>();
  readonly #clock: Clock;
  readonly #atIdleLimit: Closure;
  readonly #atLifetimeLimit: Closure;

  constructor(clock: Clock, assumptions: Assumptions = DEFAULT_ASSUMPTIONS) {
    this.#clock = clock;
    this.#atIdleLimit = closureOf(assumptions['idle-close-code']);
    this.#atLifetimeLimit = closureOf(assumptions['lifetime-close-code']);
  }

  /** Returns all connections in the order of their handshakes. */
  get all(): readonly Connection[] {
    return [...this.#open.values()];
  }

  get count(): number {
    return this.#open.size;
  }

  get isFull(): boolean {
    return this.#open.size >= CONNECTION_LIMIT;
  }

  /**
   * Registers a connection, so that posts reach it from now on. Before that, while its `$connect` runs, a post gets 410
   * (docs/aws §11.5).
   */
  open(detail: ConnectionDetail, socket: ConnectionSocket): Connection {
    const opened = this.#now();
    const connection: Connection = {
      ...detail,
      socket,
      lastActiveAtEpochMs: detail.connectedAtEpochMs,
      lastActive: opened,
      opened,
    };
    this.#open.set(connection.connectionId, connection);
    return connection;
  }

  /** Returns a connection of this API and stage. The connections of other APIs and stages are not found. */
  find(apiId: string, stageName: string, connectionId: string): Connection | undefined {
    const connection = this.#open.get(connectionId);
    return connection?.apiId === apiId && connection.stageName === stageName ? connection : undefined;
  }

  /**
   * Starts the connection's idle time again. It is called for data messages only, because pings do not keep a
   * connection alive. Reports about AWS differ, but most agree on this (docs/aws §11.4).
   */
  touch(connection: Connection): void {
    connection.lastActiveAtEpochMs = this.#clock.nowEpochMs();
    const { epochMs, steadyMs } = this.#now();
    // A replay may set the clock back during a request, but the time of the last activity must not move back.
    connection.lastActive = { epochMs: Math.max(epochMs, connection.lastActive.epochMs), steadyMs };
  }

  deliver(connection: Connection, data: string | Buffer): Delivery {
    if (connection.socket.bufferedBytes + Buffer.byteLength(data) > BUFFER_LIMIT_BYTES) return 'full';
    connection.socket.send(data);
    this.touch(connection);
    return 'sent';
  }

  /** Removes the connection at once, so that posts get 410 even while the closing handshake is still in progress. */
  end(connection: Connection, closure: Closure): void {
    this.forget(connection);
    connection.socket.close(closure);
  }

  forget(connection: Connection): void {
    this.#open.delete(connection.connectionId);
  }

  /**
   * Closes connections that were silent for 10 minutes or open for 2 hours. It is called by a timer in `server/`, and
   * when the clock is moved.
   */
  sweep(): void {
    const now = this.#now();
    for (const connection of this.#open.values()) {
      if (passedMs(connection.opened, now) >= LIFETIME_LIMIT_MS) this.end(connection, this.#atLifetimeLimit);
      else if (passedMs(connection.lastActive, now) >= IDLE_LIMIT_MS) this.end(connection, this.#atIdleLimit);
    }
  }

  #now(): Moment {
    return { epochMs: this.#clock.nowEpochMs(), steadyMs: this.#clock.monotonicMs() };
  }
}

function passedMs(since: Moment, now: Moment): number {
  return Math.max(now.epochMs - since.epochMs, now.steadyMs - since.steadyMs);
}
