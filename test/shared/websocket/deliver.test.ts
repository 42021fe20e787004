import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { append } from '#shared/websocket/channel-log.ts';
import { deliver } from '#shared/websocket/deliver.ts';
import { parsePublisherEvent } from '#shared/websocket/publisher-event.ts';
import { metricsOf, runPublisher } from '#shared/websocket/run-publisher.ts';
import { ADA, ChannelWorld, NOW_MS } from '../../support/a-channel-world.ts';

const CHANNEL = 'rooms/1';

async function aRoom(listeners: number): Promise<ChannelWorld> {
  const world = new ChannelWorld();
  for (let index = 0; index < listeners; index += 1)
    await world.subscribe(`${index}=`, CHANNEL, { ...ADA, principalId: `main|${index}`, sub: `${index}` });
  return world;
}

describe('a delivery', () => {
  it('sends once to everybody, despite clients that are gone, fail, or are throttled twice', async () => {
    const world = await aRoom(100);
    world.gone.add('1=');
    world.outcomes.set('2=', ['failed']);
    world.outcomes.set('3=', ['throttled']);
    world.outcomes.set('4=', ['throttled', 'throttled']);
    await world.publish('0=', CHANNEL, 'hello');
    const [delivered] = await world.deliverAll();

    assert.deepEqual(delivered, {
      sent: 97,
      gone: 1,
      expired: 0,
      throttled: 1,
      failed: 1,
      units: 97,
      shares: 0,
    });
    assert.deepEqual([world.heardBy('0=', CHANNEL), world.heardBy('3=', CHANNEL)], [[1], [1]]);
    assert.deepEqual(
      [...world.items.keys()].filter((name) => name.includes('#1=')),
      [],
    );
  });

  it('ends with the credential, at most 60 s after it, and reports it once', async () => {
    const world = new ChannelWorld();
    const ending = { ...ADA, exp: String(NOW_MS / 1000 + 10) };
    await world.connect('a=', ending);
    await world.subscribe('a=', CHANNEL, ending);
    await world.publish('b=', CHANNEL, 1);
    await world.deliverAll();
    world.nowMs += 70_000;
    for (const data of [2, 3]) await world.publish('b=', CHANNEL, data);
    await world.deliverAll();

    assert.deepEqual(world.heardBy('a=', CHANNEL), [1]);
    assert.deepEqual(world.framesOf('a=').slice(1), [
      {
        type: 'error',
        channel: CHANNEL,
        code: 'credential-expired',
        message: 'the credential has expired; connect again with a new one',
      },
    ]);
    assert.deepEqual(
      [...world.items.keys()].filter((name) => name.startsWith('live#')),
      [],
    );
  });

  it('is shared among functions if there are more connections than one can notify in a second', async () => {
    const world = await aRoom(3_000);
    await world.publish('0=', CHANNEL, 'hello');
    const all = await world.deliverAll();

    assert.ok(all.length >= 3 && all.length <= 6, `${all.length} functions`);
    assert.equal(
      all.reduce((sum, { sent }) => sum + sent, 0),
      3_000,
    );
    for (let index = 0; index < 3_000; index += 1) assert.deepEqual(world.heardBy(`${index}=`, CHANNEL), [1]);
  });

  it('reads nothing of the log that the publisher has just written', async () => {
    const world = await aRoom(3);
    const { store, items } = world.ports;
    const asked: string[] = [];
    const ports: typeof world.ports = {
      ...world.ports,
      items: {
        ...items,
        update: (write) => items.update(write),
        read: (key, options) => {
          asked.push(key.pk);
          return items.read(key, options);
        },
      },
      store: {
        ...store,
        page: (page) => {
          asked.push(page.pk);
          return store.page(page);
        },
      },
    };
    const messages = [1, 2].map((data) => ({ id: `${data}`, data }));
    await runPublisher(ports, { kind: 'publish', publications: [{ address: 'chat:rooms/1', messages }] });

    assert.deepEqual(asked, ['live#channel#chat:rooms/1']);
    assert.deepEqual(world.framesOf('2=').at(-1), {
      type: 'messages',
      channel: CHANNEL,
      log: NOW_MS,
      messages: messages.map(({ id, data }) => ({ seq: data, id, at: NOW_MS, data })),
    });
  });

  it('sends nothing of a log that the channel does not have', async () => {
    const world = await aRoom(2);
    await world.publish('0=', CHANNEL, 'hello');
    const [job] = world.jobs;
    assert.ok(job);
    const messages = [await deliver(world.ports, { ...job, log: 1 }), await deliver(world.ports, job)];

    assert.deepEqual(
      messages.map(({ sent }) => sent),
      [0, 2],
    );
    assert.equal(job.log, NOW_MS);
  });

  it('notifies all connections by itself if no other function takes a share', async () => {
    const world = await aRoom(2_500);
    await world.publish('0=', CHANNEL, 'hello');
    world.failCourier(100);
    await world.deliverAll();
    for (let index = 0; index < 2_500; index += 1) assert.ok(world.heardBy(`${index}=`, CHANNEL).length >= 1);
  });

  it('puts messages together up to the 32 KB by which they are billed', async () => {
    const world = await aRoom(1);
    const messages = Array.from({ length: 10 }, (_, index) => ({ id: `${index}`, data: 'x'.repeat(10_000) }));
    const { delivered, seq } = await runPublisher(world.ports, {
      kind: 'publish',
      publications: [{ address: `chat:${CHANNEL}`, messages }],
    });
    assert.equal(seq, 10);
    assert.equal(world.framesOf('0=').length, 4);
    assert.equal(delivered[0]?.units, 4);
    assert.deepEqual(world.heardBy('0=', CHANNEL), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('fits into the 32 KB by which it is billed, even with hundreds of short messages', async () => {
    const world = await aRoom(1);
    const address = `chat:${CHANNEL}`;
    const entries = Array.from({ length: 1_000 }, (_, index) => ({ id: `${index}`, data: 0 }));
    await append(world.ports, address, entries, 3_600);
    const { units } = await deliver(world.ports, { address, from: 1, to: 1_000 });

    const frames = world.framesOf('0=');
    const sizes = frames.map((frame) => Buffer.byteLength(JSON.stringify(frame)));
    assert.ok(Math.max(...sizes) <= 32 * 1024, `${sizes.join(', ')} bytes`);
    assert.equal(units, frames.length);
    assert.equal(world.heardBy('0=', CHANNEL).length, 1_000);
  });

  it('is made by the publisher if another function asks for a share of it', async () => {
    const world = await aRoom(3);
    await world.publish('0=', CHANNEL, 'hello');
    const job = world.jobs.shift();
    assert.ok(job !== undefined);

    const { delivered } = await runPublisher(world.ports, { kind: 'deliver', job });

    assert.deepEqual(
      delivered.map(({ sent }) => sent),
      [3],
    );
  });

  it('names the publisher by its issuer and subject', async () => {
    const world = await aRoom(1);
    await world.publish('0=', CHANNEL, 'hello');
    await world.deliverAll();
    const frame = world.framesOf('0=').at(-1);

    const by = frame?.type === 'messages' ? frame.messages.map((entry) => 'by' in entry && entry.by) : [];
    assert.deepEqual(by, ['main|ada']);
  });

  it('shows in metrics what was sent, and the units of 32 KB that are billed for it', async () => {
    const world = await aRoom(3);
    world.gone.add('1=');
    world.outcomes.set('2=', ['failed']);
    const long = { id: 'long', data: 'x'.repeat(70 * 1024) };
    const publication = { address: 'chat:rooms/1', messages: [long] };
    const ran = await runPublisher(world.ports, {
      kind: 'publish',
      publications: [publication, publication],
    });

    assert.deepEqual(metricsOf(ran), { Sent: 3, Gone: 1, NotSent: 1, MessageUnits: 9 });
  });

  it('shows in metrics how many functions took a share of it', async () => {
    const world = await aRoom(3_000);
    const ran = await runPublisher(world.ports, {
      kind: 'publish',
      publications: [{ address: `chat:${CHANNEL}`, messages: [{ id: '1', data: 'hello' }] }],
    });

    const { Shares } = metricsOf(ran);
    assert.equal(Shares, world.jobs.length);
    assert.ok(world.jobs.length >= 2, `${world.jobs.length} shares`);
  });

  it('has nothing to send for a channel without messages', async () => {
    const { ports } = await aRoom(1);
    assert.equal((await deliver(ports, { address: `chat:${CHANNEL}`, from: 1, to: 1 })).sent, 0);
  });
});

describe('calls to the publisher', () => {
  const message = { channel: 'chat:rooms/1', data: { a: 1 } };
  for (const { from, event, id } of [
    { from: 'another function', event: message, id: 'new' },
    { from: 'another function, with an id', event: { ...message, id: 'o-1' }, id: 'o-1' },
    { from: 'EventBridge', event: { id: 'e-1', 'detail-type': 'x', detail: message }, id: 'e-1' },
    {
      from: 'SNS',
      event: { Records: [{ Sns: { MessageId: 's-1', Message: JSON.stringify(message) } }] },
      id: 's-1',
    },
  ])
    it(`may come from ${from}`, () => {
      assert.deepEqual(
        parsePublisherEvent(event, () => 'new'),
        {
          kind: 'publish',
          publications: [{ address: 'chat:rooms/1', messages: [{ id, data: { a: 1 } }] }],
        },
      );
    });

  it('may contain several messages, each with its own id', () => {
    const asked = parsePublisherEvent({ channel: 'chat:a', messages: [1, 2], id: 'x' }, () => '');
    assert.deepEqual(asked.kind === 'publish' && asked.publications[0]?.messages, [
      { id: 'x.0', data: 1 },
      { id: 'x.1', data: 2 },
    ]);
  });

  it('may be a share of a delivery', () => {
    const job = { address: 'chat:a', from: 1, to: 2, places: ['0a', 'g'] };
    assert.deepEqual(
      parsePublisherEvent({ deliver: job }, () => ''),
      { kind: 'deliver', job },
    );
  });

  for (const { name, event } of [
    { name: 'nothing', event: null },
    { name: 'no channel', event: { data: 1 } },
    { name: 'a channel without its space', event: { channel: 'rooms/1', data: 1 } },
    { name: 'no data', event: { channel: 'chat:a' } },
    { name: 'over 120 KB', event: { channel: 'chat:a', data: 'x'.repeat(120 * 1024) } },
    { name: 'too many', event: { channel: 'chat:a', messages: Array(101).fill(1) } },
    { name: 'an invalid record', event: { Records: [{}] } },
    {
      name: 'a share without clients',
      event: { deliver: { address: 'chat:a', from: 1, to: 1, places: ['#', 'g'] } },
    },
  ])
    it(`is refused if it says ${name}`, () => {
      assert.throws(() => parsePublisherEvent(event, () => ''), { name: 'DomainError' });
    });
});
