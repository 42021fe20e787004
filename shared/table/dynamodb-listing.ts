/** ItemListing on a DynamoDB table with keys `pk` and `sk` and a global index `list` (`list`, `pk`; keys only). */
import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import { loadOnce } from '@gatewright/aws/load-once';
import { loadPackage } from '../aws/load-package.ts';
import type { ItemListing } from '../ports.ts';
import { parseItem, parseKey, printItem, printKey, printQuery } from './dynamodb-expression.ts';
import type { DynamoDbItem } from './dynamodb-expression.ts';
import { parseFailure } from './dynamodb-failure.ts';
import { findNewerLayout } from './layout.ts';
import type { KeyRange, ListOutcome, ListPage, ListedKey, RangeOutcome } from './listing.ts';

type LoadListingClient = () => Promise<{
  readonly client: Pick<DynamoDb.DynamoDBClient, 'send'>;
  readonly commands: Pick<typeof DynamoDb, 'QueryCommand' | 'ScanCommand'>;
}>;

type DynamoDbListingOptions = { readonly tableName: string; readonly load?: LoadListingClient };

const TIMEOUT_MS = 3000;

/**
 * Loads a client that may retry, because it only reads. Region, credentials and endpoint come from the SDK's
 * environment.
 */
const loadListingClient: LoadListingClient = async () => {
  const commands = await loadPackage('@aws-sdk/client-dynamodb', () => import('@aws-sdk/client-dynamodb'));
  return { client: new commands.DynamoDBClient({ maxAttempts: 3 }), commands };
};

export function createDynamoDbListing(options: DynamoDbListingOptions): ItemListing {
  const table = new ListedTable(options);
  return { range: (range) => table.range(range), list: (page) => table.list(page) };
}

class ListedTable {
  readonly #tableName: string;
  readonly #client: LoadListingClient;

  constructor({ tableName, load = loadListingClient }: DynamoDbListingOptions) {
    this.#tableName = tableName;
    this.#client = loadOnce(load);
  }

  async range({ pk, from, to, limit, after, newestFirst = false }: KeyRange): Promise<RangeOutcome> {
    try {
      const { client, commands } = await this.#client();
      const command = new commands.QueryCommand({
        ...printQuery(this.#tableName, [
          { attribute: 'pk', is: 'equal', value: pk },
          { attribute: 'sk', is: 'between', from, to },
        ]),
        ConsistentRead: true,
        ScanIndexForward: !newestFirst,
        Limit: limit,
        ...(after !== undefined && { ExclusiveStartKey: printKey({ pk, sk: after }) }),
      });
      const { Items: items = [], LastEvaluatedKey: last } = await client.send(command, deadline());
      const kept = items.map((item) => ({
        key: parseKey(item),
        item: parseItem(item),
      }));
      const reason = findNewerLayout(kept.map(({ item }) => item));
      if (reason !== undefined) return { kind: 'unavailable', reason };
      return { kind: 'done', items: kept, hasMore: last !== undefined };
    } catch (error) {
      return { kind: 'unavailable', reason: parseFailure(error).reason };
    }
  }

  async list(page: ListPage): Promise<ListOutcome> {
    try {
      const { client, commands } = await this.#client();
      const { list, limit, after } = page;
      const input = {
        TableName: this.#tableName,
        IndexName: 'list',
        Limit: limit,
        ...(after !== undefined && { ExclusiveStartKey: printListed(after) }),
      };
      const output = await (list === undefined
        ? client.send(new commands.ScanCommand(input), deadline())
        : client.send(
            new commands.QueryCommand({
              ...input,
              ...printQuery(this.#tableName, [{ attribute: 'list', is: 'equal', value: list }]),
            }),
            deadline(),
          ));
      const { Items: items = [], LastEvaluatedKey: last } = output;
      return {
        kind: 'done',
        keys: items.map(parseListed),
        after: last === undefined ? undefined : parseListed(last),
      };
    } catch (error) {
      return { kind: 'unavailable', reason: parseFailure(error).reason };
    }
  }
}

function deadline(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(TIMEOUT_MS) };
}

function printListed({ pk, sk, list }: ListedKey): DynamoDbItem {
  return printItem({ pk, sk }, { list });
}

function parseListed(item: DynamoDbItem): ListedKey {
  return { ...parseKey(item), list: item['list']?.S ?? '' };
}
