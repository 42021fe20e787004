import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DomainError } from '#shared/errors.ts';
import { answerMessage, CHANNELS_PER_CONNECTION } from '#shared/websocket/answer-message.ts';
import type { ServerFrame } from '#shared/websocket/frames.ts';
import { ADA, ChannelWorld, NOW_MS } from '../../support/a-channel-world.ts';
import type { Caller } from '../../support/a-channel-world.ts';

const LIMITED: Caller = {
  ...ADA,
  channels: JSON.stringify({
    space: 'chat',
    subscribe: ['rooms/*', 'news'],
    publish: ['rooms/*'],
    presence: ['rooms/*'],
    deny: { subscribe: ['rooms/staff'], publish: ['rooms/staff'] },
  }),
};
/** Returns an adapter that behaves as if DynamoDB did not answer. */
function unavailable(name: 'items' | 'store'): object {
  const fail = async () => {
    throw new DomainError('STORE_UNAVAILABLE', 'no answer');
  };
  if (name === 'store') return { put: fail, remove: fail, page: fail };
  return { read: async () => ({ kind: 'unavailable' }), update: async () => ({ kind: 'unknown' }) };
}

const codeOf = (frame: ServerFrame) => (frame.type === 'error' ? frame.code : frame.type);

describe('a message of a client', () => {
  for (const { does, message, expected } of [
    {
      does: 'hears what is allowed',
      message: { action: 'subscribe', channel: 'news' },
      expected: 'subscribed',
    },
    {
      does: 'publishes what is allowed',
      message: { action: 'publish', channel: 'rooms/1', data: 1 },
      expected: 'published',
    },
    {
      does: 'is present if that is allowed',
      message: { action: 'subscribe', channel: 'rooms/1!here' },
      expected: 'subscribed',
    },
    {
      does: 'is barred by what no rule names',
      message: { action: 'subscribe', channel: 'other' },
      expected: 'forbidden',
    },
    {
      does: 'is barred by a deny rule',
      message: { action: 'subscribe', channel: 'rooms/staff' },
      expected: 'forbidden',
    },
    {
      does: 'publishes not if it only hears',
      message: { action: 'publish', channel: 'news', data: 1 },
      expected: 'forbidden',
    },
    {
      does: 'reads not what it may not hear',
      message: { action: 'read', channel: 'other', after: { log: 0, seq: 0 } },
      expected: 'forbidden',
    },
    {
      does: 'is not present if it only hears',
      message: { action: 'subscribe', channel: 'news!here' },
      expected: 'forbidden',
    },
    {
      does: 'makes no joins of its own',
      message: { action: 'publish', channel: 'rooms/1!here', data: 1 },
      expected: 'forbidden',
    },
    { does: 'names no wildcard', message: { action: 'subscribe', channel: 'rooms/*' }, expected: 'invalid' },
    { does: 'names a channel', message: { action: 'subscribe' }, expected: 'invalid' },
    { does: 'says something', message: { action: 'publish', channel: 'rooms/1' }, expected: 'invalid' },
    {
      does: 'says where to read from',
      message: { action: 'read', channel: 'rooms/1', after: 7 },
      expected: 'invalid',
    },
    { does: 'asks for what there is', message: { action: 'dance', channel: 'rooms/1' }, expected: 'invalid' },
  ])
    it(`${does}: ${expected}`, async () => {
      const frame = await new ChannelWorld().say('a=', { id: 'q1', ...message }, LIMITED);
      assert.equal(codeOf(frame), expected);
      assert.equal('id' in frame && frame.id, 'q1');
    });

  for (const [action, channel, may] of [
    ['publish', 'news', 'publish to this channel'],
    ['subscribe', 'other', 'subscribe to this channel'],
    ['subscribe', 'news!here', 'be present in this channel'],
    ['read', 'other', 'read this channel'],
    ['read', 'news!here', 'read this channel'],
  ] as const)
    it(`is told that it may not ${may}`, async () => {
      const message = { id: 'q1', action, channel, data: 1, after: { log: 0, seq: 0 } };
      const frame = await new ChannelWorld().say('a=', message, LIMITED);
      assert.ok(frame.type === 'error');
      assert.ok(frame.message.includes(may), frame.message);
    });

  it('is refused everything if the authorizer has defined no channels', async () => {
    const frame = await new ChannelWorld().subscribe('a=', 'rooms/1', { principalId: 'main|ada' });
    assert.equal(codeOf(frame), 'forbidden');
  });

  it('keeps channels of two spaces apart', async () => {
    const world = new ChannelWorld();
    const other = { ...ADA, channels: String(ADA['channels']).replace('chat', 'shop') };
    await world.subscribe('a=', 'rooms/1', other);
    await world.publish('b=', 'rooms/1', 'hello');
    await world.deliverAll();
    assert.deepEqual(world.framesOf('a='), []);
  });

  it('may be 120 KB, so that API Gateway takes the frame around it, and no more', async () => {
    const world = new ChannelWorld();
    await world.subscribe('a=', 'rooms/1');
    assert.equal(codeOf(await world.publish('a=', 'rooms/1', 'x'.repeat(120 * 1024 - 2))), 'published');
    assert.equal(codeOf(await world.publish('a=', 'rooms/1', 'x'.repeat(120 * 1024 - 1))), 'too-large');
    await world.deliverAll();
    assert.ok(JSON.stringify(world.framesOf('a=')[0]).length < 128 * 1024);
  });

  it('is refused beyond the maximum number of channels of a connection, and accepted again for a channel that it already hears', async () => {
    const world = new ChannelWorld();
    for (let index = 0; index < CHANNELS_PER_CONNECTION; index += 1)
      assert.equal(codeOf(await world.subscribe('a=', `rooms/${index}`)), 'subscribed');
    assert.equal(codeOf(await world.subscribe('a=', 'rooms/more')), 'too-many');
    assert.equal(codeOf(await world.subscribe('a=', 'rooms/0')), 'subscribed');
  });

  it('finds no room beyond them if all arrive at once, and all the room that exists', async () => {
    const world = new ChannelWorld();
    const codes = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => codeOf(await world.subscribe('a=', `rooms/${index}`))),
    );
    const listened = [...world.items.keys()].filter((name) => name.startsWith('live#channel#'));
    assert.deepEqual(
      [codes.filter((code) => code === 'subscribed').length, listened.length],
      [CHANNELS_PER_CONNECTION, CHANNELS_PER_CONNECTION],
    );
    assert.equal(codes.filter((code) => code === 'too-many').length, 300 - CHANNELS_PER_CONNECTION);
  });

  it('is refused once the credential has ended, and takes away what the connection heard', async () => {
    const world = new ChannelWorld();
    const ending = { ...ADA, exp: String(NOW_MS / 1000 + 10) };
    await world.connect('a=', ending);
    await world.subscribe('a=', 'rooms/1!here', ending);
    world.nowMs += 41_000;
    assert.equal(codeOf(await world.say('a=', { action: 'ping' }, ending)), 'credential-expired');
    assert.deepEqual(
      [...world.items.keys()].filter((name) => /^(live|presence)#/.test(name)),
      [],
    );
  });

  it('can be sent again if no delivery could be ordered', async () => {
    const world = new ChannelWorld();
    world.failCourier(1);
    assert.equal(codeOf(await world.publish('a=', 'rooms/1', 'x')), 'unavailable');
    assert.equal(codeOf(await world.publish('a=', 'rooms/1', 'x')), 'published');
  });

  it('is answered with any content, and quoted in nothing', async () => {
    const world = new ChannelWorld();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        const frame = await world.sayText('a=', `canary${text}`);
        assert.doesNotMatch(JSON.stringify(frame), /canary/);
        assert.equal(typeof (await world.sayText('a=', text)).type, 'string');
      }),
    );
  });
});

describe('the list of who is present', () => {
  it('has at most 500 members, and says that there are more', async () => {
    const world = new ChannelWorld();
    for (let member = 0; member < 500; member += 1) await world.subscribe(`m${member}=`, 'rooms/1!here');
    const whole = await world.subscribe('m0=', 'rooms/1!here');
    const cut = await world.subscribe('last=', 'rooms/1!here');

    const countsOf = (frame: ServerFrame) =>
      frame.type === 'subscribed' && [frame.members?.length, frame.membersCut];
    assert.deepEqual(
      [countsOf(whole), countsOf(cut)],
      [
        [500, undefined],
        [500, true],
      ],
    );
  });
});

describe('a ping', () => {
  it('says how long the connection and its credential last, and what was not seen', async () => {
    const world = new ChannelWorld();
    const ending = { ...ADA, exp: String(NOW_MS / 1000 + 600) };
    await world.publish('a=', 'rooms/1', 'x');
    const log = NOW_MS;
    const pong = await world.say(
      'a=',
      { action: 'ping', seen: { 'rooms/1': { log: 0, seq: 0 }, 'rooms/2': { log: 0, seq: 0 } } },
      ending,
    );
    assert.deepEqual(pong, {
      type: 'pong',
      protocol: 1,
      connectionId: 'a=',
      pingAfterMs: 240_000,
      closesInMs: 7_200_000,
      credentialEndsInMs: 600_000,
      heads: { 'rooms/1': { log, seq: 1 } },
    });
  });

  it('names the head if the client has seen all of the log, and if it has seen another log', async () => {
    const world = new ChannelWorld();
    await world.publish('a=', 'rooms/1', 'x');
    const headsOf = async (log: number, seq: number) => {
      const pong = await world.say('a=', { action: 'ping', seen: { 'rooms/1': { log, seq } } });
      return pong.type === 'pong' && pong.heads;
    };

    assert.equal(await headsOf(NOW_MS, 1), undefined);
    assert.deepEqual(await headsOf(NOW_MS - 1, 7), { 'rooms/1': { log: NOW_MS, seq: 1 } });
  });

  for (const seen of [null, [], 'rooms/1'])
    it(`is refused if what was seen is ${JSON.stringify(seen)}, and not an object of channels`, async () => {
      assert.equal(codeOf(await new ChannelWorld().say('a=', { action: 'ping', seen })), 'invalid');
    });

  it('reports nothing about channels that the client may not read', async () => {
    const world = new ChannelWorld();
    await world.publish('a=', 'secret', 'x');
    const pong = await world.say('a=', { action: 'ping', seen: { secret: { log: 0, seq: 0 } } }, LIMITED);
    assert.ok(pong.type === 'pong' && pong.heads === undefined);
  });

  it('sends no presence to a client that may only hear the channel', async () => {
    const world = new ChannelWorld();
    await world.subscribe('b=', 'rooms/1!here');
    const seen = { 'rooms/1!here': { log: 0, seq: 0 }, news: { log: 0, seq: 0 } };
    const hearing = { ...ADA, channels: JSON.stringify({ space: 'chat', subscribe: ['rooms/*', 'news'] }) };
    const channelItems = () => [...world.items].filter(([name]) => !name.startsWith('rate#'));
    const before = channelItems();
    const pong = await world.say('a=', { action: 'ping', seen }, hearing);
    assert.ok(pong.type === 'pong' && pong.heads === undefined && pong.rejoin === undefined);
    assert.deepEqual(channelItems(), before);
  });

  it('is answered while the table does not answer, and asks to ping again before long', async () => {
    const world = new ChannelWorld();
    await world.subscribe('a=', 'rooms/1!here');
    const seen = { news: { log: 0, seq: 0 }, 'rooms/1!here': { log: 0, seq: 0 } };
    for (const name of ['items', 'store'] as const) {
      const ports = { ...world.ports, [name]: unavailable(name) };
      const event = world.event('a=', ADA, JSON.stringify({ action: 'ping', seen }));
      const pong = await answerMessage(ports, event, ['ping']);
      assert.ok(pong.type === 'pong' && pong.rejoin === undefined, name);
      assert.ok(pong.pingAfterMs <= 60_000, `${name}: ${pong.pingAfterMs} ms`);
    }
  });

  it('announces many who end at the same time together, in one function', async () => {
    const world = new ChannelWorld();
    for (let index = 0; index < 101; index += 1) await world.subscribe(`${index}=`, 'rooms/1!here');
    await world.deliverAll();
    world.frames.clear();
    world.jobs.length = 0;
    await Promise.all(Array.from({ length: 100 }, (_, index) => world.disconnect(`${index + 1}=`)));
    assert.ok(world.jobs.length <= 10, `${world.jobs.length} deliveries`);
    await world.deliverAll();
    const left = world.framesOf('0=').flatMap((frame) => (frame.type === 'messages' ? frame.messages : []));
    assert.equal(left.filter((entry) => 'event' in entry && entry.event === 'leave').length, 100);
    assert.deepEqual(
      [...world.items.keys()].filter((name) => name.startsWith('presence#') && !name.includes('#0=')),
      [],
    );
  });

  it('announces members that left while another function that was to announce them died', async () => {
    const world = new ChannelWorld();
    for (const name of ['a=', 'b=', 'c=', 'd=']) await world.subscribe(name, 'rooms/1!here');
    await world.deliverAll();
    world.frames.clear();
    const key = 'head#chat:rooms/1!here\nteller';
    world.items.set(key, { teller: 'dead', until: world.nowMs + 10_000 });
    await world.disconnect('b=');
    assert.equal(world.jobs.length, 0, 'somebody else tells');
    world.nowMs += 10_001;
    await world.disconnect('c=');
    await world.deliverAll();
    const left = world.framesOf('a=').flatMap((frame) => (frame.type === 'messages' ? frame.messages : []));
    assert.equal(left.length, 2);
    assert.equal(world.items.get(key)?.['until'], undefined);
  });

  it('finds all who died at the same time, and announces them together', async () => {
    const world = new ChannelWorld();
    for (let index = 0; index < 101; index += 1) await world.subscribe(`${index}=`, 'rooms/1!here');
    await world.deliverAll();
    world.frames.clear();
    for (let index = 1; index < 101; index += 1) world.gone.add(`${index}=`);
    const seen = { 'rooms/1!here': { log: NOW_MS, seq: 101 } };
    for (let ping = 0; ping < 3; ping += 1) {
      world.nowMs += 40_000;
      await world.say('0=', { action: 'ping', seen });
    }
    assert.ok(world.jobs.length <= 3, `${world.jobs.length} deliveries`);
    await world.deliverAll();
    const left = world.framesOf('0=').flatMap((frame) => (frame.type === 'messages' ? frame.messages : []));
    assert.equal(left.filter((entry) => 'event' in entry && entry.event === 'leave').length, 100);
    const frame = await world.subscribe('0=', 'rooms/1!here');
    assert.equal(frame.type === 'subscribed' && frame.members?.length, 1);
    assert.deepEqual(
      [...world.items.keys()].filter((name) => name.includes('#7=')),
      [],
    );
  });
});

describe('messages over a limit', () => {
  const MINUTE_MS = 60_000;
  const many = async (world: ChannelWorld, times: number, connectionId: string, caller: Caller = ADA) => {
    const codes: string[] = [];
    for (let index = 0; index < times; index += 1)
      codes.push(codeOf(await world.publish(connectionId, 'rooms/1', index, caller)));
    return codes;
  };

  it('are refused for the rest of the minute, for this connection only', async () => {
    const world = new ChannelWorld({ messagesPerConnection: 3 });
    const codes = await many(world, 5, 'a=');

    assert.deepEqual(codes, ['published', 'published', 'published', 'unavailable', 'unavailable']);
    assert.deepEqual(await many(world, 1, 'b='), ['published']);
    world.nowMs += MINUTE_MS;
    assert.deepEqual(await many(world, 1, 'a='), ['published']);
  });

  it('are refused to the caller over all its connections, and to no other caller', async () => {
    const world = new ChannelWorld({ messagesPerCaller: 3 });
    const codes = [...(await many(world, 2, 'a=')), ...(await many(world, 2, 'b='))];

    assert.deepEqual(codes, ['published', 'published', 'published', 'unavailable']);
    const twin = { ...ADA, principalId: 'partner|ada' };
    assert.deepEqual(await many(world, 1, 'c=', twin), ['published']);
  });

  for (const { refused, message } of [
    { refused: 'forbidden', message: { action: 'subscribe', id: 'q', channel: 'other' } },
    { refused: 'invalid', message: { action: 'subscribe', id: 'q' } },
    { refused: 'invalid', message: { action: 'ping', seen: 7 } },
  ])
    it(`count what is ${refused}: ${JSON.stringify(message)}`, async () => {
      const world = new ChannelWorld({ messagesPerConnection: 2 });
      const codes: string[] = [];
      for (let index = 0; index < 3; index += 1) codes.push(codeOf(await world.say('a=', message, LIMITED)));

      assert.deepEqual(codes, [refused, refused, 'unavailable']);
    });

  it('count a ping by its channels, three for one with presence', async () => {
    const seenOf = (suffix: string) =>
      Object.fromEntries(
        Array.from({ length: 100 }, (_, index) => [`rooms/${index}${suffix}`, { log: 0, seq: 0 }]),
      );
    const spentBy = async (seen: object) => {
      const world = new ChannelWorld();
      await world.say('a=', { action: 'ping', seen });
      const [item] = [...world.items].flatMap(([name, found]) => (name.startsWith('rate#') ? [found] : []));
      return item?.['spent'];
    };

    assert.deepEqual(
      [await spentBy({}), await spentBy(seenOf('')), await spentBy(seenOf('!here'))],
      [1, 101, 301],
    );
  });

  it('count no channel of a ping that the caller may not hear: it is not looked at', async () => {
    const world = new ChannelWorld();
    await world.say('a=', { action: 'ping', seen: { other: { log: 0, seq: 0 } } }, LIMITED);
    const [item] = [...world.items].flatMap(([name, found]) => (name.startsWith('rate#') ? [found] : []));
    assert.equal(item?.['spent'], 1);
  });

  it('answer a ping without a look at the channels, and with the time of the next', async () => {
    const world = new ChannelWorld({ messagesPerConnection: 4 });
    world.nowMs = NOW_MS - (NOW_MS % MINUTE_MS) + 20_000;
    const ping = { action: 'ping', seen: { 'rooms/1!here': { log: 0, seq: 0 } } };
    const first = await world.say('a=', ping);
    const before = new Map(world.items);
    const second = await world.say('a=', ping);

    assert.deepEqual(first.type === 'pong' && first.rejoin, ['rooms/1!here']);
    assert.ok(second.type === 'pong');
    assert.deepEqual([second.rejoin, second.heads, second.pingAfterMs], [undefined, undefined, 40_000]);
    assert.deepEqual(new Map(world.items), before);
  });
});

describe('two issuers with users of one name', () => {
  const TWIN: Caller = { ...ADA, principalId: 'partner|ada' };

  it('are two publishers, also of messages with the same id', async () => {
    const world = new ChannelWorld();
    await world.subscribe('a=', 'rooms/1');
    for (const caller of [ADA, TWIN])
      await world.say('p=', { action: 'publish', id: 'same', channel: 'rooms/1', data: 1 }, caller);
    await world.deliverAll();

    const entries = world.framesOf('a=').flatMap((frame) => ('messages' in frame ? frame.messages : []));
    assert.deepEqual(
      entries.map((entry) => 'by' in entry && entry.by),
      ['main|ada', 'partner|ada'],
    );
  });

  it('are two members of a channel', async () => {
    const world = new ChannelWorld();
    await world.subscribe('a=', 'rooms/1!here');
    const frame = await world.subscribe('b=', 'rooms/1!here', TWIN);

    const members = frame.type === 'subscribed' ? (frame.members ?? []) : [];
    assert.deepEqual(members.map(({ sub }) => sub).sort(), ['main|ada', 'partner|ada']);
  });
});
