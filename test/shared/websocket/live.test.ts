/** Live updates: who is notified, who no longer, and what remains. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { forget, post, remember } from '#shared/websocket/live.ts';
import type { LivePorts } from '#shared/websocket/live.ts';
import type { Item } from '#shared/table/item-write.ts';
import { aWebSocketEvent } from '../../support/websocket-events.ts';

const NOW = 1_607_854_670;

function aRoom({ gone = [], failing = [] }: { gone?: string[]; failing?: string[] } = {}) {
  const items = new Map<string, Item>();
  const messages: string[] = [];
  const clock = { nowEpochMs: () => NOW * 1000 };
  const ports: LivePorts = {
    clock,
    store: {
      put(kept) {
        for (const { key, item } of kept) items.set(`${key.pk}\n${key.sk}`, item);
        return Promise.resolve();
      },
      remove(keys) {
        for (const { pk, sk } of keys) items.delete(`${pk}\n${sk}`);
        return Promise.resolve();
      },
      page({ pk, limit, after = '' }) {
        const found = [...items]
          .map(([name, item]) => ({
            key: { pk: name.split('\n')[0] ?? '', sk: name.split('\n')[1] ?? '' },
            item,
          }))
          .filter(({ key }) => key.pk === pk && key.sk > after)
          .sort((a, b) => (a.key.sk < b.key.sk ? -1 : 1));
        return Promise.resolve({ items: found.slice(0, limit), hasMore: found.length > limit });
      },
    },
    sockets: {
      post({ connectionId }, text) {
        if (gone.includes(connectionId)) return Promise.resolve('gone');
        if (failing.includes(connectionId)) return Promise.resolve('failed');
        messages.push(`${connectionId}: ${text}`);
        return Promise.resolve('sent');
      },
    },
  };
  return { ports, items, messages };
}

const connected = (connectionId: string, authorizer: object = { principalId: 'main|ada' }) =>
  parseWebSocketEvent(aWebSocketEvent({ requestContext: { connectionId, authorizer } }));

describe('post', () => {
  it('notifies only those who listen to a topic', async () => {
    const { ports, messages } = aRoom();
    await remember(ports, connected('a='), { topics: ['orders/o-1'] });
    await remember(ports, connected('b='), { topics: ['orders/o-2'] });
    const posted = await post(ports, { topic: 'orders/o-1' }, { status: 'paid' });
    assert.deepEqual(messages, ['a=: {"status":"paid"}']);
    assert.deepEqual(posted, { sent: 1, gone: 0, expired: 0, failed: 0 });
  });

  it('notifies a caller on every connection, and no caller of that name at another issuer', async () => {
    const { ports, messages } = aRoom();
    await remember(ports, connected('a='));
    await remember(ports, connected('b='));
    await remember(ports, connected('c=', { principalId: 'other|ada' }));
    await post(ports, { issuer: 'main', sub: 'ada' }, 'hello');
    assert.deepEqual(messages.sort(), ['a=: hello', 'b=: hello']);
  });

  it('stores no name if no authorizer has given one', async () => {
    const of = async (principalId: string): Promise<number> => {
      const { ports, items } = aRoom();
      await remember(ports, connected('a=', { principalId }), { topics: ['t'] });
      return items.size;
    };

    // A caller is stored in addition to the topic.
    assert.equal((await of('main|ada')) > (await of('')), true);
  });

  it('takes no name for the end of another', async () => {
    const { ports, messages } = aRoom();
    await remember(ports, connected('a='), { topics: ['a#b', 'a%23b'] });
    const posted = [await post(ports, { topic: 'a' }, 'x'), await post(ports, { topic: 'a#b' }, 'x')];
    assert.deepEqual(
      posted.map(({ sent }) => sent),
      [0, 1],
    );
    assert.equal(messages.length, 1);
  });

  it('removes clients that have left, and notifies the others even if one fails', async () => {
    const { ports, items, messages } = aRoom({ gone: ['a='], failing: ['b='] });
    for (const id of ['a=', 'b=', 'c=']) await remember(ports, connected(id), { topics: ['t', 'u'] });
    assert.deepEqual(await post(ports, { topic: 't' }, 'x'), { sent: 1, gone: 1, expired: 0, failed: 1 });
    assert.deepEqual(messages, ['c=: x']);
    assert.equal([...items.keys()].filter((name) => name.includes('a=')).length, 0);
  });

  it('notifies no client whose credential has ended, except for the 30 s that authorizers tolerate', async () => {
    const { ports, messages } = aRoom();
    await remember(ports, connected('a=', { principalId: 'p', exp: String(NOW - 31) }), { topics: ['t'] });
    await remember(ports, connected('b=', { principalId: 'p', exp: String(NOW - 29) }), { topics: ['t'] });
    assert.deepEqual(await post(ports, { topic: 't' }, 'x'), { sent: 1, gone: 0, expired: 1, failed: 0 });
    assert.deepEqual(messages, ['b=: x']);
  });

  it('reaches more than a page of connections, each once', async () => {
    const { ports, messages } = aRoom();
    for (let index = 0; index < 250; index += 1)
      await remember(ports, connected(`${index}=`), { topics: ['t'] });
    assert.equal((await post(ports, { topic: 't' }, 'x')).sent, 250);
    assert.equal(new Set(messages).size, 250);
  });

  it('refuses a message that API Gateway would, and topics without bounds', async () => {
    const { ports } = aRoom();
    const refused = { code: 'SUBJECT_INVALID' };
    await assert.rejects(post(ports, { topic: 't' }, 'x'.repeat(128 * 1024 + 1)), refused);
    await assert.rejects(post(ports, { topic: '' }, 'x'), refused);
    await assert.rejects(remember(ports, connected('a='), { topics: ['x'.repeat(257)] }), refused);
    const topics = Array.from({ length: 21 }, (_, index) => `t${index}`);
    await assert.rejects(remember(ports, connected('a='), { topics }), refused);
  });
});

describe('forget', () => {
  it('removes the connection, and keeps everything of the others', async () => {
    const { ports, items } = aRoom();
    await remember(ports, connected('a='), { topics: ['t', 'u'] });
    await remember(ports, connected('b='), { topics: ['t'] });
    await forget(ports, connected('a='));
    assert.deepEqual(
      [...items.keys()].filter((name) => name.includes('a=')),
      [],
    );
    assert.equal((await post(ports, { topic: 't' }, 'x')).sent, 1);
  });

  // A page that ends with the last item says that there may be more.
  it('ends even if the table shows nothing and says that there may be more', async () => {
    const { ports } = aRoom();
    await remember(ports, connected('a='), { topics: ['t'] });
    let pages = 0;
    const page: typeof ports.store.page = async (asked) => {
      assert.ok((pages += 1) < 10, 'asks for ever');
      return { ...(await ports.store.page(asked)), hasMore: true };
    };
    const removed: number[] = [];
    const remove: typeof ports.store.remove = (keys) => {
      removed.push(keys.length);
      return ports.store.remove(keys);
    };
    await forget({ ...ports, store: { ...ports.store, page, remove } }, connected('a='));

    assert.equal((await post(ports, { topic: 't' }, 'x')).sent, 0);
    assert.ok(!removed.includes(0), 'a batch of nothing is an error');
  });
});
