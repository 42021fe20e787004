import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ItemFeed } from '../../../../packages/gateway/kernel/item-feed.ts';
import { aTableChange } from '../../../support/a-table-change.ts';

describe('ItemFeed', () => {
  it('gets the changes of followed tables published, and streams begin again after a pause', async () => {
    const feed = new ItemFeed();
    const followed: unknown[] = [];
    const heard: unknown[] = [];
    const change = aTableChange({ table: 'orders' });
    feed.publish([change]);
    feed.connect({
      follow: (tables, forgets) => followed.push([...tables, forgets]),
      replay: () => Promise.resolve([change]),
    });

    feed.follow(['orders'], (changes) => heard.push(...changes));
    feed.publish([change]);
    feed.follow(['pets'], () => undefined);
    feed.pause();
    feed.resume();

    assert.deepEqual(followed, [['orders', false], ['pets', false], [false], ['pets', true]]);
    assert.deepEqual(heard, [change]);
    assert.deepEqual(await feed.replay('arn'), [change]);
  });
});
