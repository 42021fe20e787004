import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import * as RETRIES from '../../../packages/base/aws/retry-rules.ts';
import { aVirtualClock } from '../../support/a-virtual-clock.ts';
import { createLiveStore } from '#shared/websocket/dynamodb-live.ts';

type Batch = { readonly RequestItems: Record<string, unknown[]> };

function aStore(send: (command: { input: unknown }) => Promise<unknown>, { ports } = aVirtualClock()) {
  const client = { send } as unknown as Pick<commands.DynamoDBClient, 'send'>;
  return createLiveStore('connections', () => Promise.resolve({ client, commands }), ports);
}
const manyItems = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    key: { pk: 'p', sk: String(index) },
    item: { expiresAt: 1 },
  }));

describe('createLiveStore', () => {
  it('writes batches of 25, and after a pause what DynamoDB has left undone', async () => {
    const sizes: number[] = [];
    const clock = aVirtualClock();
    const store = aStore(({ input }) => {
      const requests = (input as Batch).RequestItems['connections'] ?? [];
      sizes.push(requests.length);
      return Promise.resolve(
        sizes.length === 1 ? { UnprocessedItems: { connections: requests.slice(0, 2) } } : {},
      );
    }, clock);
    await store.put(manyItems(30));
    assert.deepEqual(sizes, [25, 2, 5]);
    assert.deepEqual(clock.pausesMs, [RETRIES.batch.baseMs / 2]);
  });

  it('fails if DynamoDB returns unprocessed writes again and again', async () => {
    const store = aStore(({ input }) => Promise.resolve({ UnprocessedItems: (input as Batch).RequestItems }));
    await assert.rejects(store.remove([{ pk: 'p', sk: 's' }]), { code: 'STORE_UNAVAILABLE' });
  });

  it('reads a page, and says whether there is more', async () => {
    const asked: unknown[] = [];
    const store = aStore(({ input }) => {
      asked.push(input);
      return Promise.resolve({
        Items: [{ pk: { S: 'p' }, sk: { S: 's' }, apiId: { S: 'a' } }],
        LastEvaluatedKey: {},
      });
    });
    const { items, hasMore } = await store.page({ pk: 'p', limit: 1, after: 'r' });
    assert.deepEqual(items[0]?.key, { pk: 'p', sk: 's' });
    assert.equal(items[0].item['apiId'], 'a');
    assert.ok(hasMore);
    assert.deepEqual((asked[0] as { ExclusiveStartKey: unknown }).ExclusiveStartKey, {
      pk: { S: 'p' },
      sk: { S: 'r' },
    });
  });
});
