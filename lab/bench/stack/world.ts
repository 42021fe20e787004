/**
 * The environment of the stack's functions: the embedded DynamoDB with their tables, and a server that accepts all
 * other AWS calls.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import * as dynamoDb from '@aws-sdk/client-dynamodb';
import { startEmbeddedDynamoDb } from '@gatewright/dynamodb';
import { parseCompiledAccess } from '#shared/access/find-document.ts';
import { headKey, partKey, printVersion, toPublication } from '#shared/access/documents/publication.ts';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import type { LoadTableClient } from '#shared/table/dynamodb-table.ts';
import type { ItemStore } from '#shared/ports.ts';
import compiled from '../../../access/compiled.json' with { type: 'json' };
import { TABLES_KEY } from '../targets.ts';

export type Units = { readonly reads: number; readonly writes: number };
type TableName = 'access' | 'usage' | 'connections' | 'cache';

export type World = AsyncDisposable & {
  /** Environment variables of the functions: the addresses of AWS services, and credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** The client for callers that use the tables without a function. */
  readonly load: LoadTableClient;
  storeOf(table: TableName): ItemStore;
  /** Returns the capacity that all tables have consumed since the start. */
  readUnits(): Promise<Units>;
};

const TABLES: readonly TableName[] = ['access', 'usage', 'connections', 'cache'];
/**
 * Duration of the wait before the units are read, because the embedded DynamoDB reports units a quarter of a second
 * late.
 */
const REPORTED_AFTER_MS = 400;
/** Time limit of a call to a table. It is long because the store runs on the same machine. */
const TIMEOUT_MS = 5_000;

export async function openWorld(): Promise<World> {
  const store = await startEmbeddedDynamoDb({ port: 0, signers: [TABLES_KEY] });
  const client = new dynamoDb.DynamoDBClient({
    region: 'us-east-1',
    endpoint: store.url,
    credentials: TABLES_KEY,
    maxAttempts: 1,
  });
  for (const table of TABLES) await client.send(new dynamoDb.CreateTableCommand(declareTable(table)));
  const aws = createServer((request, response) => {
    request.resume().once('end', () => {
      // The server accepts every asynchronous invocation, every event put on a bus and every message posted to a
      // connection.
      const status = request.url?.startsWith('/2015-03-31/functions') === true ? 202 : 200;
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}');
    });
  });
  aws.listen(0, '127.0.0.1');
  await once(aws, 'listening');
  const load = () => Promise.resolve({ client, commands: dynamoDb });
  const storeOf = (tableName: TableName): ItemStore =>
    createDynamoDbTable({ tableName, timeoutMs: TIMEOUT_MS, load });
  await publishDocuments(storeOf('access'));
  return {
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: TABLES_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TABLES_KEY.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: store.url,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    },
    load,
    storeOf,
    async readUnits() {
      await delay(REPORTED_AFTER_MS);
      const sum = (kind: 'reads' | 'writes'): number =>
        store.consumed.reduce((all, table) => all + table[kind], 0);
      return { reads: sum('reads'), writes: sum('writes') };
    },
    async [Symbol.asyncDispose]() {
      aws.close();
      aws.closeAllConnections();
      client.destroy();
      await store.close();
    },
  };
}

/** Declares a table as the `table.yml` of its part does. */
function declareTable(TableName: TableName): dynamoDb.CreateTableCommandInput {
  const attributes = ['pk', 'sk', ...(TableName === 'usage' ? ['list'] : [])];
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    ...(TableName === 'usage' && {
      GlobalSecondaryIndexes: [
        {
          IndexName: 'list',
          KeySchema: [
            { AttributeName: 'list', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  };
}

/** Publishes the documents of this checkout, for authorizers that follow published documents. */
async function publishDocuments(store: ItemStore): Promise<void> {
  const access = parseCompiledAccess(compiled);
  const { checksum, parts } = toPublication(access);
  const put = (key: ReturnType<typeof headKey>, item: ReturnType<typeof printVersion>) =>
    store.update({ purpose: 'record', key, when: [], change: { kind: 'put', item } });
  for (const [index, data] of parts.entries()) await put(partKey(checksum, index), { data });
  const version = {
    version: 1,
    checksum,
    parts: parts.length,
    documents: access.documents.length,
    by: 'bench',
  };
  await put(headKey(), printVersion({ ...version, publishedAtEpochMs: Date.now() }));
}
