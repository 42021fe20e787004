import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { NodeHttp2Handler } from '@smithy/node-http-handler';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, mock } from 'node:test';
import { acceptHttp2 } from '../../../../../packages/gateway/server/control-port/http2.ts';
import type { Http2Arrival } from '../../../../../packages/gateway/server/control-port/http2.ts';
import { UnreadReplies } from '../../../../../packages/gateway/server/unread-replies.ts';
import { aControlPort, ADMIN } from '../../../../support/a-control-port.ts';
import { MemoryLog } from '../../../../support/virtual-ports.ts';
import type { OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TestControlPort } from '../../../../support/a-control-port.ts';

/** Without this limit, a connection that stays open would block the test forever. */
const SOON = { timeout: 5_000 };

describe('acceptHttp2', () => {
  let at: TestControlPort;
  before(async () => {
    at = await aControlPort();
  });
  after(async () => {
    await at.close();
    assert.deepEqual(at.reports, []);
  });

  const sdk = () => ({ endpoint: at.url, region: 'us-east-1', credentials: ADMIN, maxAttempts: 1 });

  async function ask(headers: OutgoingHttpHeaders, body = ''): Promise<{ status: number; body: string }> {
    const session = connectHttp2(at.url);
    const stream = session.request({ ':method': 'POST', ':path': '/', ...headers }, { endStream: false });
    stream.on('error', () => undefined);
    stream.end(body);
    const [head] = (await once(stream, 'response')) as [{ readonly ':status'?: number }];
    const answered = { status: head[':status'] ?? 0, body: await text(stream) };
    session.destroy();
    return answered;
  }

  it('serves the AWS SDK for Kinesis, which speaks HTTP/2 to any endpoint', async () => {
    const client = new KinesisClient(sdk());
    const call = client.send(
      new PutRecordCommand({ StreamName: 's', PartitionKey: 'p', Data: Buffer.from('a') }),
    );

    // Nothing of the name is mounted on this port: the signature was right, and the refusal is of a service.
    await assert.rejects(call, {
      name: 'NotImplementedException',
      message: /^PutRecord of Kinesis .*is not supported by this gateway/,
    });
    client.destroy();
  });

  it('answers calls with what they sent, one after the other on one connection', async () => {
    const client = new DynamoDBClient({ ...sdk(), requestHandler: new NodeHttp2Handler() });
    const item = { id: { S: 'h2' }, note: { S: 'x'.repeat(200_000) } };
    await client.send(new PutItemCommand({ TableName: 'orders', Item: item }));

    const { Item } = await client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'h2' } } }));

    client.destroy();
    assert.deepEqual(Item, item);
  });

  const foreign: readonly OutgoingHttpHeaders[] = [
    { ':authority': 'evil.example' },
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of foreign)
    it(`refuses ${JSON.stringify(headers)} as on HTTP/1.1`, async () => {
      const { status } = await ask(headers);

      assert.equal(status, 403);
    });

  it('wants the secret of the start and a signature here, too', async () => {
    const local = await ask({ ':method': 'GET', ':path': '/_gatewright/status' });
    const unsigned = await ask({ 'x-amz-target': 'DynamoDB_20120810.ListTables' }, '{}');

    assert.equal(local.status, 401);
    assert.match(unsigned.body, /MissingAuthenticationToken/);
  });

  it('takes no body over the bound', async () => {
    const { status } = await ask({}, 'x'.repeat(16 * 1024 * 1024 + 1));

    assert.equal(status, 413);
  });

  it('cancels a request whose body takes longer than a minute', SOON, async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const session = connectHttp2(at.url);
    const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
    stream.on('error', () => undefined);
    await once(stream.resume(), 'ready');
    stream.write('a');
    // Its answer comes after the request has arrived.
    await new Promise((resolve) => session.ping(resolve));
    mock.timers.tick(60_000);
    mock.timers.reset();

    await once(stream, 'close');

    session.destroy();
    assert.equal(stream.rstCode, constants.NGHTTP2_CANCEL);
  });

  it(
    'ends with its server, also connections that have sent nothing yet, as browsers open them',
    SOON,
    async () => {
      const own = await aControlPort();
      const silent = connect(own.port, '127.0.0.1');
      await once(silent, 'connect');
      // Accepted after it, so both have been.
      await own.send('GET', '/');

      await Promise.all([once(silent.resume(), 'close'), own.close()]);
    },
  );

  it('hears a client of HTTP/1.1 that sends its method byte by byte', async () => {
    const socket = connect(at.port, '127.0.0.1');
    socket.setNoDelay(true);
    for (const byte of 'PR') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end(`OPFIND / HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nConnection: close\r\n\r\n`);

    assert.match(await text(socket), /^HTTP\/1\.1 403 /);
  });

  describe('ends a connection whose client sends nothing more', () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
    /** The HEADERS frame of `POST /`, which does not end the stream. */
    const post = `\0\0\x0e\x01\x04\0\0\0\x01\x83\x86\x84\x01\x09localhost`;

    it('and has asked nothing, without saying so in HTTP/2', SOON, async () => {
      const socket = connect(at.port, '127.0.0.1').resume();

      socket.end(preface, 'latin1');

      await once(socket, 'close');
    });

    it('in the middle of a request', SOON, async () => {
      const socket = connect(at.port, '127.0.0.1').resume();

      socket.end(preface + post, 'latin1');

      await once(socket, 'close');
    });

    it('before the first bytes show which HTTP it speaks', SOON, async () => {
      const socket = connect(at.port, '127.0.0.1').resume();

      socket.end('PR');

      await once(socket, 'close');
    });

    it('once it has the answers that it waits for', SOON, async () => {
      let wire: Socket | undefined;
      const session = connectHttp2(at.url, {
        createConnection: () => (wire = connect({ port: at.port, host: '127.0.0.1', allowHalfOpen: true })),
      });
      const stream = session.request({ ':method': 'GET', ':path': '/_gatewright/status' });
      stream.on('ready', () => setImmediate(() => wire?.end()));

      const [head] = (await once(stream, 'response')) as [{ readonly ':status'?: number }];

      assert.equal(head[':status'], 401);
      stream.resume();
      await once(session, 'close');
    });
  });

  it('ends a session that asks nothing for longer than any call takes', SOON, async (t) => {
    const server = createServer();
    const end = acceptHttp2(server, () => Promise.resolve({ status: 200, headers: [], body: '' }), {
      maxHeaderBytes: 16_384,
      firstBytesMs: 1_000,
      bodyMs: 1_000,
      unread: new UnreadReplies(new MemoryLog()),
      idleSessionMs: 20,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      end();
      server.close();
    });
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

    await once(session, 'close');
  });

  for (const { name, reply, status, headers } of [
    {
      name: 'all lines of a header, and none of an HTTP/1.1 connection',
      reply: { headers: ['Set-Cookie', 'a=1', 'Keep-Alive', 'timeout=5', 'set-cookie', 'b=2', 'X-One', '1'] },
      status: 200,
      headers: { 'set-cookie': ['a=1', 'b=2'], 'x-one': '1', 'keep-alive': undefined },
    },
    {
      name: 'no stream, which only HTTP/1.1 has here',
      reply: { headers: [], stream: { bytes: { cancel: () => undefined } } as never },
      status: 501,
      headers: {},
    },
  ])
    it(`gives ${name}`, async (t) => {
      const server = createServer();
      const end = acceptHttp2(server, () => Promise.resolve({ status: 200, body: '', ...reply }), {
        maxHeaderBytes: 16_384,
        firstBytesMs: 1_000,
        bodyMs: 1_000,
        unread: new UnreadReplies(new MemoryLog()),
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => {
        end();
        server.close();
      });
      const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const stream = session.request({ ':path': '/' });
      const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
      session.destroy();

      assert.equal(head[':status'], status);
      for (const [header, value] of Object.entries(headers)) assert.deepEqual(head[header], value, header);
    });

  for (const [what, sent, host, rawHeaders] of [
    [
      'by its authority',
      { ':authority': 'a.example' },
      'a.example',
      [':authority', 'a.example', 'host', 'a.example'],
    ],
    ['by its Host alone', { host: 'b.example' }, 'b.example', ['host', 'b.example']],
    [
      'by its Host alone, after a header whose value is the word',
      { 'x-kind': 'host', host: 'b.example' },
      'b.example',
      ['x-kind', 'host', 'host', 'b.example'],
    ],
    [
      'by its authority alone, after a header whose value is the word',
      { ':authority': 'a.example', 'x-kind': 'host' },
      'a.example',
      [':authority', 'a.example', 'x-kind', 'host', 'host', 'a.example'],
    ],
    [
      'by both',
      { ':authority': 'a.example', host: 'b.example' },
      'a.example',
      [':authority', 'a.example', 'host', 'b.example'],
    ],
  ] as const)
    it(`recognizes the host of a request ${what}`, async (t) => {
      const server = createServer();
      const arrivals: Http2Arrival[] = [];
      const end = acceptHttp2(
        server,
        (arrival) => {
          arrivals.push(arrival);
          return Promise.resolve({ status: 200, headers: [], body: '' });
        },
        {
          maxHeaderBytes: 16_384,
          firstBytesMs: 1_000,
          bodyMs: 1_000,
          unread: new UnreadReplies(new MemoryLog()),
        },
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => {
        end();
        server.close();
      });
      const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const stream = session.request({ ':path': '/a?b', ':method': 'PUT', ...sent });
      await once(stream, 'response');
      session.destroy();

      const [arrival] = arrivals;
      assert.deepEqual([arrival?.method, arrival?.target, arrival?.host], ['PUT', '/a?b', host]);
      assert.deepEqual(arrival?.rawHeaders, rawHeaders);
    });

  it('ends open sessions with the port', async () => {
    const other = await aControlPort();
    const session = connectHttp2(other.url);
    await once(session, 'remoteSettings');
    const closed = once(session, 'close');

    await other.close();

    await closed;
  });
});
