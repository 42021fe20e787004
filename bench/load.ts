/**
 * Load generator, a process of its own: keep-alive connections over bare sockets, one request in flight on
 * each, no pipelining. Every answer must be 200 with the expected body, or the run fails. Reads its task
 * from argv as JSON, writes a `LoadResult` to stdout.
 */
import { connect } from 'node:net';
import { createHistogram } from 'node:perf_hooks';

export type LoadTask = {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly connections: number;
  /** The cold state is counted between these two moments of the warm-up. */
  readonly coldFromSeconds: number;
  readonly coldToSeconds: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly expectedBody: string;
};

export type LoadResult = {
  /** Answers in the cold part, in the measured part, and in all. */
  readonly cold: number;
  readonly measured: number;
  readonly total: number;
  /** How often the handler ran, by its own counts. */
  readonly invocations: number;
  /** Instances that have answered. */
  readonly instances: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core that this process used; near 1 it measures itself. */
  readonly cpuShare: number;
};

const NEWLINES = '\r\n\r\n';

function parseAnswer(received: Buffer): { head: string; body: Buffer; length: number } | undefined {
  const headEnd = received.indexOf(NEWLINES);
  if (headEnd === -1) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const contentLength = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (contentLength === undefined) throw new Error(`an answer without Content-Length: ${head}`);
  const start = headEnd + NEWLINES.length;
  const length = start + Number(contentLength);
  return received.length < length ? undefined : { head, body: received.subarray(start, length), length };
}

class LoadGenerator {
  readonly #task: LoadTask;
  readonly #request: Buffer;
  readonly #expected: Buffer;
  readonly #latencies = createHistogram();
  /** Instance of the function → its highest count. */
  readonly #counts = new Map<string, number>();
  readonly #tally = { cold: 0, measured: 0, total: 0 };
  #coldFromMs = 0;
  #coldToMs = 0;
  #warmEndMs = 0;
  #endMs = 0;

  constructor(task: LoadTask) {
    this.#task = task;
    this.#expected = Buffer.from(task.expectedBody);
    const { method, path, body = '' } = task;
    const length = body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const headers = Object.entries({ Host: `${task.host}:${task.port}`, ...task.headers, ...length });
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    this.#request = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`);
  }

  async run(): Promise<LoadResult> {
    const { coldFromSeconds, coldToSeconds, warmupSeconds, seconds, connections } = this.#task;
    const startedMs = performance.now();
    this.#coldFromMs = startedMs + coldFromSeconds * 1000;
    this.#coldToMs = startedMs + coldToSeconds * 1000;
    this.#warmEndMs = startedMs + warmupSeconds * 1000;
    this.#endMs = this.#warmEndMs + seconds * 1000;
    const cpu = process.cpuUsage();
    await Promise.all(Array.from({ length: connections }, () => this.#connect()));
    const used = process.cpuUsage(cpu);
    return {
      ...this.#tally,
      invocations: [...this.#counts.values()].reduce((sum, count) => sum + count, 0),
      instances: this.#counts.size,
      p50Ms: this.#latencies.percentile(50) / 1e6,
      p99Ms: this.#latencies.percentile(99) / 1e6,
      cpuShare: (used.user + used.system) / 1000 / (performance.now() - startedMs),
    };
  }

  /** One connection from the first request to the last answer. */
  #connect(): Promise<undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const socket = connect(this.#task.port, this.#task.host);
    socket.setNoDelay(true);
    let pending: Buffer | undefined;
    let sentMs = 0;
    const send = (nowMs: number): void => {
      sentMs = nowMs;
      socket.write(this.#request);
    };
    const receive = (chunk: Buffer): void => {
      const received = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
      const answer = parseAnswer(received);
      pending = answer === undefined ? received : undefined;
      if (answer === undefined) return;
      if (answer.length !== received.length) throw new Error('more bytes than one answer');
      const nowMs = performance.now();
      this.#count(answer.head, answer.body, sentMs, nowMs);
      if (nowMs < this.#endMs) {
        send(nowMs);
        return;
      }
      resolve(undefined);
      socket.destroy();
    };
    socket.on('connect', () => send(performance.now()));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (chunk: Buffer) => {
      try {
        receive(chunk);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        socket.destroy();
      }
    });
    return promise;
  }

  #count(head: string, body: Buffer, sentMs: number, nowMs: number): void {
    const status = head.slice(9, 12);
    if (status !== '200') throw new Error(`answered ${status}: ${body.toString().slice(0, 200)}`);
    if (!body.equals(this.#expected)) throw new Error(`another body: ${body.toString().slice(0, 200)}`);
    const [, instance = '', count = ''] = /\r\nx-invocation: ([0-9a-f]+):(\d+)/i.exec(head) ?? [];
    this.#counts.set(instance, Math.max(this.#counts.get(instance) ?? 0, Number(count)));
    this.#tally.total += 1;
    if (nowMs >= this.#coldFromMs && nowMs < this.#coldToMs) this.#tally.cold += 1;
    if (nowMs < this.#warmEndMs || nowMs >= this.#endMs) return;
    this.#tally.measured += 1;
    this.#latencies.record(Math.max(1, Math.round((nowMs - sentMs) * 1e6)));
  }
}

if (import.meta.main) {
  try {
    const result = await new LoadGenerator(JSON.parse(process.argv[2] ?? '') as LoadTask).run();
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
