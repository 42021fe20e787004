import {
  DescribeTableCommand,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { DefinitionError, StartError } from '../../../../../packages/gateway/core/errors.ts';
import { createTablesAt } from '../../../../../packages/gateway/services/tables/create-tables.ts';
import {
  EmbeddedDynamoDbError,
  startEmbeddedDynamoDb,
} from '../../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import type {
  EmbeddedDynamoDb,
  EmbeddedDynamoDbOptions,
} from '../../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import type { ViewType } from '../../../../../packages/gateway/dynamodb/stream-record.ts';
import { STACK_STREAM_LABEL } from '../../../../../packages/gateway/dynamodb/stream-record.ts';
import { aClient, anyTarget, SIGNER, aTable } from '../../../../support/orders-table.ts';

const DAY_MS = 24 * 3_600_000;

describe('createTablesAt', () => {
  it('reports that no DynamoDB responds', async () => {
    const target = { url: 'http://127.0.0.1:9', region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b' };
    await assert.rejects(createTablesAt(target, [aTable()]), (error) => {
      assert.ok(error instanceof StartError);
      assert.match(error.message, /^DynamoDB at http:\/\/127\.0\.0\.1:9 cannot be used: /);
      return true;
    });
  });
});

describe('startEmbeddedDynamoDb with a data directory', () => {
  it('has the stream of the template over a restart, and one that a call has made', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'gatewright-data-'));
    const streams: string[] = [];
    const onStreams: EmbeddedDynamoDbOptions['onStreams'] = (all) => {
      streams.splice(0, streams.length, ...all.map(({ tableName, viewType }) => `${tableName} ${viewType}`));
    };
    const open = () => startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], dataDirectory, onStreams });
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' } as const;
    const described = async (
      store: EmbeddedDynamoDb,
      streamViewType: ViewType | undefined,
    ): Promise<void> => {
      await createTablesAt(anyTarget(store.url), [aTable({ streamViewType }), aTable({ name: 'pets' })]);
      const client = aClient(store.url);
      if (!streams.some((one) => one.startsWith('pets')))
        await client.send(new UpdateTableCommand({ TableName: 'pets', StreamSpecification }));
      const { Table: table } = await client.send(new DescribeTableCommand({ TableName: 'orders' }));
      client.destroy();
      await store.admit([SIGNER]);
      assert.equal(table?.StreamSpecification?.StreamViewType, streamViewType);
      assert.equal(table?.LatestStreamLabel, STACK_STREAM_LABEL);
      const own = streamViewType === undefined ? [] : [`orders ${streamViewType}`];
      assert.deepEqual(streams.toSorted(), [...own, 'pets OLD_IMAGE']);
    };
    try {
      const first = await open();
      await described(first, 'NEW_IMAGE');
      await described(first, 'KEYS_ONLY');
      await first.close();
      const second = await open();
      await described(second, 'KEYS_ONLY');
      await described(second, undefined);
      await second.close();
    } finally {
      await rm(dataDirectory, { recursive: true });
    }
  });

  it('keeps items and time to live over a restart, refuses changed keys and a second holder', async () => {
    const clock = createSystemClock();
    const dataDirectory = await mkdtemp(join(tmpdir(), 'gatewright-data-'));
    const expires = String(Math.floor(clock.nowEpochMs() / 1000) + 60);
    try {
      const first = await startEmbeddedDynamoDb({
        port: 0,
        signers: [SIGNER],
        dataDirectory,
        clockOffset: clock.offset,
      });
      const firstClient = aClient(first.url);
      await createTablesAt(anyTarget(first.url), [aTable()]);
      for (const [number, ttl] of [
        ['1', '9999999999'],
        ['2', expires],
      ] as const) {
        await firstClient.send(
          new PutItemCommand({
            TableName: 'orders',
            Item: { customer: { S: 'ann' }, number: { N: number }, expires: { N: ttl } },
          }),
        );
      }
      await assert.rejects(
        startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], dataDirectory, clockOffset: clock.offset }),
        (error) => {
          assert.ok(error instanceof EmbeddedDynamoDbError);
          assert.match(error.message, /in use by another gatewright/);
          return true;
        },
      );
      firstClient.destroy();
      await first.close();

      clock.shift(DAY_MS);
      const second = await startEmbeddedDynamoDb({
        port: 0,
        signers: [SIGNER],
        dataDirectory,
        clockOffset: clock.offset,
      });
      const secondClient = aClient(second.url);
      try {
        await createTablesAt(anyTarget(second.url), [aTable()]);
        const scan = await secondClient.send(new ScanCommand({ TableName: 'orders' }));
        const tables = await secondClient.send(new ListTablesCommand({}));
        assert.deepEqual(
          scan.Items?.map((item) => item['number']?.N),
          ['1'],
        );
        assert.deepEqual(tables.TableNames, ['orders']);

        await assert.rejects(
          createTablesAt(anyTarget(second.url), [aTable({ keys: [{ name: 'id', type: 'S' }] })]),
          (error) => {
            assert.ok(error instanceof DefinitionError);
            assert.match(
              error.describe(),
              /^serverless\.yml:12: OrdersTable\.KeySchema: table orders already exists with/,
            );
            return true;
          },
        );
        const [customer, number] = aTable().keys.map((key) => ({ ...key, role: 'HASH' as const }));
        if (customer === undefined || number === undefined) assert.fail('the table has two keys');
        const byBoth = { name: 'both', projection: { type: 'ALL', attributes: [] } } as const;
        const tableBy = (role: 'HASH' | 'RANGE') =>
          aTable({ name: 'indexed', globalIndexes: [{ ...byBoth, keys: [customer, { ...number, role }] }] });
        await createTablesAt(anyTarget(second.url), [tableBy('RANGE')]);
        await createTablesAt(anyTarget(second.url), [tableBy('RANGE')]);
        await assert.rejects(
          createTablesAt(anyTarget(second.url), [tableBy('HASH')]),
          /number \(N, RANGE\).*number \(N, HASH\)/,
        );
      } finally {
        secondClient.destroy();
        await second.close();
      }
    } finally {
      await rm(dataDirectory, { recursive: true });
    }
  });
});
