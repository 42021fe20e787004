/**
 * Load generator, which runs in its own process. It uses keep-alive connections over plain sockets, with one request in
 * flight on each and no pipelining. Every response must be 200 with the expected body, or the run fails. Reads its task
 * from argv as JSON and writes a `LoadResult` to stdout.
 */
import { connect } from 'node:net';
import { createHistogram } from 'node:perf_hooks';

export type LoadTask = {
  readonly host: string;
  readonly port: number;
  /** `{n}` in the path and in the headers is replaced by a counter that runs from 0 to `turns` - 1 and starts again. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly turns?: number;
  /** Size of a body that is generated because it is too large for the task's JSON. */
  readonly bodyBytes?: number;
  readonly connections: number;
  /**
   * Warm-up in seconds, counted from the first response on the last connection, because opening a thousand connections
   * takes longer than a short warm-up.
   */
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Minimum number of requests, however long they take. */
  readonly requestsAtLeast?: number;
  /** The body of each response, or its number of bytes. */
  readonly expectedBody: string | number;
};

export type LoadResult = {
  /** Number of responses in the measured part; `total` counts all responses. */
  readonly measured: number;
  readonly total: number;
  /** How often the handler ran, by the counts in its responses. */
  readonly invocations: number;
  /** Number of instances that have responded. */
  readonly instances: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of this process, from the first connection to the last response. */
  readonly cpuMicros: number;
};

/**
 * Time limit for opening all connections. Without this limit, one connection that gets no response would keep the other
 * connections busy forever.
 */
const OPEN_WITHIN_MS = 60_000;

const NEWLINES = '\r\n\r\n';

type Head = { readonly text: string; readonly bodyStart: number; readonly answerLength: number };

function parseHead(received: Buffer): Head | undefined {
  const headEnd = received.indexOf(NEWLINES);
  if (headEnd === -1) return undefined;
  const text = received.toString('latin1', 0, headEnd);
  const contentLength = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (contentLength === undefined) throw new Error(`a response has no Content-Length: ${text}`);
  const bodyStart = headEnd + NEWLINES.length;
  return { text, bodyStart, answerLength: bodyStart + Number(contentLength) };
}

/**
 * Assembles the responses of one connection from the chunks in which they arrive. The chunks are joined only once. If
 * they were joined repeatedly, large responses would cost more in the load generator than in the server.
 */
class AnswerReader {
  #pieces: Buffer[] = [];
  #length = 0;
  #head: Head | undefined;

  /**
   * @returns the response that this chunk completes
   * @throws Error if there is more data than one response
   */
  read(piece: Buffer): { readonly head: string; readonly body: Buffer } | undefined {
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#head ??= parseHead(this.#join());
    if (this.#head === undefined || this.#length < this.#head.answerLength) return undefined;
    const { text, bodyStart, answerLength } = this.#head;
    if (this.#length > answerLength)
      throw new Error('the server sent more bytes than the Content-Length of its response');
    const body = this.#join().subarray(bodyStart);
    [this.#pieces, this.#length, this.#head] = [[], 0, undefined];
    return { head: text, body };
  }

  #join(): Buffer {
    const [first, ...others] = this.#pieces;
    return first !== undefined && others.length === 0 ? first : Buffer.concat(this.#pieces);
  }
}

class LoadGenerator {
  readonly #task: LoadTask;
  readonly #requests: readonly Buffer[];
  readonly #expected: Buffer | number;
  readonly #latencies = createHistogram();
  /** Maps each instance of the function to its highest count. */
  readonly #counts = new Map<string, number>();
  readonly #tally = { measured: 0, total: 0 };
  #sent = 0;
  /** Number of connections that have had no response yet. */
  #unanswered: number;
  #deadline: NodeJS.Timeout | undefined;
  #warmEndMs = Infinity;
  #endMs = Infinity;

  constructor(task: LoadTask) {
    this.#task = task;
    this.#unanswered = task.connections;
    const { turns = 1, method, path, bodyBytes = 0, body = 'x'.repeat(bodyBytes), expectedBody } = task;
    this.#expected = typeof expectedBody === 'number' ? expectedBody : Buffer.from(expectedBody);
    const length = body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const headers = Object.entries({ Host: `${task.host}:${task.port}`, ...task.headers, ...length });
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const request = `${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`;
    this.#requests = Array.from({ length: turns }, (_, turn) =>
      Buffer.from(request.replaceAll('{n}', String(turn))),
    );
  }

  async run(): Promise<LoadResult> {
    const { connections } = this.#task;
    const cpu = process.cpuUsage();
    const late = Promise.withResolvers<never>();
    this.#deadline = setTimeout(() => {
      late.reject(new Error(`${this.#unanswered} of ${connections} connections received no response`));
    }, OPEN_WITHIN_MS);
    await Promise.race([
      Promise.all(Array.from({ length: connections }, () => this.#connect())),
      late.promise,
    ]);
    const used = process.cpuUsage(cpu);
    return {
      ...this.#tally,
      invocations: [...this.#counts.values()].reduce((sum, count) => sum + count, 0),
      instances: this.#counts.size,
      p50Ms: this.#latencies.percentile(50) / 1e6,
      p99Ms: this.#latencies.percentile(99) / 1e6,
      cpuMicros: used.user + used.system,
    };
  }

  #onFirstAnswer(nowMs: number): void {
    this.#unanswered -= 1;
    if (this.#unanswered > 0) return;
    clearTimeout(this.#deadline);
    this.#warmEndMs = nowMs + this.#task.warmupSeconds * 1000;
    this.#endMs = this.#warmEndMs + this.#task.seconds * 1000;
  }

  /** Runs one connection from the first request to the last response. */
  #connect(): Promise<undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const socket = connect(this.#task.port, this.#task.host);
    socket.setNoDelay(true);
    const reader = new AnswerReader();
    let sentMs = 0;
    let isFirst = true;
    const send = (nowMs: number): void => {
      sentMs = nowMs;
      socket.write(this.#requests[this.#sent % this.#requests.length] ?? '');
      this.#sent += 1;
    };
    const receive = (chunk: Buffer): void => {
      const answer = reader.read(chunk);
      if (answer === undefined) return;
      const nowMs = performance.now();
      this.#count(answer.head, answer.body, sentMs, nowMs);
      if (isFirst) this.#onFirstAnswer(nowMs);
      isFirst = false;
      if (nowMs < this.#endMs || this.#sent < (this.#task.requestsAtLeast ?? 0)) {
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

  #isExpected(body: Buffer): boolean {
    return typeof this.#expected === 'number' ? body.length === this.#expected : body.equals(this.#expected);
  }

  #count(head: string, body: Buffer, sentMs: number, nowMs: number): void {
    const status = head.slice(9, 12);
    if (status !== '200') throw new Error(`answered ${status}: ${body.toString().slice(0, 200)}`);
    if (!this.#isExpected(body)) throw new Error(`another body: ${body.toString().slice(0, 200)}`);
    const [, instance = '', count = ''] = /\r\nx-invocation: ([0-9a-f]+):(\d+)/i.exec(head) ?? [];
    this.#counts.set(instance, Math.max(this.#counts.get(instance) ?? 0, Number(count)));
    this.#tally.total += 1;
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
