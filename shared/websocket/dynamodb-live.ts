import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import { PROCESS_PORTS, repeatCall } from '@gatewright/aws/retry';
import * as RETRIES from '@gatewright/aws/retry-rules';
import { loadOnce } from '@gatewright/aws/load-once';
import { loadPackage } from '../aws/load-package.ts';
import { DomainError } from '../errors.ts';
import type { LiveStore } from '../ports.ts';
import { parseItem, printItem, printKey, printQuery } from '../table/dynamodb-expression.ts';
import type { Condition } from '../table/dynamodb-expression.ts';

type LoadLiveClient = () => Promise<{
  readonly client: Pick<DynamoDb.DynamoDBClient, 'send'>;
  readonly commands: Pick<typeof DynamoDb, 'BatchWriteItemCommand' | 'QueryCommand'>;
}>;

/** Maximum number of items in a batch. This is DynamoDB's own limit. */
const BATCH = 25;
const TIMEOUT_MS = 3000;

/** Region, credentials and endpoint come from the SDK's environment. */
const loadLiveClient: LoadLiveClient = async () => {
  const commands = await loadPackage('@aws-sdk/client-dynamodb', () => import('@aws-sdk/client-dynamodb'));
  return { client: new commands.DynamoDBClient({ maxAttempts: 3 }), commands };
};

/**
 * Creates the store of live connections. Every method throws DomainError STORE_UNAVAILABLE when DynamoDB does not
 * accept the request.
 */
export function createLiveStore(
  tableName: string,
  load: LoadLiveClient = loadLiveClient,
  ports = PROCESS_PORTS,
): LiveStore {
  const loaded = loadOnce(load);
  const writeAll = async (requests: readonly DynamoDb.WriteRequest[]) => {
    const { client, commands } = await loaded();
    for (let first = 0; first < requests.length; first += BATCH) {
      let left = requests.slice(first, first + BATCH);
      await repeatCall(
        async () => {
          const command = new commands.BatchWriteItemCommand({ RequestItems: { [tableName]: left } });
          const { UnprocessedItems } = await client.send(command, deadline());
          left = UnprocessedItems?.[tableName] ?? [];
        },
        () => ({ failure: left.length > 0 ? 'busy' : undefined }),
        RETRIES.batch,
        ports,
      );
      if (left.length > 0) throw new Error('DynamoDB did not process all writes of a batch');
    }
  };
  return {
    put: (items) =>
      orUnavailable(() =>
        writeAll(items.map(({ key, item }) => ({ PutRequest: { Item: printItem(key, item) } }))),
      ),
    remove: (keys) =>
      orUnavailable(() => writeAll(keys.map((key) => ({ DeleteRequest: { Key: printKey(key) } })))),
    page: ({ pk, limit, after, from, to }) =>
      orUnavailable(async () => {
        const { client, commands } = await loaded();
        const partition: Condition = { attribute: 'pk', is: 'equal', value: pk };
        // DynamoDB does not allow an empty text in a key. A blank sorts before all keys that we write.
        const range = { attribute: 'sk', is: 'between', from: from || ' ', to: to ?? '' } as const;
        const isRange = from !== undefined && to !== undefined;
        const command = new commands.QueryCommand({
          ...printQuery(tableName, isRange ? [partition, range] : [partition]),
          ConsistentRead: true,
          Limit: limit,
          ...(after !== undefined && { ExclusiveStartKey: printKey({ pk, sk: after }) }),
        });
        const { Items = [], LastEvaluatedKey } = await client.send(command, deadline());
        const items = Items.map((item) => ({
          key: { pk, sk: item['sk']?.S ?? '' },
          item: parseItem(item),
        }));
        return { items, hasMore: LastEvaluatedKey !== undefined };
      }),
  };
}

function deadline() {
  return { abortSignal: AbortSignal.timeout(TIMEOUT_MS) };
}

async function orUnavailable<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError('STORE_UNAVAILABLE', 'the connections table did not accept the request', { cause });
  }
}
