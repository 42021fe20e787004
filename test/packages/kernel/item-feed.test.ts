import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ItemFeed } from '../../../packages/kernel/item-feed.ts';

describe('ItemFeed', () => {
  it('has the changes of followed tables published, but not in a pause', () => {
    const feed = new ItemFeed();
    const followed: (readonly string[])[] = [];
    const heard: unknown[] = [];
    const change = { table: 'orders', keys: {}, before: undefined, after: {}, isExpiry: false };
    feed.publish([change]);
    feed.connect((tables) => followed.push(tables));

    feed.follow(['orders'], (changes) => heard.push(...changes));
    feed.publish([change]);
    feed.pause();
    feed.resume();

    assert.deepEqual(followed, [['orders'], [], ['orders']]);
    assert.deepEqual(heard, [change]);
  });
});
