/** The access table in memory and in the embedded DynamoDB, so that a test can check the same rule on both. */
import * as commands from '@aws-sdk/client-dynamodb';
import type { ItemListing, ItemStore } from '#shared/ports.ts';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import { createDynamoDbListing } from '#shared/table/dynamodb-listing.ts';
import type { Item } from '#shared/table/item-write.ts';
import { createMemoryTable } from './memory-table.ts';
import { createMemoryListing } from './memory-listing.ts';
import { createSystemClock } from '../../packages/gateway/server/adapters/system-clock.ts';
import { startEmbeddedDynamoDb } from '../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { SIGNER, aClient } from './orders-table.ts';
import { createKeyedTable } from './a-keyed-table.ts';

export type AccessStore = {
  readonly store: ItemStore;
  readonly listing: Pick<ItemListing, 'range'>;
  readonly dump: () => Promise<string>;
  readonly close: () => Promise<void>;
};

export const ACCESS_STORES: readonly { readonly name: string; readonly open: () => Promise<AccessStore> }[] =
  [
    {
      name: 'in memory',
      open() {
        const items = new Map<string, Item>();
        const store = createMemoryTable({ clock: { nowEpochMs: () => 0 }, items });
        const dump = () => Promise.resolve(JSON.stringify([...items]));
        return Promise.resolve({
          store,
          listing: createMemoryListing(items),
          dump,
          close: () => Promise.resolve(),
        });
      },
    },
    {
      name: 'on the embedded DynamoDB',
      async open() {
        const dynamodb = await startEmbeddedDynamoDb({
          port: 0,
          signers: [SIGNER],
          clockOffset: createSystemClock().offset,
        });
        const client = aClient(dynamodb.url);
        const TableName = 'access';
        await createKeyedTable(client, TableName);
        const load = () => Promise.resolve({ client, commands });
        return {
          store: createDynamoDbTable({ tableName: TableName, timeoutMs: 2000, load }),
          listing: createDynamoDbListing({ tableName: TableName, load }),
          dump: async () =>
            JSON.stringify((await client.send(new commands.ScanCommand({ TableName }))).Items),
          async close() {
            client.destroy();
            await dynamodb.close();
          },
        };
      },
    },
  ];

/** A store that answers no call. */
export const STORE_DOWN: ItemStore = {
  update: () => Promise.resolve({ kind: 'unknown', reason: 'down' }),
  transact: () => Promise.resolve({ kind: 'unknown', reason: 'down' }),
  read: () => Promise.resolve({ kind: 'unavailable', reason: 'down' }),
};
