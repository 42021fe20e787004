/**
 * An embedded DynamoDB that starts on demand. Its address is available at once. Its thread needs a fifth of a second
 * and tens of megabytes to start, so it starts only when a table is created or a connection is opened.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, ListenOptions, Server, Socket } from 'node:net';
import { EmbeddedDynamoDbError, startEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import type { EmbeddedDynamoDb, EmbeddedDynamoDbOptions } from './embedded-dynamodb.ts';
import type { TableChange } from './stream-record.ts';
import type { DynamoDbSigner } from './worker.ts';

export type LateDynamoDbOptions = Omit<EmbeddedDynamoDbOptions, 'port' | 'sharesPort' | 'namedPort'>;

export interface LateDynamoDb extends EmbeddedDynamoDb {
  /**
   * Starts the thread if it is not running. The thread then takes over the port. If a connection has started the thread
   * before, this listener stays and forwards calls to the thread.
   */
  start(): Promise<void>;
  readonly isStarted: boolean;
}

const LOOPBACK = '127.0.0.1';

/**
 * @throws EmbeddedDynamoDbError if no port is available
 *
 * @example
 * ```ts
 * import { openLateDynamoDb } from '@gatewright/dynamodb';
 *
 * const dynamodb = await openLateDynamoDb({ signers: [{ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }] });
 * dynamodb.isStarted // → false
 * await dynamodb.close();
 * ```
 */
export async function openLateDynamoDb(options: LateDynamoDbOptions): Promise<LateDynamoDb> {
  const late = new Late(options);
  await late.open();
  return late;
}

class Late implements LateDynamoDb {
  readonly #options: LateDynamoDbOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  /** Whether the thread can listen on the port before this listener releases it, which only some systems allow. */
  #canShare = true;
  #thread: Promise<EmbeddedDynamoDb> | undefined;
  #started: EmbeddedDynamoDb | undefined;
  #signers: readonly DynamoDbSigner[];
  #followed: readonly string[] = [];
  #isClosed = false;

  constructor(options: LateDynamoDbOptions) {
    this.#options = options;
    this.#signers = options.signers;
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => void this.#pass(socket));
  }

  async open(): Promise<void> {
    try {
      await this.#listen({ reusePort: true });
    } catch {
      this.#canShare = false;
      await this.#listen({}).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new EmbeddedDynamoDbError(
          'DYNAMODB_NOT_STARTED',
          `the embedded DynamoDB could not open a port: ${reason}`,
        );
      });
    }
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.#port}`;
  }

  get isStarted(): boolean {
    return this.#started !== undefined;
  }

  get consumed(): EmbeddedDynamoDb['consumed'] {
    return this.#started?.consumed ?? [];
  }

  async start(): Promise<void> {
    await (this.#thread ??= this.#start(() => this.#takeOver()));
  }

  async admit(signers: readonly DynamoDbSigner[]): Promise<void> {
    this.#signers = signers;
    await (await this.#thread)?.admit(signers);
  }

  follow(tables: readonly string[], forgets?: boolean): void {
    this.#followed = tables;
    this.#started?.follow(tables, forgets);
  }

  async replay(streamArn: string): Promise<readonly TableChange[]> {
    return (await (await this.#thread)?.replay(streamArn)) ?? [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    for (const socket of this.#sockets) socket.destroy();
    await (await this.#thread?.catch(() => undefined))?.close();
  }

  #listen(more: Pick<ListenOptions, 'reusePort'>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: LOOPBACK, port: 0, ...more }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  #stopListening(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Starts the thread. The requests that were made before it existed, such as `follow`, are passed to it first. */
  async #start(launch: () => Promise<EmbeddedDynamoDb>): Promise<EmbeddedDynamoDb> {
    const known = this.#signers;
    const started = await launch();
    if (this.#signers !== known) await started.admit(this.#signers);
    if (this.#followed.length > 0) started.follow(this.#followed);
    this.#started = started;
    return started;
  }

  /** Gives the port to the thread. There are no open connections, so from now on only the thread uses the port. */
  async #takeOver(): Promise<EmbeddedDynamoDb> {
    const launch = (sharesPort: boolean): Promise<EmbeddedDynamoDb> =>
      startEmbeddedDynamoDb({ ...this.#options, signers: this.#signers, port: this.#port, sharesPort });
    if (this.#canShare) {
      // Some versions of Node cannot share a port. They report that the port is in use, because this listener uses it.
      const shared = await launch(true).catch((error: unknown) => {
        if (error instanceof EmbeddedDynamoDbError && error.code === 'DYNAMODB_NOT_STARTED') return undefined;
        throw error;
      });
      this.#stopListening();
      if (shared !== undefined) return shared;
    } else this.#stopListening();
    return launch(false);
  }

  async #pass(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    try {
      const beside = { ...this.#options, port: 0, namedPort: this.#port };
      const thread = await (this.#thread ??= this.#start(() =>
        startEmbeddedDynamoDb({ ...beside, signers: this.#signers }),
      ));
      if (socket.destroyed || this.#isClosed) return void socket.destroy();
      const inner = connect({ host: LOOPBACK, port: Number(new URL(thread.url).port), noDelay: true });
      inner.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.on('close', () => inner.destroy());
      socket.pipe(inner).pipe(socket);
      socket.resume();
    } catch (error) {
      // The failed thread is forgotten, so that the next connection starts another thread.
      this.#thread = undefined;
      socket.destroy();
      this.#options.onFault?.(error instanceof Error ? error.message : String(error));
    }
  }
}
