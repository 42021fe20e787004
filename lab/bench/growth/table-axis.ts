/** This axis varies the number of items in a table of the embedded DynamoDB. */
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { allThreadsMs } from '../measure.ts';
import type { Axis, Figures } from './axis.ts';
import { MEMORY } from './columns.ts';
import { CREDENTIALS, restingMegabytes, serving } from './served.ts';
import type { Served } from './served.ts';
import { itemTable, TABLE } from './stacks.ts';

/** Maximum number of items that AWS accepts in one call. */
const BATCH = 25;
const AT_ONCE = 8;
/**
 * Number of items in each partition, and number of items of each owner, so that all query results have the same size.
 */
const PARTITION = 10;
const TEXT = 'x'.repeat(200);

const keyOf = (n: number) => ({ pk: { S: `p${Math.floor(n / PARTITION)}` }, sk: { S: `s${n % PARTITION}` } });
const itemOf = (n: number) => ({
  ...keyOf(n),
  owner: { S: `o${Math.floor(n / PARTITION)}` },
  text: { S: TEXT },
});

async function fill(client: DynamoDBClient, count: number): Promise<void> {
  let next = 0;
  const fillInTurn = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next += BATCH;
      const items = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => itemOf(from + n));
      const RequestItems = { [TABLE]: items.map((Item) => ({ PutRequest: { Item } })) };
      await client.send(new BatchWriteItemCommand({ RequestItems }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, fillInTurn));
}

/** Measures the gateway's processor time for one call. The calls are spread over all items. */
async function timeOf(
  served: Served,
  size: number,
  seconds: number,
  call: (n: number) => Promise<unknown>,
): Promise<number | undefined> {
  const run = async (forSeconds: number): Promise<number> => {
    const endMs = performance.now() + forSeconds * 1000;
    let asked = 0;
    const askInTurn = async (): Promise<void> => {
      while (performance.now() < endMs) {
        asked += 1;
        // The factor is a prime, so that the order of keys gives no advantage.
        await call((asked * 7_919) % size);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askInTurn));
    return asked;
  };
  await run(0.5);
  const usedMs = allThreadsMs(served.process.pid);
  const asked = await run(seconds / 2);
  const micros = ((allThreadsMs(served.process.pid) - usedMs) * 1000) / asked;
  return Number.isFinite(micros) ? micros : undefined;
}

async function measure(served: Served, size: number, seconds: number): Promise<Figures> {
  const { dynamodb: endpoint } = served;
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  // The first call starts the thread of the tables.
  await client.send(new GetItemCommand({ TableName: TABLE, Key: keyOf(0) }));
  const before = await restingMegabytes(served);
  const fromMs = performance.now();
  await fill(client, size);
  const fillMicros = ((performance.now() - fromMs) * 1000) / size;
  const rssMb = await restingMegabytes(served);
  const time = (call: (n: number) => Promise<unknown>) => timeOf(served, size, seconds, call);
  const query = (name: string, n: number, index?: string) =>
    client.send(
      new QueryCommand({
        TableName: TABLE,
        IndexName: index,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': name },
        ExpressionAttributeValues: { ':value': index === undefined ? keyOf(n).pk : itemOf(n).owner },
      }),
    );
  return {
    rssMb,
    fillMicros: size < 1_000 ? undefined : fillMicros,
    getMicros: await time((n) => client.send(new GetItemCommand({ TableName: TABLE, Key: keyOf(n) }))),
    putMicros: await time((n) => client.send(new PutItemCommand({ TableName: TABLE, Item: itemOf(n) }))),
    queryMicros: await time((n) => query('pk', n)),
    indexMicros: await time((n) => query('owner', n, 'by-owner')),
    itemBytes:
      before === undefined || rssMb === undefined || size < 1_000
        ? undefined
        : ((rssMb - before) * 2 ** 20) / size,
  };
}

export const TABLE_AXIS: Axis = {
  name: 'items',
  title: 'Items of a table',
  counts: 'items',
  sizes: [100, 1_000, 10_000, 100_000],
  columns: [
    { key: 'fillMicros', title: 'time to write an item, in batches, µs', atMost: 'flat' },
    { key: 'getMicros', title: 'processor time of GetItem, µs', atMost: 'flat' },
    { key: 'putMicros', title: 'processor time of PutItem, µs', atMost: 'flat' },
    { key: 'queryMicros', title: 'processor time of Query, 10 items, µs', atMost: 'flat' },
    { key: 'indexMicros', title: 'processor time of Query by an index, 10 items, µs', atMost: 'flat' },
    MEMORY,
    { key: 'itemBytes', title: 'bytes per item' },
  ],
  how: 'A table of the embedded DynamoDB in memory, with partitions of 10 items of 250 bytes and an index of all items; 8 calls at a time, with keys from the whole table.',
  why: 'Keys are in a sorted tree, so twice as many items add one step.',
  measure: (size, seconds) =>
    serving({ name: 'items', template: itemTable() }, (served) => measure(served, size, seconds)),
};
