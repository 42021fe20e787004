/** Starts and controls the embedded DynamoDB. It runs in a worker thread and serves a URL. */
import { USUAL_HOME } from '@gatewright/aws/usual-home';
import { mkdir } from 'node:fs/promises';
import module from 'node:module';
import { dirname, extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { availableParallelism, loadavg } from 'node:os';
import type { TableUnits } from './capacity.ts';
import type { CallQuestion, CallVerdict, RefusedCall } from './front.ts';
import type {
  DynamoDbSigner,
  DynamoDbWorkerData,
  DynamoDbWorkerMessage,
  DynamoDbWorkerOrder,
} from './worker.ts';
import { explainStorageFault } from './storage-fault.ts';
import type { TableChange, TableStream } from './stream-record.ts';

export type EmbeddedDynamoDbOptions = {
  /** The port on the loopback address; 0 chooses a free port. */
  readonly port: number;
  /** Whether another listener of this user may take over the port. Not every system supports this. */
  readonly sharesPort?: boolean;
  /** The port that callers name in their Host headers, if it is not `port` because their connections are forwarded. */
  readonly namedPort?: number;
  /**
   * The `--data DIR` folder. If absent, tables are in memory and are lost when the thread ends. In memory, tables
   * may contain at most 512 MB of items, not counting index entries.
   */
  readonly dataDirectory?: string | undefined;
  /**
   * A buffer whose single Float64 is the number of milliseconds to add to the machine's time. It affects time to live,
   * streams, transactions, the accepted times of signatures, and the Date header. Absent means 0.
   */
  readonly clockOffset?: SharedArrayBuffer;
  /** The accepted signers; calls with any other key are refused. */
  readonly signers: readonly DynamoDbSigner[];
  /**
   * Called before each call by a signer whose permissions are checked. Returns a refusal in AWS's words, a fault to
   * inject, or undefined to run the call. If `judge` is absent, all calls of these signers are refused.
   */
  readonly judge?: (question: CallQuestion) => CallVerdict;
  readonly accountId?: string;
  /** Called with changes of the followed tables, in the order in which they were written. */
  readonly onChanges?: (changes: readonly TableChange[]) => void;
  /** Called with each refused call by a function (its signer has `isFunction`). */
  readonly onRefused?: (call: RefusedCall) => void;
  /** Called with the open streams of tables whenever they change. */
  readonly onStreams?: (streams: readonly TableStream[]) => void;
  /** Called with a message if an internal fault occurs in an operation, or if the thread ends unexpectedly. */
  readonly onFault?: (message: string) => void;
};

export interface EmbeddedDynamoDb {
  readonly url: string;
  /** Accepts only these signers from now on. */
  admit(signers: readonly DynamoDbSigner[]): Promise<void>;
  /** The capacity units consumed since startup. The values may be up to a quarter of a second old. */
  readonly consumed: readonly TableUnits[];
  /**
   * Reports changes of these tables from now on. Before the first call, no changes are reported.
   * @param forgets whether all streams drop their stored records first
   */
  follow(tables: readonly string[], forgets?: boolean): void;
  /**
   * Returns the changes that a stream still contains. Changes that are made afterwards are reported only after this
   * result.
   */
  replay(streamArn: string): Promise<readonly TableChange[]>;
  /** Completes pending writes and ends the thread. */
  close(): Promise<void>;
}

const CLOSE_WITHIN_MS = 1_500;
const OUTPUT_LIMIT = 2_000;

export type EmbeddedDynamoDbErrorCode = 'DYNAMODB_NOT_STARTED' | 'DATA_DIRECTORY';

/**
 * The error if the embedded DynamoDB cannot start.
 *
 * @example
 * ```ts
 * import { EmbeddedDynamoDbError } from '@gatewright/dynamodb';
 *
 * new EmbeddedDynamoDbError('DATA_DIRECTORY', 'the folder is in use').code // → 'DATA_DIRECTORY'
 * ```
 */
export class EmbeddedDynamoDbError extends Error {
  override readonly name = 'EmbeddedDynamoDbError';
  readonly code: EmbeddedDynamoDbErrorCode;

  constructor(code: EmbeddedDynamoDbErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Returns the environment variable that makes the thread use the compile cache of the surrounding program. */
function codeCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const folder = module.getCompileCacheDir();
  // The parent folder is passed on, because Node appends a folder for its version again.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/**
 * @throws EmbeddedDynamoDbError when the port is taken or the data directory is in use or unreadable
 *
 * @example
 * ```ts
 * import { startEmbeddedDynamoDb } from '@gatewright/dynamodb';
 *
 * const signers = [{ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }];
 * const clockOffset = new SharedArrayBuffer(8);
 * const dynamodb = await startEmbeddedDynamoDb({ port: 0, clockOffset, signers, dataDirectory: undefined });
 * dynamodb.url.startsWith('http://127.0.0.1:') // → true
 * await dynamodb.close();
 * ```
 */
export async function startEmbeddedDynamoDb(options: EmbeddedDynamoDbOptions): Promise<EmbeddedDynamoDb> {
  const { dataDirectory, accountId = USUAL_HOME.accountId } = options;
  const directory = dataDirectory === undefined ? undefined : join(dataDirectory, 'dynamodb');
  if (directory !== undefined) await makeDirectory(directory);

  // The thread's file has the same extension: .ts in a checkout, .js in the published package.
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, {
    workerData: workerDataOf(options, directory),
    // The account id is used for table ARNs. The developer's own environment is not passed on.
    env: { AWS_ACCOUNT_ID: accountId, ...codeCache() },
    // Flags of the surrounding program are not passed on, because the thread may not accept them. For example, with
    // `--input-type` the thread would refuse its own file.
    execArgv: [],
    name: 'embedded-dynamodb',
    // The thread must not write to the gateway's stdout, which is used for `--json`.
    stdout: true,
    stderr: true,
  });
  const output = followOutput(worker);
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const port = await whenListening(worker, options, directory, output);

  let closing = false;
  const postMessage = (order: DynamoDbWorkerOrder): void => worker.postMessage(order);
  const waiting: (() => void)[] = [];
  let consumed: readonly TableUnits[] = [];
  const replays = new Replays();
  worker.on('message', (message: DynamoDbWorkerMessage) => {
    if (message.kind === 'changes') options.onChanges?.(message.changes);
    else if (message.kind === 'streams') options.onStreams?.(message.streams);
    else if (message.kind === 'replayed') replays.answer(message.number, message.changes);
    else if (message.kind === 'consumed') consumed = message.tables;
    else if (message.kind === 'refused') options.onRefused?.(message.call);
    else if (message.kind === 'fault') options.onFault?.(message.message);
    else if (message.kind === 'admitted') waiting.shift()?.();
    else if (message.kind === 'question')
      postMessage({ kind: 'verdict', number: message.number, verdict: judge(message.question, options) });
  });
  worker.on('error', (error: Error) => options.onFault?.(error.stack ?? error.message));
  worker.on('exit', (code) => {
    if (!closing) options.onFault?.(`the embedded DynamoDB ended unexpectedly with exit code ${code}`);
  });

  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    get consumed() {
      return consumed;
    },
    admit: (signers) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        postMessage({ kind: 'signers', signers });
      }),
    follow: (tables, forgets = false) => postMessage({ kind: 'follow', tables, forgets }),
    replay: (streamArn) => replays.ask((number) => postMessage({ kind: 'replay', number, streamArn })),
    async close() {
      closing = true;
      postMessage({ kind: 'close' });
      await within(exited, CLOSE_WITHIN_MS);
      await worker.terminate();
    },
  };
}

/** The replays that the thread has not sent yet, by the number of the request. */
class Replays {
  readonly #open = new Map<number, (changes: readonly TableChange[]) => void>();
  #asked = 0;

  ask(post: (number: number) => void): Promise<readonly TableChange[]> {
    this.#asked += 1;
    const number = this.#asked;
    return new Promise((resolve) => {
      this.#open.set(number, resolve);
      post(number);
    });
  }

  answer(number: number, changes: readonly TableChange[]): void {
    this.#open.get(number)?.(changes);
    this.#open.delete(number);
  }
}

function workerDataOf(options: EmbeddedDynamoDbOptions, directory: string | undefined): DynamoDbWorkerData {
  const { clockOffset = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT) } = options;
  return {
    port: options.port,
    sharesPort: options.sharesPort === true,
    namedPort: options.namedPort,
    directory,
    clockOffset,
    signers: options.signers,
  };
}

/** Returns the last part of the thread's output. The thread's errors are also written to stderr. */
function followOutput(worker: Worker): () => string {
  let text = '';
  const keep = (chunk: Buffer | string): void => {
    text = (text + String(chunk)).slice(-OUTPUT_LIMIT);
  };
  worker.stdout.on('data', keep);
  worker.stderr.on('data', (chunk: Buffer | string) => {
    keep(chunk);
    process.stderr.write(chunk);
  });
  return () => text;
}

/** Returns the verdict about a call. If a policy cannot be evaluated, the call is refused. */
function judge(question: CallQuestion, { judge: decide, onFault }: EmbeddedDynamoDbOptions): CallVerdict {
  if (decide === undefined) return 'The permissions of this key are unknown';
  try {
    return decide(question);
  } catch (error) {
    onFault?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 'The permissions of this key could not be evaluated; see the log';
  }
}

function whenListening(
  worker: Worker,
  options: EmbeddedDynamoDbOptions,
  directory: string | undefined,
  output: () => string,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (code: EmbeddedDynamoDbErrorCode, message: string): void => {
    void worker.terminate();
    reject(new EmbeddedDynamoDbError(code, message));
  };
  const load = readLoad();
  const limitMs = startLimitMs(load);
  const timer = setTimeout(() => {
    fail('DYNAMODB_NOT_STARTED', describeLateStart(limitMs, readLoad(), output()));
  }, limitMs);
  worker.once('error', (error: Error) => {
    fail('DYNAMODB_NOT_STARTED', `the embedded DynamoDB did not start: ${error.message}`);
  });
  worker.once('message', (message: DynamoDbWorkerMessage) => {
    if (message.kind === 'listening') resolve(message.port);
    else if (message.kind === 'not-started')
      fail('DYNAMODB_NOT_STARTED', explain(message, options.port, directory));
  });
  return promise.finally(() => {
    clearTimeout(timer);
    worker.removeAllListeners('error');
  });
}

function explain(
  failure: { code: string; message: string },
  port: number,
  directory: string | undefined,
): string {
  if (failure.code === 'EADDRINUSE') return `port ${port} for the embedded DynamoDB is in use`;
  return (
    explainStorageFault(failure.code, failure.message, directory) ??
    `the embedded DynamoDB did not start: ${failure.message} (${failure.code})`
  );
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedDynamoDbError('DATA_DIRECTORY', `--data: ${directory} cannot be created: ${reason}`);
  }
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** The number of processes that want to run, and the number of available cores. */
type Load = { readonly waiting: number; readonly cores: number };

/** The time limit for startup if the machine has no other load. Startup then takes only a fraction of a second. */
const USUAL_LIMIT_MS = 20_000;
const LONGEST_LIMIT_MS = 120_000;
const SHOWN_LINES = 5;

/** Reads the load average of the last minute, which is 0 on Windows, and the number of cores. */
function readLoad(): Load {
  return { waiting: loadavg()[0] ?? 0, cores: availableParallelism() };
}

/** Returns the time limit for the thread's startup in milliseconds. It is longer if more processes share a core. */
export function startLimitMs({ waiting, cores }: Load): number {
  return Math.min(LONGEST_LIMIT_MS, Math.round(USUAL_LIMIT_MS * Math.max(1, waiting / cores)));
}

export function describeLateStart(limitMs: number, load: Load, output: string): string {
  const { waiting, cores } = load;
  const isBusy = waiting > cores;
  const reason = isBusy
    ? `this machine is overloaded (load ${waiting.toFixed(1)} on ${cores} cores): stop other programs and start again`
    : 'the cause is unknown: start again; with --data, check whether the disk is slow or full';
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return (
    `the embedded DynamoDB did not start in ${Math.round(limitMs / 1000)} s; ${reason}. ` +
    'Or use another DynamoDB, such as DynamoDB Local: --dynamodb http://127.0.0.1:8000' +
    (lines === '' ? '' : `\nIts last output:\n${lines}`)
  );
}
