/**
 * DynamoDB's operations on dynalite's store. The engine adds the features that dynalite lacks: transactions, the old
 * item of a failed condition, atomic writes of items and index entries, time to live by the gateway's clock, and a
 * memory limit. Each thread has one engine, which does not depend on HTTP.
 */
import { asText, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { withWarmThroughput } from './table-settings.ts';
import type { Output } from './actions.ts';
import type { Clock } from './clock.ts';
import { dynaliteDb, type Item, type Store, type Table } from './dynalite-store.ts';
import {
  checkInput,
  DYNALITE_OPERATIONS,
  notSupported,
  type DynaliteOperation,
  isDynaliteOperation,
  runAction,
  TWO_CONDITIONS,
  validationError,
} from './actions.ts';
import { checkCall } from './validator-words.ts';
import { keyOf, lockName, readReturnOld, withItem } from './item-write.ts';
import { executeBatch } from './partiql-batch.ts';
import { executeStatement } from './partiql.ts';
import { withIndexUnits } from './capacity.ts';
import { withCollection, withCollections } from './item-collections.ts';
import type { Written } from './item-collections.ts';
import { DynamoDbTables } from './tables.ts';
import type { PartitionKeyOf } from './rights.ts';
import { hasSeveralKeys, queryBySeveralKeys } from './several-keys.ts';
import {
  emptyIndexKey,
  emptyKeyCondition,
  keySchemaOf,
  oversizedIndexKey,
  partitionKeysOf,
} from './key-schema.ts';
import { DynamoDbTransactions } from './transactions.ts';
import { isSameItem, WriteSet } from './write-set.ts';
import { dueSecondsOf, ExpiryQueue } from './expiry.ts';
import { answerStreams } from './stream-calls.ts';
import { StreamLog } from './stream-log.ts';
import type { TableChange, TableStream } from './stream-record.ts';
import { KeyLocks } from '@gatewright/aws/key-locks';

type EngineOptions = {
  readonly clock: Clock;
  /** The folder of the data. If undefined, data is in memory and lost at the end. */
  readonly directory?: string | undefined;
  /**
   * The limit for data in memory, in bytes of the items' JSON (not counting index entries). Data on disk is limited
   * only by the disk.
   */
  readonly maxMemoryBytes?: number | undefined;
  /** Called with changes of the followed tables, in the order in which they were written. */
  readonly onChanges?: (changes: readonly TableChange[]) => void;
  /** Called with the open streams of tables whenever they change. */
  readonly onStreams?: (streams: readonly TableStream[]) => void;
  /** The maximum size of the record of changes, in bytes. */
  readonly maxStreamBytes?: number | undefined;
};

/** An operation with its input, as dynalite's rules converted it. */
type ItemWrite = { readonly operation: DynaliteOperation; readonly checked: Record<string, unknown> };

const DEFAULT_MAX_MEMORY_BYTES = 512 * 1024 * 1024;
/**
 * The maximum number of expired items that are removed in one turn of the event loop. It prevents one huge batch if the
 * clock is moved by a year.
 */
const EXPIRY_BATCH = 250;

type OwnOperation = (
  engine: DynamoDbEngine,
  input: UnknownMembers,
  region?: string,
  isOfStack?: boolean,
) => Output | Promise<Output>;

export class DynamoDbEngine {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #tables: DynamoDbTables;
  readonly #transactions: DynamoDbTransactions;
  readonly #streams: StreamLog;
  readonly #locks = new KeyLocks();
  readonly #expiries = new ExpiryQueue();
  /** The size of the items of each table in bytes; undefined for data on disk. */
  readonly #memoryBytes: Map<string, number> | undefined;
  readonly #maxMemoryBytes: number;
  #sweep: Promise<void> | undefined;
  readonly #onChanges: EngineOptions['onChanges'];
  /** The operations that the engine implements itself or extends. dynalite alone handles all others. */
  static readonly #OWN: ReadonlyMap<string, OwnOperation> = new Map(
    Object.entries<OwnOperation>({
      BatchExecuteStatement: (engine, input) => executeBatch(input, engine),
      BatchWriteItem: (engine, input) => engine.#writeBatch(input),
      CreateTable: (engine, input, region, isOfStack) =>
        engine.#tables.change('CreateTable', input, region, isOfStack),
      DeleteItem: (engine, input) => engine.#writeItem('DeleteItem', input),
      DeleteTable: (engine, input) => engine.#deleteTable(input),
      DescribeContinuousBackups: (engine, input) => engine.#tables.describeContinuousBackups(input),
      DescribeTimeToLive: (engine, input) => engine.#tables.describeTimeToLive(input),
      DescribeTable: (engine, input) => engine.#describeTable(input),
      ExecuteStatement: (engine, input) => executeStatement(input, engine),
      PutItem: (engine, input) => engine.#writeItem('PutItem', input),
      Query: (engine, input) => engine.#query(input),
      TransactGetItems: (engine, input) => engine.#transactions.read(input),
      TransactWriteItems: (engine, input) => engine.#transactions.write(input),
      UpdateContinuousBackups: (engine, input) => engine.#tables.updateContinuousBackups(input),
      UpdateItem: (engine, input) => engine.#writeItem('UpdateItem', input),
      UpdateTable: (engine, input, region, isOfStack) =>
        engine.#tables.change('UpdateTable', input, region, isOfStack),
      UpdateTimeToLive: (engine, input) => engine.#updateTimeToLive(input),
    }),
  );

  static get operations(): readonly string[] {
    return [...new Set([...DynamoDbEngine.#OWN.keys(), ...DYNALITE_OPERATIONS])];
  }

  #followed: ReadonlySet<string> = new Set();

  private constructor(store: Store, options: EngineOptions) {
    this.#store = store;
    this.#clock = options.clock;
    this.#streams = new StreamLog(options.clock, {
      maxBytes: options.maxStreamBytes,
      onStreams: options.onStreams,
    });
    this.#tables = new DynamoDbTables(store, this.#streams, options.clock);
    this.#transactions = new DynamoDbTransactions(this, options.clock);
    this.#memoryBytes = options.directory === undefined ? new Map() : undefined;
    this.#maxMemoryBytes = options.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES;
    this.#onChanges = options.onChanges;
  }

  /** @throws when the directory cannot be opened, for example because another process uses it. */
  static async open(options: EngineOptions): Promise<DynamoDbEngine> {
    const store = dynaliteDb.create({
      ...(options.directory === undefined ? {} : { path: options.directory }),
      createTableMs: 0,
      deleteTableMs: 0,
      updateTableMs: 0,
    });
    await store.db.open();
    const engine = new DynamoDbEngine(store, options);
    for (const table of await engine.#tables.load()) await engine.#queueExistingItems(table);
    return engine;
  }

  /**
   * Reports changes of these tables from now on.
   * @param forgets whether the stored changes of all streams are dropped first
   */
  follow(tables: readonly string[], forgets = false): void {
    this.#followed = new Set(tables);
    if (forgets) this.#streams.forget();
  }

  /** Returns the changes that a stream still contains, oldest first; empty for an unknown stream. */
  replay(streamArn: string): readonly TableChange[] {
    const stream = this.#streams.find(streamArn);
    return stream === undefined ? [] : [...this.#streams.read(stream, 0)].map(({ change }) => change);
  }

  async close(): Promise<void> {
    await this.#store.lifecycleManager.gracefulClose();
  }

  /**
   * Runs an operation.
   * @param operation the name of the operation as in X-Amz-Target, such as `PutItem`
   * @param region the region in the ARN of a new table
   * @param isOfStack whether the gateway itself makes the call, for a table of a stack
   * @throws DynamoDbError with AWS's status and body
   */
  async execute(
    operation: string,
    input: UnknownMembers,
    region?: string,
    isOfStack?: boolean,
  ): Promise<Output> {
    await this.removeExpired();
    const own = DynamoDbEngine.#OWN.get(operation);
    if (own !== undefined) return own(this, input, region, isOfStack);
    if (isDynaliteOperation(operation))
      return this.#run({ operation, checked: this.check(operation, input) });
    throw notSupported(operation);
  }

  /**
   * Runs an operation of DynamoDB Streams.
   * @throws DynamoDbError for an error that DynamoDB would return
   */
  async executeStreams(operation: string, input: UnknownMembers): Promise<Output> {
    await this.removeExpired();
    return answerStreams(operation, input, this.#streams);
  }

  /**
   * Converts and checks an input.
   * @throws DynamoDbError if the input is invalid
   */
  check(operation: DynaliteOperation, input: object): Record<string, unknown> {
    return checkInput(operation, input, this.#store);
  }

  partitionKeys(names: readonly string[]): Promise<PartitionKeyOf> {
    return partitionKeysOf(names, (name) => this.#tables.find(name));
  }

  /** Returns the account id in table ARNs. */
  get accountId(): string {
    return this.#store.tableDb.awsAccountId;
  }

  table(name: string): Promise<Table> {
    return this.#tables.get(name);
  }

  /**
   * Locks all given items and calls `run`. When `run` returns, the collected changes are written in one batch. If `run`
   * throws, nothing is written.
   */
  async writeLocked<T>(
    names: readonly string[],
    run: (set: WriteSet) => Promise<T>,
    isExpiry = false,
  ): Promise<T> {
    return this.#locks.hold(names, async () => {
      const set = new WriteSet(this.#tables.cachedStore);
      const result = await run(set);
      await this.#commit(set, isExpiry);
      return result;
    });
  }

  /** Waits for writes to the given items, locks the items and calls `run`. */
  readLocked<T>(names: readonly string[], run: (store: Store) => Promise<T>): Promise<T> {
    return this.#locks.hold(names, () => run(this.#tables.cachedStore));
  }

  /** Removes items whose time to live has passed, before they can be read. */
  async removeExpired(): Promise<void> {
    if (this.#sweep === undefined && !this.#expiries.isDue(this.#nowSeconds())) return;
    this.#sweep ??= this.#sweepExpired().finally(() => {
      this.#sweep = undefined;
    });
    await this.#sweep;
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.nowEpochMs() / 1000);
  }

  #run(write: ItemWrite): Promise<Output> {
    return runAction(write.operation, this.#tables.cachedStore, write.checked);
  }

  async #query(input: UnknownMembers): Promise<Output> {
    const checked = checkCall('Query', input, this.#store);
    const index = asText(checked['IndexName']);
    const table = await this.#tables.find(String(checked['TableName']));
    const schema = table && keySchemaOf(table, index);
    const empty = schema && emptyKeyCondition(schema, membersOf(checked['KeyConditions']), index);
    if (empty !== undefined) throw validationError(empty);
    if (index !== undefined && table !== undefined && schema !== undefined && hasSeveralKeys(schema))
      return queryBySeveralKeys(this.#tables.cachedStore, table, schema, checked);
    if (Object.keys(membersOf(checked['KeyConditions'])).length > 2) throw validationError(TWO_CONDITIONS);
    return this.#run({ operation: 'Query', checked });
  }

  async #writeItem(
    operation: 'PutItem' | 'UpdateItem' | 'DeleteItem',
    input: UnknownMembers,
  ): Promise<Output> {
    const returnOld = readReturnOld(input);
    const checked = checkCall(operation, input, this.#store);
    const table = await this.#tables.get(String(checked['TableName']));
    const key = keyOf(table, checked);
    // A key that does not fit the table has no item to lock. The action refuses the key in AWS's words.
    if (key === undefined) return this.#run({ operation, checked });
    return this.writeLocked([lockName(table, key)], async (set) => {
      try {
        const output = await runAction(operation, set.store, checked);
        const written = { table, item: membersOf(checked['Item'] ?? checked['Key']) };
        return withCollection(withIndexUnits(withoutNothing(output), set.operations), input, written);
      } catch (error) {
        throw returnOld ? withItem(error, set.before(table.TableName, key)) : error;
      }
    });
  }

  async #writeBatch(input: UnknownMembers): Promise<Output> {
    const checked = this.check('BatchWriteItem', input);
    const names: string[] = [];
    const written: Written[] = [];
    for (const [tableName, requests] of Object.entries(membersOf(checked['RequestItems']))) {
      const table = await this.#tables.get(tableName);
      for (const request of Array.isArray(requests) ? requests : []) {
        const { PutRequest: put, DeleteRequest: remove } = membersOf(request);
        const write = membersOf(put ?? remove);
        const key = keyOf(table, write);
        written.push({ table, item: membersOf(write['Item'] ?? write['Key']) });
        if (key !== undefined) names.push(lockName(table, key));
      }
    }
    return this.writeLocked(names, async (set) => {
      const output = await runAction('BatchWriteItem', set.store, checked);
      return withCollections(withIndexUnits(output, set.operations), input, written);
    });
  }

  async #commit(set: WriteSet, isExpiry: boolean): Promise<void> {
    if (set.operations.length === 0) return;
    await this.#refuseIndexKeys(set);
    const memory = this.#memoryBytes;
    const grown = new Map<string, number>();
    if (memory !== undefined) {
      for (const { table, before, after } of set.changes) {
        grown.set(table, (grown.get(table) ?? 0) + jsonBytes(after) - jsonBytes(before));
      }
      this.#refuseOverflow(memory, grown);
    }
    await this.#store.db.batch(set.operations);
    for (const [table, bytes] of grown) memory?.set(table, (memory.get(table) ?? 0) + bytes);
    for (const { table, key, after } of set.changes) this.#noteExpiry(table, key, after);
    await this.#report(set, isExpiry);
  }

  /** Reports the changes of a write. A write that leaves an item unchanged is not reported. */
  async #report(set: WriteSet, isExpiry: boolean): Promise<void> {
    if (this.#followed.size === 0 && this.#streams.isClosed) return;
    const changes: TableChange[] = [];
    for (const { table, before, after } of set.changes) {
      const isFollowed = this.#followed.has(table);
      if (!isFollowed && !this.#streams.hasStream(table)) continue;
      const item = after ?? before;
      if (item === undefined || isSameItem(before, after)) continue;
      const { KeySchema: schema } = await this.#tables.get(table);
      const keys = schema.map(({ AttributeName: name }) => [name, item[name] ?? {}] as const);
      const change = { table, keys: Object.fromEntries(keys), before, after, isExpiry };
      const numbered = this.#streams.append(change);
      if (isFollowed) changes.push(numbered);
    }
    if (changes.length > 0) this.#onChanges?.(changes);
  }

  async #refuseIndexKeys({ changes }: WriteSet): Promise<void> {
    for (const { table: name, before, after } of changes) {
      if (after === undefined) continue;
      const table = await this.#tables.get(name);
      const wrong = oversizedIndexKey(table, after) ?? emptyIndexKey(table, before, after);
      if (wrong !== undefined) throw validationError(wrong);
    }
  }

  #refuseOverflow(memory: ReadonlyMap<string, number>, grown: ReadonlyMap<string, number>): void {
    const more = sum(grown.values());
    if (more <= 0 || sum(memory.values()) + more <= this.#maxMemoryBytes) return;
    throw validationError(
      `The embedded DynamoDB can keep at most ${this.#maxMemoryBytes} bytes of items in memory; ` +
        'start with --data DIR to keep them on disk',
    );
  }

  #noteExpiry(table: string, key: string, item: Item | undefined): void {
    const attribute = this.#tables.timeToLiveAttribute(table);
    if (attribute === undefined) return;
    const due = item === undefined ? undefined : dueSecondsOf(item, attribute, this.#nowSeconds());
    this.#expiries.set(table, key, due);
  }

  async #sweepExpired(): Promise<void> {
    const nowSeconds = this.#nowSeconds();
    for (;;) {
      const due = this.#expiries.takeDue(nowSeconds, EXPIRY_BATCH);
      if (due.length === 0) return;
      const names = due.map(({ table, key }) => `${table}~${key}`);
      const expire = async (set: WriteSet): Promise<void> => {
        for (const { table, key } of due) await this.#expire(set, table, key, nowSeconds);
      };
      await this.writeLocked(names, expire, true);
    }
  }

  async #expire(set: WriteSet, tableName: string, key: string, nowSeconds: number): Promise<void> {
    const attribute = this.#tables.timeToLiveAttribute(tableName);
    const item = await readRecord(set.store, tableName, key);
    if (attribute === undefined || item === undefined) return;
    const due = dueSecondsOf(item, attribute, nowSeconds);
    if (due === undefined || due >= nowSeconds) return;
    const { KeySchema: schema } = await this.#tables.get(tableName);
    const itemKey = Object.fromEntries(schema.map(({ AttributeName: name }) => [name, item[name]]));
    await runAction('DeleteItem', set.store, { TableName: tableName, Key: itemKey });
  }

  async #updateTimeToLive(input: UnknownMembers): Promise<Output> {
    const { output, enabledTable } = await this.#tables.updateTimeToLive(input);
    if (enabledTable === undefined) this.#expiries.drop(String(input['TableName']));
    else await this.#queueExistingItems(enabledTable);
    return output;
  }

  async #queueExistingItems(tableName: string): Promise<void> {
    const table = await this.#tables.get(tableName);
    let start: unknown;
    do {
      const page = await this.#run({
        operation: 'Scan',
        checked: { TableName: tableName, ...(start === undefined ? {} : { ExclusiveStartKey: start }) },
      });
      for (const item of Array.isArray(page['Items']) ? (page['Items'] as readonly Item[]) : []) {
        this.#noteExpiry(tableName, dynaliteDb.createKey(item, table), item);
      }
      start = page['LastEvaluatedKey'];
    } while (start !== undefined);
  }

  async #describeTable(input: UnknownMembers): Promise<Output> {
    const operation = 'DescribeTable';
    const output = await this.#run({ operation, checked: this.check(operation, input) });
    return { ...output, Table: withWarmThroughput(membersOf(output['Table'])) };
  }

  async #deleteTable(input: UnknownMembers): Promise<Output> {
    const output = await this.#tables.change('DeleteTable', input);
    const name = String(input['TableName']);
    this.#memoryBytes?.delete(name);
    this.#expiries.drop(name);
    return output;
  }
}

function readRecord(store: Store, table: string, key: string): Promise<Item | undefined> {
  return new Promise((resolve, reject) => {
    store.getItemDb(table).get(key, (error, item) => {
      if (error) reject(error);
      else resolve(item);
    });
  });
}

/** Removes `Attributes` from the output if it is empty because no attribute changed. */
function withoutNothing({ Attributes: attributes, ...rest }: Output): Output {
  return isJsonObject(attributes) && Object.keys(attributes).length > 0
    ? { Attributes: attributes, ...rest }
    : rest;
}

function jsonBytes(item: Item | undefined): number {
  return item === undefined ? 0 : Buffer.byteLength(JSON.stringify(item));
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
