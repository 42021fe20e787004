/** ItemStore on a DynamoDB table with keys `pk` and `sk` and time to live on `expiresAt`. */
import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import { loadOnce } from '@gatewright/aws/load-once';
import { loadPackage } from '../aws/load-package.ts';
import type { ItemStore } from '../ports.ts';
import { parseItem, printKey, printMember, printPut, printWrite } from './dynamodb-expression.ts';
import { dateOfError, parseCancellation, parseFailure, parseRefusal } from './dynamodb-failure.ts';
import type { Item, ItemKey, ItemWrite, ReadOutcome, RefusedMember, WriteOutcome } from './item-write.ts';
import { findNewerLayout, guardLayout } from './layout.ts';

/**
 * Loads the client and the parts of its package that are used. This happens at the first call, because loading adds 45
 * ms to a cold start. The client must not retry, because this store counts each write once.
 */
export type LoadTableClient = () => Promise<{
  readonly client: Pick<DynamoDb.DynamoDBClient, 'send' | 'middlewareStack'>;
  readonly commands: Pick<
    typeof DynamoDb,
    | 'BatchGetItemCommand'
    | 'GetItemCommand'
    | 'PutItemCommand'
    | 'TransactWriteItemsCommand'
    | 'UpdateItemCommand'
  >;
}>;

type Client = Awaited<ReturnType<LoadTableClient>>;
type Deadline = { readonly abortSignal: AbortSignal };

/** The methods of the table that a reader of many items needs. */
export type ReadTable = {
  readonly read: (key: ItemKey, isConsistent: boolean) => Promise<ReadOutcome>;
  /** Makes a call to DynamoDB. Returns its output, and the time of the response in epoch milliseconds. */
  readonly call: <Output extends object>(
    send: (client: Client, tableName: string, deadline: Deadline) => Promise<Output>,
  ) => Promise<{ readonly output: Output; readonly storeEpochMs: number | undefined }>;
};

export type DynamoDbTableOptions = {
  readonly tableName: string;
  /**
   * Timeout of a call in milliseconds, after which the outcome of a write is `unknown`. Default: 250. Until the first
   * response, a call has two seconds, because it has to connect.
   */
  readonly timeoutMs?: number;
  /**
   * If set to `gatherTableReads`, consistent reads that are requested at the same time are sent as one `BatchGetItem`,
   * which the role must then allow. The function is passed as an option, because handlers that charge a quota would
   * otherwise bundle it. Default: each item is read by a call of its own.
   */
  readonly gatherReads?: (table: ReadTable) => ItemStore['read'];
  readonly load?: LoadTableClient;
};

const TIMEOUT_MS = 250;
const FIRST_TIMEOUT_MS = 2000;

/** Region, credentials and endpoint come from the SDK's environment (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`). */
const loadTableClient: LoadTableClient = async () => {
  const commands = await loadPackage('@aws-sdk/client-dynamodb', () => import('@aws-sdk/client-dynamodb'));
  return { client: new commands.DynamoDBClient({ maxAttempts: 1 }), commands };
};

export function createDynamoDbTable(options: DynamoDbTableOptions): ItemStore {
  const table = new ItemTable(options);
  return {
    update: (write) => table.update(guardLayout(write)),
    transact: (writes) => table.transact(writes.map((write) => guardLayout(write))),
    read:
      options.gatherReads?.(table) ??
      ((key, { consistent } = { consistent: false }) => table.read(key, consistent)),
  };
}

class ItemTable implements ReadTable {
  readonly #tableName: string;
  readonly #timeoutMs: number;
  readonly #client: LoadTableClient;
  readonly #dates = new WeakMap<object, string>();
  #isWarm = false;

  constructor({ tableName, timeoutMs = TIMEOUT_MS, load = loadTableClient }: DynamoDbTableOptions) {
    this.#tableName = tableName;
    this.#timeoutMs = timeoutMs;
    this.#client = loadOnce(async () => {
      const loaded = await load();
      this.#noteDates(loaded.client);
      return loaded;
    });
  }

  async update(write: ItemWrite): Promise<WriteOutcome> {
    try {
      const { client, commands } = await this.#client();
      const { change } = write;
      if (change.kind === 'put') {
        const command = new commands.PutItemCommand(printPut(this.#tableName, write, change.item));
        const output = await client.send(command, this.#deadline());
        return { kind: 'done', item: change.item, storeEpochMs: this.#dateOf(output) };
      }
      const input = { ...printWrite(this.#tableName, write), ReturnValues: 'ALL_NEW' as const };
      const output = await client.send(new commands.UpdateItemCommand(input), this.#deadline());
      // DynamoDB always returns the item. A response without the item is not from DynamoDB, and proves nothing.
      if (output.Attributes === undefined) return { kind: 'unknown', reason: 'NoAttributes' };
      return { kind: 'done', item: parseItem(output.Attributes), storeEpochMs: this.#dateOf(output) };
    } catch (error) {
      const refusal = parseRefusal(error);
      if (refusal !== undefined) return refuse([refusal.item], refusal, error);
      return parseFailure(error);
    }
  }

  async transact(writes: readonly ItemWrite[]): ReturnType<ItemStore['transact']> {
    try {
      const { client, commands } = await this.#client();
      const input = { TransactItems: writes.map((write) => printMember(this.#tableName, write)) };
      const output = await client.send(new commands.TransactWriteItemsCommand(input), this.#deadline());
      return { kind: 'done', storeEpochMs: this.#dateOf(output) };
    } catch (error) {
      const members = parseCancellation(error);
      if (members !== undefined) return refuse(members.map(itemOf), { members }, error);
      return parseFailure(error);
    }
  }

  async read(key: ItemWrite['key'], isConsistent: boolean): Promise<ReadOutcome> {
    try {
      const { client, commands } = await this.#client();
      const input = { TableName: this.#tableName, Key: printKey(key), ConsistentRead: isConsistent };
      const output = await client.send(new commands.GetItemCommand(input), this.#deadline());
      const item = output.Item === undefined ? undefined : parseItem(output.Item);
      return toRead(item, this.#dateOf(output));
    } catch (error) {
      return { kind: 'unavailable', reason: parseFailure(error).reason };
    }
  }

  async call<Output extends object>(
    send: (client: Client, tableName: string, deadline: Deadline) => Promise<Output>,
  ): Promise<{ readonly output: Output; readonly storeEpochMs: number | undefined }> {
    const output = await send(await this.#client(), this.#tableName, this.#deadline());
    return { output, storeEpochMs: this.#dateOf(output) };
  }

  #deadline(): Deadline {
    return { abortSignal: AbortSignal.timeout(this.#isWarm ? this.#timeoutMs : FIRST_TIMEOUT_MS) };
  }

  /** Records the `Date` header of responses. The SDK gives access to headers only in a middleware. */
  #noteDates(client: Client['client']): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        this.#isWarm = true;
        const { response, output } = result;
        const headers = (response as { readonly headers?: Readonly<Record<string, string>> }).headers;
        const date = headers?.['date'];
        if (date !== undefined && output !== undefined) this.#dates.set(output, date);
        return result;
      },
      { step: 'deserialize', name: 'gatewrightDate', priority: 'high', override: true },
    );
  }

  #dateOf(output: object): number | undefined {
    return toEpochMs(this.#dates.get(output));
  }
}

export function toRead(item: Item | undefined, storeEpochMs: number | undefined): ReadOutcome {
  const reason = findNewerLayout([item]);
  return reason === undefined ? { kind: 'done', item, storeEpochMs } : { kind: 'unavailable', reason };
}

/**
 * Returns the outcome of a write whose condition failed. If the cause is an item of a newer version, the outcome is
 * `rejected`, because the write was certainly not applied and a retry would fail again.
 */
function refuse<Refusal extends object>(
  items: readonly (Item | undefined)[],
  refusal: Refusal,
  error: unknown,
) {
  const reason = findNewerLayout(items);
  if (reason !== undefined) return { kind: 'rejected', retryable: false, reason } as const;
  return { kind: 'refused', ...refusal, storeEpochMs: toEpochMs(dateOfError(error)) } as const;
}

const itemOf = (member: RefusedMember): Item | undefined => (member.holds ? undefined : member.item);

function toEpochMs(date: string | undefined): number | undefined {
  const epochMs = Date.parse(date ?? '');
  return Number.isFinite(epochMs) ? epochMs : undefined;
}
