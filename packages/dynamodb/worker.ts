/**
 * Thread of the embedded DynamoDB: engine and HTTP server, away from the gateway's event loop. Started by
 * embedded-dynamodb.ts alone.
 */
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { followClock } from './clock.ts';
import { DynamoDbEngine } from './engine.ts';
import { serveDynamoDb } from './front.ts';
import { storageFaultOf } from './storage-fault.ts';

/** What the thread is started with. */
export type DynamoDbWorkerData = {
  /** 0 picks a free one. */
  readonly port: number;
  readonly directory: string | undefined;
  readonly clockOffset: SharedArrayBuffer;
  /** By access key: those who may call. */
  readonly secrets: ReadonlyMap<string, string>;
};

/** What the thread says to the gateway. It is told `close` and nothing else. */
export type DynamoDbWorkerMessage =
  | { readonly kind: 'listening'; readonly port: number }
  /** `code` is Node's or LevelDB's: EADDRINUSE, LEVEL_LOCKED. */
  | { readonly kind: 'not-started'; readonly code: string; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string }
  | { readonly kind: 'closed' };

const REQUEST_TIMEOUT_MS = 30_000;

async function start(
  data: DynamoDbWorkerData,
  say: (message: DynamoDbWorkerMessage) => void,
): Promise<() => Promise<void>> {
  const clock = followClock(data.clockOffset);
  const engine = await DynamoDbEngine.open({ clock, directory: data.directory });
  let port = data.port;
  const report = (error: unknown): void => say({ kind: 'fault', message: describe(error) });
  const { secrets, directory } = data;
  const front = { engine, clock, secrets, directory, report, port: () => port };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    serveDynamoDb(request, response, front).catch((error: unknown) => {
      report(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address === 'object' && address !== null) port = address.port;
  say({ kind: 'listening', port });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await engine.close();
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

if (parentPort !== null) {
  const port = parentPort;
  const say = (message: DynamoDbWorkerMessage): void => port.postMessage(message);
  try {
    const close = await start(workerData as DynamoDbWorkerData, say);
    port.once('message', () => {
      close()
        .catch((error: unknown) => say({ kind: 'fault', message: describe(error) }))
        .finally(() => {
          say({ kind: 'closed' });
          port.close();
        });
    });
  } catch (error) {
    say({ kind: 'not-started', ...storageFaultOf(error) });
  }
}
