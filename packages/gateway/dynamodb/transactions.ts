/**
 * Runs TransactWriteItems and TransactGetItems, which dynalite lacks. All items are locked. dynalite's own actions then
 * write into one write set, which is stored as one batch or not at all. Source: DynamoDB API reference,
 * "TransactWriteItems", "TransactGetItems".
 */
import { membersOf } from '@gatewright/aws/json-object';
import { canonicalJson } from '@gatewright/aws/equal-json';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MUST, validationMessage, violationOf } from '@gatewright/aws/violations';
import { createHash } from 'node:crypto';
import { withIndexUnits } from './capacity.ts';
import { withCollections } from './item-collections.ts';
import type { Output } from './actions.ts';
import type { Clock } from './clock.ts';
import { dynaliteDb, type Item, type Store, type Table } from './dynalite-store.ts';
import {
  DYNAMODB,
  DynamoDbError,
  dynamoDbInput,
  type DynaliteOperation,
  runAction,
  VALIDATION,
  validationError,
} from './actions.ts';
import { WriteSet } from './write-set.ts';
import { isRefusedCondition, keyDefect, keyOf, lockName, readReturnOld } from './item-write.ts';
import { emptyIndexKey, emptyKey } from './key-schema.ts';

interface LockedStore {
  check(operation: DynaliteOperation, input: object): Record<string, unknown>;
  table(name: string): Promise<Table>;
  writeLocked<T>(names: readonly string[], run: (set: WriteSet) => Promise<T>): Promise<T>;
  readLocked<T>(names: readonly string[], run: (store: Store) => Promise<T>): Promise<T>;
}

type Member = {
  readonly kind: string;
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem';
  readonly checked: Record<string, unknown>;
  readonly returnOld: boolean;
  readonly table: Table;
  /** The item's key; undefined if it does not fit the table, which cancels the transaction. */
  readonly key: string | undefined;
};

type Reason = { readonly Code: string; readonly Message?: string; readonly Item?: Item };

const MAX_MEMBERS = 100;
const MAX_BYTES = 4 * 1024 * 1024;
/** The time in milliseconds for which AWS remembers a client request token: ten minutes. */
const TOKEN_MS = 10 * 60_000;
/** The maximum number of remembered tokens. If there are more within ten minutes, the oldest token is dropped. */
const MAX_TOKENS = 10_000;

const OPERATION_OF = new Map<string, Member['operation']>([
  ['Put', 'PutItem'],
  ['Update', 'UpdateItem'],
  ['Delete', 'DeleteItem'],
  // A ConditionCheck runs as a delete whose write set is discarded. Only the result of its condition is used.
  ['ConditionCheck', 'DeleteItem'],
]);

export class DynamoDbTransactions {
  readonly #engine: LockedStore;
  readonly #clock: Clock;
  readonly #tokens = new Map<
    string,
    { readonly atMs: number; readonly digest: string; readonly output: Promise<Output> }
  >();

  constructor(engine: LockedStore, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /**
   * Runs a write transaction. If its ClientRequestToken has been used for the same items within ten minutes, nothing is
   * written, and the first response is returned again. Failed transactions are not remembered.
   */
  async write(input: UnknownMembers): Promise<Output> {
    const token = input['ClientRequestToken'];
    if (token === undefined || token === null) return this.#writeOnce(input);
    if (typeof token !== 'string' || token.length < 1 || token.length > 36)
      throw validationError(
        validationMessage(violationOf('', 'clientRequestToken', MUST.haveLengthWithin(1, 36))),
      );
    const nowMs = this.#clock.nowEpochMs();
    // Transactions that differ only in the order of attributes are equal [obs: dynamodb,
    // `test_dynamodb_idempotent_writing`].
    const digest = createHash('sha256')
      .update(canonicalJson(input['TransactItems'] ?? null))
      .digest('base64');
    const earlier = this.#tokens.get(token);
    if (earlier !== undefined && Math.abs(nowMs - earlier.atMs) < TOKEN_MS) {
      if (earlier.digest === digest) return earlier.output;
      throw new DynamoDbError(
        400,
        `${DYNAMODB}IdempotentParameterMismatchException`,
        'The provided client token was used with different parameters',
      );
    }
    const output = this.#writeOnce(input);
    this.#remember(token, { atMs: nowMs, digest, output });
    output.catch(() => this.#tokens.delete(token));
    return output;
  }

  async read(input: UnknownMembers): Promise<Output> {
    const gets = readMembers(input).map((member) => {
      const [[kind, fields] = ['', undefined], ...others] = Object.entries(member);
      if (kind !== 'Get' || others.length > 0) throw validationError('TransactItems can only contain Get');
      return this.#engine.check('GetItem', {
        ...membersOf(fields),
        // The items of a transaction are read consistently, and AWS bills these reads as consistent reads.
        ConsistentRead: true,
        ...capacityOption(input),
      });
    });
    const defects: (DynamoDbError | undefined)[] = [];
    const names: string[] = [];
    for (const checked of gets) {
      const table = await this.#engine.table(String(checked['TableName']));
      const key = keyOf(table, checked);
      defects.push(keyDefect(table, checked));
      if (key !== undefined) names.push(lockName(table, key));
    }
    cancelForKeys(defects);
    refuseRepeats(names);
    const outputs = await this.#engine.readLocked(names, (store) =>
      Promise.all(gets.map((checked) => runAction('GetItem', store, checked))),
    );
    refuseSize(outputs.flatMap(({ Item: item }) => (item === undefined ? [] : [asItem(item)])));
    return {
      Responses: outputs.map((output) => (output['Item'] === undefined ? {} : { Item: output['Item'] })),
      ...sumCapacity(outputs, 'ReadCapacityUnits'),
    };
  }

  #remember(token: string, entry: { atMs: number; digest: string; output: Promise<Output> }): void {
    this.#tokens.delete(token);
    this.#tokens.set(token, entry);
    for (const [oldest, { atMs }] of this.#tokens) {
      if (this.#tokens.size <= MAX_TOKENS && Math.abs(entry.atMs - atMs) < TOKEN_MS) break;
      this.#tokens.delete(oldest);
    }
  }

  async #writeOnce(input: UnknownMembers): Promise<Output> {
    const members: Member[] = [];
    for (const member of readMembers(input)) members.push(await this.#member(member, input));
    cancelForKeys(members.map(({ table, checked }) => keyDefect(table, checked)));
    const names = members.flatMap(({ table, key }) => (key === undefined ? [] : [lockName(table, key)]));
    refuseRepeats(names);
    return this.#engine.writeLocked(names, async (set) => {
      const outputs: Output[] = [];
      const reasons: Reason[] = [];
      for (const member of members) {
        const target = member.kind === 'ConditionCheck' ? new WriteSet(set.store) : set;
        try {
          outputs.push(await runAction(member.operation, target.store, member.checked));
          reasons.push({ Code: 'None' });
        } catch (error) {
          reasons.push(toReason(error, member, target));
        }
      }
      if (reasons.some(({ Code: code }) => code !== 'None')) throw cancelled(reasons);
      refuseSize(set.changes.map(({ after }) => after));
      const output = withIndexUnits(sumCapacity(outputs, 'WriteCapacityUnits'), set.operations, TIMES);
      const written = members.map(({ table, checked }) => {
        return { table, item: membersOf(checked['Item'] ?? checked['Key']) };
      });
      return withCollections(output, input, written);
    });
  }

  async #member(member: UnknownMembers, input: UnknownMembers): Promise<Member> {
    const [[kind, value] = ['', undefined], ...others] = Object.entries(member);
    const operation = OPERATION_OF.get(kind);
    if (operation === undefined || others.length > 0) {
      throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    const fields = membersOf(value);
    if (kind === 'ConditionCheck' && typeof fields['ConditionExpression'] !== 'string') {
      throw validationError('The ConditionExpression of a ConditionCheck must be given');
    }
    const checked = this.#engine.check(operation, { ...fields, ...capacityOption(input) });
    const table = await this.#engine.table(String(checked['TableName']));
    const key = keyOf(table, checked);
    // An empty key refuses the whole request. Each other defect of a key cancels the transaction.
    const item = asItem(checked['Item'] ?? checked['Key']);
    const empty =
      emptyKey(table, item) ?? (operation === 'PutItem' ? emptyIndexKey(table, undefined, item) : undefined);
    if (empty !== undefined) throw validationError(empty);
    return { kind, operation, checked, returnOld: readReturnOld(fields), table, key };
  }
}

function readMembers(input: UnknownMembers): readonly UnknownMembers[] {
  const reader = dynamoDbInput(input);
  const members = reader.list('TransactItems', { isRequired: true, least: 1, most: MAX_MEMBERS });
  reader.check();
  return members.map(membersOf);
}

function refuseRepeats(names: readonly string[]): void {
  if (new Set(names).size === names.length) return;
  throw validationError('Transaction request cannot include multiple operations on one item');
}

function refuseSize(items: readonly (Item | undefined)[]): void {
  const bytes = items.reduce(
    (total, item) => total + (item === undefined ? 0 : dynaliteDb.itemSize(item)),
    0,
  );
  if (bytes <= MAX_BYTES) return;
  throw validationError('The aggregate size of the items in the transaction cannot exceed 4 MB');
}

function toReason(error: unknown, member: Member, set: WriteSet): Reason {
  if (isRefusedCondition(error)) {
    const item =
      member.returnOld && member.key !== undefined
        ? set.before(member.table.TableName, member.key)
        : undefined;
    return {
      Code: 'ConditionalCheckFailed',
      Message: error.message,
      ...(item === undefined ? {} : { Item: item }),
    };
  }
  if (error instanceof DynamoDbError && error.body['__type'] === VALIDATION) {
    return { Code: 'ValidationError', Message: error.message };
  }
  throw error;
}

/**
 * Cancels a transaction if the key of a member does not fit its table. DynamoDB checks the keys before it looks for
 * repeated items and evaluates conditions, and gives a reason only for the first such member [report:
 * floci-io/floci#3674].
 */
function cancelForKeys(defects: readonly (DynamoDbError | undefined)[]): void {
  const first = defects.findIndex((defect) => defect !== undefined);
  const message = defects[first]?.message;
  if (message === undefined) return;
  throw cancelled(
    defects.map((_, at) => (at === first ? { Code: 'ValidationError', Message: message } : { Code: 'None' })),
  );
}

function cancelled(reasons: readonly Reason[]): DynamoDbError {
  const codes = reasons.map(({ Code: code }) => code).join(', ');
  return new DynamoDbError(
    400,
    `${DYNAMODB}TransactionCanceledException`,
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

function capacityOption(input: UnknownMembers): UnknownMembers {
  const mode = input['ReturnConsumedCapacity'];
  return mode === undefined ? {} : { ReturnConsumedCapacity: mode };
}

/**
 * The factor by which the capacity units of a transaction are multiplied. AWS bills each item twice, for the prepare
 * step and for the commit step.
 */
const TIMES = 2;

/**
 * @param kind the member in which the response also contains the units of the transaction (AWS CLI reference,
 * transact-get-items)
 */
function sumCapacity(outputs: readonly Output[], kind: 'ReadCapacityUnits' | 'WriteCapacityUnits'): Output {
  const units = new Map<string, number>();
  for (const output of outputs) {
    const { TableName: table, CapacityUnits: capacity } = membersOf(output['ConsumedCapacity']);
    if (typeof table === 'string') units.set(table, (units.get(table) ?? 0) + TIMES * Number(capacity));
  }
  if (units.size === 0) return {};
  return {
    ConsumedCapacity: [...units].map(([table, capacity]) => {
      return { TableName: table, CapacityUnits: capacity, [kind]: capacity };
    }),
  };
}

function asItem(value: unknown): Item {
  return membersOf(value) as Item;
}
