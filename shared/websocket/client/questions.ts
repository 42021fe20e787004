/**
 * Requests that have no response yet. They are sent again after a while, and on each new connection. Sending any of
 * them twice does no harm.
 */
import type { ClientMessage, ErrorCode, ServerFrame } from '../frames.ts';
import type { Host } from './host.ts';

type Question = Exclude<ClientMessage, { readonly action: 'ping' }>;
type Answer = Exclude<ServerFrame, { readonly type: 'error' | 'pong' }>;

/**
 * `refused`: the connection was refused, and the client does not try again. `no-connection`: there was no connection,
 * or no response to a publication, for too long.
 */
export type ChannelErrorCode = ErrorCode | 'closed' | 'refused' | 'no-connection';

/**
 * The error of a refused request, or of a closed client.
 *
 * @example
 * ```ts
 * import { ChannelError } from 'gatewright/websocket-client';
 *
 * new ChannelError('closed', 'the client was closed').code // → 'closed'
 * ```
 */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: ChannelErrorCode;

  constructor(code: ChannelErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

type Open = {
  question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: ChannelError) => void;
  cancel: () => void;
  /** Cancels the timer after which a publication fails. */
  cancelWait: () => void;
  readonly sinceMs: number;
  /** Number of times that the request was sent on this connection. */
  asked: number;
  wasSent?: true;
};

/**
 * How long to wait for a response before a request is sent again. It is longer than a cold start. It is doubled each
 * time, because more requests do not make a slow server faster.
 */
const ANSWERED_WITHIN_MS = 8_000;
const ANSWER_DOUBLINGS = 3;
const AGAIN_AFTER_MS = { least: 200, spread: 800 };
const AGAIN_DOUBLINGS = 5;
/** A publication waits for a response this many times as long as it waits for a connection. */
const ANSWER_WAITS = 10;

export class Questions {
  readonly #host: Host;
  readonly #send: (text: string) => boolean;
  readonly #waitMs: number;
  readonly #open = new Map<string, Open>();
  /** The time since which there has been no connection; undefined while there is one. */
  #lostMs: number | undefined;

  /** @param waitMs how long a publication waits for a connection */
  constructor(host: Host, send: (text: string) => boolean, waitMs = Infinity) {
    this.#host = host;
    this.#send = send;
    this.#waitMs = waitMs;
    this.#lostMs = host.nowMs();
  }

  /** Called when a connection is open, and when there is none any more. */
  connected(isConnected: boolean): void {
    this.#lostMs = isConnected ? undefined : (this.#lostMs ?? this.#host.nowMs());
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sinceMs = this.#host.nowMs();
      const open: Open = { question, resolve, reject, cancel: ignore, cancelWait: ignore, sinceMs, asked: 0 };
      this.#open.set(question.id, open);
      if (question.action === 'publish' && this.#waitMs !== Infinity) this.#limitWait(open, this.#waitMs);
      this.#pose(open);
    });
  }

  /** Sends all open requests again on a new connection, in their order. */
  resendAll(): void {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const open of all) {
      // A publication keeps its id, so that it counts only once. Any other request gets a new id, because a
      // subscription does not carry over to the new connection and has to be made again.
      const { question } = open;
      open.question = question.action === 'publish' ? question : { ...question, id: this.#host.newId() };
      open.asked = 0;
      this.#open.set(open.question.id, open);
      this.#pose(open);
    }
  }

  answer(frame: Answer): void {
    if (frame.id === undefined) return;
    this.#take(frame.id)?.resolve(frame);
  }

  /**
   * Handles an error frame from the server.
   * @returns whether the connection itself is refused
   */
  refuse({ id, code, message }: Extract<ServerFrame, { readonly type: 'error' }>): boolean {
    if (code === 'credential-expired') return true;
    const open = id === undefined ? undefined : this.#open.get(id);
    if (open === undefined || id === undefined) return false;
    if (code === 'unavailable') {
      const longest = AGAIN_AFTER_MS.spread * 2 ** Math.min(open.asked - 1, AGAIN_DOUBLINGS);
      const pauseMs = AGAIN_AFTER_MS.least + this.#host.fraction() * longest;
      open.cancel();
      open.cancel = this.#host.after(pauseMs, () => this.#pose(open));
      return false;
    }
    this.#take(id)?.reject(new ChannelError(code, message));
    return false;
  }

  /** Ends all open requests with an error. */
  fail(error: ChannelError): void {
    for (const id of [...this.#open.keys()]) this.#take(id)?.reject(error);
  }

  /** Ends a publication that has waited too long for a connection or for a response. */
  #limitWait(open: Open, ms: number): void {
    open.cancelWait = this.#host.after(ms, () => {
      const nowMs = this.#host.nowMs();
      const lostMs = this.#lostMs;
      const waitedMs = lostMs === undefined ? 0 : nowMs - Math.max(lostMs, open.sinceMs);
      const isOver = nowMs - open.sinceMs >= ANSWER_WAITS * this.#waitMs;
      if (waitedMs < this.#waitMs && !isOver) {
        this.#limitWait(open, this.#waitMs - waitedMs);
        return;
      }
      const seconds = this.#waitMs / 1000;
      this.#take(open.question.id)?.reject(
        new ChannelError(
          'no-connection',
          `${isOver ? `no answer within ${ANSWER_WAITS * seconds} s` : `no connection for ${seconds} s`}; the message ${open.wasSent === true ? 'may have been published' : 'was not published'}`,
        ),
      );
    });
  }

  /** Removes requests whose response is no longer needed. */
  drop(isMeant: (question: Question) => boolean): void {
    for (const [id, { question }] of this.#open)
      if (isMeant(question)) this.#take(id)?.reject(new ChannelError('closed', 'the request was cancelled'));
  }

  #pose(open: Open): void {
    open.cancel();
    open.cancel = ignore;
    // A request that was not sent waits for the next connection.
    if (!this.#send(JSON.stringify(open.question))) return;
    const withinMs = ANSWERED_WITHIN_MS * 2 ** Math.min(open.asked, ANSWER_DOUBLINGS);
    open.asked += 1;
    open.wasSent = true;
    open.cancel = this.#host.after(withinMs, () => this.#pose(open));
  }

  #take(id: string): Open | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.cancel();
    open?.cancelWait();
    return open;
  }
}

function ignore(): void {
  // There is nothing to cancel.
}
