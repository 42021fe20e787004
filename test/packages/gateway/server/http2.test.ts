import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectTcp, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gatewayError } from '../../../../packages/gateway/core/errors.ts';
import { openHttp2 } from '../../../../packages/gateway/server/http2.ts';
import { stagedApi } from '../../../support/logged-apis.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';

const STREAMS = 60;
const BYTES = 50_000;

describe('a streamed reply of HTTP/2 that breaks off', () => {
  const { api, ports } = stagedApi(
    {},
    {},
    restApi({
      HttpMethod: 'ANY',
      Integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'ANY',
        Uri: 'http://pets.example/',
        ResponseTransferMode: 'STREAM',
      },
    }),
  );
  const http2 = openHttp2(
    servedAlone(
      api.served,
      {
        ...ports,
        http: {
          send: (request) => ports.http.send(request),
          stream: () =>
            Promise.resolve({
              kind: 'streams',
              head: { status: 200, headers: [] },
              body: {
                cancel: () => undefined,
                async *[Symbol.asyncIterator]() {
                  yield await Promise.resolve(Buffer.alloc(BYTES));
                  throw gatewayError('INTEGRATION_FAILURE', { source: 'integration', reason: 'cut' });
                },
              },
            }),
        },
      },
      () => true,
    ),
  );
  const peer = { names: [], certificate: undefined };
  const server = createServer((socket) => http2.take(socket as never, peer as never));
  let session: ClientHttp2Session;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  after(() => {
    session.destroy();
    http2.destroy();
    server.close();
  });

  it('has sent what came before, on each of many streams', async () => {
    const replies = Array.from({ length: STREAMS }, () => {
      const stream = session.request({ ':path': '/dev/pets' });
      let bytes = 0;
      let isCut = false;
      stream.on('data', (part: Buffer) => (bytes += part.length));
      stream.on('error', () => (isCut = true));
      return new Promise<string>((resolve) => stream.on('close', () => resolve(`${bytes} ${isCut}`)));
    });

    assert.deepEqual([...new Set(await Promise.all(replies))], [`${BYTES} true`]);
  });
});

describe('a request of HTTP/2', () => {
  const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), {
    list: (event) => ({
      statusCode: 201,
      headers: { 'X-One': '1', 'Keep-Alive': 'timeout=5', TE: 'gzip', 'HTTP2-Settings': 'AAA' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
      body: JSON.stringify((event as { headers: object }).headers),
    }),
  });
  const http2 = openHttp2(servedAlone(api.served, ports, (host) => host !== undefined));
  const peer = { names: [], certificate: undefined };
  const server = createServer((socket) => http2.take(socket as never, peer as never));
  let session: ClientHttp2Session;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  after(() => {
    session.destroy();
    http2.destroy();
    server.close();
  });
  const ask = async (headers: OutgoingHttpHeaders) => {
    const stream = session.request({ ':path': '/dev/pets', ...headers });
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
    return { head, body: await text(stream) };
  };

  it('is answered with all headers of the reply, except those of an HTTP/1.1 connection', async () => {
    const { head } = await ask({});

    assert.equal(head[':status'], 201);
    assert.deepEqual([head['x-one'], head['set-cookie']], ['1', ['a=1', 'b=2']]);
    for (const name of ['keep-alive', 'te', 'http2-settings']) assert.equal(head[name], undefined, name);
  });

  // RFC 9113 §6.5: settings of another length are an error of the whole connection.
  it('ends with its connection if its frames are invalid, and other connections continue', async () => {
    const { port } = server.address() as AddressInfo;
    const client = connectTcp(port, '127.0.0.1').resume();
    client.on('error', () => undefined);
    client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x01\x04\0\0\0\0\0x', 'latin1');

    await once(client, 'close');

    assert.equal((await ask({})).head[':status'], 201);
  });

  // RFC 9113 §8.3.1
  for (const [host, status] of [
    ['a.example', 201],
    ['b.example', 400],
  ] as const)
    it(`for a.example is answered with ${status} if its Host is ${host}`, async () => {
      const { head } = await ask({ ':authority': 'a.example', host });

      assert.equal(head[':status'], status);
    });
});
