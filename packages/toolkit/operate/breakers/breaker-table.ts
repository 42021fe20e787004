/**
 * Reads the circuit breakers that instances share from their table, and makes the only change that an operator can
 * make.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { breakerKey, breakerPartition, parseBreaker, resetWrite } from '#shared/resilience/breaker-item.ts';
import type { SharedState } from '#shared/resilience/breaker-item.ts';
import { parseItem, printKey, printPut, printQuery } from '#shared/table/dynamodb-expression.ts';
import type { DynamoDbItem } from '#shared/table/dynamodb-expression.ts';
import { parseKeyPart } from '#shared/table/item-write.ts';
import type { Item, ItemKey } from '#shared/table/item-write.ts';
import { guardLayout } from '#shared/table/layout.ts';
import { listAt, memberAt } from '../../terminal/aws-call.ts';
import type { Aws, AwsRequest } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import { callOrFail } from '../failures/call-or-fail.ts';

export type ListedBreaker = {
  readonly name: string;
  readonly state: SharedState['state'];
  /** The number of state changes so far. */
  readonly generation: number;
  /**
   * Reason of the last change: `calls-failed`, `probe-failed`, `probe-silent`, `probe`, `probes-succeeded`,
   * `reset`.
   */
  readonly why: string;
  /**
   * The time of the last change, with a resolution of one second. It is the table's time, taken from the response that
   * preceded the change.
   */
  readonly changedAt: string | undefined;
  readonly openUntil: string | undefined;
  readonly probes: { readonly admitted: number; readonly succeeded: number } | undefined;
};

export type BreakerPlace = { readonly tableName: string; readonly namespace: string };

const PAGES_LIMIT = 20;

/**
 * Returns the breakers sorted by name.
 * @throws UsageError if the table cannot be read
 */
export async function listBreakers(aws: Aws, place: BreakerPlace): Promise<readonly ListedBreaker[]> {
  const found: ListedBreaker[] = [];
  let after: unknown;
  for (let page = 1; page <= PAGES_LIMIT; page += 1) {
    const { body } = await callOrFail(
      aws,
      'dynamodb:Query',
      dynamoDb('Query', {
        ...printQuery(place.tableName, [
          { attribute: 'pk', is: 'equal', value: breakerPartition(place.namespace) },
          { attribute: 'sk', is: 'begins-with', value: PREFIX },
        ]),
        ConsistentRead: true,
        ...(after !== undefined && { ExclusiveStartKey: after }),
      }),
    );
    found.push(...listAt(body, 'Items').map((item) => describeBreaker(item as DynamoDbItem)));
    after = memberAt(body, 'LastEvaluatedKey');
    if (!isJsonObject(after)) return found;
  }
  throw new UsageError(
    `namespace ${place.namespace} has more than ${found.length} breakers, which is too many to list: run gatewright breakers show with the name of one`,
  );
}

/**
 * Returns one breaker.
 * @throws UsageError if the breaker has never changed its state
 */
export async function readBreaker(aws: Aws, place: BreakerPlace, name: string): Promise<ListedBreaker> {
  return describeBreaker((await getBreaker(aws, place, name)).item);
}

/**
 * Resets a breaker.
 * @throws UsageError if the breaker cannot be reset, or if its state has changed in the meantime
 */
export async function resetBreaker(aws: Aws, place: BreakerPlace, name: string): Promise<ListedBreaker> {
  const key = breakerKey(place.namespace, name);
  const { item, tableEpochMs } = await getBreaker(aws, place, name);
  const { generation, state } = parseBreaker(parseItem(item));
  if (state === 'closed') return describeBreaker(item);
  const write = guardLayout(resetWrite(key, generation, tableEpochMs));
  if (write.change.kind !== 'put') throw new TypeError('a reset must replace the whole item');
  const answer = await aws.call(dynamoDb('PutItem', printPut(place.tableName, write, write.change.item)));
  if (answer.kind === 'answer') return describeItem(name, write.change.item);
  if (answer.kind === 'refused' && answer.code === 'ConditionalCheckFailedException')
    throw new UsageError(
      `the state of ${name} changed during the reset: check it with gatewright breakers show, then repeat the reset`,
    );
  const why = answer.kind === 'refused' ? `AWS refused dynamodb:PutItem with ${answer.code}: ` : '';
  throw new UsageError(`${why}${answer.message}`);
}

const PREFIX = 'BREAKER#';

async function getBreaker(
  aws: Aws,
  { tableName, namespace }: BreakerPlace,
  name: string,
): Promise<{ readonly item: DynamoDbItem; readonly tableEpochMs: number }> {
  const key: ItemKey = breakerKey(namespace, name);
  const { body, headers } = await callOrFail(
    aws,
    'dynamodb:GetItem',
    dynamoDb('GetItem', { TableName: tableName, Key: printKey(key), ConsistentRead: true }),
  );
  const item = memberAt(body, 'Item');
  if (!isJsonObject(item))
    throw new UsageError(
      `table ${tableName} has no breaker ${name} in namespace ${namespace}: the breaker has never opened, or it has another name; gatewright breakers list shows the names`,
    );
  return { item: item as object as DynamoDbItem, tableEpochMs: Date.parse(headers.get('date') ?? '') || 0 };
}

function dynamoDb(action: string, input: object): AwsRequest {
  return {
    service: 'dynamodb',
    protocol: 'json',
    version: '1.0',
    target: `DynamoDB_20120810.${action}`,
    input,
  };
}

function describeBreaker(item: DynamoDbItem): ListedBreaker {
  return describeItem(parseKeyPart((item['sk']?.S ?? '').slice(PREFIX.length)), parseItem(item));
}

function describeItem(name: string, item: Item): ListedBreaker {
  const shared = parseBreaker(item);
  const isProbed = shared.state === 'half-open';
  return {
    name,
    state: shared.state,
    generation: shared.generation,
    why: String(item['why'] ?? ''),
    changedAt: timeOf(item['at']),
    openUntil: timeOf(shared.openUntilEpochMs),
    probes: isProbed ? { admitted: shared.taken, succeeded: shared.succeeded } : undefined,
  };
}

function timeOf(epochMs: unknown): string | undefined {
  return typeof epochMs === 'number' && epochMs > 0 ? new Date(epochMs).toISOString() : undefined;
}
