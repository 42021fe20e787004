import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultOf } from '../support/fresh-function.ts';
import { runWithTable } from '../support/recording-table.ts';
import { aWebSocketEvent } from '../support/websocket-events.ts';

describe('ws-disconnect', () => {
  it('removes the connection', async () => {
    const { ran, asked } = await runWithTable('ws-disconnect', aWebSocketEvent());

    assert.deepEqual(resultOf(ran), { statusCode: 200 });
    assert.deepEqual(asked, [
      {
        action: 'DynamoDB_20120810.DeleteItem',
        input: {
          TableName: 'connections',
          Key: { pk: { S: 'connection#a1b2c3#dev#L0SM9cOFvHcCIhw=' }, sk: { S: 'connection' } },
        },
      },
    ]);
  });
});
