import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLambdaPublisher } from '#shared/websocket/lambda-publisher.ts';
import { parsePublisherEvent } from '#shared/websocket/publisher-event.ts';
import { runPublisher } from '#shared/websocket/run-publisher.ts';
import { ADA, ChannelWorld } from '../../support/a-channel-world.ts';

/** A world with one listener of rooms/1. */
async function aListener() {
  const world = new ChannelWorld();
  await world.connect('listener', ADA);
  await world.subscribe('listener', 'rooms/1');
  let ids = 0;
  const run = (event: unknown) =>
    runPublisher(
      world.ports,
      parsePublisherEvent(event, () => `own-${(ids += 1)}`),
    );
  const heard = () =>
    world
      .framesOf('listener')
      .flatMap((frame) => (frame.type === 'messages' ? frame.messages : []))
      .map((entry) => ('data' in entry ? entry.data : entry));
  return { run, heard };
}

describe('the publisher', () => {
  it('publishes what another function asks, which learns the number', async () => {
    const { run, heard } = await aListener();
    const started: unknown[] = [];
    const publisher = createLambdaPublisher('arn:aws:lambda:us-east-1:123456789012:function:ws-publisher', {
      ask: async (_function, event) => ({ seq: (await run(event)).seq }),
      start: (_function, event) => (started.push(event), Promise.resolve()),
    });

    assert.deepEqual(await publisher.publish('chat:rooms/1', 'one'), { seq: 1 });
    assert.deepEqual(await publisher.publishAll('chat:rooms/1', ['two', 'three']), { seq: 3 });
    assert.deepEqual(await publisher.publish('chat:rooms/1', 'four', { wait: false }), { seq: undefined });
    assert.equal(started.length, 1);
    await run(started[0]);

    assert.deepEqual(heard(), ['one', 'two', 'three', 'four']);
  });

  it('refuses what is too long, and what names no channel, before any call', async () => {
    const refuseCall = () => Promise.reject(new Error('nobody is to be asked'));
    const publisher = createLambdaPublisher('arn', { ask: refuseCall, start: refuseCall });
    const most = 'x'.repeat(120 * 1024 - 2);

    await assert.rejects(publisher.publish('chat:rooms/1', `${most}x`), { code: 'SUBJECT_INVALID' });
    await assert.rejects(publisher.publish('chat:rooms/1', most), /nobody is to be asked/);
    for (const channel of ['rooms/1', 'chat:rooms/*', 'chat:', '', 'a b:rooms/1'])
      await assert.rejects(publisher.publish(channel, 1), { code: 'SUBJECT_INVALID' });
  });

  for (const [name, event] of [
    ['nothing', undefined],
    ['an event of EventBridge without a channel', { id: 'e', detail: {} }],
    ['a message of SNS that is not JSON', { Records: [{ Sns: { Message: 'hi', MessageId: 'm' } }] }],
    ['a record of a queue', { Records: [{ body: '{}', messageId: 'm' }] }],
  ] as const)
    it(`fails of ${name}, so that it is not lost in silence`, () => {
      assert.throws(() => parsePublisherEvent(event, () => 'id'), { code: 'EVENT_MALFORMED' });
    });
});
