import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { ApiRequest, headersOf } from '../../../../packages/gateway/server/api-request.ts';
import type { AddressInfo } from 'node:net';

const LINES = ['Host', 'api.example', 'Authorization', 'Bearer one'];

describe('headers of a connection', () => {
  it('are read once as long as they are exactly the same', () => {
    const connection = {};
    const first = headersOf(connection, LINES);
    assert.equal(first.isRepeated, false);
    const again = headersOf(connection, [...LINES]);
    assert.equal(again, first);
    assert.equal(again.isRepeated, true);
  });

  it('are parsed again if anything is different, or the connection is another', () => {
    const connection = {};
    const first = headersOf(connection, LINES);
    const different = [
      ['Host', 'api.example', 'Authorization', 'Bearer two'],
      ['Host', 'api.example', 'authorization', 'Bearer one'],
      ['Host', 'api.example'],
      [...LINES, 'Accept', '*/*'],
    ];
    for (const lines of different) {
      const other = headersOf(connection, lines);
      assert.notEqual(other, first);
      assert.deepEqual(other.lines, lines);
      assert.equal(other.isRepeated, false);
    }
    assert.notEqual(headersOf({}, LINES), headersOf({}, LINES));
  });

  it('are not stored if they are long', () => {
    const connection = {};
    for (const lines of [['X-Long', 'x'.repeat(4_096)], Array.from({ length: 66 }, (_, at) => `x${at}`)])
      assert.notEqual(headersOf(connection, lines), headersOf(connection, [...lines]));
  });
});

describe('ApiRequest', () => {
  it('gives Node and its readers the headers of its own request, repeated or not', async () => {
    const seen: unknown[] = [];
    const maps: object[] = [];
    const server = createServer({ IncomingMessage: ApiRequest }, (request, response) => {
      seen.push([request.headers['x-a'], request.headers.cookie, request.headerList.all('x-a')]);
      maps.push(request.headers);
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const ask = (headers: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n`;
    const [one, other] = ['X-A: 1\r\nCookie: a\r\nCookie: b', 'X-A: 1\r\nX-A: 2'];
    socket.write([one, one, other, one].map(ask).join(''));
    socket.end();
    socket.resume();
    await once(socket, 'close');
    server.close();

    assert.deepEqual(seen, [
      ['1', 'a; b', ['1']],
      ['1', 'a; b', ['1']],
      ['1, 2', undefined, ['1', '2']],
      ['1', 'a; b', ['1']],
    ]);
    assert.equal(maps[0], maps[1]);
    assert.notEqual(maps[1], maps[2]);
  });
});
