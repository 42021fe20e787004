import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Feed } from '#shared/websocket/client/feed.ts';
import { Questions } from '#shared/websocket/client/questions.ts';
import { Subscription } from '#shared/websocket/client/subscription.ts';

type TestRequest = { readonly action: string; readonly id: string };

/** A subscription whose questions are answered by hand, and whose pauses end on request. */
function aSubscription(channel: string, after?: { log: number; seq: number }) {
  const asked: TestRequest[] = [];
  const pauses: number[] = [];
  const runs: (() => void)[] = [];
  const host = {
    connect: () => assert.fail(),
    failureOf: () => ({}),
    warn: () => undefined,
    nowMs: () => 0,
    fraction: () => 0.5,
    newId: () => `q${asked.length}`,
    after: (ms: number, run: () => void) => {
      pauses.push(ms);
      runs.push(run);
      return () => undefined;
    },
  };
  const questions = new Questions({ ...host, after: () => () => undefined }, (text) => {
    asked.push(JSON.parse(text) as TestRequest);
    return true;
  });
  const gaps: unknown[] = [];
  const handlers = { message: () => undefined, gap: (gap: unknown) => gaps.push(gap) };
  const subscription = new Subscription({ host, questions }, channel, handlers, after);
  const answer = async (frame: object): Promise<void> => {
    questions.answer({ ...frame, channel, id: asked.at(-1)?.id } as never);
    await turn();
  };
  const goOff = async (): Promise<void> => {
    runs.pop()?.();
    await turn();
  };
  return { asked, pauses, gaps, subscription, answer, goOff };
}

const actionsOf = (asked: readonly TestRequest[]): readonly string[] => asked.map(({ action }) => action);

describe('a subscription', () => {
  it('is requested once, however often it is begun before the answer', async () => {
    const { asked, subscription, answer } = aSubscription('orders');
    subscription.begin();
    subscription.begin();
    assert.deepEqual(actionsOf(asked), ['subscribe']);

    await answer({ type: 'subscribed', head: { log: 1, seq: 0 } });
    subscription.begin();
    assert.deepEqual(actionsOf(asked), ['subscribe', 'subscribe']);
  });

  it('reads what is missing before a message that came earlier than its own beginning', async () => {
    const { asked, pauses, subscription, answer, goOff } = aSubscription('orders');
    subscription.begin();
    subscription.accept(1, [{ seq: 5, at: 0, id: 'm', data: 1 }]);
    assert.deepEqual(pauses, []);
    await answer({ type: 'subscribed', head: { log: 1, seq: 3 } });
    await goOff();

    assert.deepEqual(actionsOf(asked), ['subscribe', 'read']);
    assert.deepEqual(pauses, [150]);
  });

  it('reads again after a pause that doubles as long as what is missing cannot be had', async () => {
    const { asked, pauses, subscription, answer, goOff } = aSubscription('orders', { log: 1, seq: 3 });
    subscription.lookUpTo({ log: 1, seq: 5 });
    for (let read = 0; read < 3; read += 1) {
      await goOff();
      await answer({ type: 'messages', log: 1, messages: [], upTo: 3, head: 5 });
    }

    assert.deepEqual(actionsOf(asked), ['read', 'read', 'read']);
    assert.deepEqual(pauses, [150, 500, 1000, 2000]);
  });

  it('to presence asks for all members again if a part of the log is lost, and reports no gaps', async () => {
    for (const [channel, expected] of [
      ['orders!here', ['read', 'subscribe']],
      ['orders', ['read']],
    ] as const) {
      const { asked, gaps, subscription, answer, goOff } = aSubscription(channel, { log: 1, seq: 3 });
      subscription.lookUpTo({ log: 1, seq: 5 });
      await goOff();
      await answer({ type: 'messages', log: 1, messages: [], lost: [[4, 5]], upTo: 5, head: 5 });

      assert.deepEqual(actionsOf(asked), expected);
      assert.deepEqual(gaps, channel === 'orders' ? [{ channel, from: 4, to: 5 }] : []);
    }
  });
});

describe('a feed', () => {
  it('continues behind the numbers that an answer marks as empty', () => {
    const feed = new Feed({ log: 1, seq: 3 });
    assert.deepEqual(feed.fill({ log: 1, messages: [], lost: [], upTo: 5 }), []);
    assert.deepEqual(feed.position, { log: 1, seq: 5 });
  });
});
