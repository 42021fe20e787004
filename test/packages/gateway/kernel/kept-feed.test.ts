import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KeptFeed } from '../../../../packages/gateway/kernel/kept-feed.ts';

function aFeed(maxBytes: number): { readonly feed: KeptFeed<string>; readonly reports: readonly string[] } {
  const reports: string[] = [];
  const report = (message: string): void => void reports.push(message);
  return { feed: new KeptFeed(report, { what: 'texts', maxBytes, sizeOf: ({ length }) => length }), reports };
}

const textsOf = (feed: KeptFeed<string>): readonly string[] => [...feed.kept()].map(({ item }) => item);

describe('a feed that keeps its items', () => {
  it('shows its items to readers that come later, and passes them to listeners at once', () => {
    const { feed } = aFeed(100);
    const heard: string[] = [];
    feed.publish('a');
    feed.follow((item) => heard.push(item));
    feed.publish('b');

    assert.deepEqual([textsOf(feed), heard], [['a', 'b'], ['b']]);
  });

  it('drops the oldest first, and reports it once', () => {
    const { feed, reports } = aFeed(4);
    for (const item of ['aa', 'bb', 'cc', 'dd']) feed.publish(item);

    assert.deepEqual(textsOf(feed), ['cc', 'dd']);
    assert.deepEqual(reports, ['texts: the limit of 0 MB is reached; the oldest texts are dropped']);
  });

  it('keeps the number of an item', () => {
    const { feed } = aFeed(4);
    for (const item of ['aa', 'bb', 'cc']) feed.publish(item);
    feed.forget();
    feed.publish('dd');

    assert.deepEqual([...feed.kept()], [{ number: 3, item: 'dd' }]);
  });

  it('does not show a reader what is published while it reads', () => {
    const { feed } = aFeed(100);
    feed.publish('a');
    const read: string[] = [];
    for (const { item } of feed.kept()) {
      read.push(item);
      feed.publish('b');
    }

    assert.deepEqual(read, ['a']);
  });

  it('keeps the longest end of what was published that fits', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 5 }), { maxLength: 400 }), (items) => {
        const { feed } = aFeed(20);
        for (const item of items) feed.publish(item);
        let bytes = 0;
        const end = items.toReversed().findIndex(({ length }) => (bytes += length) > 20);
        const expected = end === -1 ? items : items.slice(items.length - end);
        // An empty text at the border costs nothing, and may stay.
        assert.equal(textsOf(feed).join(''), expected.join(''));
        assert.ok([...feed.kept()].every(({ number, item }) => items[number] === item));
      }),
    );
  });
});
