import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { DomainError } from '#shared/errors.ts';
import { createConnectionStore } from '#shared/websocket/dynamodb-connections.ts';

const CONNECTION = {
  apiId: 'a1b2c3',
  stage: 'dev',
  connectionId: 'L0SM9cOFvHcCIhw=',
  principalId: 'p',
  connectedAtEpochMs: 1_500,
  expiresAtEpochSeconds: 7_202,
};
const KEY = { pk: { S: 'connection#a1b2c3#dev#L0SM9cOFvHcCIhw=' }, sk: { S: 'connection' } };

function aStore(send: (command: { input: unknown }) => Promise<unknown>) {
  let loads = 0;
  const client = { send } as unknown as Pick<commands.DynamoDBClient, 'send'>;
  const store = createConnectionStore('connections', () => {
    loads += 1;
    return Promise.resolve({ client, commands });
  });
  return { store, loads: () => loads };
}

describe('createConnectionStore', () => {
  it('keeps a connection under its API and stage, with the time it may go', async () => {
    const sent: unknown[] = [];
    const { store } = aStore((command) => Promise.resolve(sent.push(command.input)));

    await store.put(CONNECTION);
    await store.remove(CONNECTION);

    assert.deepEqual(sent, [
      {
        TableName: 'connections',
        Item: {
          ...KEY,
          apiId: { S: 'a1b2c3' },
          stage: { S: 'dev' },
          connectionId: { S: 'L0SM9cOFvHcCIhw=' },
          principalId: { S: 'p' },
          connectedAtEpochMs: { N: '1500' },
          expiresAt: { N: '7202' },
        },
      },
      { TableName: 'connections', Key: KEY },
    ]);
  });

  it('loads the SDK on the first call only', async () => {
    const { store, loads } = aStore(() => Promise.resolve());
    assert.equal(loads(), 0);

    await Promise.all([store.put(CONNECTION), store.remove(CONNECTION)]);

    assert.equal(loads(), 1);
  });

  it('does not call a missing package an outage', async () => {
    const missing = new DomainError('CONFIG_INVALID', 'not installed where this runs');
    const store = createConnectionStore('connections', () => Promise.reject(missing));

    await assert.rejects(store.put(CONNECTION), missing);
    await assert.rejects(store.remove(CONNECTION), missing);
  });

  it('calls every failure of DynamoDB an outage of the store', async () => {
    const { store } = aStore(() => Promise.reject(new Error('throttled')));

    await assert.rejects(store.put(CONNECTION), { code: 'STORE_UNAVAILABLE' });
    await assert.rejects(store.remove(CONNECTION), { code: 'STORE_UNAVAILABLE' });
  });
});
