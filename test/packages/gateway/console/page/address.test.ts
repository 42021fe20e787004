import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linkTo, parseAddress } from '../../../../../packages/gateway/console/page/address.ts';

describe('parseAddress', () => {
  type Read = readonly [section: string, item: string | undefined, query: Readonly<Record<string, string>>];
  const cases: readonly (readonly [string, Read])[] = [
    ['', ['traffic', undefined, {}]],
    ['#/', ['traffic', undefined, {}]],
    ['#/keys', ['keys', undefined, {}]],
    ['#/traffic/0f5b1c2d?with=1', ['traffic', '0f5b1c2d', { with: '1' }]],
    ['#/traffic/?search=GET%20/users', ['traffic', undefined, { search: 'GET /users' }]],
    ['#/apis/a1/$default?route=ANY /{proxy+}', ['apis', 'a1/$default', { route: 'ANY /{proxy+}' }]],
    ['#/access/shop?path=/orders?page=2', ['access', 'shop', { path: '/orders?page=2' }]],
    ['#/data/orders%2F1', ['data', 'orders/1', {}]],
    ['#/data/100%', ['data', '100%', {}]],
  ];
  for (const [hash, wanted] of cases)
    it(`reads ${hash === '' ? 'no address' : hash}`, () => {
      const { section, item, query } = parseAddress(hash);

      assert.deepEqual([section, item, Object.fromEntries(query)], wanted);
    });
});

describe('linkTo', () => {
  it('writes what is read the same', () => {
    const query = { route: 'ANY /a b/{proxy+}', path: '/100%?x=1&y=2#z' };
    const link = linkTo('apis', 'a1/$default', query);

    const place = parseAddress(link);

    assert.deepEqual(
      [place.section, place.item, Object.fromEntries(place.query)],
      ['apis', 'a1/$default', query],
    );
  });
});
