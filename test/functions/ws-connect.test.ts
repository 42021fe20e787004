import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorOf, resultOf } from '../support/fresh-function.ts';
import { runWithTable } from '../support/recording-table.ts';
import { aWebSocketEvent } from '../support/websocket-events.ts';

describe('ws-connect', () => {
  it('stores the connection and accepts it with its marker', async () => {
    const event = aWebSocketEvent({
      headers: { 'Sec-WebSocket-Protocol': 'bearer, canary' },
      requestContext: { authorizer: { principalId: 'p' } },
    });

    const { ran, asked } = await runWithTable('ws-connect', event);

    assert.deepEqual(resultOf(ran), { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'bearer' } });
    assert.deepEqual([ran?.metrics.get('Connected'), ran?.metrics.has('TooManyConnections')], [1, false]);
    assert.deepEqual(
      asked.map(({ action }) => action),
      ['DynamoDB_20120810.Query', 'DynamoDB_20120810.BatchWriteItem', 'DynamoDB_20120810.Query'],
    );
    assert.match(JSON.stringify(asked[1]?.input), /"principalId":\{"S":"p"\}/);
    assert.doesNotMatch(JSON.stringify(asked), /canary/);
    assert.doesNotMatch(ran?.output ?? '', /canary/);
  });

  it('fails when the table does not take the connection, so that every connection is recorded', async () => {
    const { ran } = await runWithTable('ws-connect', aWebSocketEvent(), 400);

    assert.match(errorOf(ran) ?? '', /connections table/);
    assert.match(ran?.output ?? '', /STORE_UNAVAILABLE/);
  });
});
