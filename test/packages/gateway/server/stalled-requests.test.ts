import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { createApiServer } from '../../../../packages/gateway/server/http.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { AddressInfo, Socket } from 'node:net';

const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), { list: () => ({ statusCode: 200 }) });
const CHECK_MS = 20;
/** Refused before anything is waited for. */
const FOREIGN = 'GET /dev/pets HTTP/1.1\r\nHost: other.example\r\n\r\n';
const HEAD =
  'POST /dev/pets HTTP/1.1\r\nHost: pets.example\r\nConnection: close\r\nContent-Length: 6\r\n\r\n';

describe('a client is not too slow that has sent', () => {
  for (const { name, text, more } of [
    { name: 'its first request', text: '', more: `${HEAD}abcdef` },
    { name: 'the rest of a body', text: `${HEAD}abc`, more: 'def' },
  ])
    it(`${name} while the event loop was blocked`, async () => {
      const server = createApiServer(servedAlone(api.served, ports));
      Reflect.set(server, 'connectionsCheckingInterval', CHECK_MS);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const isThere = once(server, text === '' ? 'connection' : 'request');
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      let received = '';
      client.on('data', (chunk: Buffer) => (received += chunk.toString()));
      const over = once(client, 'close');
      client.write(text);
      await Promise.all([isThere, once(client, 'connect')]);

      server.headersTimeout = server.requestTimeout = CHECK_MS;
      client.write(more);
      for (const from = performance.now(); performance.now() - from < 3 * CHECK_MS;);
      await over;
      server.close();

      assert.match(received, /^HTTP\/1\.1 200 /);
    });

  it('a request that has been answered by then, and gets no second answer', async () => {
    const server = createApiServer(servedAlone(api.served, ports));
    Reflect.set(server, 'connectionsCheckingInterval', CHECK_MS);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const isThere = once(server, 'connection');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    client.on('data', (chunk: Buffer) => (received += chunk.toString()));
    await Promise.all([isThere, once(client, 'connect')]);

    server.headersTimeout = server.requestTimeout = CHECK_MS;
    client.write(FOREIGN);
    for (const from = performance.now(); performance.now() - from < 3 * CHECK_MS;);
    while (received === '') await new Promise((go) => setImmediate(go));
    for (let turns = 0; turns < 20; turns += 1) await new Promise((go) => setImmediate(go));
    client.destroy();
    server.close();

    assert.deepEqual(received.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 403']);
  });
});

describe('a client that is too slow with a later request', () => {
  it('gets the answer to its first one, and then hears it', async () => {
    const held = Promise.withResolvers<undefined>();
    const called = Promise.withResolvers<undefined>();
    const holding = anApi(restApi({ HttpMethod: 'ANY' }), {
      list: async () => {
        called.resolve(undefined);
        await held.promise;
        return { statusCode: 200 };
      },
    });
    const server = createApiServer(servedAlone(holding.api.served, holding.ports));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    client.on('data', (chunk: Buffer) => (received += chunk.toString()));
    const over = once(client, 'close');
    client.write('GET /dev/pets HTTP/1.1\r\nHost: pets.example\r\n\r\nGET /dev/');
    await called.promise;
    const [socket] = await connected;

    // As Node does for a connection whose headers do not arrive in time.
    server.emit('clientError', Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
    held.resolve(undefined);
    await over;
    server.close();

    assert.deepEqual(received.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 200', 'HTTP/1.1 408']);
  });
});
