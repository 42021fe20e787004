import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultOf } from '../support/fresh-function.ts';
import { runWithTable } from '../support/recording-table.ts';
import { aWebSocketEvent } from '../support/websocket-events.ts';

describe('ws-disconnect', () => {
  it('looks up everything that is stored about the connection', async () => {
    const { ran, asked } = await runWithTable('ws-disconnect', aWebSocketEvent());

    assert.deepEqual(resultOf(ran), { statusCode: 200 });
    assert.equal(asked[0]?.action, 'DynamoDB_20120810.Query');
    assert.match(JSON.stringify(asked[0].input), /"live#connection#a1b2c3#dev#L0SM9cOFvHcCIhw="/);
  });
});
