/** Services together: eventbridge, lambda-events, sns. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePublisherEvent } from '#shared/websocket/publisher-event.ts';
import { runPublisher } from '#shared/websocket/run-publisher.ts';
import { ADA, ChannelWorld } from '../support/a-channel-world.ts';
import { ACCOUNT, anEventEngine, REGION } from '../support/an-event-engine.ts';
import * as sns from '../../packages/gateway/services/sns/service.ts';
import * as eventbridge from '../../packages/gateway/services/eventbridge/service.ts';
import * as lambdaEvents from '../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { sns, events: eventbridge, lambda: lambdaEvents };

const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:news`;
const RESOURCES = `
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [shop] }
      Targets: [{ Id: publisher, Arn: !GetAtt publisher.Arn }]
  News: { Type: AWS::SNS::Topic, Properties: { TopicName: news } }
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref News, Protocol: lambda, Endpoint: !GetAtt publisher.Arn }`;

/** A world with one listener of rooms/1, and an engine of events that starts the publisher there. */
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
  const bench = anEventEngine(SERVICES, { resources: RESOURCES, functions: { publisher: run } });
  const heard = () =>
    world
      .framesOf('listener')
      .flatMap((frame) => (frame.type === 'messages' ? frame.messages : []))
      .map((entry) => ('data' in entry ? entry.data : entry));
  return { bench, heard };
}

describe('the publisher', () => {
  it('is started by a rule of EventBridge, and publishes the detail of its events', async () => {
    const { bench, heard } = await aListener();
    const detail = JSON.stringify({ channel: 'chat:rooms/1', data: { order: 17 } });
    await bench.call('events', 'PutEvents', {
      Entries: [{ Source: 'shop', DetailType: 'paid', Detail: detail }],
    });
    await bench.engine.idle();

    assert.deepEqual(heard(), [{ order: 17 }]);
  });

  it('is started by a topic of SNS, and publishes each message that is JSON', async () => {
    const { bench, heard } = await aListener();
    const message = JSON.stringify({ channel: 'chat:rooms/1', messages: ['a', 'b'] });
    await bench.send({
      service: 'sns',
      body: new URLSearchParams({ Action: 'Publish', TopicArn: TOPIC, Message: message }).toString(),
      headers: ['Content-Type', 'application/x-www-form-urlencoded'],
    });
    await bench.engine.idle();

    assert.deepEqual(heard(), ['a', 'b']);
  });
});
