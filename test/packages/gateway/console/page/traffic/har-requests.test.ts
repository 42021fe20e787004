import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHar } from '../../../../../../packages/gateway/console/page/traffic/har-requests.ts';
import type { ShownApi } from '../../../../../../packages/gateway/console/endpoints/inspect-model.ts';

type Served = Pick<ShownApi, 'name' | 'stage' | 'url' | 'kind'>;

const SHOP: Served = { name: 'shop', stage: 'dev', url: 'http://127.0.0.1:3000/dev', kind: 'rest' };
const SITE: Served = { name: 'site', stage: '$default', url: 'http://127.0.0.1:3001', kind: 'http' };
const CHAT: Served = { name: 'chat', stage: 'dev', url: 'ws://127.0.0.1:3002/dev', kind: 'websocket' };
const APIS = [CHAT, SHOP, SITE];

function archive(...requests: readonly object[]): string {
  return JSON.stringify({ log: { version: '1.2', entries: requests.map((request) => ({ request })) } });
}

const ORDER = {
  method: 'POST',
  url: 'http://127.0.0.1:3000/dev/orders?table=7',
  headers: [
    { name: ':authority', value: '127.0.0.1:3000' },
    { name: 'Host', value: '127.0.0.1:3000' },
    { name: 'Sec-Fetch-Mode', value: 'cors' },
    { name: 'Content-Type', value: 'application/json' },
  ],
  postData: { mimeType: 'application/json', text: '{"dish":"soup"}' },
};

describe('readHar', () => {
  it('takes method, path, headers and body, without what a connection or browser adds', () => {
    assert.deepEqual(readHar(archive(ORDER), APIS), [
      {
        name: 'POST /dev/orders',
        api: 'shop',
        stage: 'dev',
        method: 'POST',
        target: '/dev/orders?table=7',
        headers: [['Content-Type', 'application/json']],
        body: '{"dish":"soup"}',
      },
    ]);
  });

  it('finds the API by its address, and for other hosts by the path', () => {
    const of = (url: string): string | undefined => readHar(archive({ method: 'GET', url }), APIS)[0]?.api;

    assert.equal(of('http://127.0.0.1:3001/dev/orders'), 'site');
    assert.equal(of('https://api.example.com/dev/orders'), 'shop');
    assert.equal(of('https://api.example.com/developers'), 'site');
  });

  it('gives requests of the same name numbers', () => {
    assert.deepEqual(
      readHar(archive(ORDER, ORDER), APIS).map(({ name }) => name),
      ['POST /dev/orders', 'POST /dev/orders (2)'],
    );
  });

  for (const [text, message] of [
    ['{', /not JSON/],
    ['{"log":{}}', /log\.entries/],
    [archive({ method: 'GET', url: 'data:text/plain,x' }), /no request for an API/],
  ] as const)
    it(`refuses ${text}`, () => {
      assert.throws(() => readHar(text, APIS), message);
    });
});
