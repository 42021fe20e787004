import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseApi, makeRequest } from '../../../../packages/gatewright/testing/api-request.ts';
import type { ApiListing } from '../../../../packages/engine/index.ts';

const api = (logicalId: string, kind: ApiListing['kind'], stage = 'dev'): ApiListing => ({
  stack: 'shop',
  logicalId,
  id: `${logicalId}-id`,
  name: `shop-${logicalId}`,
  kind,
  stage,
  region: 'us-east-1',
  url: 'http://127.0.0.1:1/dev',
});

describe('a request of a test', () => {
  it('is a GET without a body and a POST with one, which is JSON where it is an object', () => {
    assert.deepEqual(makeRequest('/pets', {}), {
      method: 'GET',
      path: '/pets',
      headers: [],
      body: undefined,
    });
    const { method, headers, body } = makeRequest('/pets', { body: { name: 'Ole' }, token: 't' });
    assert.equal(method, 'POST');
    assert.deepEqual(headers, [
      ['Content-Type', 'application/json'],
      ['Authorization', 'Bearer t'],
    ]);
    assert.equal(String(body), '{"name":"Ole"}');
  });

  it('keeps what is said of method, headers and bytes', () => {
    const bytes = new Uint8Array([0xff, 0]);
    const headers = { 'content-type': 'image/png', 'X-Many': ['a', 'b'] };
    assert.deepEqual(makeRequest('/pets', { method: 'put', headers, body: bytes }), {
      method: 'PUT',
      path: '/pets',
      headers: [
        ['content-type', 'image/png'],
        ['X-Many', 'a'],
        ['X-Many', 'b'],
      ],
      body: Buffer.from(bytes),
    });
  });

  it('has the query behind what the path has already, encoded', () => {
    const query = { name: 'a b&c', page: 2, tag: ['x', 'y'] };
    assert.equal(makeRequest('/pets?z=1', { query }).path, '/pets?z=1&name=a+b%26c&page=2&tag=x&tag=y');
    assert.throws(() => makeRequest('pets', {}), /a path must begin with "\/"/);
  });
});

describe('the API that a request is for', () => {
  const all = [
    api('Pets', 'http'),
    api('Admin', 'rest'),
    api('Admin', 'rest', 'prod'),
    api('Live', 'websocket'),
  ];

  it('is the only one of its kind, or the one that is named', () => {
    assert.equal(chooseApi(all, true, {}).logicalId, 'Live');
    assert.equal(chooseApi(all, false, { api: 'Pets' }).id, 'Pets-id');
    assert.equal(chooseApi(all, false, { api: 'shop-Admin', stage: 'prod' }).stage, 'prod');
  });

  it('is asked for with those that there are', () => {
    assert.throws(
      () => chooseApi(all, false, { api: 'Admin' }),
      /several match: choose one with { api } or { stage }; there are Pets \(stage dev\), Admin \(stage dev\), Admin \(stage prod\)/,
    );
    assert.throws(() => chooseApi(all, false, { api: 'Live' }), /there is no API "Live"; there are Pets/);
    const ours = { ...api('Pets', 'http'), stack: 'gatewright' };
    assert.throws(
      () => chooseApi([...all, ours], false, { api: 'Pets' }),
      /there are Pets \(stage dev, stack shop\), Admin \(stage dev\), Admin \(stage prod\), Pets \(stage dev, stack gatewright\)/,
    );
    assert.throws(() => chooseApi([], true, {}), /there is no WebSocket API; there is none/);
  });
});
