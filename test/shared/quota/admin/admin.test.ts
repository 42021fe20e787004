import * as commands from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { topUp } from '#shared/quota/admin/limits.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import { TIMER } from '#shared/lambda-ports.ts';
import { gatherTableReads } from '#shared/table/dynamodb-gathered-reads.ts';
import { createDynamoDbListing } from '#shared/table/dynamodb-listing.ts';
import type { Item } from '#shared/table/item-write.ts';
import { openDatedEndpoint } from '../../../support/dated-endpoint.ts';
import { randomTableName } from '../ledger/ledger.suite.ts';
import { createSystemClock } from '../../../../packages/gateway/server/adapters/system-clock.ts';
import { startEmbeddedDynamoDb } from '../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { memoryAdminPorts, ofKey, requested } from '../../../support/quota-admin.ts';
import type { OpenAdmin } from '../../../support/quota-admin.ts';
import { REAL_RANDOM, REAL_TIMER } from '../../../support/real-quota-ports.ts';
import { NOON_MS } from '../../../support/quota-table.ts';
import { describeQuotaAdmin } from './admin.suite.ts';
import { describeQuotaLists } from './lists.suite.ts';
import { SIGNER } from '../../../support/orders-table.ts';

const inMemory: OpenAdmin = () => {
  let nowMs = NOON_MS;
  return Promise.resolve({
    ports: memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs }),
    moveTo: (epochMs) => {
      nowMs = epochMs;
    },
    close: () => Promise.resolve(),
  });
};

type Started = { readonly url: string; close(): Promise<void> };

const onDynamoDb = async (
  start: (clock: ReturnType<typeof createSystemClock>) => Promise<Started>,
): ReturnType<OpenAdmin> => {
  const clock = createSystemClock();
  const dynamoDb = await start(clock);
  const tableName = randomTableName();
  const local = { region: 'us-east-1', credentials: SIGNER };
  // Two attempts: the SDK signs by the clock of the last answer, and corrects itself after the store's clock was set.
  const client = new commands.DynamoDBClient({ ...local, endpoint: dynamoDb.url, maxAttempts: 2 });
  const attribute = (name: string): commands.AttributeDefinition => ({
    AttributeName: name,
    AttributeType: 'S',
  });
  const keys = (...names: readonly string[]): commands.KeySchemaElement[] =>
    names.map((name, index) => ({ AttributeName: name, KeyType: index === 0 ? 'HASH' : 'RANGE' }));
  await client.send(
    new commands.CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'list'].map(attribute),
      KeySchema: keys('pk', 'sk'),
      GlobalSecondaryIndexes: [
        { IndexName: 'list', KeySchema: keys('list', 'pk'), Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
    }),
  );
  await commands.waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: tableName });
  const load = () => Promise.resolve({ client, commands });
  const ports: AdminPorts = {
    store: createDynamoDbTable({
      tableName,
      timeoutMs: 2000,
      gatherReads: (table) => gatherTableReads(table, TIMER),
      load,
    }),
    listing: createDynamoDbListing({ tableName, load }),
    random: REAL_RANDOM,
    timer: REAL_TIMER,
  };
  return {
    ports,
    moveTo: (epochMs) => {
      clock.shift(epochMs - clock.nowEpochMs());
      // What is signed by another day's clock is refused.
      client.config.systemClockOffset = epochMs - Date.now();
    },
    close: async () => {
      await client.send(new commands.DeleteTableCommand({ TableName: tableName }));
      client.destroy();
      await dynamoDb.close();
    },
  };
};

const endpoint = process.env['DYNAMODB_ENDPOINT'];

for (const describeSuite of [describeQuotaAdmin, describeQuotaLists]) {
  describeSuite('in memory', inMemory);
  describeSuite('on the embedded DynamoDB', () =>
    onDynamoDb(({ offset }) => startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], clockOffset: offset })),
  );
  if (endpoint !== undefined)
    describeSuite(`at ${endpoint}`, () =>
      onDynamoDb((clock) => openDatedEndpoint(endpoint, () => clock.nowEpochMs())),
    );
}

describe('operations that are sent more than once', () => {
  it('count once each, in any order of their calls, and whichever answers are lost', async () => {
    const sends = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        sends,
        fc.infiniteStream(fc.nat(9)),
        async (scheduler, ids, chance) => {
          const items = new Map<string, Item>();
          const { ports, isDone } = lossy(memoryAdminPorts(items), scheduler, chance);
          const memory = memoryAdminPorts(items);
          const limits = [{ id: 'daily', level: 'key', quota: 100, period: 'DAY' }];
          await savePlan(memory, requested('p'), 'gold', { id: 'gold', version: 1, limits });
          await assignPlan(memory, requested('a'), { tenant: 't', key: 'k-1', plan: 'gold', version: 1 });
          await topUp(memory, requested('open'), ofKey('t'), 1);

          const answered = new Set<number>();
          const all = Promise.all(
            ids.map((id) =>
              topUp(ports, requested(`op-${id}`), ofKey('t'), 10 ** (id + 1)).then(
                () => answered.add(id),
                () => undefined,
              ),
            ),
          );
          while (!(await isDone(all))) if (scheduler.count() > 0) await scheduler.waitNext(1);

          const [, ledger] = [...items].find(([name]) => name.includes('\nP#')) ?? [];
          const landed = [0, 1, 2, 3].filter((id) => items.has(`Q#t#daily#k-1\nOP#op-${id}`));
          const units = landed.reduce((sum, id) => sum + 10 ** (id + 1), 0);
          assert.equal(ledger?.['cred'], 101 + units);
          assert.deepEqual(
            [...answered].filter((id) => !landed.includes(id)),
            [],
          );
          const entries = [...items.keys()].filter((name) => name.startsWith('AUDIT#'));
          assert.equal(entries.length, 3 + landed.length);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/**
 * A table whose calls wait for their turn; of ten answers to transactions, three are lost, of which one was not carried
 * out.
 */
function lossy(
  inner: AdminPorts,
  scheduler: fc.Scheduler,
  chance: Iterator<number>,
): { ports: AdminPorts; isDone: (all: Promise<unknown>) => Promise<boolean> } {
  const lost = { kind: 'unknown', reason: 'lost' } as const;
  const ports: AdminPorts = {
    ...inner,
    store: {
      ...inner.store,
      read: async (key, options) => {
        await scheduler.schedule(Promise.resolve());
        return inner.store.read(key, options);
      },
      transact: async (writes) => {
        await scheduler.schedule(Promise.resolve());
        const luck = Number(chance.next().value);
        if (luck === 0) return lost;
        const outcome = await inner.store.transact(writes);
        return luck < 3 ? lost : outcome;
      },
    },
  };
  return {
    ports,
    async isDone(all) {
      const pending = Symbol('pending');
      // A pause takes one turn of the event loop; whatever else does not depend on the scheduler takes none.
      for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
      return (await Promise.race([all, Promise.resolve(pending)])) !== pending;
    },
  };
}
