import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel, MessagePort, Worker } from 'node:worker_threads';

import { CHANNEL_BYTES, TextChannel } from '../../../../../packages/gateway/lambda/thread/text-channel.ts';

type Item = string | { readonly n: number };

function open() {
  const { port1, port2 } = new MessageChannel();
  const memory = new SharedArrayBuffer(CHANNEL_BYTES);
  const gateway = new TextChannel<Item, Item>(port1, memory, 0, 'gateway');
  const instance = new TextChannel<Item, Item>(port2, memory, 0, 'instance');
  const close = (): void => port1.close();
  return { gateway, instance, close };
}

function takeAll(channel: TextChannel<Item, Item>): Item[] {
  const taken: Item[] = [];
  for (let item = channel.take(); item !== undefined; item = channel.take()) taken.push(item);
  return taken;
}

describe('TextChannel', () => {
  it('delivers short texts, long ones and objects in one order', async () => {
    const { gateway, instance, close } = open();
    const items = Array.from({ length: 200 }, (_, n): Item => {
      if (n % 7 === 3) return { n };
      return n % 5 === 2 ? `${n} ${'x'.repeat(50_000)}` : `${n}`;
    });
    const taken: Item[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    instance.listen(() => {
      taken.push(...takeAll(instance));
      if (taken.length === items.length) resolve(undefined);
    });
    for (const item of items) gateway.send(item);
    await promise;

    assert.deepEqual(taken, items);
    close();
  });

  it('sends one message for all that comes before a receiver at rest has looked', async (context) => {
    const { gateway, instance, close } = open();
    const post = context.mock.method(MessagePort.prototype, 'postMessage');
    const taken: Item[] = [];
    instance.listen(() => taken.push(...takeAll(instance)));
    for (let n = 0; n < 50; n += 1) gateway.send(`${n}`);
    while (taken.length < 50) await nextTurn();

    assert.equal(post.mock.callCount(), 1);
    close();
  });

  it('wakes a receiver again that has come to rest, and takes what was put without waking it', async () => {
    const { gateway, instance, close } = open();
    const taken: Item[] = [];
    instance.listen(() => taken.push(...takeAll(instance)));
    for (let n = 0; n < 20; n += 1) {
      gateway.put(`${n} put`);
      gateway.send(`${n} sent`);
      while (taken.length < 2 * (n + 1)) await nextTurn();
      // Long enough for it to look once more, find nothing and rest.
      for (let turn = 0; turn < n % 5; turn += 1) await nextTurn();
    }

    assert.deepEqual(taken.slice(0, 3), ['0 put', '0 sent', '1 put']);
    close();
  });

  it('hears of what is sent in the middle of the look before it rests', async (context) => {
    const { gateway, instance, close } = open();
    const taken: Item[] = [];
    gateway.listen(() => taken.push(...takeAll(gateway)));
    const { load } = Atomics;
    let isSent = false;
    context.mock.method(Atomics, 'load', (words: Int32Array, at: number): number => {
      const value = load(words, at);
      if (taken.length === 1 && !isSent) {
        isSent = true;
        instance.send('second');
      }
      return value;
    });
    instance.send('first');
    for (let turn = 0; turn < 100 && taken.length < 2; turn += 1) await nextTurn();
    close();

    assert.deepEqual(taken, ['first', 'second']);
  });

  it('lets a receiver take everything that was sent, although its port gets nothing more', () => {
    const { gateway, instance, close } = open();
    const items: Item[] = ['a', { n: 1 }, 'b', 'x'.repeat(9_000)];
    for (const item of items) gateway.send(item);
    instance.receiveAll();

    assert.deepEqual(takeAll(instance), items);
    close();
  });

  it('loses nothing between two threads that both send all the time', async () => {
    const { port1, port2 } = new MessageChannel();
    const memory = new SharedArrayBuffer(CHANNEL_BYTES);
    const worker = new Worker(new URL('../echo-thread.ts', import.meta.url), {
      workerData: { port: port2, memory },
      transferList: [port2],
    });
    const channel = new TextChannel<string, string>(port1, memory, 0, 'gateway');
    const ROUNDS = 20_000;
    const nthText = (n: number): string => `${n}${'x'.repeat((n * 7_919) % 6_000)}`;
    let [sent, received] = [0, 0];
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const send = (): void => {
      for (; sent < ROUNDS && sent - received < 100; sent += 1) channel.send(nthText(sent));
    };
    channel.listen(() => {
      for (let text = channel.take(); text !== undefined; text = channel.take()) {
        if (text !== nthText(received)) reject(new Error(`another text than ${received}`));
        received += 1;
      }
      send();
      if (received === ROUNDS) resolve(undefined);
    });
    worker.once('error', reject);
    send();
    await promise;

    const ended = once(worker, 'exit');
    port1.close();
    await ended;
  });
});
