/** The functions of the channels, each as it is deployed: what they ask of the table and of each other. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorOf, resultOf } from '../support/fresh-function.ts';
import { runWithTable } from '../support/recording-table.ts';
import { aWebSocketEvent } from '../support/websocket-events.ts';

const authorizer = {
  principalId: 'main|ada',
  sub: 'ada',
  channels: '{"space":"chat","subscribe":["**"],"publish":["**"]}',
};
const eventOf = (message: object) =>
  aWebSocketEvent({
    requestContext: { authorizer },
    body: JSON.stringify({ id: 'q', channel: 'rooms/1', ...message }),
  });
const frameOf = (ran: Parameters<typeof resultOf>[0]): Record<string, unknown> =>
  JSON.parse((resultOf(ran) as { body: string }).body) as Record<string, unknown>;
const namesOf = (asked: readonly { readonly action: string }[]) =>
  asked.map(({ action }) => action.replace('DynamoDB_20120810.', ''));

describe('the functions of the channels', () => {
  it('ws-subscribe adds a listener before it reads if the channel is', async () => {
    const { ran, asked } = await runWithTable('ws-subscribe', eventOf({ action: 'subscribe' }));
    assert.equal(frameOf(ran)['type'], 'subscribed');
    assert.deepEqual(namesOf(asked), ['UpdateItem', 'Query', 'BatchWriteItem', 'Query', 'GetItem']);
  });

  it('ws-subscribe has no route for the tasks of the other functions', async () => {
    const { ran } = await runWithTable('ws-subscribe', eventOf({ action: 'publish', data: 1 }));
    assert.equal(frameOf(ran)['code'], 'unknown-action');
  });

  it('ws-unsubscribe takes the listener away', async () => {
    const { ran, asked } = await runWithTable('ws-unsubscribe', eventOf({ action: 'unsubscribe' }));
    assert.equal(frameOf(ran)['type'], 'unsubscribed');
    assert.deepEqual(namesOf(asked), ['UpdateItem', 'BatchWriteItem']);
  });

  it('ws-unsubscribe counts the channels that it removes, and its refusals', async () => {
    const [left, refused] = [
      await runWithTable('ws-unsubscribe', eventOf({ action: 'unsubscribe' })),
      await runWithTable('ws-unsubscribe', eventOf({ action: 'publish', data: 1 })),
    ].map(({ ran }) => ran?.metrics);
    assert.deepEqual([left?.get('Unsubscribed'), left?.has('Refused')], [1, false]);
    assert.deepEqual([refused?.get('Refused'), refused?.has('Unsubscribed')], [1, false]);
  });

  it('ws-publish writes into the log before it has the message delivered', async () => {
    const { ran, asked } = await runWithTable(
      'ws-publish',
      eventOf({ action: 'publish', data: { canary: 1 } }),
    );
    assert.equal(frameOf(ran)['type'], 'published');
    assert.deepEqual(namesOf(asked).slice(-2), ['PutItem', '/2015-03-31/functions/ws-publisher/invocations']);
    // The delivering function reads the message itself: Lambda should keep an event no longer than it must.
    assert.doesNotMatch(JSON.stringify(asked.at(-1)), /canary/);
    assert.doesNotMatch(ran?.output ?? '', /canary/);
  });

  for (const name of [
    'ws-connect',
    'ws-disconnect',
    'ws-subscribe',
    'ws-unsubscribe',
    'ws-publish',
    'ws-default',
  ])
    it(`${name} refuses an API that the stack does not know, and its log names the parameter`, async () => {
      const event = aWebSocketEvent({ requestContext: { authorizer, apiId: 'z9y8x7' }, body: '{}' });

      const { ran, asked } = await runWithTable(name, event);

      assert.match(errorOf(ran) ?? '', /z9y8x7/);
      assert.match(ran?.output ?? '', /parameter apis/);
      assert.match(ran?.output ?? '', /API_UNKNOWN/);
      assert.deepEqual(asked, []);
    });

  it('ws-publisher stores and delivers what other functions publish', async () => {
    const { ran, asked } = await runWithTable('ws-publisher', { channel: 'chat:rooms/1', data: 1 });
    assert.equal(typeof (resultOf(ran) as { seq: number }).seq, 'number');
    assert.deepEqual(namesOf(asked), ['UpdateItem', 'PutItem', 'Query']);
    // Where the caller gives no id: 64 bits of chance.
    assert.match(JSON.stringify(asked[1]?.input), /"id":\{"S":"[0-9a-f]{16}"\}/);
  });

  it('ws-publisher fails if the table does not take it, so that Lambda tries again', async () => {
    const { ran } = await runWithTable('ws-publisher', { channel: 'chat:rooms/1', data: 1 }, 400);
    assert.match(errorOf(ran) ?? '', /connections table/);
  });
});
