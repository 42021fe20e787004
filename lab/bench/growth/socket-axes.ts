/**
 * One axis varies the number of silent WebSocket connections; the other varies the number of connections that all send
 * messages. The clients run in this process and not in the gateway's process.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { allThreadsMs } from '../measure.ts';
import type { Axis, Column, Figures } from './axis.ts';
import { CPU, MEMORY, P99, PER_SECOND } from './columns.ts';
import { restingMegabytes, serving } from './served.ts';
import type { Served } from './served.ts';
import { socketEcho } from './stacks.ts';

/** Maximum number of handshakes in progress. */
const AT_ONCE = 16;
/** Number of connections that send messages while the others are silent. */
const TALKING = 8;
const MESSAGE = JSON.stringify({ action: 'any', text: 'x'.repeat(100) });
const OF_MESSAGES: readonly Column[] = [
  { ...PER_SECOND, title: 'messages/s' },
  P99,
  { ...CPU, title: 'processor time per message, µs' },
];

async function withClients<Result>(
  served: Served,
  count: number,
  use: (clients: readonly WebSocket[]) => Promise<Result>,
): Promise<Result> {
  const url = `${served.origin.replace(/^http/, 'ws')}/dev`;
  const clients: WebSocket[] = [];
  let left = count;
  const connectInTurn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const client = new WebSocket(url, { perMessageDeflate: false });
      clients.push(client);
      await once(client, 'open');
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, connectInTurn));
    return await use(clients);
  } finally {
    for (const client of clients) client.terminate();
  }
}

/** Measures messages: each client sends a message, waits for the reply and sends the message again. */
async function talk(served: Served, clients: readonly WebSocket[], seconds: number): Promise<Figures> {
  const waits: number[] = [];
  const usedMs = allThreadsMs(served.process.pid);
  const endMs = performance.now() + seconds * 1000;
  await Promise.all(
    clients.map(async (client) => {
      for (let nowMs = performance.now(); nowMs < endMs;) {
        const answered = once(client, 'message');
        client.send(MESSAGE);
        await answered;
        const sentMs = nowMs;
        nowMs = performance.now();
        waits.push(nowMs - sentMs);
      }
    }),
  );
  const cpuMicros = ((allThreadsMs(served.process.pid) - usedMs) * 1000) / waits.length;
  waits.sort((one, other) => one - other);
  return {
    requestsPerSecond: waits.length / seconds,
    p99Ms: waits[Math.floor(waits.length * 0.99)],
    cpuMicros: Number.isFinite(cpuMicros) ? cpuMicros : undefined,
  };
}

const sockets: Axis = {
  name: 'sockets',
  title: 'WebSocket connections',
  counts: 'open connections',
  sizes: [10, 100, 1_000, 16_000],
  columns: [
    { key: 'connectMicros', title: 'time to open a connection, µs', atMost: 'flat' },
    ...OF_MESSAGES,
    MEMORY,
    { key: 'connectionBytes', title: 'bytes per connection' },
  ],
  how: `Clients in another process open connections without compression; ${TALKING} of them send messages, and the others are idle. A process needs one file descriptor per connection: raise \`ulimit -n\`.`,
  why: 'A connection is a socket, its state and a map entry under its id; one timer for all connections sends pings and closes the idle ones.',
  measure: (size, seconds) =>
    serving({ name: 'sockets', template: socketEcho() }, async (served) => {
      // Warms up the code that handles connections, so that the memory of this code is not counted as memory of
      // connections.
      await withClients(served, TALKING, (clients) => talk(served, clients, 1));
      const before = await restingMegabytes(served);
      const fromMs = performance.now();
      return withClients(served, size, async (clients) => {
        const connectMicros = ((performance.now() - fromMs) * 1000) / size;
        const after = await restingMegabytes(served);
        const talked = await talk(served, clients.slice(0, TALKING), seconds);
        const known = before !== undefined && after !== undefined && size >= 1_000;
        return {
          ...talked,
          connectMicros: size < 100 ? undefined : connectMicros,
          rssMb: after,
          connectionBytes: known ? ((after - before) * 2 ** 20) / size : undefined,
        };
      });
    }),
};

const messages: Axis = {
  name: 'messages',
  title: 'Active WebSocket connections',
  counts: 'connections that send messages',
  sizes: [1, 10, 100, 1_000],
  columns: OF_MESSAGES.map((column) => (column === P99 ? { ...P99, atMost: 'linear' as const } : column)),
  how: 'Each connection sends a message, waits for the reply of the function, and sends the message again.',
  why: 'As with requests, a message waits for all messages that arrived before it.',
  measure: (size, seconds) =>
    serving({ name: 'messages', template: socketEcho() }, (served) =>
      withClients(served, size, async (clients) => {
        await talk(served, clients, 1);
        return talk(served, clients, seconds);
      }),
    ),
};

export const SOCKET_AXES: readonly Axis[] = [sockets, messages];
