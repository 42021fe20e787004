import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import {
  addressOf,
  parseReply,
  printRequest,
  sendRaw,
} from '../../../../packages/conformance/play/raw-client.ts';

const REQUEST = { host: '127.0.0.1', port: 80, method: 'GET', headers: [], timeoutMs: 2_000 } as const;

describe('printRequest', () => {
  it('sends the target unchanged and no header but Host', () => {
    const printed = printRequest({ ...REQUEST, target: '//dev/./a/../%zz?q=%2F&&' }).toString();

    assert.equal(printed, 'GET //dev/./a/../%zz?q=%2F&& HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n');
  });

  it('keeps the spelling and order of headers, and a Host of the case', () => {
    const headers = [
      ['tEsT', 'a'],
      ['TE', 'deflate'],
      ['host', 'x.test'],
      ['tEsT', 'b'],
    ] as const;

    const printed = printRequest({ ...REQUEST, target: '/', headers }).toString();

    assert.equal(printed, 'GET / HTTP/1.1\r\ntEsT: a\r\nTE: deflate\r\nhost: x.test\r\ntEsT: b\r\n\r\n');
  });

  it('adds the length of a body unless the case frames it', () => {
    const body = Buffer.from('hé');
    const plain = printRequest({ ...REQUEST, target: '/', body }).toString();
    const chunked = printRequest({
      ...REQUEST,
      target: '/',
      body,
      headers: [['Transfer-Encoding', 'chunked']],
    });

    assert.match(plain, /Content-Length: 3\r\n\r\nhé$/);
    assert.match(chunked.toString(), /\r\n\r\n3\r\nhé\r\n0\r\n\r\n$/);
  });
});

describe('parseReply', () => {
  const parse = (text: string, method = 'GET', atEnd = false) => parseReply(Buffer.from(text), method, atEnd);

  const rows: readonly (readonly [
    name: string,
    text: string,
    method: string,
    atEnd: boolean,
    body: string | undefined,
  ])[] = [
    ['reads a body by its length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'GET', false, 'hi'],
    [
      'waits for the rest of a body',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi',
      'GET',
      false,
      undefined,
    ],
    [
      'joins chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1;x=y\r\n!\r\n0\r\n\r\n',
      'GET',
      false,
      'hi!',
    ],
    [
      'waits for the last chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n',
      'GET',
      false,
      undefined,
    ],
    ['reads until the end without a length', 'HTTP/1.1 200 OK\r\n\r\nhi', 'GET', true, 'hi'],
    ['waits for that end', 'HTTP/1.1 200 OK\r\n\r\nhi', 'GET', false, undefined],
    [
      'skips interim answers',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
      'GET',
      false,
      'x',
    ],
    ['expects no body for HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'HEAD', false, ''],
    ['expects no body with 204', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET', false, ''],
  ];
  for (const [name, text, method, atEnd, body] of rows) {
    it(name, () => assert.equal(parse(text, method, atEnd)?.body.toString(), body));
  }

  it('refuses what is not HTTP', () => {
    assert.throws(() => parse('SSH-2.0-x\r\n\r\n'), /does not begin with an HTTP status line/);
  });

  it('waits for more until the reply is complete', () => {
    const whole = Buffer.from(
      'HTTP/1.1 201 Made\r\nA: 1\r\nA: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        assert.equal(parseReply(whole.subarray(0, length), 'GET', false), undefined);
      }),
    );
    assert.deepEqual(parseReply(whole, 'GET', false)?.headers.slice(0, 2), [
      ['A', '1'],
      ['A', '2'],
    ]);
  });
});

describe('addressOf', () => {
  for (const [host, address] of [
    ['abc.execute-api.localhost', '127.0.0.1'],
    ['localhost', 'localhost'],
    ['localhost.example', 'localhost.example'],
  ] as const)
    it(`of ${host} is ${address}`, () => {
      assert.equal(addressOf(host), address);
    });
});

describe('sendRaw', () => {
  const withPeer = async (
    answer: string | undefined,
    act: (port: number) => Promise<void>,
  ): Promise<void> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => (answer === undefined ? undefined : socket.end(answer)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await act((server.address() as AddressInfo).port);
    server.close();
  };

  it('rejects when the peer hangs up too early', async () => {
    await withPeer('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx', async (port) => {
      await assert.rejects(sendRaw({ ...REQUEST, port, target: '/' }), /connection closed/);
    });
  });

  it('gives up after its deadline', async () => {
    await withPeer(undefined, async (port) => {
      await assert.rejects(sendRaw({ ...REQUEST, port, target: '/', timeoutMs: 30 }), /within 30 ms/);
    });
  });
});
