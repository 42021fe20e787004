import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EarlyFeed } from '../../../../packages/gateway/kernel/early-feed.ts';

const aFeed = (onMany = (): void => undefined): EarlyFeed<number> =>
  new EarlyFeed<number>((message) => assert.fail(message), onMany);

describe('EarlyFeed', () => {
  it('gives the first listener all items, also those that were published before it came', () => {
    const feed = aFeed();
    const [first, second]: number[][] = [[], []];
    feed.publish(1);
    feed.publish(2);

    feed.follow((item) => first?.push(item));
    feed.publish(3);
    feed.follow((item) => second?.push(item));
    feed.publish(4);

    assert.deepEqual([first, second], [[1, 2, 3, 4], [4]]);
  });

  it('asks once for a listener if many items wait, and drops the oldest if none comes', () => {
    let asked = 0;
    const feed = aFeed(() => void (asked += 1));
    for (let item = 0; item < 25_000; item += 1) feed.publish(item);
    const got: number[] = [];

    feed.follow((item) => got.push(item));

    assert.equal(asked, 1);
    assert.deepEqual([got[0], got.at(-1), got.length], [5_000, 24_999, 20_000]);
  });

  it('drops waiting items', () => {
    const feed = aFeed();
    const got: number[] = [];
    feed.publish(1);

    feed.forget();
    feed.follow((item) => got.push(item));

    assert.deepEqual(got, []);
  });
});
