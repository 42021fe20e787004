/** The parts of dynalite's inner store that the embedded DynamoDB uses. */
import { createRequire } from 'node:module';
import type { ViewType } from './stream-record.ts';

export type AttributeValue = { readonly [type: string]: unknown };
export type Item = { readonly [attribute: string]: AttributeValue };
export type Done<T> = (error: Error | null | undefined, value?: T) => void;
/**
 * The wrapper that a lock provides for the callback of an action. The lock is released when the wrapped callback is
 * called.
 */
type Release = <T>(done: Done<T>) => Done<T>;

/** The items of one table, or the entries of one index, by dynalite's sortable key text. */
export interface Records {
  lock(key: string, run: (release: Release) => void): void;
  get(key: string, done: Done<Item>): void;
  put(key: string, value: Item, done: Done<never>): void;
  del(key: string, done: Done<never>): void;
}

export type KeyElement = { readonly AttributeName: string; readonly KeyType: string };

export type Table = {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeyElement[];
  readonly LocalSecondaryIndexes?: readonly unknown[];
  readonly CreationDateTime?: number;
  readonly TableArn?: string;
  readonly DeletionProtectionEnabled?: boolean;
  readonly StreamSpecification?: { readonly StreamEnabled: true; readonly StreamViewType: ViewType };
  readonly LatestStreamArn?: string;
  readonly LatestStreamLabel?: string;
};

export type BatchOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

export type Store = {
  /** The LevelDB database. Each key has a prefix, such as `item-{table}~` or `index-global~{table}~{index}~`. */
  readonly db: {
    open(): Promise<void>;
    put(key: string, value: unknown): Promise<void>;
    get(key: string): Promise<unknown>;
    del(key: string): Promise<void>;
    /** Writes all operations or none, even if the process is killed. */
    batch(operations: readonly BatchOperation[]): Promise<void>;
  };
  /**
   * The part of the store that creates tables. Its region and account id appear in the tables' ARNs (`CreateTable`).
   */
  readonly tableDb: {
    readonly awsRegion: string;
    readonly awsAccountId: string;
    put(name: string, table: unknown, done: Done<never>): void;
  };
  readonly lifecycleManager: { gracefulClose(): Promise<void> };
  readonly getTable: (name: string, checkStatus: boolean | Done<Table>, done?: Done<Table>) => void;
  readonly getItemDb: (name: string) => Records;
  readonly getIndexDb: (kind: string, table: string, index: string) => Records;
};

type StoreOptions = {
  readonly path?: string;
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
};

/** A range of LevelDB's keys. */
export type StreamRange = {
  readonly gt?: string | undefined;
  readonly gte?: string | undefined;
  readonly lt?: string | undefined;
  readonly lte?: string | undefined;
};

type DynaliteDb = {
  create(options: StoreOptions): Store;
  /** Returns a sortable text of an item's key. The item (or key) must be valid for the table. */
  createKey(item: Item, table: Table): string;
  validateKey(key: Item, table: Table): Error | null | undefined;
  validateItem(item: Item, table: Table): Error | null | undefined;
  createIndexKey(item: Item, table: Table, schema: readonly KeyElement[]): string;
  hashPrefix(value: unknown, type: string): string;
  /** Returns a sortable text. */
  toRangeStr(value: unknown, type: string): string;
  queryTable(
    store: Store,
    table: Table,
    input: object,
    range: StreamRange & { readonly reverse: boolean; readonly limit: number },
    isLocal: boolean,
    readsTable: boolean,
    startKeyNames: readonly string[],
    done: Done<Record<string, unknown>>,
  ): void;
  /** Returns the size in bytes by DynamoDB's rules. */
  itemSize(item: Item): number;
  compare(operator: string, value: AttributeValue, other: AttributeValue): boolean;
  /**
   * Whether an item satisfies an expression.
   * @param expression the expression in the form that resolve-condition.ts produces
   */
  matchesExprFilter(item: Item, expression: unknown): boolean;
};

type Validations = {
  /**
   * Converts the members of `data` to their declared types, and drops undeclared members.
   * @throws Error with `statusCode` and `body` if a member has the wrong type
   */
  checkTypes(data: object, types: object): Record<string, unknown>;
  /**
   * Checks the converted members against the rules of the operation.
   * @throws Error with `statusCode` and `body` if a rule is violated
   */
  checkValidations(data: object, types: object, custom: unknown, store: Store): void;
  /** @returns the error if the value is invalid */
  validateAttributeValue(value: AttributeValue): string | null | undefined;
  /**
   * Checks expressions. This is dynalite's own function, which the rules of each operation call.
   * expressions/read-expressions.ts replaces it.
   */
  validateExpressions(input: object): string | undefined;
};

type Action = (store: Store, input: Record<string, unknown>, done: Done<Record<string, unknown>>) => void;
type Rules = { readonly types: object; readonly custom?: unknown };

/**
 * Loads dynalite's internal modules, which have no types. They are not a public interface, so the version is pinned
 * exactly, and test/packages/gateway/dynamodb/engine.test.ts detects changes.
 */
const load = createRequire(import.meta.url);

export const dynaliteDb = load('dynalite/db') as DynaliteDb;
export const validations = load('dynalite/validations') as Validations;

/**
 * Loads an operation of dynalite.
 * @param operation its name, such as `putItem`
 */
export function loadOperation(operation: string): { readonly action: Action; readonly rules: Rules } {
  return {
    action: load(`dynalite/actions/${operation}`) as Action,
    rules: load(`dynalite/validations/${operation}`) as Rules,
  };
}
