import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { get, startRawServer, statusesOf } from './raw-connection.ts';
import type { RawServer } from './raw-connection.ts';

let raw: RawServer;
const open = (text: string | Buffer, ends = false): ReturnType<RawServer['open']> => raw.open(text, ends);

before(async () => {
  raw = await startRawServer();
});
after(() => raw.close());

const post = (headers: string, body: string): string =>
  `POST /dev/pets HTTP/1.1\r\nHost: pets.example\r\n${headers}\r\n${body}`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

/** Bytes, how many answers come, and the status of the last one. */
const rows: readonly {
  name: string;
  text: string;
  ends?: boolean;
  statuses: readonly number[];
  source: string;
}[] = [
  {
    name: 'a length that is not a number',
    text: post('Content-Length: abc\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9110 §8.6',
  },
  {
    name: 'a negative length',
    text: post('Content-Length: -1\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9110 §8.6',
  },
  {
    name: 'a length in hex',
    text: post('Content-Length: 0x3\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9110 §8.6',
  },
  {
    name: 'a length with a sign',
    text: post('Content-Length: +3\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9110 §8.6',
  },
  {
    name: 'a length beyond all numbers',
    text: post(`Content-Length: ${'9'.repeat(30)}\r\n`, 'a'),
    statuses: [400],
    source: 'RFC 9110 §8.6',
  },
  {
    name: 'the same length twice',
    text: post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9112 §6.3',
  },
  {
    name: 'a list of lengths',
    text: post('Content-Length: 3, 3\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9112 §6.3',
  },
  {
    name: 'chunks and a length',
    text: post(`${CHUNKED}Content-Length: 3\r\n`, '3\r\nabc\r\n0\r\n\r\n'),
    statuses: [400],
    source: 'RFC 9112 §6.1',
  },
  {
    name: 'an encoding that is not chunked',
    text: post('Transfer-Encoding: xchunked\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9112 §6.1',
  },
  {
    name: 'chunked that is not last',
    text: post('Transfer-Encoding: chunked, identity\r\n', 'abc'),
    statuses: [400],
    source: 'RFC 9112 §6.1',
  },
  {
    name: 'a blank before the colon',
    text: post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'),
    statuses: [400],
    source: 'RFC 9112 §5.1',
  },
  { name: 'a folded header', text: get('x-a: b\r\n c\r\n'), statuses: [400], source: 'RFC 9112 §5.2' },
  { name: 'a NUL in a header', text: get('x-a: b\0c\r\n'), statuses: [400], source: 'RFC 9110 §5.5' },
  { name: 'a bare CR in a header', text: get('x-a: b\rc: d\r\n'), statuses: [400], source: 'RFC 9112 §2.2' },
  {
    name: 'an invalid chunk size',
    text: post(CHUNKED, 'zz\r\nabc\r\n0\r\n\r\n'),
    statuses: [400],
    source: 'RFC 9112 §7.1',
  },
  {
    name: 'a chunk longer than it says',
    text: post(CHUNKED, '1\r\nabc\r\n0\r\n\r\n'),
    statuses: [400],
    source: 'RFC 9112 §7.1',
  },
  {
    name: 'a chunk size beyond all numbers',
    text: post(CHUNKED, `${'f'.repeat(20)}\r\nabc`),
    statuses: [400],
    source: 'RFC 9112 §7.1',
  },
  {
    name: 'a chunk extension without end',
    text: post(CHUNKED, `1;${'x'.repeat(40_000)}`),
    statuses: [413, 400],
    source: 'llhttp, 16 KB of extensions',
  },
  {
    name: 'an invalid method',
    text: `P\u00f6ST /dev/pets HTTP/1.1\r\nHost: pets.example\r\n\r\n`,
    statuses: [400],
    source: 'RFC 9110 §9.1',
  },
  {
    name: 'an invalid version',
    text: `GET /dev/pets HTTP/9.9\r\nHost: pets.example\r\n\r\n`,
    statuses: [400],
    source: 'RFC 9112 §2.3',
  },
  {
    name: 'an unescaped # in the path, which a server may take for its end',
    text: `GET /dev/pets#x HTTP/1.1\r\nHost: pets.example\r\nConnection: close\r\n\r\n`,
    statuses: [400],
    source: 'RFC 9112 §3.2',
  },
  {
    name: 'an unescaped # in the query',
    text: `GET /dev/pets?a=#x HTTP/1.1\r\nHost: pets.example\r\nConnection: close\r\n\r\n`,
    statuses: [400],
    source: 'RFC 9112 §3.2',
  },
  {
    name: 'no Host',
    text: `GET /dev/pets HTTP/1.1\r\nConnection: close\r\n\r\n`,
    statuses: [400],
    source: 'RFC 9112 §3.2',
  },
  {
    name: 'two Hosts',
    text: get('Host: other.example\r\nConnection: close\r\n'),
    statuses: [400],
    source: 'RFC 9112 §3.2',
  },
  {
    name: 'a body shorter than its length',
    text: post('Content-Length: 10\r\n', 'abc'),
    ends: true,
    statuses: [400],
    source: 'RFC 9112 §8',
  },
  {
    name: 'a body shorter than its length, together with an unwanted upgrade',
    text: post('Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: 10\r\n', 'abc'),
    ends: true,
    statuses: [400],
    source: 'RFC 9112 §8',
  },
  {
    name: 'chunks without the last one',
    text: post(CHUNKED, '3\r\nabc\r\n'),
    ends: true,
    statuses: [400],
    source: 'RFC 9112 §8',
  },
  {
    name: 'headers without end',
    text: 'GET /dev/pets HTTP/1.1\r\nHost: pets.ex',
    ends: true,
    statuses: [400],
    source: 'RFC 9112 §8',
  },
  {
    name: 'CONNECT, which makes a proxy',
    text: 'CONNECT backend.example:443 HTTP/1.1\r\nHost: pets.example\r\n\r\n',
    statuses: [405],
    source: 'RFC 9110 §9.3.6',
  },
  {
    name: 'an unknown expectation',
    text: post('Expect: 200-maybe\r\nContent-Length: 3\r\n', ''),
    statuses: [417],
    source: 'RFC 9110 §10.1.1',
  },
  {
    name: 'more than 2,000 headers',
    text: get(`${'a:\r\n'.repeat(2_100)}Connection: close\r\n`),
    statuses: [431],
    source: 'docs/aws §2.5',
  },
];

describe('a request that makes no sense', () => {
  for (const { name, text, ends = false, statuses, source } of rows)
    it(`is refused with ${statuses.join(' or ')}: ${name} (${source})`, async () => {
      const received = await open(Buffer.from(text, 'latin1'), ends).over;
      const next = await open(get('Connection: close\r\n')).over;

      const [status] = statusesOf(received);
      assert.ok(
        statuses.some((one) => status === `HTTP/1.1 ${one}`),
        received.slice(0, 200),
      );
      assert.equal(statusesOf(received).length, 1);
      assert.match(received, /\r\n\r\n\{"message":"[^"]+"\}$/);
      assert.match(next, /^HTTP\/1\.1 200 [^]*answer$/);
    });
});

describe('requests that share a connection with a bad one', () => {
  it('are answered first, in their order, and then it is refused', async () => {
    const connection = open(
      get('x-wait: 1\r\nx-name: first\r\n') + get('x-name: second\r\n') + 'garbage\r\n\r\n',
    );
    while (raw.waiting.length === 0) await new Promise((go) => setImmediate(go));
    const early = connection.received();
    raw.waiting.shift()?.();
    const received = await connection.over;

    assert.equal(early, '');
    assert.deepEqual(statusesOf(received), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
    assert.ok(received.indexOf('first') < received.indexOf('second'));
  });

  it('are served after one whose Host is refused, with any body', async () => {
    const smuggled = get('x-name: smuggled\r\n');
    const evil = `POST /dev/pets HTTP/1.1\r\nHost: evil.example\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`;

    const received = await open(evil + get('x-name: next\r\nConnection: close\r\n')).over;

    assert.deepEqual(statusesOf(received), ['HTTP/1.1 403', 'HTTP/1.1 200']);
    assert.match(received, /next$/);
    assert.doesNotMatch(received, /smuggled/);
  });

  it('begin if the length of the one before ends', async () => {
    const received = await open(post('Content-Length: 3\r\n', 'abc') + get('Connection: close\r\n')).over;
    const cut = await open(post('Content-Length: 3\r\n', 'abcdef\r\n\r\n')).over;

    assert.deepEqual(received.match(/x-body: \w+/g), ['x-body: abc', 'x-body: none']);
    assert.deepEqual(statusesOf(cut), ['HTTP/1.1 200', 'HTTP/1.1 400']);
    assert.match(cut, /x-body: abc\r\n/);
  });

  it('on other connections are served while one is stuck', async () => {
    const stuck = open(post('Content-Length: 10\r\n', 'abc'));
    const answers = await Promise.all([1, 2, 3].map(() => open(get('Connection: close\r\n')).over));
    stuck.write('defghij');
    while (!/answer$/.test(stuck.received())) await new Promise((go) => setImmediate(go));

    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.match(stuck.received(), /x-body: abcdefghij/);
  });
});

describe('a client that is too slow', () => {
  it('has 10 s for its headers and a minute for its body', () => {
    assert.deepEqual([raw.server.headersTimeout, raw.server.requestTimeout], [10_000, 60_000]);
  });

  for (const { name, text } of [
    { name: 'within its headers', text: 'GET /dev/pets HTTP/1.1\r\nHost: pets.example\r\nx-slow: ' },
    { name: 'within its body', text: post('Content-Length: 10\r\n', 'abc') },
  ])
    it(`is answered 408 ${name}, and the connection ends`, async () => {
      const { headersTimeout, requestTimeout } = raw.server;
      raw.server.headersTimeout = raw.server.requestTimeout = 100;
      const received = await open(text).over;
      Object.assign(raw.server, { headersTimeout, requestTimeout });

      assert.match(received, /^HTTP\/1\.1 408 Request Timeout\r\n/);
      assert.match(received, /\{"message":"Request Timeout"\}$/);
    });
});
