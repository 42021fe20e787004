/**
 * The capacity units of calls, counted as AWS bills on-demand tables (DynamoDB developer guide, "Read and write
 * operations"; docs/aws §14). Reads are counted in units of 4 KB, and cost half as much if they are eventually
 * consistent. Writes are counted in units of 1 KB, and the writes of index entries are added. In a transaction, reads
 * and writes cost twice as much.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { DynamoDbError } from './actions.ts';
import { isRefusedCondition } from './item-write.ts';
import { dynaliteDb } from './dynalite-store.ts';
import type { Output } from './actions.ts';
import type { BatchOperation, Item } from './dynalite-store.ts';

/** The capacity units that the calls of a caller have consumed in a table. */
export type TableUnits = {
  readonly table: string;
  /** The access key id of the caller; empty for callers beyond a limit. */
  readonly accessKeyId: string;
  readonly reads: number;
  readonly writes: number;
};

const READS: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);
const WRITES: ReadonlySet<string> = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
]);
const BYTES_PER_WRITE = 1024;
/** The minimum number of units of a read. A read that finds nothing consumes this number. */
const LEAST_READ = 0.5;
/** The maximum number of counted pairs of a table and a caller, because each session has an access key of its own. */
const PAIRS = 1000;

type Execute = (operation: string, input: UnknownMembers) => Promise<Output>;

export class CapacityMeter {
  readonly #tables = new Map<string, { -readonly [Name in keyof TableUnits]: TableUnits[Name] }>();
  readonly #onMore: () => void;

  /** @param onMore called for each table in which a call consumed units */
  constructor(onMore: () => void = () => undefined) {
    this.#onMore = onMore;
  }

  get tables(): readonly TableUnits[] {
    return [...this.#tables.values()].map((units) => ({ ...units }));
  }

  /** Runs a call. The consumed capacity is added to the result only if the caller requested it. */
  async run(operation: string, input: UnknownMembers, execute: Execute, accessKeyId = ''): Promise<Output> {
    const isRead = READS.has(operation);
    if (!isRead && !WRITES.has(operation)) return execute(operation, input);
    const mode = input['ReturnConsumedCapacity'];
    const isAsked = mode !== undefined && mode !== 'NONE';
    try {
      const output = await execute(
        operation,
        isAsked ? input : { ...input, ReturnConsumedCapacity: 'TOTAL' },
      );
      for (const [table, units] of unitsOf(output)) this.#add({ table, accessKeyId }, isRead, units);
      if (!isAsked) delete output['ConsumedCapacity'];
      return output;
    } catch (error) {
      // A condition can fail only after the item has been read. AWS bills such a call like a write.
      if (error instanceof DynamoDbError && isRefusedCondition(error))
        this.#add({ table: String(input['TableName']), accessKeyId }, false, 1);
      throw error;
    }
  }

  #add(of: Pick<TableUnits, 'table' | 'accessKeyId'>, isRead: boolean, units: number): void {
    const pair = `${of.table} ${of.accessKeyId}`;
    const accessKeyId = this.#tables.has(pair) || this.#tables.size < PAIRS ? of.accessKeyId : '';
    const key = `${of.table} ${accessKeyId}`;
    const known = this.#tables.get(key) ?? { table: of.table, accessKeyId, reads: 0, writes: 0 };
    if (isRead) known.reads += Math.max(units, LEAST_READ);
    else known.writes += units;
    this.#tables.set(key, known);
    this.#onMore();
  }
}

function unitsOf({ ConsumedCapacity: consumed }: Output): readonly (readonly [string, number])[] {
  const all: readonly unknown[] = Array.isArray(consumed)
    ? consumed
    : consumed === undefined
      ? []
      : [consumed];
  return all.map((one) => {
    const { TableName: table, CapacityUnits: units } = membersOf(one);
    return [String(table), Number(units) || 0] as const;
  });
}

/** Matches the beginning of an index entry's key, such as `index-global~{table}~{index}~…`. */
const OF_INDEX = /^index-(?:global|local)~([^~]+)~/;

/**
 * Returns the number of units, by table, that a write consumes in the indexes of its tables. Each KB of an added index
 * entry costs one unit. A removed index entry costs one unit, whatever its size.
 */
function indexUnits(operations: readonly BatchOperation[]): ReadonlyMap<string, number> {
  const units = new Map<string, number>();
  for (const operation of operations) {
    const table = OF_INDEX.exec(operation.key)?.[1];
    if (table === undefined) continue;
    const bytes = operation.type === 'put' ? dynaliteDb.itemSize(operation.value as Item) : 0;
    units.set(table, (units.get(table) ?? 0) + Math.max(1, Math.ceil(bytes / BYTES_PER_WRITE)));
  }
  return units;
}

/**
 * Adds the units of the indexes to the consumed capacity of a write. The output stays unchanged if the caller did not
 * request the capacity.
 */
export function withIndexUnits(output: Output, operations: readonly BatchOperation[], times = 1): Output {
  const { ConsumedCapacity: consumed } = output;
  if (consumed === undefined) return output;
  const more = indexUnits(operations);
  if (more.size === 0) return output;
  const raise = (one: unknown): Output => {
    const { CapacityUnits: units, TableName: table, WriteCapacityUnits: written } = membersOf(one);
    const sum = Number(units) + times * (more.get(String(table)) ?? 0);
    return {
      ...membersOf(one),
      CapacityUnits: sum,
      ...(written !== undefined && { WriteCapacityUnits: sum }),
    };
  };
  return { ...output, ConsumedCapacity: Array.isArray(consumed) ? consumed.map(raise) : raise(consumed) };
}
