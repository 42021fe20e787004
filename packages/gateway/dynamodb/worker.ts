/**
 * The thread of the embedded DynamoDB. The engine and the HTTP server run in this thread, outside the gateway's event
 * loop. Only embedded-dynamodb.ts starts the thread.
 */
import { KEEP_ALIVE_OPTIONS, readPendingBeforeIdleClose } from '@gatewright/aws/idle-connections';
import type { SigningSession } from '@gatewright/aws/signature';
import module from 'node:module';
import { createServer } from '@gatewright/aws/node-http';
import { parentPort, workerData } from 'node:worker_threads';
import { CapacityMeter } from './capacity.ts';
import type { TableUnits } from './capacity.ts';
import { followClock } from './clock.ts';
import { DynamoDbEngine } from './engine.ts';
import type { TableChange, TableStream } from './stream-record.ts';
import { serveDynamoDb } from './front.ts';
import type { CallQuestion, CallVerdict, Callers, RefusedCall } from './front.ts';
import { storageFaultOf } from './storage-fault.ts';

export type DynamoDbWorkerData = {
  /** The port; 0 chooses a free port. */
  readonly port: number;
  readonly sharesPort: boolean;
  /** The port that Host headers must contain; undefined means the port on which the server listens. */
  readonly namedPort: number | undefined;
  readonly directory: string | undefined;
  readonly clockOffset: SharedArrayBuffer;
  /** The accepted callers; a message `signers` replaces them. */
  readonly signers: readonly DynamoDbSigner[];
};

export type DynamoDbSigner = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /**
   * Whether the permissions of each call by this signer are checked; absent means that the signer may do everything.
   */
  readonly isJudged?: boolean;
  /** Whether the signer is a function, whose refused calls are reported. */
  readonly isFunction?: true;
  /** The session of a temporary key pair, which is valid only with this token and until it expires. */
  readonly session?: { readonly token: string; readonly expiresAtEpochMs: number };
};

export type DynamoDbWorkerOrder =
  | { readonly kind: 'close' }
  /** Replaces the accepted signers. The thread replies with `admitted`. */
  | { readonly kind: 'signers'; readonly signers: readonly DynamoDbSigner[] }
  /** Reports changes of these tables from now on. */
  | { readonly kind: 'follow'; readonly tables: readonly string[]; readonly forgets: boolean }
  /** Requests the changes that a stream still contains. The thread replies with `replayed` and the same number. */
  | { readonly kind: 'replay'; readonly number: number; readonly streamArn: string }
  | { readonly kind: 'verdict'; readonly number: number; readonly verdict: CallVerdict };

export type DynamoDbWorkerMessage =
  | { readonly kind: 'admitted' }
  /** Asks the owner whether a call is allowed. The owner replies with `verdict` and the same number. */
  | { readonly kind: 'question'; readonly number: number; readonly question: CallQuestion }
  | { readonly kind: 'refused'; readonly call: RefusedCall }
  | { readonly kind: 'changes'; readonly changes: readonly TableChange[] }
  | { readonly kind: 'replayed'; readonly number: number; readonly changes: readonly TableChange[] }
  | { readonly kind: 'streams'; readonly streams: readonly TableStream[] }
  | { readonly kind: 'consumed'; readonly tables: readonly TableUnits[] }
  | { readonly kind: 'listening'; readonly port: number }
  /**
   * Reports that the thread could not start. `code` is an error code of Node or LevelDB, such as EADDRINUSE or
   * LEVEL_LOCKED.
   */
  | { readonly kind: 'not-started'; readonly code: string; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string }
  | { readonly kind: 'closed' };

const REQUEST_TIMEOUT_MS = 30_000;
/** The interval in milliseconds at which consumed capacity is reported. No reader needs the values more often. */
const CONSUMED_EVERY_MS = 250;

async function start(
  data: DynamoDbWorkerData,
  callers: Callers,
  post: (message: DynamoDbWorkerMessage) => void,
): Promise<Running> {
  const clock = followClock(data.clockOffset);
  let open: readonly TableStream[] = [];
  let isListening = false;
  const engine = await DynamoDbEngine.open({
    clock,
    directory: data.directory,
    onChanges: (changes) => post({ kind: 'changes', changes }),
    onStreams: (streams) => {
      open = streams;
      if (isListening) post({ kind: 'streams', streams });
    },
  });
  let port = data.port;
  const report = (error: unknown): void => post({ kind: 'fault', message: describe(error) });
  const { directory } = data;
  const meter = reportingMeter(post);
  const front = {
    engine,
    meter,
    clock,
    callers,
    directory,
    onRefused: (call: RefusedCall) => post({ kind: 'refused', call }),
    report,
    port: () => data.namedPort ?? port,
  };
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, ...KEEP_ALIVE_OPTIONS },
    (request, response) => {
      serveDynamoDb(request, response, front).catch((error: unknown) => {
        report(error);
        response.destroy();
      });
    },
  );
  readPendingBeforeIdleClose(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, reusePort: data.sharesPort }, resolve);
  });
  const address = server.address();
  if (typeof address === 'object' && address !== null) port = address.port;
  // This is the first message to the thread that started this worker.
  post({ kind: 'listening', port });
  isListening = true;
  if (open.length > 0) post({ kind: 'streams', streams: open });
  return {
    engine,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await engine.close();
    },
  };
}

/** Creates a meter that reports the consumed capacity at most once in a period. */
function reportingMeter(post: (message: DynamoDbWorkerMessage) => void): CapacityMeter {
  let isReportedSoon = false;
  const meter = new CapacityMeter(() => {
    if (isReportedSoon) return;
    isReportedSoon = true;
    setTimeout(() => {
      isReportedSoon = false;
      post({ kind: 'consumed', tables: meter.tables });
    }, CONSUMED_EVERY_MS).unref();
  });
  return meter;
}

type Running = { readonly engine: DynamoDbEngine; close(): Promise<void> };

/**
 * The callers that this thread accepts. The thread stores only their secrets, because the gateway's thread evaluates
 * their policies.
 */
class KnownCallers implements Callers {
  readonly #post: (message: DynamoDbWorkerMessage) => void;
  readonly #open = new Map<number, (verdict: CallVerdict) => void>();
  #signers: ReadonlyMap<string, DynamoDbSigner> = new Map();
  #asked = 0;

  constructor(signers: readonly DynamoDbSigner[], post: (message: DynamoDbWorkerMessage) => void) {
    this.#post = post;
    this.#know(signers);
  }

  secretOf(accessKeyId: string): string | undefined {
    return this.#signers.get(accessKeyId)?.secretAccessKey;
  }

  sessionOf(accessKeyId: string, nowEpochMs: number): SigningSession | undefined {
    const session = this.#signers.get(accessKeyId)?.session;
    return session && { token: session.token, isExpired: session.expiresAtEpochMs <= nowEpochMs };
  }

  isJudged(accessKeyId: string): boolean {
    return this.#signers.get(accessKeyId)?.isJudged === true;
  }

  isFunction(accessKeyId: string): boolean {
    return this.#signers.get(accessKeyId)?.isFunction === true;
  }

  judge(question: CallQuestion): Promise<CallVerdict> {
    this.#asked += 1;
    const number = this.#asked;
    return new Promise((resolve) => {
      this.#open.set(number, resolve);
      this.#post({ kind: 'question', number, question });
    });
  }

  decide(number: number, verdict: CallVerdict): void {
    this.#open.get(number)?.(verdict);
    this.#open.delete(number);
  }

  replace(signers: readonly DynamoDbSigner[]): void {
    this.#know(signers);
    this.#post({ kind: 'admitted' });
  }

  #know(signers: readonly DynamoDbSigner[]): void {
    this.#signers = new Map(signers.map((signer) => [signer.accessKeyId, signer]));
  }
}

/**
 * Writes the compile cache. It is written as soon as the thread listens, because the thread may later be terminated
 * without a chance to write.
 */
function keepCompiledCode(): void {
  module.flushCompileCache();
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

if (parentPort !== null) {
  const port = parentPort;
  const post = (message: DynamoDbWorkerMessage): void => port.postMessage(message);
  try {
    const data = workerData as DynamoDbWorkerData;
    const callers = new KnownCallers(data.signers, post);
    const running = await start(data, callers, post);
    keepCompiledCode();
    port.on('message', (order: DynamoDbWorkerOrder) => {
      if (order.kind === 'signers') callers.replace(order.signers);
      else if (order.kind === 'verdict') callers.decide(order.number, order.verdict);
      else if (order.kind === 'follow') running.engine.follow(order.tables, order.forgets);
      else if (order.kind === 'replay') {
        const changes = running.engine.replay(order.streamArn);
        post({ kind: 'replayed', number: order.number, changes });
      } else
        running
          .close()
          .catch((error: unknown) => post({ kind: 'fault', message: describe(error) }))
          .finally(() => {
            post({ kind: 'closed' });
            port.close();
          });
    });
  } catch (error) {
    post({ kind: 'not-started', ...storageFaultOf(error) });
  }
}
