/** Clients that are hostile or broken. Each ends by itself within seconds, and leaves no connection open. */
import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

type Target = {
  readonly rest: URL;
  readonly http: URL;
  readonly websocket: URL;
  readonly control: URL;
};

type Hostile = {
  readonly name: string;
  /** @returns a description of the wrong behaviour, if there was any */
  run(target: Target): Promise<string | undefined>;
};

const ANSWERED_WITHIN_MS = 30_000;
export const UNANSWERED = 'not answered';
const HELD_MS = 1_500;
const BOMB = gzipSync(Buffer.alloc(20_000_000));
const UPGRADE =
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const MANY_MEMBERS = `{${Array.from({ length: 300_000 }, (_, n) => `"m${n}":1`).join(',')}}`;

function open(url: URL): Socket {
  const socket = connect({ port: Number(url.port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  return socket;
}

const request = (url: URL, path: string, headers = '', method = 'GET'): string =>
  `${method} ${url.pathname.replace(/\/$/, '')}${path} HTTP/1.1\r\nHost: ${url.host}\r\n${headers}\r\n`;

/** Sends the bytes, reads for a moment, and closes the connection. */
async function send(url: URL, bytes: string | Buffer, ms = 200): Promise<void> {
  const socket = open(url);
  socket.resume().write(bytes);
  await wait(ms);
  socket.destroy();
}

/** Returns what is answered until the other side closes, or until the answer contains `has`. */
async function ask(url: URL, bytes: string, has: RegExp, halfClose: boolean): Promise<string> {
  const socket = open(url);
  let received = '';
  try {
    if (halfClose) socket.end(bytes);
    else socket.write(bytes);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWERED_WITHIN_MS);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      socket.on('close', end).on('end', end);
      socket.on('data', (chunk: Buffer) => {
        received = `${received}${chunk.toString('latin1')}`.slice(0, 10_000);
        if (has.test(received)) end();
      });
    });
  } finally {
    socket.destroy();
  }
  return received;
}

async function expectAnswer(
  url: URL,
  bytes: string,
  has: RegExp,
  halfClose = false,
): Promise<string | undefined> {
  const received = await ask(url, bytes, has, halfClose);
  if (has.test(received)) return undefined;
  return received === '' ? UNANSWERED : `answered ${JSON.stringify(received.slice(0, 200))}`;
}

async function hold(url: URL, count: number, bytes: string | Buffer): Promise<void> {
  const sockets = Array.from({ length: count }, () => open(url));
  for (const socket of sockets) socket.write(bytes);
  await wait(HELD_MS);
  for (const socket of sockets) socket.destroy();
}

const quiet = (name: string, run: (target: Target) => Promise<unknown>): Hostile => ({
  name,
  run: async (target) => {
    await run(target);
    return undefined;
  },
});

const SMUGGLING = [
  'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
  'Transfer-Encoding : chunked\r\n',
  'Content-Length: 1\r\nContent-Length: 2\r\n',
  'Content-Length: +3\r\n',
  'X: a\nY: b\r\n',
];

export const HOSTILE_CLIENTS: readonly Hostile[] = [
  {
    name: 'half-closes after its request',
    run: ({ rest }) => expectAnswer(rest, request(rest, '/echo'), /^HTTP\/1\.1 200 /, true),
  },
  {
    name: 'CONNECT',
    run: ({ rest }) =>
      expectAnswer(
        rest,
        `CONNECT a.example:443 HTTP/1.1\r\nHost: ${rest.host}\r\n\r\n`,
        /^HTTP\/1\.1 4\d\d /,
      ),
  },
  {
    name: 'an unknown Expect',
    run: ({ rest }) => expectAnswer(rest, request(rest, '/echo', 'Expect: 7\r\n'), /^HTTP\/1\.1 4\d\d /),
  },
  {
    name: 'dot segments',
    run: ({ rest }) =>
      expectAnswer(rest, request(rest, '/any/../../orders/..%2f%2e%2e/x'), /^HTTP\/1\.1 \d\d\d /),
  },
  {
    name: 'two Authorization headers',
    run: ({ rest }) =>
      expectAnswer(
        rest,
        request(rest, '/echo', 'Authorization: a\r\nAuthorization: b\r\n'),
        /^HTTP\/1\.1 \d\d\d /,
      ),
  },
  {
    name: '300,000 members against a model',
    run: ({ rest }) =>
      expectAnswer(
        rest,
        request(
          rest,
          '/orders',
          `Content-Type: application/json\r\nContent-Length: ${MANY_MEMBERS.length}\r\n`,
          'POST',
        ) + MANY_MEMBERS,
        /^HTTP\/1\.1 4\d\d /,
      ),
  },
  quiet('replies that nobody reads', async ({ rest }) => {
    const sockets = Array.from({ length: 10 }, () => open(rest).pause());
    for (const socket of sockets) socket.write(request(rest, '/big').repeat(3));
    await wait(HELD_MS);
    for (const socket of sockets) socket.destroy();
  }),
  quiet('heads that never end', ({ rest }) =>
    hold(rest, 100, `GET /echo HTTP/1.1\r\nHost: ${rest.host}\r\nX: `),
  ),
  quiet('bodies that never come', ({ rest }) =>
    hold(rest, 50, request(rest, '/any/x', 'Content-Length: 1000000\r\n', 'POST')),
  ),
  quiet('connections that say nothing', ({ http }) => hold(http, 200, '')),
  quiet('resets', async ({ http }) => {
    const sockets = Array.from({ length: 200 }, () => open(http));
    for (const socket of sockets) socket.write(request(http, '/echo'));
    await wait(20);
    for (const socket of sockets) socket.resetAndDestroy();
  }),
  quiet('a compressed bomb', ({ rest }) =>
    send(
      rest,
      Buffer.concat([
        Buffer.from(
          request(rest, '/any/x', `Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n`, 'POST'),
        ),
        BOMB,
      ]),
      500,
    ),
  ),
  quiet('a deflated bomb of one-byte chunks', ({ http }) => {
    const bytes = deflateSync(Buffer.alloc(100_000));
    const chunks = [...bytes].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
    const head = request(
      http,
      '/echo',
      'Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n',
      'POST',
    );
    return send(http, Buffer.from(`${head}${chunks}0\r\n\r\n`, 'latin1'));
  }),
  quiet('requests within requests', async ({ rest }) => {
    for (const headers of SMUGGLING)
      await send(rest, `${request(rest, '/any/x', headers, 'POST')}0\r\n\r\n${request(rest, '/crash')}`, 20);
  }),
  quiet('3,000 headers, a head of 70 KB', async ({ rest }) => {
    await send(rest, request(rest, '/echo', 'A: b\r\n'.repeat(3_000)));
    await send(rest, request(rest, '/echo', `A: ${'b'.repeat(70_000)}\r\n`));
  }),
  quiet('1,000 requests at once on one connection', ({ http }) =>
    send(http, request(http, '/echo').repeat(1_000), 500),
  ),
  quiet('absolute form, other hosts', async ({ rest, control }) => {
    await send(rest, `GET http://a.example/echo HTTP/1.1\r\nHost: ${rest.host}\r\n\r\n`);
    await send(rest, 'GET /dev/echo HTTP/1.1\r\nHost: a.example\r\nHost: localhost\r\n\r\n');
    await send(
      control,
      `POST /_gatewright/clock HTTP/1.1\r\nHost: a.example\r\nOrigin: https://a.example\r\n\r\n`,
    );
  }),
  quiet('WebSocket frames that are none', async ({ websocket }) => {
    const upgrade = request(websocket, '', UPGRADE);
    const frames = [
      Buffer.from([0x81, 0x05, 1, 2, 3]),
      Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
      Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]),
    ];
    for (const frame of frames) {
      const socket = open(websocket).resume();
      socket.write(upgrade);
      await wait(50);
      socket.write(frame);
      await wait(20);
      socket.destroy();
    }
  }),
  quiet('a flood of pings', async ({ websocket }) => {
    const socket = open(websocket).pause();
    socket.write(request(websocket, '', UPGRADE));
    await wait(50);
    const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);
    socket.write(Buffer.concat(Array.from({ length: 20_000 }, () => ping)));
    await wait(500);
    socket.destroy();
  }),
];
