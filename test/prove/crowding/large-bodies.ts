/** Clients from several addresses that each announce a large body and withhold its last byte. */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';

export type Version = 'HTTP/1.1' | 'HTTP/2';

const BODY_BYTES = 10 * 1024 * 1024;
const PART = Buffer.alloc(64 * 1024, 'x');
/** The addresses 127.0.0.10, 127.0.0.11 and so on. */
const ADDRESSES = 8;
const FIRST_ADDRESS = 10;

type Sender = { readonly status: () => number | undefined; readonly end: () => void };

export class LargeBodies {
  readonly #senders: readonly Sender[];

  private constructor(senders: readonly Sender[]) {
    this.#senders = senders;
  }

  static async open(url: URL, version: Version, count: number): Promise<LargeBodies> {
    const senders: Sender[] = [];
    for (let index = 0; index < count; index += 1) {
      const localAddress = `127.0.0.${FIRST_ADDRESS + (index % ADDRESSES)}`;
      senders.push(await (version === 'HTTP/2' ? overHttp2 : overHttp1)(url, localAddress));
    }
    return new LargeBodies(senders);
  }

  /** How many clients got each status. */
  get answers(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { status } of this.#senders) {
      const key = String(status() ?? 'none');
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  end(): void {
    for (const { end } of this.#senders) end();
  }
}

async function overHttp1({ hostname, port, pathname }: URL, localAddress: string): Promise<Sender> {
  const socket = connect({ host: hostname, port: Number(port), localAddress });
  let received = '';
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => (received += chunk.toString()));
  await once(socket, 'connect');
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: text/plain\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`,
  );
  sendAllButOne(socket);
  return {
    status: () => (received === '' ? undefined : Number(received.split(' ')[1])),
    end: () => socket.destroy(),
  };
}

async function overHttp2(url: URL, localAddress: string): Promise<Sender> {
  const { hostname, port, pathname } = url;
  const to = { host: hostname, port: Number(port), localAddress };
  const session: ClientHttp2Session = connectHttp2(url, {
    createConnection: () =>
      connectTls({ ...to, servername: 'localhost', ALPNProtocols: ['h2'], rejectUnauthorized: false }),
  });
  session.on('error', () => undefined);
  await once(session, 'connect');
  const stream = session.request({ ':method': 'POST', ':path': pathname, 'content-length': BODY_BYTES });
  let status: number | undefined;
  stream.on('error', () => undefined).on('response', (head) => (status = Number(head[':status'])));
  stream.resume();
  sendAllButOne(stream);
  return { status: () => status, end: () => session.destroy() };
}

/** Sends all of the body but its last byte, as fast as the other side accepts it. */
function sendAllButOne(socket: Socket | ClientHttp2Stream): void {
  let left = BODY_BYTES - 1;
  const send = (): void => {
    while (left > 0 && !socket.destroyed) {
      const part = left < PART.length ? PART.subarray(0, left) : PART;
      left -= part.length;
      if (!socket.write(part)) {
        socket.once('drain', send);
        return;
      }
    }
  };
  send();
}
