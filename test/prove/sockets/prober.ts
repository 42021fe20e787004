/** Sends requests one after the other, each on a new connection, to measure how long a new client waits. */
import { request } from 'node:http';
import { WebSocket } from 'ws';

export type Probes = { readonly handshakesMs: readonly number[]; readonly requestsMs: readonly number[] };

const ANSWERED_WITHIN_MS = 30_000;

/** @returns the milliseconds from the start of the connection to the first answer of a function */
function ask(url: URL): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL('plain', url),
      { agent: false, timeout: ANSWERED_WITHIN_MS },
      (response) => {
        response.resume().once('end', () => {
          if (response.statusCode === 200) resolve(performance.now() - startedMs);
          else reject(new Error(`answered ${String(response.statusCode)}`));
        });
      },
    );
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', reject).end();
  });
}

function shakeHands(url: URL): Promise<number> {
  const startedMs = performance.now();
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: ANSWERED_WITHIN_MS });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send('hello'));
    socket.once('message', (data: Buffer) => {
      const tookMs = performance.now() - startedMs;
      socket.once('close', () => {
        if (data.toString('utf8').endsWith(' hello')) resolve(tookMs);
        else reject(new Error(`answered ${data.toString('utf8')}`));
      });
      socket.close(1000);
    });
  });
}

export class Prober {
  readonly #http: URL;
  readonly #websocket: URL;

  constructor(http: URL, websocket: URL) {
    this.#http = http;
    this.#websocket = websocket;
  }

  async probe(times: number): Promise<Probes> {
    const handshakesMs: number[] = [];
    const requestsMs: number[] = [];
    for (let time = 0; time < times; time += 1) {
      handshakesMs.push(await shakeHands(this.#websocket));
      requestsMs.push(await ask(this.#http));
    }
    return { handshakesMs, requestsMs };
  }

  /**
   * Continues until the work is done.
   * @throws the error of the work or of a request
   */
  async beside<T>(work: Promise<T>): Promise<{ readonly result: T; readonly slowestMs: number }> {
    const done = new AbortController();
    const ended = work.finally(() => done.abort());
    ended.catch(() => undefined);
    let slowestMs = 0;
    do {
      const { handshakesMs, requestsMs } = await this.probe(1);
      slowestMs = Math.max(slowestMs, ...handshakesMs, ...requestsMs);
    } while (!done.signal.aborted);
    return { result: await ended, slowestMs };
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
